<?php

// What the module meets of FreePBX's framework, in our own words: enough to install, drive and remove it. Its state
// is one SQLite file, so that each run of PHP finds the same PBX, as each request of a web server does.

namespace {
    define('CONF_TYPE_INT', 'int');
    define('CONF_TYPE_TEXT', 'text');
    define('CONF_TYPE_BOOL', 'bool');

    // FreePBX makes an exception of every warning that is not silenced.
    error_reporting(E_ALL);
    set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
        if ((error_reporting() & $level) !== 0) {
            throw new ErrorException($message, 0, $level, $file, $line);
        }
        return true;
    });

    if (!function_exists('_')) {
        function _(string $text): string
        {
            return $text;
        }
    }

    function out(string $text): void
    {
        FreePBX::$said .= $text . "\n";
    }

    function outn(string $text): void
    {
        FreePBX::$said .= $text;
    }

    function needreload(): void
    {
        FreePBX::create()->Database->exec("INSERT OR REPLACE INTO admin (variable, value) VALUES ('need_reload', 'true')");
    }

    interface BMO
    {
        public function install();
        public function uninstall();
    }

    class FreePBX_Helpers
    {
        public function getConfig($key, $id = 'noid')
        {
            $rows = FreePBX::create()->Database->prepare('SELECT val FROM kvstore WHERE module = ? AND "key" = ? AND id = ?');
            $rows->execute([static::class, $key, $id]);
            $value = $rows->fetchColumn();
            return $value === false ? false : json_decode($value, true);
        }

        public function setConfig($key, $value = false, $id = 'noid')
        {
            $database = FreePBX::create()->Database;
            $database->prepare('DELETE FROM kvstore WHERE module = ? AND "key" = ? AND id = ?')->execute([static::class, $key, $id]);
            if ($value !== false) {
                $database->prepare('INSERT INTO kvstore VALUES (?, ?, ?, ?)')->execute([static::class, $key, json_encode($value), $id]);
            }
            return true;
        }

        public function deleteAll()
        {
            FreePBX::create()->Database->prepare('DELETE FROM kvstore WHERE module = ?')->execute([static::class]);
        }
    }

    class FreePBX
    {
        public static string $said = '';
        private static ?FreePBX $only = null;
        private array $parts = [];

        public static function start(PDO $database, array $settings): FreePBX
        {
            $pbx = self::$only = new self();
            $pbx->parts = [
                'Database' => $database,
                'Config' => new StandIn\Config($database, $settings),
                'Manager' => new StandIn\Manager($database),
                'Arimanager' => new StandIn\Arimanager($database),
                'Userman' => new StandIn\Userman($database),
                'Core' => new StandIn\Core($database),
                'Sipsettings' => new StandIn\Sipsettings(),
                'Notifications' => new StandIn\Notifications($database),
                'Job' => new StandIn\Job($database),
                'Pm2' => new StandIn\Pm2($database),
            ];
            return $pbx;
        }

        public static function create(): FreePBX
        {
            return self::$only ?? throw new Exception('start first');
        }

        public function add(string $name, object $part): void
        {
            $this->parts[$name] = $part;
        }

        public function __get(string $name)
        {
            return $this->parts[$name] ?? throw new Exception("this PBX has no $name");
        }
    }

    /**
     * Finds the methods that modules asked to be called, as the framework does: by the full name of the class that
     * calls. Whoever spells it wrong is never called and never told.
     */
    class Hooks
    {
        public static string $manifest = '';

        public static function from(string $class, string $calling, mixed ...$arguments): array
        {
            $answers = [];
            foreach (simplexml_load_file(self::$manifest)->hooks->children() as $target) {
                $named = ltrim(((string) $target['namespace']) . '\\' . $target['class'], '\\');
                foreach ($target->method as $method) {
                    if ($named === $class && (string) $method['callingMethod'] === $calling) {
                        $answers[] = FreePBX::create()->{(string) $method['class']}->{(string) $method}(...$arguments);
                    }
                }
            }
            return $answers;
        }
    }

    /** The portal's own class: the one of FreePBX 17 stands in no namespace. */
    class Ucp
    {
        public function constructModuleConfigPages($mode, $user, $action)
        {
            return array_merge(...Hooks::from(self::class, __FUNCTION__, $mode, $user, $action));
        }

        public function addUser($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, true, $data);
        }

        public function updateUser($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, true, $data);
        }

        public function delUser($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, false, $data);
        }

        public function addGroup($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, false, $data);
        }

        public function updateGroup($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, false, $data);
        }

        public function delGroup($id, $display, $data)
        {
            Hooks::from(self::class, __FUNCTION__, $id, $display, false, $data);
        }
    }

    class extension
    {
        public function __construct(private string $line)
        {
        }

        public function output()
        {
            return $this->line;
        }
    }

    /** Writes extensions_additional.conf. */
    class extensions
    {
        private array $globals = [];
        private array $contexts = [];
        private array $bare = [];

        public function addGlobal($name, $value)
        {
            $this->globals[$name] = $value;
        }

        public function addSectionNoCustom($context, $bare)
        {
            $this->bare[$context] = $bare;
        }

        public function add($context, $exten, $tag, $command)
        {
            $this->contexts[$context][$exten][] = [$tag, $command];
        }

        public function generateConf()
        {
            $conf = "[globals]\n";
            foreach ($this->globals as $name => $value) {
                $conf .= "$name = $value\n";
            }
            foreach ($this->contexts as $context => $extens) {
                $conf .= "\n[$context]\n" . (($this->bare[$context] ?? false) ? '' : "include => $context-custom\n");
                foreach ($extens as $exten => $lines) {
                    foreach ($lines as $index => [$tag, $command]) {
                        $conf .= "exten => $exten," . ($index === 0 ? '1' : 'n') . ($tag ? "($tag)" : '') . ',' . $command->output() . "\n";
                    }
                }
            }
            return $conf;
        }
    }
}

namespace UCP {
    #[\AllowDynamicProperties]
    class Modules
    {
        public static object $portal;

        public function __get($name)
        {
            return $name === 'UCP' ? self::$portal : throw new \Exception("the portal has no $name");
        }
    }
}

namespace FreePBX\Console\Command {
    class Start
    {
        public static function postAsteriskHooks(): array
        {
            return \Hooks::from(self::class, __FUNCTION__, null);
        }
    }

    class Stop
    {
        public static function preAsteriskHooks(): array
        {
            return \Hooks::from(self::class, __FUNCTION__, null);
        }
    }

    class Chown
    {
        public static function fwcChownFiles(): array
        {
            return \Hooks::from(self::class, __FUNCTION__)[0] ?? [];
        }
    }
}
