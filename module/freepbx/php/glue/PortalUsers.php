<?php

namespace FreePBX\modules\Parley;

/** Who of the portal's users may write, for which extensions, and who supervises. */
final class PortalUsers
{
    public const ALLOWED = 'allowed';
    public const SUPERVISOR = 'supervisor';
    private const MODULE = 'ucp|Parley';

    public function __construct(private readonly object $freepbx)
    {
    }

    public function isAllowed(int|string $user): bool
    {
        return !empty($this->freepbx->Userman->getCombinedModuleSettingByID($user, self::MODULE, self::ALLOWED));
    }

    /** @return list<string> */
    public function rolesOf(int|string $user): array
    {
        $supervises = $this->freepbx->Userman->getCombinedModuleSettingByID($user, self::MODULE, self::SUPERVISOR);
        return empty($supervises) ? ['agent'] : ['agent', 'supervisor'];
    }

    /**
     * His own extension first, then those that the portal assigned to him.
     * @return list<string>
     */
    public function extensionsOf(array $user): array
    {
        $assigned = $this->freepbx->Userman->getCombinedModuleSettingByID($user['id'], 'ucp|Settings', 'assigned');
        $all = array_merge([$user['default_extension'] ?? 'none'], is_array($assigned) ? $assigned : []);
        $known = array_filter(array_map('strval', $all), static fn (string $extension): bool => preg_match('/^\d{1,20}$/', $extension) === 1);
        return array_values(array_unique($known));
    }

    /** @return array{extension: string, roles: list<string>}|null what a user may act as; null for who may not */
    public function standingOf(array $user, ?string $asked): ?array
    {
        $own = $this->extensionsOf($user);
        if ($own === [] || !$this->isAllowed($user['id'])) {
            return null;
        }
        $extension = $asked !== null && in_array($asked, $own, true) ? $asked : $own[0];
        return ['extension' => $extension, 'roles' => $this->rolesOf($user['id'])];
    }

    /** @return list<array{id: string, name: string, extensions: list<string>}> */
    public function all(): array
    {
        $users = [];
        foreach ($this->freepbx->Userman->getAllUsers() ?: [] as $user) {
            if (!$this->isAllowed($user['id'])) {
                continue;
            }
            $full = trim(($user['fname'] ?? '') . ' ' . ($user['lname'] ?? ''));
            $names = array_filter([trim((string) ($user['displayname'] ?? '')), $full, (string) $user['username']]);
            $users[] = ['id' => (string) $user['id'], 'name' => (string) reset($names), 'extensions' => $this->extensionsOf($user)];
        }
        return $users;
    }

    /** What the forms of a user or a group show: yes, no, or null for inherited. */
    public function setting(string $mode, int|string $id, string $name): ?bool
    {
        $value = $mode === 'group'
            ? $this->freepbx->Userman->getModuleSettingByGID($id, self::MODULE, $name, true)
            : $this->freepbx->Userman->getModuleSettingByID($id, self::MODULE, $name, true);
        return $value === null ? null : !empty($value);
    }

    public function set(string $mode, int|string $id, string $name, ?bool $value): void
    {
        if ($mode === 'group') {
            $this->freepbx->Userman->setModuleSettingByGID($id, self::MODULE, $name, $value);
        } else {
            $this->freepbx->Userman->setModuleSettingByID($id, self::MODULE, $name, $value);
        }
    }

    public function forgetAll(): void
    {
        foreach (['userman_users_settings', 'userman_groups_settings', 'userman_template_settings'] as $table) {
            try {
                $this->freepbx->Database->prepare("DELETE FROM $table WHERE module = ?")->execute([self::MODULE]);
            } catch (\PDOException) {
                // Older releases of the user module have no templates.
            }
        }
    }
}
