<?php

namespace FreePBX\Console\Command;

use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

/** fwconsole parley …: what belongs to FreePBX is done here, all else is handed to the sidecar's own command line. */
class Parley extends Command
{
    protected function configure()
    {
        $this->setName('parley')
            ->setDescription(_('Message Conversations: doctor, status, backup, link, start, stop, restart, repair, proxy'))
            ->setDefinition([new InputArgument('words', InputArgument::IS_ARRAY, _('The command and what it takes'))]);
        $this->ignoreValidationErrors();
    }

    protected function execute(InputInterface $input, OutputInterface $output)
    {
        $words = self::wordsOf($input);
        $module = \FreePBX::create()->Parley;
        $sidecar = $module->parts()->sidecar;
        try {
            switch ($words[0] ?? '') {
                case 'start':
                    $sidecar->start();
                    return 0;
                case 'stop':
                    $sidecar->stop();
                    return 0;
                case 'restart':
                    $sidecar->restart();
                    return 0;
                case 'repair':
                    return $module->install() ? 0 : 1;
                case 'proxy':
                    return $module->setUpProxy() ? 0 : 1;
                default:
                    [$code, $text] = $sidecar->command($words);
                    $output->writeln($text, OutputInterface::OUTPUT_RAW);
                    return $code;
            }
        } catch (\Throwable $failure) {
            $output->writeln($failure->getMessage(), OutputInterface::OUTPUT_RAW);
            return 1;
        }
    }

    /** As typed, options included: they are the sidecar's, and Symfony would refuse what it does not know. */
    private static function wordsOf(InputInterface $input): array
    {
        $typed = $_SERVER['argv'] ?? [];
        $at = array_search('parley', $typed, true);
        return $at === false ? (array) $input->getArgument('words') : array_slice($typed, $at + 1);
    }
}
