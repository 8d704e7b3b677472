<?php

namespace FreePBX\modules;

require_once __DIR__ . '/glue/load.php';

/**
 * Message Conversations for FreePBX: it mounts, vouches and wires; everything else is the sidecar's. This class holds
 * what the framework calls, by the names that it calls it; the work is done in glue/.
 */
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

    public function install()
    {
        $this->installation()->install();
        return true;
    }

    public function uninstall()
    {
        $this->installation()->uninstall();
        return true;
    }

    /** The framework calls this when somebody enables the module again. */
    public function enable()
    {
        $this->installation()->enable();
        return true;
    }

    public function disable()
    {
        $this->installation()->disable();
        return true;
    }

    public function setUpProxy(): bool
    {
        return $this->installation()->setUpProxy();
    }

    /** Backup.php and Restore.php do it; the framework still asks for these two. */
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

    public function doDialplanHook(&$ext, $engine, $priority)
    {
        $this->applyConfig()->dialplan($ext);
    }

    public function genConfig()
    {
        return ['parley' => ['names' => true]];
    }

    public function writeConfig($conf)
    {
        $this->applyConfig()->files();
    }

    // ---------------------------------------------------------------- fwconsole start, stop, chown

    public function startFreepbx($output = null)
    {
        return Parley\Attempt::at(function () use ($output): void {
            $this->parts()->sidecar->start();
            $this->tell($output, _('Parley is running'));
        }, '%s');
    }

    public function stopFreepbx($output = null)
    {
        return Parley\Attempt::at(function () use ($output): void {
            $this->parts()->sidecar->stop();
            $this->tell($output, _('Parley is stopped'));
        }, '%s');
    }

    public function chownFreepbx()
    {
        return $this->parts()->paths->modes();
    }

    private function tell(mixed $output, string $sentence): void
    {
        if (is_object($output)) {
            $output->writeln($sentence);
        }
    }

    // ---------------------------------------------------------------- admin page

    /** The framework asks this of every module with a page, before it. There is nothing to do: our forms are the sidecar's. */
    public function doConfigPageInit($page)
    {
    }

    public function showPage(): string
    {
        return $this->adminPage()->html();
    }

    public function ajaxRequest($req, &$setting)
    {
        return in_array($req, Parley\AdminPage::COMMANDS, true);
    }

    public function ajaxHandler()
    {
        return $this->adminPage()->answer($_REQUEST);
    }

    // ---------------------------------------------------------------- the portal

    /** The tab in a user's or a group's UCP settings. */
    public function ucpConfigPage($mode, $user, $action)
    {
        return [['title' => _('Message Conversations'), 'rawname' => 'parley', 'content' => $this->portalSettings()->html($mode, $user)]];
    }

    public function ucpAddUser($id, $display, $login, $data)
    {
        $this->portalSettings()->save('user', $id, $_POST);
    }

    public function ucpUpdateUser($id, $display, $login, $data)
    {
        $this->portalSettings()->save('user', $id, $_POST);
    }

    public function ucpDelUser($id, $display, $login, $data)
    {
        $this->portalSettings()->forget();
    }

    public function ucpAddGroup($id, $display, $login, $data)
    {
        $this->portalSettings()->save('group', $id, $_POST);
    }

    public function ucpUpdateGroup($id, $display, $login, $data)
    {
        $this->portalSettings()->save('group', $id, $_POST);
    }

    public function ucpDelGroup($id, $display, $login, $data)
    {
        $this->portalSettings()->forget();
    }

    // ---------------------------------------------------------------- who does it

    private function installation(): Parley\Installation
    {
        return new Parley\Installation($this->FreePBX, $this->parts(), $this);
    }

    private function applyConfig(): Parley\ApplyConfig
    {
        return new Parley\ApplyConfig($this->FreePBX, $this->parts());
    }

    private function adminPage(): Parley\AdminPage
    {
        return new Parley\AdminPage($this->parts(), __DIR__ . '/views/admin.php');
    }

    private function portalSettings(): Parley\PortalSettings
    {
        return new Parley\PortalSettings($this->FreePBX, $this->parts(), __DIR__ . '/views/portal-settings.php');
    }
}
