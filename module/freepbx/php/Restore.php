<?php

namespace FreePBX\modules\Parley;

use FreePBX\modules\Backup as Base;

/** Key and database come back together, with the sidecar stopped; what was there is copied first. */
class Restore extends Base\RestoreBase
{
    public function runRestore()
    {
        $parts = \FreePBX::create()->Parley->parts();
        $configs = $this->getConfigs();
        $this->importAdvancedSettings($configs['settings'] ?? []);
        $this->importKVStore($configs['kvstore'] ?? []);
        $found = [];
        foreach ($this->getFiles() as $file) {
            $source = $this->tmpdir . '/files' . $file->getPathTo() . '/' . $file->getFilename();
            if (is_file($source)) {
                $found[$file->getType()] = $source;
            }
        }
        if (!isset($found['parley-database'], $found['parley-key'])) {
            $this->log(_('The backup holds no messages of Parley.'));
            return;
        }
        $parts->sidecar->stop();
        try {
            $parts->snapshot->putBack($found['parley-database']);
            $this->putKeyBack($parts, (string) file_get_contents($found['parley-key']));
        } finally {
            $parts->sidecar->start();
        }
    }

    /** The key of the database that was there is kept as that is: one can't be read without the other. */
    private function putKeyBack(Parts $parts, string $key): void
    {
        $file = $parts->paths->keyFile();
        $present = $parts->files->read($file);
        if ($present === $key) {
            return;
        }
        if ($present !== null) {
            $parts->files->folder($parts->paths->backups());
            $parts->files->write($parts->paths->backups() . '/before-restore-' . gmdate('Ymd-His') . '.key', $present);
        }
        $parts->files->write($file, $key);
    }
}
