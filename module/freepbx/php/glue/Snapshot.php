<?php

namespace FreePBX\modules\Parley;

/** Whole copies of the database, taken while it is in use. */
final class Snapshot
{
    private const KEPT = 3;

    public function __construct(private readonly Paths $paths, private readonly PrivateFile $files)
    {
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
        $words = [$this->paths->node(), '--disable-warning=ExperimentalWarning', $this->paths->module . '/glue/snapshot.mjs', $this->paths->database(), $target];
        exec(implode(' ', array_map('escapeshellarg', $words)) . ' 2>&1', $lines, $code);
        if ($code !== 0) {
            throw new \RuntimeException(sprintf(_('The database could not be copied: %s'), trim(implode(' ', $lines))));
        }
        chmod($target, 0600);
        $this->files->own($target);
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

    /** Puts a copy in the database's place; the sidecar must be stopped. */
    public function putBack(string $copy): void
    {
        foreach (['', '-wal', '-shm'] as $suffix) {
            $this->files->remove($this->paths->database() . $suffix);
        }
        if (!copy($copy, $this->paths->database())) {
            throw new \RuntimeException(sprintf(_('%s could not be put in place.'), $copy));
        }
        chmod($this->paths->database(), 0600);
        $this->files->own($this->paths->database());
    }
}
