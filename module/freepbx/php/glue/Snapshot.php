<?php

namespace FreePBX\modules\Parley;

/** Whole copies of the database, taken while it is in use, and put back: the sidecar's own command line does both. */
final class Snapshot
{
    private const KEPT = 3;

    public function __construct(
        private readonly Paths $paths,
        private readonly PrivateFile $files,
        private readonly Sidecar $sidecar
    ) {
    }

    /** @return string|null The copy; null where there is no database yet. */
    public function take(string $name): ?string
    {
        if (!is_file($this->paths->database())) {
            return null;
        }
        $this->files->folder($this->paths->backups());
        $target = $this->paths->backups() . '/' . $name . '.sqlite';
        $this->files->remove($target);
        $this->run('backup', $target);
        return $target;
    }

    /** Before an upgrade; the oldest of these make room. */
    public function takeBeforeUpgrade(): ?string
    {
        $copy = $this->take('before-upgrade-' . gmdate('Ymd-His'));
        $all = glob($this->paths->backups() . '/before-upgrade-*.sqlite') ?: [];
        sort($all);
        foreach (array_slice($all, 0, -self::KEPT) as $old) {
            $this->files->remove($old);
        }
        return $copy;
    }

    /** Puts a copy in the database's place, and keeps what was there; the sidecar must be stopped. */
    public function putBack(string $copy): void
    {
        // Its user may not be able to read where FreePBX unpacked the backup.
        $near = $this->paths->data() . '/restore.sqlite';
        $this->files->write($near, (string) file_get_contents($copy));
        try {
            $this->run('restore', $near);
        } finally {
            $this->files->remove($near);
        }
    }

    private function run(string $command, string $file): void
    {
        [$code, $text] = $this->sidecar->command([$command, $file]);
        if ($code !== 0) {
            throw new \RuntimeException($text);
        }
    }
}
