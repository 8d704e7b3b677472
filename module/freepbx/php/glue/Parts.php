<?php

namespace FreePBX\modules\Parley;

/** What the module is made of, put together in one place. */
final class Parts
{
    public readonly Paths $paths;
    public readonly PrivateFile $files;
    public readonly Settings $settings;
    public readonly Accounts $accounts;
    public readonly SidecarConfig $config;
    public readonly SessionToken $token;
    public readonly PortalUsers $users;
    public readonly NamesFile $names;
    public readonly Dialplan $dialplan;
    public readonly MessageContexts $contexts;
    public readonly Sidecar $sidecar;
    public readonly Snapshot $snapshot;
    public readonly Proxy $proxy;
    public readonly Widgets $widgets;
    public readonly Health $health;

    public function __construct(object $freepbx, string $module, ?Proxy $proxy = null)
    {
        $this->paths = new Paths($freepbx->Config, $module);
        $this->files = new PrivateFile($freepbx->Config);
        $this->settings = new Settings($freepbx->Config);
        $this->accounts = new Accounts($freepbx);
        $this->config = new SidecarConfig($freepbx, $this->paths, $this->files, $this->settings);
        $this->token = new SessionToken($this->config);
        $this->users = new PortalUsers($freepbx);
        $this->names = new NamesFile($freepbx, $this->paths, $this->files, $this->users);
        $this->dialplan = new Dialplan($this->paths);
        $this->contexts = new MessageContexts($freepbx);
        $this->sidecar = new Sidecar($freepbx, $this->paths, $this->files);
        $this->snapshot = new Snapshot($this->paths, $this->files, $this->sidecar);
        $this->proxy = $proxy ?? new Proxy($this->paths, $this->files, $this->settings);
        $this->widgets = new Widgets($freepbx);
        $this->health = new Health($freepbx, $this->accounts, $this->sidecar, $this->settings, $this->proxy);
    }
}
