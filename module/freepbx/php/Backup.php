<?php

namespace FreePBX\modules\Parley;

use FreePBX\modules\Backup as Base;

/** Into FreePBX's backup: the database as of now, and the key without which its secrets can't be read. */
class Backup extends Base\BackupBase
{
    public function runBackup($id, $transaction)
    {
        $parts = \FreePBX::create()->Parley->parts();
        $this->addDependency('userman');
        $copy = $parts->snapshot->take('for-backup');
        if ($copy !== null) {
            $this->addFile(basename($copy), dirname($copy), '', 'parley-database');
            $this->addGarbage($copy);
        }
        if (is_file($parts->paths->keyFile())) {
            $this->addFile(basename($parts->paths->keyFile()), dirname($parts->paths->keyFile()), '', 'parley-key');
        }
        $this->addConfigs(['settings' => $this->dumpAdvancedSettings(), 'kvstore' => $this->dumpKVStore()]);
    }
}
