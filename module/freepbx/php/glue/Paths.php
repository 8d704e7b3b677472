<?php

namespace FreePBX\modules\Parley;

/**
 * Where everything of Parley's lives on this PBX. What must survive an upgrade is outside of the web root: the
 * framework replaces the module's folder as a whole.
 */
final class Paths
{
    public function __construct(private readonly object $config, public readonly string $module)
    {
    }

    /** Database, keys and configuration: nobody but Asterisk's user may look into it. */
    public function data(): string
    {
        return $this->config->get('ASTVARLIBDIR') . '/parley';
    }

    /** PARLEY_SPOOL of the dialplan. */
    public function spool(): string
    {
        return $this->config->get('ASTSPOOLDIR') . '/parley';
    }

    public function configFile(): string
    {
        return $this->data() . '/parley.json';
    }

    public function keyFile(): string
    {
        return $this->data() . '/parley.key';
    }

    public function namesFile(): string
    {
        return $this->data() . '/names.json';
    }

    public function database(): string
    {
        return $this->data() . '/parley.sqlite';
    }

    public function backups(): string
    {
        return $this->data() . '/backups';
    }

    /** What pm2 runs. */
    public function launcher(): string
    {
        return $this->data() . '/parley.sh';
    }

    /** What pm2 keeps of the sidecar's output. @return list<string> */
    public function logs(): array
    {
        $folder = $this->config->get('ASTLOGDIR');
        return [$folder . '/parley_out.log', $folder . '/parley_err.log'];
    }

    /** FreePBX's Manager module writes a file of each AMI user's name beside manager.conf, and leaves it there. */
    public function managerLeftover(): string
    {
        return $this->config->get('ASTETCDIR') . '/' . Accounts::NAME;
    }

    public function sidecar(): string
    {
        return $this->module . '/sidecar';
    }

    public function dialplan(): string
    {
        return $this->module . '/dialplan/extensions_parley.conf';
    }

    /** The Node that the package brings: FreePBX's own is too old. */
    public function node(): string
    {
        $found = glob($this->sidecar() . '/node_modules/node-linux-*/bin/node');
        if ($found === false || $found === []) {
            throw new \RuntimeException(_('The package holds no Node for this machine. Install the package for its processor: x64 or arm64.'));
        }
        return $found[0];
    }

    /** For "fwconsole chown", after the framework's own rules, which make all readable and take every execute bit. */
    public function modes(): array
    {
        $modes = [
            ['type' => 'rdir', 'path' => $this->data(), 'perms' => 0700],
            ['type' => 'file', 'path' => $this->launcher(), 'perms' => 0700],
            ['type' => 'rdir', 'path' => $this->spool(), 'perms' => 0700],
        ];
        foreach (glob($this->sidecar() . '/node_modules/node-linux-*/bin/node') ?: [] as $node) {
            $modes[] = ['type' => 'file', 'path' => $node, 'perms' => 0755];
        }
        return $modes;
    }
}
