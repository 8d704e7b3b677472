<?php

namespace FreePBX\modules\Parley;

/** Hands Parley's dialplan file to FreePBX's generator, line by line, as the file has it. */
final class Dialplan
{
    public const TRUNK = 'parley-inbound';
    public const PHONE = 'parley-phone';

    public function __construct(private readonly Paths $paths)
    {
    }

    public function emit(object $ext): void
    {
        $ext->addGlobal('PARLEY_SPOOL', $this->paths->spool());
        foreach ($this->contexts() as $context => $lines) {
            $ext->addSectionNoCustom($context, true);
            foreach ($lines as [$pattern, $label, $application]) {
                $ext->add($context, $pattern, $label, new \extension($application));
            }
        }
    }

    /** @return array<string, list<array{string, string, string}>> By context: extension, label, application. */
    public function contexts(): array
    {
        $lines = @file($this->paths->dialplan(), FILE_IGNORE_NEW_LINES);
        if ($lines === false) {
            throw new \RuntimeException(sprintf(_('%s is missing. Install the module again.'), $this->paths->dialplan()));
        }
        $contexts = [];
        $context = $pattern = '';
        foreach ($lines as $number => $line) {
            $line = trim($line);
            if ($line === '' || $line[0] === ';') {
                continue;
            }
            if (preg_match('/^\[([\w-]+)\]$/', $line, $found) === 1) {
                $context = $found[1];
                $contexts[$context] = [];
            } elseif (preg_match('/^exten => ([^,]+),1,(.+)$/', $line, $found) === 1) {
                $pattern = $found[1];
                $contexts[$context][] = [$pattern, '', $found[2]];
            } elseif (preg_match('/^same => n(?:\((\w+)\))?,(.+)$/', $line, $found) === 1) {
                $contexts[$context][] = [$pattern, $found[1], $found[2]];
            } else {
                throw new \RuntimeException(sprintf(_('Line %d of %s can’t be understood.'), $number + 1, $this->paths->dialplan()));
            }
        }
        // FreePBX writes no context without a line in it. Nobody texts this name, and nothing happens if one does.
        foreach (array_keys($contexts, [], true) as $empty) {
            $contexts[$empty][] = ['parley-nobody', '', 'Hangup()'];
        }
        return $contexts;
    }
}
