<?php

namespace FreePBX\modules\Parley;

/** The tab in User Management that allows users, and what becomes of it: permissions, widgets, names. */
final class PortalSettings
{
    public function __construct(
        private readonly object $freepbx,
        private readonly Parts $parts,
        private readonly string $view
    ) {
    }

    /** @param mixed $owner the user or the group; empty for a new one */
    public function html(string $mode, mixed $owner): string
    {
        $id = is_array($owner) ? ($owner['id'] ?? '') : '';
        $value = fn (string $name): ?bool => $id === '' ? null : $this->parts->users->setting($mode, $id, $name);
        $allowed = $value(PortalUsers::ALLOWED);
        $supervisor = $value(PortalUsers::SUPERVISOR);
        ob_start();
        include $this->view;
        return (string) ob_get_clean();
    }

    /** @param string $mode user or group, as the form says too: others use the same hooks without it */
    public function save(string $mode, int|string $id, array $form): void
    {
        if (($form['type'] ?? '') !== $mode || !isset($form['parley_allowed'])) {
            return;
        }
        $read = static fn (string $field): ?bool => match ($form[$field] ?? 'inherit') {
            'true' => true,
            'false' => false,
            default => null,
        };
        $users = $this->parts->users;
        $users->set($mode, $id, PortalUsers::ALLOWED, $read('parley_allowed'));
        $users->set($mode, $id, PortalUsers::SUPERVISOR, $read('parley_supervisor'));
        $members = $mode === 'user' ? [$id] : ($this->freepbx->Userman->getGroupByGID($id)['users'] ?? []);
        foreach ($members as $member) {
            if ($users->isAllowed($member)) {
                $this->parts->widgets->give($member);
            } else {
                $this->parts->widgets->strip($member);
            }
        }
        $this->forget();
    }

    /** Somebody may be gone, or no longer allowed: the sidecar knows it by the names. */
    public function forget(): void
    {
        Attempt::at(fn () => $this->parts->names->write());
    }
}
