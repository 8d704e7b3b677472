<?php

namespace FreePBX\modules;

require_once __DIR__ . '/glue/load.php';

/** Message Conversations for FreePBX: it mounts, vouches and wires; everything else is the sidecar's. */
class Parley extends \FreePBX_Helpers implements \BMO
{
    public $FreePBX;
    private ?Parley\Parts $made = null;

    public function __construct($freepbx = null)
    {
        if ($freepbx === null) {
            throw new \Exception('Parley needs the FreePBX object.');
        }
        $this->FreePBX = $freepbx;
    }

    public function parts(): Parley\Parts
    {
        return $this->made ??= new Parley\Parts($this->FreePBX, __DIR__);
    }

    /** For tests: other parts than those of this machine. */
    public function usePartsOf(Parley\Parts $parts): void
    {
        $this->made = $parts;
    }

    // ---------------------------------------------------------------- coming and going

    /** Installs and upgrades. Says what fails; what it made until then in the PBX it takes back, data stays. */
    public function install()
    {
        $parts = $this->parts();
        $known = is_file($parts->paths->configFile());
        try {
            $this->step(_('Checking what the package brings'), fn () => $parts->paths->node());
            $this->step(_('Making folders'), $this->makeFolders(...));
            if ($known) {
                $this->step(_('Copying the database before the upgrade'), fn () => $parts->snapshot->takeBeforeUpgrade());
            }
            $this->step(_('Defining settings'), fn () => $parts->settings->define());
            $secrets = $parts->config->secrets();
            $this->step(_('Writing configuration and key'), function () use ($parts, $secrets): void {
                $parts->config->ensureKey();
                $parts->config->write($secrets['ami'], $secrets['ari']);
            });
            $this->step(_('Making the Asterisk Manager and ARI users'), fn () => $parts->accounts->ensure($secrets['ami'], $secrets['ari']));
            $this->step(_('Writing names'), fn () => $parts->names->write());
            $this->step(_('Writing the launcher'), fn () => $parts->sidecar->writeLauncher());
        } catch (\Throwable $failure) {
            if (!$known) {
                $this->attempt(fn () => $parts->accounts->remove());
                $this->attempt(fn () => $parts->files->remove($parts->paths->configFile()));
            }
            throw new \Exception(sprintf(_('Parley could not be installed. %s The PBX goes on as it was; mend that and install again.'), $failure->getMessage()), 0, $failure);
        }
        $this->setUpProxy();
        $this->attempt(fn () => $this->FreePBX->Job->addClass('parley', 'health', 'FreePBX\modules\Parley\Job', '* * * * *'));
        $this->attempt(fn () => $parts->sidecar->restart(), _('Parley could not be started: %s It starts with the next "fwconsole start".'));
        $this->attempt($this->restoreWidgets(...));
        needreload();
        out(_('Parley talks to Asterisk after the next Apply Config. Then choose who may use it: User Management, a user or a group, UCP, Message Conversations.'));
        return true;
    }

    /** Every step is tried, whatever became of the one before: nothing of Parley's may stay in the PBX. */
    public function uninstall()
    {
        $parts = $this->parts();
        $delete = $this->mayDeleteData();
        $steps = [
            _('Taking the widget from dashboards') => fn () => $parts->widgets->strip(),
            _('Stopping Parley') => fn () => $parts->sidecar->delete(),
            _('Removing the Asterisk Manager and ARI users') => fn () => $parts->accounts->remove(),
            _('Removing jobs') => fn () => $this->FreePBX->Job->removeAllByModule('parley'),
            _('Removing notifications') => fn () => $parts->health->forget(),
            _('Removing permissions') => fn () => $parts->users->forgetAll(),
            _('Removing settings') => fn () => $parts->settings->forget(),
        ];
        foreach ($steps as $words => $step) {
            $this->attempt(fn () => $this->step($words, $step), '%s');
        }
        $removed = false;
        $this->attempt(function () use ($parts, &$removed): void {
            $removed = $parts->proxy->remove();
        });
        if (!$removed) {
            out(_('As root, run: a2disconf parley && rm /etc/apache2/conf-available/parley.conf && systemctl reload apache2'));
        }
        $this->attempt(fn () => $this->removeFiles($delete), '%s');
        $this->attempt(fn () => $this->deleteAll());
        needreload();
        if (!$delete) {
            out(sprintf(_('The messages were kept in %s. A later installation goes on with them.'), $parts->paths->data()));
        }
        return true;
    }

    /** The framework calls this when somebody enables the module again. */
    public function enable()
    {
        $this->attempt($this->restoreWidgets(...));
        $this->attempt(fn () => $this->parts()->sidecar->start(), '%s');
        return true;
    }

    /** Disabling alone would leave the process running and a dead widget on dashboards. */
    public function disable()
    {
        $this->attempt($this->parkWidgets(...));
        $this->attempt(fn () => $this->parts()->sidecar->delete(), '%s');
        $this->attempt(fn () => $this->parts()->health->forget());
        return true;
    }

