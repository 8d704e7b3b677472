<?php

// FreePBX's own modules, as far as Parley calls them: the same methods, arguments and tables.

namespace StandIn;

final class Config
{
    public function __construct(private \PDO $database, private array $settings)
    {
    }

    public function get($key)
    {
        $rows = $this->database->prepare('SELECT value FROM freepbx_settings WHERE keyword = ?');
        $rows->execute([$key]);
        $value = $rows->fetchColumn();
        return $value === false ? ($this->settings[$key] ?? null) : $value;
    }

    public function define_conf_setting($key, $setting)
    {
        $this->database->prepare('INSERT OR IGNORE INTO freepbx_settings VALUES (?, ?, ?)')->execute([$key, $this->settings[$key] ?? $setting['value'], $setting['module']]);
    }

    public function update($key, $value)
    {
        $this->database->prepare('UPDATE freepbx_settings SET value = ? WHERE keyword = ?')->execute([$value, $key]);
    }

    public function commit_conf_settings()
    {
    }

    public function remove_module_settings($module)
    {
        $this->database->prepare('DELETE FROM freepbx_settings WHERE module = ?')->execute([$module]);
    }
}

final class Manager
{
    public function __construct(private \PDO $database)
    {
    }

    public function isExist_manager($value, $byName = false)
    {
        return $this->find($value) !== false;
    }

    public function get_manager($value, $byName = false)
    {
        return $this->find($value) ?: throw new \Exception('The manager does not exist!');
    }

    public function add_manager($name, $secret, $deny, $permit, $read, $write, $writetimeout = 100)
    {
        if ($this->find($name) !== false) {
            throw new \Exception('This manager already exists!');
        }
        $this->database->prepare('INSERT INTO manager (name, secret, deny, permit, read, write, writetimeout) VALUES (?, ?, ?, ?, ?, ?, ?)')
            ->execute([$name, $secret, $deny, $permit, $read, $write, $writetimeout]);
        return true;
    }

    public function del_manager($value, $byName = false)
    {
        $this->database->prepare('DELETE FROM manager WHERE name = ?')->execute([$value]);
        return true;
    }

    private function find($name)
    {
        $rows = $this->database->prepare('SELECT * FROM manager WHERE name = ?');
        $rows->execute([$name]);
        return $rows->fetch(\PDO::FETCH_ASSOC);
    }
}

final class Arimanager
{
    public function __construct(private \PDO $database)
    {
    }

    public function getAllUsers()
    {
        return $this->database->query('SELECT * FROM arimanager')->fetchAll(\PDO::FETCH_ASSOC);
    }

    public function addUser($name, $password, $type = 'crypt', $readonly = 1)
    {
        if (getenv('STAND_IN_ARI_FAILS') === '1') {
            throw new \Exception('ARI users can’t be made today.');
        }
        $this->database->prepare('INSERT INTO arimanager (name, password, password_format, read_only) VALUES (?, ?, ?, ?)')->execute([$name, $password, $type, $readonly]);
        return $this->database->lastInsertId();
    }

    public function deleteUser($id)
    {
        $this->database->prepare('DELETE FROM arimanager WHERE id = ?')->execute([$id]);
        return true;
    }
}

final class Userman
{
    public function __construct(private \PDO $database)
    {
    }

    public function getAllUsers()
    {
        return $this->database->query('SELECT * FROM userman_users ORDER BY id')->fetchAll(\PDO::FETCH_ASSOC);
    }

    public function getGroupByGID($gid)
    {
        return ['id' => $gid, 'users' => [7, 8]];
    }

    public function getCombinedModuleSettingByID($id, $module, $setting)
    {
        return $this->getModuleSettingByID($id, $module, $setting, true) ?? $this->getModuleSettingByGID(1, $module, $setting, true);
    }

    public function getModuleSettingByID($id, $module, $setting, $null = false)
    {
        return $this->read('userman_users_settings', 'uid', $id, $module, $setting) ?? ($null ? null : false);
    }

    public function getModuleSettingByGID($id, $module, $setting, $null = false)
    {
        return $this->read('userman_groups_settings', 'gid', $id, $module, $setting) ?? ($null ? null : false);
    }

    public function setModuleSettingByID($id, $module, $setting, $value)
    {
        return $this->store('userman_users_settings', 'uid', $id, $module, $setting, $value);
    }

    public function setModuleSettingByGID($id, $module, $setting, $value)
    {
        return $this->store('userman_groups_settings', 'gid', $id, $module, $setting, $value);
    }

    private function read($table, $owner, $id, $module, $setting)
    {
        $rows = $this->database->prepare("SELECT val, type FROM $table WHERE $owner = ? AND module = ? AND \"key\" = ?");
        $rows->execute([$id, $module, $setting]);
        $row = $rows->fetch(\PDO::FETCH_ASSOC);
        return $row === false ? null : ($row['type'] === 'json-arr' ? json_decode($row['val'], true) : $row['val']);
    }

