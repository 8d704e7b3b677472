<?php

namespace FreePBX\modules\Parley;

/** Apache hands /parley/ on to the sidecar: panels, carriers' webhooks and the live socket on FreePBX's own address. */
final class Proxy
{
    public function __construct(
        private readonly Paths $paths,
        private readonly PrivateFile $files,
        private readonly Settings $settings,
        private readonly string $apache = '/etc/apache2',
        private readonly ?\Closure $runner = null,
        private readonly ?bool $isRoot = null
    ) {
    }

    public function configuration(): string
    {
        $target = 'http://127.0.0.1:' . $this->settings->port() . '/';
        return implode("\n", [
            '# Written by the Parley module of FreePBX.',
            '<Location "/parley/">',
            '  ProxyPass "' . $target . '" upgrade=websocket',
            '  ProxyPassReverse "' . $target . '"',
            '  ProxyPreserveHost On',
            '</Location>',
            '',
        ]);
    }

    public function isSetUp(): bool
    {
        return $this->files->read($this->enabledFile()) === $this->configuration();
    }

    /** @return list<string> What root types where the installation may not. */
    public function commands(): array
    {
        $draft = $this->draft();
        return [
            'cp ' . $draft . ' ' . $this->availableFile() . ' && a2enmod -q proxy proxy_http proxy_wstunnel && a2enconf -q parley',
            'systemctl reload apache2',
        ];
    }

    /**
     * Sets Apache up where this user may; else leaves the file to copy. A configuration that Apache does not take
     * is withdrawn, so that the web server starts the next time too.
     */
    public function setUp(): bool
    {
        $this->files->write($this->draft(), $this->configuration(), 0644);
        if (!$this->mayWrite() || !is_dir($this->apache . '/conf-available')) {
            return false;
        }
        if ($this->isSetUp()) {
            return true;
        }
        if (@file_put_contents($this->availableFile(), $this->configuration()) === false) {
            return false;
        }
        $done = $this->run('a2enmod -q proxy proxy_http proxy_wstunnel')
            && $this->run('a2enconf -q parley')
            && $this->run('apachectl configtest');
        if (!$done) {
            $this->withdraw();
            return false;
        }
        $this->reload();
        return $this->isSetUp();
    }

    /** @return bool False where root must do it. */
    public function remove(): bool
    {
        if (!file_exists($this->availableFile()) && !is_link($this->enabledFile())) {
            return true;
        }
        if (!$this->mayWrite()) {
            return false;
        }
        $this->withdraw();
        $this->reload();
        return true;
    }

    private function withdraw(): void
    {
        $this->run('a2disconf -q --purge parley');
        $this->files->remove($this->enabledFile());
        $this->files->remove($this->availableFile());
    }

    private function reload(): void
    {
        if (!$this->run('systemctl reload apache2')) {
            $this->run('apachectl graceful');
        }
    }

    private function mayWrite(): bool
    {
        return $this->isRoot ?? posix_geteuid() === 0;
    }

    private function run(string $command): bool
    {
        if ($this->runner !== null) {
            return ($this->runner)($command);
        }
        exec($command . ' 2>&1', $output, $code);
        return $code === 0;
    }

    private function draft(): string
    {
        return $this->paths->data() . '/apache.conf';
    }

    private function availableFile(): string
    {
        return $this->apache . '/conf-available/parley.conf';
    }

    private function enabledFile(): string
    {
        return $this->apache . '/conf-enabled/parley.conf';
    }
}