    public function backup()
    {
    }

    public function restore($backup)
    {
    }

    // ---------------------------------------------------------------- Apply Config

    public static function myDialplanHooks()
    {
        return true;
    }

    /** A failure here would stop Apply Config for the whole PBX: it is reported instead. */
    public function doDialplanHook(&$ext, $engine, $priority)
    {
        $this->attemptInApplyConfig('dialplan', function () use (&$ext): void {
            $this->parts()->dialplan->emit($ext);
            $this->parts()->health->reportForeignContexts($this->parts()->contexts->assign());
        });
    }

    public function genConfig()
    {
        return ['parley' => ['names' => true]];
    }

    public function writeConfig($conf)
    {
        $this->attemptInApplyConfig('files', function (): void {
            $parts = $this->parts();
            $this->makeFolders();
            $parts->names->write();
            $secrets = $parts->config->secrets();
            if ($parts->config->write($secrets['ami'], $secrets['ari'])) {
                $parts->proxy->setUp();
                $parts->sidecar->restart();
            }
        });
    }

    // ---------------------------------------------------------------- fwconsole start, stop, chown

    public function startFreepbx($output = null)
    {
        return $this->attempt(function () use ($output): void {
            $this->parts()->sidecar->start();
            $this->tell($output, _('Parley is running'));
        }, '%s');
    }

    public function stopFreepbx($output = null)
    {
        return $this->attempt(function () use ($output): void {
            $this->parts()->sidecar->stop();
            $this->tell($output, _('Parley is stopped'));
        }, '%s');
    }

    /** After the framework's own rules, which make everything readable and take every execute bit. */
    public function chownFreepbx()
    {
        $paths = $this->parts()->paths;
        $files = [
            ['type' => 'rdir', 'path' => $paths->data(), 'perms' => 0700],
            ['type' => 'file', 'path' => $paths->launcher(), 'perms' => 0700],
            ['type' => 'rdir', 'path' => $paths->spool(), 'perms' => 0700],
        ];
        foreach (glob($paths->sidecar() . '/node_modules/node-linux-*/bin/node') ?: [] as $node) {
            $files[] = ['type' => 'file', 'path' => $node, 'perms' => 0755];
        }
        return $files;
    }

    // ---------------------------------------------------------------- admin page

    /** The framework asks this of every module with a page, before it. There is nothing to do: our forms are the sidecar's. */
    public function doConfigPageInit($page)
    {
    }

    public function ajaxRequest($req, &$setting)
    {
        return in_array($req, ['token', 'status'], true);
    }

    public function ajaxHandler()
    {
        try {
            return match ($_REQUEST['command'] ?? '') {
                'token' => ['status' => true] + $this->adminToken($this->panelOf($_REQUEST)),
                'status' => ['status' => true] + $this->parts()->health->look() + ['proxy' => $this->parts()->health->proxyCommands()],
                default => ['status' => false, 'message' => _('Parley does not know this command.')],
            };
        } catch (\Throwable $failure) {
            return ['status' => false, 'message' => $failure->getMessage()];
        }
    }

    public function showPage(): string
    {
        $strings = ['base' => '/parley/', 'ajax' => 'ajax.php?module=parley'];
        $proxy = $this->parts()->health->proxyCommands();
        ob_start();
        include __DIR__ . '/views/admin.php';
        return (string) ob_get_clean();
    }

    /** @return array{token: string, expiresAt: int} */
    private function adminToken(string $panel): array
    {
        return $this->parts()->token->mint(null, ['admin'], 'admin ' . session_id(), $panel);
    }

    // ---------------------------------------------------------------- the portal

    /** @return array{token: string, expiresAt: int}|null null for who may not */
    public function portalToken(array $user, ?string $extension, string $session, string $panel): ?array
    {
        $users = $this->parts()->users;
        $own = $users->extensionsOf($user);
        if (!$users->isAllowed($user['id']) || $own === []) {
            return null;
        }
        $chosen = $extension !== null && in_array($extension, $own, true) ? $extension : $own[0];
        return $this->parts()->token->mint($chosen, $users->rolesOf($user['id']), 'portal ' . $session, $panel);
    }

    /** What names one panel of a browser; anything odd is as good as nothing. */
    public function panelOf(array $request): string
    {
        $panel = $request['panel'] ?? '';
        return is_string($panel) && preg_match('/^[\w-]{1,64}$/', $panel) === 1 ? $panel : '';
    }

    /** The tab in a user's or a group's UCP settings. */
    public function ucpConfigPage($mode, $user, $action)
    {
        $id = is_array($user) ? ($user['id'] ?? '') : '';
        $users = $this->parts()->users;
        $value = static fn (string $name): ?bool => $id === '' ? null : $users->setting($mode, $id, $name);
        $allowed = $value(Parley\PortalUsers::ALLOWED);
        $supervisor = $value(Parley\PortalUsers::SUPERVISOR);
        ob_start();
        include __DIR__ . '/views/portal-settings.php';
        return [['title' => _('Message Conversations'), 'rawname' => 'parley', 'content' => (string) ob_get_clean()]];
    }

