<?php

namespace FreePBX\modules\Parley;

/** What may fail without taking the rest along. */
final class Attempt
{
    /** @param string|null $sentence what to tell of a failure; null for nothing */
    public static function at(\Closure $work, ?string $sentence = null): bool
    {
        try {
            $work();
            return true;
        } catch (\Throwable $failure) {
            if ($sentence !== null) {
                out(sprintf($sentence, $failure->getMessage()));
            }
            return false;
        }
    }

    /** Says what is done, and whether it was; throws what the work threw. */
    public static function step(string $words, \Closure $work): void
    {
        outn($words . '…');
        try {
            $work();
        } catch (\Throwable $failure) {
            out(_('failed'));
            throw $failure;
        }
        out(_('done'));
    }
}
