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
        $parts->snapshot->take('before-restore-' . gmdate('Ymd-His'));
        $parts->files->write($parts->paths->keyFile(), (string) file_get_contents($found['parley-key']));
        $parts->snapshot->putBack($found['parley-database']);
        $parts->sidecar->start();
    }
}
