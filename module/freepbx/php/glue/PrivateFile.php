<?php

namespace FreePBX\modules\Parley;

/** Files that are whole or not there, and that only Asterisk's user reads. */
final class PrivateFile
{
    public function __construct(private readonly object $config)
    {
    }

    /** Beside its place and renamed there, so that nobody reads half of it. The mode is set before there is content. */
    public function write(string $path, string $content, int $mode = 0600): void
    {
        $draft = $path . '.' . bin2hex(random_bytes(6));
        $made = @fopen($draft, 'xb');
        if ($made === false) {
            throw new \RuntimeException(sprintf(_('%s could not be written. Is there room on the disk, and may this user write there?'), $path));
        }
        $whole = chmod($draft, $mode) && fwrite($made, $content) === strlen($content) && fflush($made) && fsync($made);
        fclose($made);
        if (!$whole || !rename($draft, $path)) {
            @unlink($draft);
            throw new \RuntimeException(sprintf(_('%s could not be written to its end. Is there room on the disk?'), $path));
        }
        $this->own($path);
    }

    public function read(string $path): ?string
    {
        if (!is_file($path)) {
            return null;
        }
        $content = @file_get_contents($path);
        if ($content === false) {
            throw new \RuntimeException(sprintf(_('%s could not be read. Run: fwconsole chown parley'), $path));
        }
        return $content;
    }

    public function folder(string $path, int $mode = 0700): void
    {
        if (!is_dir($path) && !@mkdir($path, $mode, true) && !is_dir($path)) {
            throw new \RuntimeException(sprintf(_('The folder %s could not be made.'), $path));
        }
        @chmod($path, $mode);
        $this->own($path);
    }

    public function makeFolders(Paths $paths): void
    {
        foreach ([$paths->data(), $paths->spool(), $paths->spool() . '/new'] as $folder) {
            $this->folder($folder);
        }
    }

    public function remove(string $path): void
    {
        if (is_link($path) || is_file($path)) {
            if (!@unlink($path)) {
                throw new \RuntimeException(sprintf(_('%s could not be removed.'), $path));
            }
            return;
        }
        if (!is_dir($path)) {
            return;
        }
        foreach (array_diff(scandir($path) ?: [], ['.', '..']) as $name) {
            $this->remove($path . '/' . $name);
        }
        @rmdir($path);
    }

    /** fwconsole runs as root, the web interface as Asterisk's user: in the end all is the latter's. */
    public function own(string $path): void
    {
        $user = (string) $this->config->get('AMPASTERISKWEBUSER');
        $group = (string) $this->config->get('AMPASTERISKWEBGROUP');
        if (posix_geteuid() !== 0 || $user === '' || posix_getpwnam($user) === false) {
            return;
        }
        @chown($path, $user);
        if ($group !== '' && posix_getgrnam($group) !== false) {
            @chgrp($path, $group);
        }
    }
}