    public function ucpAddUser($id, $display, $login, $data)
    {
        $this->savePortalSettings('user', $id, 'user');
    }

    public function ucpUpdateUser($id, $display, $login, $data)
    {
        $this->savePortalSettings('user', $id, 'user');
    }

    public function ucpAddGroup($id, $display, $login, $data)
    {
        $this->savePortalSettings('group', $id, 'group');
    }

    public function ucpUpdateGroup($id, $display, $login, $data)
    {
        $this->savePortalSettings('group', $id, 'group');
    }

    /** Its members may have been allowed by it alone. */
    public function ucpDelGroup($id, $display, $login, $data)
    {
        $this->attempt(fn () => $this->parts()->names->write());
    }

    public function ucpDelUser($id, $display, $login, $data)
    {
        $this->attempt(fn () => $this->parts()->names->write());
    }

    private function savePortalSettings(string $mode, int|string $id, string $type): void
    {
        if (($_POST['type'] ?? '') !== $type || !isset($_POST['parley_allowed'])) {
            return;
        }
        $parts = $this->parts();
        $read = static fn (string $field): ?bool => match ($_POST[$field] ?? 'inherit') {
            'true' => true,
            'false' => false,
            default => null,
        };
        $parts->users->set($mode, $id, Parley\PortalUsers::ALLOWED, $read('parley_allowed'));
        $parts->users->set($mode, $id, Parley\PortalUsers::SUPERVISOR, $read('parley_supervisor'));
        $members = $mode === 'user' ? [$id] : ($this->FreePBX->Userman->getGroupByGID($id)['users'] ?? []);
        foreach ($members as $member) {
            if ($parts->users->isAllowed($member)) {
                $parts->widgets->give($member);
            } else {
                $parts->widgets->strip($member);
            }
        }
        $this->attempt(fn () => $parts->names->write());
    }

    // ---------------------------------------------------------------- within

    private function makeFolders(): void
    {
        $parts = $this->parts();
        $parts->files->folder($parts->paths->data());
        $parts->files->folder($parts->paths->spool());
        $parts->files->folder($parts->paths->spool() . '/new');
    }

    public function setUpProxy(): bool
    {
        $done = false;
        $this->attempt(function () use (&$done): void {
            $done = $this->parts()->proxy->setUp();
        });
        if (!$done) {
            out(_('The web server does not pass /parley/ on yet. As root, run:'));
            foreach ($this->parts()->proxy->commands() as $command) {
                out('  ' . $command);
            }
        }
        return $done;
    }

    /** Widgets of a disabled module are taken away, and given back to the same users. */
    private function parkWidgets(): void
    {
        $holders = array_column($this->parts()->users->all(), 'id');
        $this->parts()->widgets->strip();
        $this->setConfig('widgetHolders', $holders);
    }

    private function restoreWidgets(): void
    {
        $holders = $this->getConfig('widgetHolders');
        foreach (is_array($holders) ? $holders : array_column($this->parts()->users->all(), 'id') as $user) {
            $this->parts()->widgets->give($user);
        }
        $this->setConfig('widgetHolders', false);
    }

    private function removeFiles(bool $data): void
    {
        $parts = $this->parts();
        if ($data) {
            $parts->files->remove($parts->paths->data());
            $parts->files->remove($parts->paths->spool());
            return;
        }
        // Without its users the configuration is of no use; key and database belong together and stay.
        foreach ([$parts->paths->configFile(), $parts->paths->launcher(), $parts->paths->namesFile(), $parts->paths->data() . '/apache.conf'] as $file) {
            $parts->files->remove($file);
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
        outn(sprintf(_('Delete all messages and settings in %s too? Type "delete" to do so, anything else keeps them: '), $this->parts()->paths->data()));
        return trim((string) fgets(STDIN)) === 'delete';
    }

    private function step(string $words, \Closure $work): void
    {
        outn($words . '…');
        try {
            $work();
        } catch (\Throwable $failure) {
            out(_('failed'));
            throw $failure;
        }
        out(_('done'));
    }

    /** @param string|null $sentence what to tell of a failure */
    private function attempt(\Closure $work, ?string $sentence = null): bool
    {
        try {
            $work();
            return true;
        } catch (\Throwable $failure) {
            if ($sentence !== null) {
                out(sprintf($sentence, $failure->getMessage()));
            }
            return false;
        }
    }

    private function attemptInApplyConfig(string $part, \Closure $work): void
    {
        $id = 'apply-' . $part;
        try {
            $work();
            $this->FreePBX->Notifications->delete('parley', $id);
        } catch (\Throwable $failure) {
            $this->attempt(fn () => $this->FreePBX->Notifications->add_error('parley', $id, _('Message Conversations could not be configured'), $failure->getMessage(), '', false, true));
        }
    }

    private function tell(mixed $output, string $sentence): void
    {
        if (is_object($output)) {
            $output->writeln($sentence);
        }
    }
}
