<?php

namespace FreePBX\modules\Parley;

/** The sidecar under FreePBX's pm2, which restarts it when it crashes. */
final class Sidecar
{
    public const PROCESS = 'parley';

    public function __construct(
        private readonly object $freepbx,
        private readonly Paths $paths,
        private readonly PrivateFile $files
    ) {
    }

    /**
     * pm2 would run anything but a shell script under FreePBX's old Node, breaks on arguments with a slash, and puts
     * environment values into a command line that all users see: so this script takes none and names files only.
     */
    public function writeLauncher(): void
    {
        $this->files->write($this->paths->launcher(), implode("\n", [
            '#!/bin/bash',
            '# Written by the Parley module at every installation.',
            'export PARLEY_CONFIG=' . escapeshellarg($this->paths->configFile()),
            'node=' . escapeshellarg($this->paths->node()),
            '# "fwconsole chown" takes the execute bit from all files of a module before it gives ours back.',
            '[ -x "$node" ] || chmod u+x "$node"',
            'cd ' . escapeshellarg($this->paths->sidecar()) . ' || exit 78',
            'exec "$node" module/main.ts',
            '',
        ]), 0700);
    }

    /** What the sidecar's own command line answers. @return array{int, string} exit code and output */
    public function command(array $arguments): array
    {
        $words = array_map('escapeshellarg', array_merge([$this->paths->node(), $this->paths->sidecar() . '/module/cli/parley.ts'], $arguments));
        $command = 'PARLEY_CONFIG=' . escapeshellarg($this->paths->configFile()) . ' ' . implode(' ', $words) . ' 2>&1';
        exec($this->asAsterisk($command), $lines, $code);
        return [$code, implode("\n", $lines)];
    }

    public function isRunning(): bool
    {
        return ($this->status()['pm2_env']['status'] ?? '') === 'online';
    }

    public function start(): void
    {
        if (!$this->isRunning()) {
            $this->freepbx->Pm2->start(self::PROCESS, $this->paths->launcher());
        }
    }

    public function restart(): void
    {
        if ($this->isRunning()) {
            $this->freepbx->Pm2->restart(self::PROCESS);
        } else {
            $this->start();
        }
    }

    public function stop(): void
    {
        if ($this->isRunning()) {
            $this->freepbx->Pm2->stop(self::PROCESS);
        }
    }

    public function delete(): void
    {
        if ($this->status() !== []) {
            $this->freepbx->Pm2->delete(self::PROCESS);
        }
    }

    private function status(): array
    {
        return $this->freepbx->Pm2->getStatus(self::PROCESS) ?: [];
    }

    /** What root writes into the data folder the sidecar could not read. */
    private function asAsterisk(string $command): string
    {
        $user = (string) $this->freepbx->Config->get('AMPASTERISKWEBUSER');
        if (posix_geteuid() !== 0 || $user === '' || $user === 'root') {
            return $command;
        }
        return 'runuser -u ' . escapeshellarg($user) . ' -- /bin/sh -c ' . escapeshellarg($command);
    }
}