    private function store($table, $owner, $id, $module, $setting, $value)
    {
        $this->database->prepare("DELETE FROM $table WHERE $owner = ? AND module = ? AND \"key\" = ?")->execute([$id, $module, $setting]);
        if ($value === null) {
            return true;
        }
        [$stored, $type] = is_array($value) ? [json_encode($value), 'json-arr'] : [is_bool($value) ? (int) $value : $value, null];
        $this->database->prepare("INSERT INTO $table VALUES (?, ?, ?, ?, ?)")->execute([$id, $module, $setting, $stored, $type]);
        return true;
    }
}

final class Core
{
    private ?PjsipDriver $driver = null;

    public function __construct(private \PDO $database)
    {
    }

    public function getDriver($name)
    {
        return $name === 'pjsip' ? ($this->driver ??= new PjsipDriver($this->database)) : false;
    }
}

final class PjsipDriver
{
    public array $added = [];

    public function __construct(private \PDO $database)
    {
    }

    public function addEndpoint($section, $key, $value)
    {
        $this->added[$section][$key] = $value;
    }

    public function getAllTrunks()
    {
        $trunks = [];
        foreach ($this->database->query('SELECT * FROM pjsip')->fetchAll(\PDO::FETCH_ASSOC) as $row) {
            $trunks[$row['id']][$row['keyword']] = $row['data'];
        }
        return $trunks;
    }
}

final class Sipsettings
{
    public function getConfig($key)
    {
        return $key === 'allowguest' ? 'yes' : false;
    }
}

final class Notifications
{
    public function __construct(private \PDO $database)
    {
    }

    public function add_error($module, $id, $text, $extended = '', $link = '', $reset = false, $candelete = false)
    {
        $this->add('error', $module, $id, $text, $extended);
    }

    public function add_notice($module, $id, $text, $extended = '', $link = '', $reset = false, $candelete = true)
    {
        $this->add('notice', $module, $id, $text, $extended);
    }

    public function delete($module, $id)
    {
        $this->database->prepare('DELETE FROM notifications WHERE module = ? AND id = ?')->execute([$module, $id]);
    }

    private function add($level, $module, $id, $text, $extended)
    {
        $this->delete($module, $id);
        $this->database->prepare('INSERT INTO notifications VALUES (?, ?, ?, ?, ?)')->execute([$module, $id, $level, $text, $extended]);
    }
}

final class Job
{
    public function __construct(private \PDO $database)
    {
    }

    public function addClass($module, $name, $class, $schedule)
    {
        $this->removeAllByModule($module);
        $this->database->prepare('INSERT INTO cron_jobs VALUES (?, ?, ?, ?)')->execute([$module, $name, $class, $schedule]);
    }

    public function removeAllByModule($module)
    {
        $this->database->prepare('DELETE FROM cron_jobs WHERE modulename = ?')->execute([$module]);
    }
}

/** Really runs what it is told to, by bash and without an environment, and kills what has not ended in 1.6 s. */
final class Pm2
{
    public function __construct(private \PDO $database)
    {
    }

    public function getStatus($name)
    {
        $rows = $this->database->prepare('SELECT * FROM pm2 WHERE name = ?');
        $rows->execute([$name]);
        $row = $rows->fetch(\PDO::FETCH_ASSOC);
        return $row === false ? false : ['name' => $name, 'pid' => (int) $row['pid'], 'pm2_env' => ['status' => self::isAlive((int) $row['pid']) ? 'online' : 'stopped']];
    }

    public function start($name, $script)
    {
        if (str_contains($script, ' ')) {
            throw new \Exception('pm2 takes no arguments here');
        }
        $log = dirname($script) . '/../parley_out.log';
        $pid = (int) shell_exec('env -i PATH=/usr/bin:/bin setsid bash ' . escapeshellarg($script) . ' >>' . escapeshellarg($log) . ' 2>&1 </dev/null & echo $!');
        $this->database->prepare('INSERT OR REPLACE INTO pm2 VALUES (?, ?)')->execute([$name, $pid]);
        return $this->getStatus($name);
    }

    public function stop($name)
    {
        $pid = $this->getStatus($name)['pid'];
        posix_kill($pid, SIGTERM);
        $end = microtime(true) + 1.6;
        while (self::isAlive($pid) && microtime(true) < $end) {
            usleep(20_000);
        }
        if (self::isAlive($pid)) {
            posix_kill($pid, SIGKILL);
            throw new \Exception('pm2 had to kill it');
        }
    }

    public function restart($name)
    {
        $script = \FreePBX::create()->Parley->parts()->paths->launcher();
        $this->stop($name);
        $this->start($name, $script);
    }

    public function delete($name)
    {
        $status = $this->getStatus($name);
        if ($status && $status['pm2_env']['status'] === 'online') {
            $this->stop($name);
        }
        $this->database->prepare('DELETE FROM pm2 WHERE name = ?')->execute([$name]);
    }

    private static function isAlive(int $pid): bool
    {
        $stat = @file_get_contents("/proc/$pid/stat");
        return $stat !== false && !str_contains($stat, ') Z ');
    }
}
