<?php

// php drive.php <folder> <module> <call> <arguments as JSON>: does one thing to the PBX in the folder, and answers
// with JSON: what came back, and what was said on the way.

require __DIR__ . '/framework.php';
require __DIR__ . '/modules.php';
require __DIR__ . '/backup.php';

[, $folder, $moduleFolder, $call, $arguments] = $argv;
$arguments = json_decode($arguments, true, 512, JSON_THROW_ON_ERROR);
$settings = json_decode(file_get_contents("$folder/settings.json"), true, 512, JSON_THROW_ON_ERROR);
$database = new PDO("sqlite:$folder/freepbx.sqlite", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$pbx = FreePBX::start($database, $settings);
require "$moduleFolder/Parley.class.php";
$module = new FreePBX\modules\Parley($pbx);
Hooks::$manifest = "$moduleFolder/module.xml";
$pbx->add('Parley', $module);
$parts = $module->parts();
$apache = new FreePBX\modules\Parley\Proxy($parts->paths, $parts->files, $parts->settings, "$folder/apache2", static function (string $command) use ($folder): bool {
    file_put_contents("$folder/commands.log", "$command\n", FILE_APPEND);
    if (str_starts_with($command, 'a2enconf')) {
        symlink("$folder/apache2/conf-available/parley.conf", "$folder/apache2/conf-enabled/parley.conf");
    }
    return !($command === 'apachectl configtest' && getenv('STAND_IN_APACHE_FAILS') === '1');
}, getenv('STAND_IN_ROOT') !== '0');
$module->usePartsOf(new FreePBX\modules\Parley\Parts($pbx, $moduleFolder, $apache));

$portal = static function (int $user) use ($pbx, $moduleFolder): object {
    $rows = array_column($pbx->Userman->getAllUsers(), null, 'id');
    $found = $rows[$user];
    $ucp = new class ($pbx, $found) {
        public object $User;

        public function __construct(public FreePBX $FreePBX, array $found)
        {
            $this->User = new class ($found) {
                public function __construct(private array $found)
                {
                }

                public function getUser()
                {
                    return $this->found;
                }
            };
        }
    };
    UCP\Modules::$portal = $ucp;
    require_once "$moduleFolder/ucp/Parley.class.php";
    return new UCP\Modules\Parley($ucp);
};

$calls = [
    'call' => static fn (string $method, ...$rest) => $module->$method(...$rest),
    'applyConfig' => static function () use ($module, $pbx, $folder): array {
        $ext = new extensions();
        $module->doDialplanHook($ext, 'asterisk', 500);
        $module->writeConfig($module->genConfig());
        // FreePBX's Manager module makes a file of each user's name, and never takes it away.
        file_put_contents("$folder/etc/parley", "[secret]\n");
        return [
            'dialplan' => $ext->generateConf(),
            'endpoints' => $pbx->Core->getDriver('pjsip')->added,
            'manager' => $pbx->Manager->get_manager('parley', true),
            'ari' => array_column($pbx->Arimanager->getAllUsers(), null, 'name')['parley'],
        ];
    },
    'ajax' => static function (array $request) use ($module): mixed {
        $_REQUEST = $request;
        $setting = [];
        return $module->ajaxRequest($request['command'], $setting) ? $module->ajaxHandler() : 'declined';
    },
    'portal' => static function (int $user, array $request) use ($portal): mixed {
        $_REQUEST = $request;
        $ucp = $portal($user);
        return $ucp->ajaxRequest($request['command'], []) ? $ucp->ajaxHandler() : 'declined';
    },
    'widgets' => static function (int $user) use ($portal): array {
        $ucp = $portal($user);
        return [$ucp->getWidgetList(), $ucp->getSimpleWidgetList(), $ucp->getStaticSettings(), $ucp->getWidgetDisplay('messages', 'u')];
    },
    'save' => static function (string $mode, int $id, array $post) use ($module): bool {
        $_POST = ['type' => $mode] + $post;
        $mode === 'user' ? (new Ucp())->updateUser($id, 'userman', []) : (new Ucp())->updateGroup($id, 'userman', []);
        return true;
    },
    'portalHook' => static function (string $calling, int $id): bool {
        (new Ucp())->$calling($id, 'userman', []);
        return true;
    },
    'start' => static fn () => FreePBX\Console\Command\Start::postAsteriskHooks(),
    'stop' => static fn () => FreePBX\Console\Command\Stop::preAsteriskHooks(),
    'chown' => static fn () => FreePBX\Console\Command\Chown::fwcChownFiles(),
    'health' => static fn () => $module->parts()->health->look(),
    'notify' => static function () use ($module): bool {
        $module->parts()->health->notify();
        return true;
    },
    'names' => static fn () => $module->parts()->names->names(),
    'snapshot' => static fn (string $name) => $module->parts()->snapshot->take($name),
    'putBack' => static function (string $copy) use ($module): bool {
        $module->parts()->sidecar->stop();
        $module->parts()->snapshot->putBack($copy);
        $module->parts()->sidecar->start();
        return true;
    },
    'backup' => static function (string $into) use ($moduleFolder): array {
        require_once "$moduleFolder/Backup.php";
        $backup = new FreePBX\modules\Parley\Backup();
        $backup->runBackup('id', 'transaction');
        foreach ($backup->files as $file) {
            @mkdir($into . '/files' . $file['pathto'], 0700, true);
            copy($file['pathto'] . '/' . $file['filename'], $into . '/files' . $file['pathto'] . '/' . $file['filename']);
        }
        return $backup->files;
    },
    'restore' => static function (string $from, array $files) use ($moduleFolder): array {
        require_once "$moduleFolder/Restore.php";
        $restore = new FreePBX\modules\Parley\Restore($from, $files);
        $restore->runRestore();
        return $restore->said;
    },
    'fwconsole' => static function (string ...$words) use ($moduleFolder): array {
        require_once "$moduleFolder/Console/Parley.class.php";
        $_SERVER['argv'] = ['fwconsole', 'parley', ...$words];
        $input = new class implements Symfony\Component\Console\Input\InputInterface {
        };
        $output = new class implements Symfony\Component\Console\Output\OutputInterface {
            public string $text = '';

            public function writeln($text, $options = 0)
            {
                $this->text .= $text . "\n";
            }
        };
        $code = (new FreePBX\Console\Command\Parley())->runWith($input, $output);
        return ['code' => $code, 'text' => $output->text];
    },
    'cli' => static fn (string ...$words) => $module->parts()->sidecar->command($words),
    'page' => static function () use ($module): string {
        // What the page's own init prints, or the framework's complaint that there is none, comes before the page.
        ob_start();
        if (method_exists($module, 'doConfigPageInit')) {
            $module->doConfigPageInit('parley');
        } else {
            echo 'This page has no doConfigPageInit.';
        }
        return ob_get_clean() . $module->showPage();
    },
    'configPage' => static fn (string $mode, array $user) => (new Ucp())->constructModuleConfigPages($mode, $user, 'showuser')[0]['content'],
];

try {
    $answer = ['value' => $calls[$call](...$arguments)];
} catch (Throwable $failure) {
    $answer = ['failure' => $failure->getMessage()];
}
echo json_encode($answer + ['said' => FreePBX::$said], JSON_THROW_ON_ERROR);
