<?php

namespace FreePBX\modules\Parley;

/** How Parley comes to a PBX, rests there, and goes without a trace. */
final class Installation
{
    /** @param object $store of the module in FreePBX: getConfig, setConfig, deleteAll */
    public function __construct(
        private readonly object $freepbx,
        private readonly Parts $parts,
        private readonly object $store
    ) {
    }

    /** Installs and upgrades. Says what fails; what it made until then in the PBX it takes back, data stays. */
    public function install(): void
    {
        $parts = $this->parts;
        $known = is_file($parts->paths->configFile());
        try {
            $this->makeAll($known);
        } catch (\Throwable $failure) {
            if (!$known) {
                Attempt::at(fn () => $parts->accounts->remove());
                Attempt::at(fn () => $parts->files->remove($parts->paths->configFile()));
            }
            throw new \Exception(sprintf(_('Parley could not be installed. %s The PBX goes on as it was; mend that and install again.'), $failure->getMessage()), 0, $failure);
        }
        $this->setUpProxy();
        Attempt::at(fn () => $this->freepbx->Job->addClass('parley', 'health', 'FreePBX\modules\Parley\Job', '* * * * *'));
        Attempt::at(fn () => $parts->sidecar->restart(), _('Parley could not be started: %s It starts with the next "fwconsole start".'));
        Attempt::at($this->restoreWidgets(...));
        needreload();
        out(_('Parley talks to Asterisk after the next Apply Config. Then choose who may use it: User Management, a user or a group, UCP, Message Conversations.'));
    }

    private function makeAll(bool $known): void
    {
        $parts = $this->parts;
        Attempt::step(_('Checking what the package brings'), fn () => $parts->paths->node());
        Attempt::step(_('Making folders'), fn () => $parts->files->makeFolders($parts->paths));
        if ($known) {
            Attempt::step(_('Copying the database before the upgrade'), fn () => $parts->snapshot->takeBeforeUpgrade());
        }
        Attempt::step(_('Defining settings'), fn () => $parts->settings->define());
        $secrets = $parts->config->secrets();
        Attempt::step(_('Writing configuration and key'), function () use ($parts, $secrets): void {
            $parts->config->ensureKey();
            $parts->config->write($secrets['ami'], $secrets['ari']);
        });
        Attempt::step(_('Making the Asterisk Manager and ARI users'), fn () => $parts->accounts->ensure($secrets['ami'], $secrets['ari']));
        Attempt::step(_('Writing names'), fn () => $parts->names->write());
        Attempt::step(_('Writing the launcher'), fn () => $parts->sidecar->writeLauncher());
    }

    /** Every step is tried, whatever became of the one before: nothing of Parley's may stay in the PBX. */
    public function uninstall(): void
    {
        $parts = $this->parts;
        $delete = $this->mayDeleteData();
        $steps = [
            _('Taking the widget from dashboards') => fn () => $parts->widgets->strip(),
            _('Stopping Parley') => fn () => $parts->sidecar->delete(),
            _('Removing the Asterisk Manager and ARI users') => fn () => $parts->accounts->remove(),
            _('Removing jobs') => fn () => $this->freepbx->Job->removeAllByModule('parley'),
            _('Removing notifications') => fn () => $parts->health->forget(),
            _('Removing permissions') => fn () => $parts->users->forgetAll(),
            _('Removing settings') => fn () => $parts->settings->forget(),
        ];
        foreach ($steps as $words => $step) {
            Attempt::at(fn () => Attempt::step($words, $step), '%s');
        }
        $this->removeProxy();
        Attempt::at(fn () => $this->removeFiles($delete), '%s');
        Attempt::at(fn () => $this->store->deleteAll());
        needreload();
        if (!$delete) {
            out(sprintf(_('The messages were kept in %s. A later installation goes on with them.'), $parts->paths->data()));
        }
    }

    public function enable(): void
    {
        Attempt::at($this->restoreWidgets(...));
        Attempt::at(fn () => $this->parts->sidecar->start(), '%s');
    }

    /** Disabling alone would leave the process running and a dead widget on dashboards. */
    public function disable(): void
    {
        Attempt::at($this->parkWidgets(...));
        Attempt::at(fn () => $this->parts->sidecar->delete(), '%s');
        Attempt::at(fn () => $this->parts->health->forget());
    }

    public function setUpProxy(): bool
    {
        $done = false;
        Attempt::at(function () use (&$done): void {
            $done = $this->parts->proxy->setUp();
        });
        if (!$done) {
            out(_('The web server does not pass /parley/ on yet. As root, run:'));
            foreach ($this->parts->proxy->commands() as $command) {
                out('  ' . $command);
            }
        }
        return $done;
    }

    private function removeProxy(): void
    {
        $removed = false;
        Attempt::at(function () use (&$removed): void {
            $removed = $this->parts->proxy->remove();
        });
        if (!$removed) {
            out(_('As root, run: a2disconf --purge parley && rm /etc/apache2/conf-available/parley.conf && systemctl reload apache2'));
        }
    }

    /** Widgets of a disabled module are taken away, and given back to the same users. */
    private function parkWidgets(): void
    {
        $holders = array_column($this->parts->users->all(), 'id');
        $this->parts->widgets->strip();
        $this->store->setConfig('widgetHolders', $holders);
    }

    private function restoreWidgets(): void
    {
        $holders = $this->store->getConfig('widgetHolders');
        foreach (is_array($holders) ? $holders : array_column($this->parts->users->all(), 'id') as $user) {
            $this->parts->widgets->give($user);
        }
        $this->store->setConfig('widgetHolders', false);
    }

    private function removeFiles(bool $data): void
    {
        $paths = $this->parts->paths;
        // Without its users the configuration is of no use; key and database belong together and stay.
        $files = $data
            ? [$paths->data(), $paths->spool(), ...$paths->logs()]
            : [$paths->configFile(), $paths->launcher(), $paths->namesFile(), $paths->data() . '/apache.conf'];
        foreach ([...$files, $paths->managerLeftover()] as $file) {
            $this->parts->files->remove($file);
        }
    }

    /** Asks where somebody can answer. PARLEY_DATA=keep or PARLEY_DATA=delete answers beforehand. */
    private function mayDeleteData(): bool
    {
        $told = getenv('PARLEY_DATA');
        if ($told === 'delete' || $told === 'keep') {
            return $told === 'delete';
        }
        if (PHP_SAPI !== 'cli' || !stream_isatty(STDIN)) {
            return false;
        }
        outn(sprintf(_('Delete all messages and settings in %s too? Type "delete" to do so, anything else keeps them: '), $this->parts->paths->data()));
        return trim((string) fgets(STDIN)) === 'delete';
    }
}
