<?php

// The base classes of FreePBX's backup, and of its console, as far as the module's own classes lean on them.

namespace FreePBX\modules\Backup {
    class BackupBase
    {
        public array $files = [];
        public array $configs = [];

        public function addDependency($name)
        {
        }

        public function addFile($filename, $path, $base, $type = 'file')
        {
            $this->files[] = ['filename' => $filename, 'pathto' => $path, 'type' => $type];
        }

        public function addGarbage($path)
        {
        }

        public function addConfigs($configs)
        {
            $this->configs = $configs;
        }

        public function dumpAdvancedSettings()
        {
            return ['PARLEY_COUNTRY' => 'US'];
        }

        public function dumpKVStore()
        {
            return [];
        }
    }

    class RestoreBase
    {
        public array $said = [];

        public function __construct(public string $tmpdir, private array $files)
        {
        }

        public function getConfigs()
        {
            return ['settings' => [], 'kvstore' => []];
        }

        public function importAdvancedSettings($settings)
        {
        }

        public function importKVStore($store)
        {
        }

        public function log($text)
        {
            $this->said[] = $text;
        }

        public function getFiles()
        {
            return array_map(static fn (array $file): object => new class ($file) {
                public function __construct(private array $file)
                {
                }

                public function getPathTo()
                {
                    return $this->file['pathto'];
                }

                public function getFilename()
                {
                    return $this->file['filename'];
                }

                public function getType()
                {
                    return $this->file['type'];
                }
            }, $this->files);
        }
    }
}

namespace Symfony\Component\Console\Command {
    class Command
    {
        public function setName($name)
        {
            return $this;
        }

        public function setDescription($text)
        {
            return $this;
        }

        public function setDefinition($definition)
        {
            return $this;
        }

        public function ignoreValidationErrors()
        {
        }

        public function runWith($input, $output)
        {
            $this->configure();
            return $this->execute($input, $output);
        }
    }
}

namespace Symfony\Component\Console\Input {
    interface InputInterface
    {
    }

    class InputArgument
    {
        public const IS_ARRAY = 4;

        public function __construct($name, $mode, $description)
        {
        }
    }
}

namespace Symfony\Component\Console\Output {
    interface OutputInterface
    {
        public const OUTPUT_RAW = 2;
    }
}
