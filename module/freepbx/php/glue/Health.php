<?php

namespace FreePBX\modules\Parley;

/** What is wrong with Parley, in sentences: for the dashboard's notifications, the admin page and the console. */
final class Health
{
    private const WAIT_SECONDS = 3;

    public function __construct(
        private readonly object $freepbx,
        private readonly Accounts $accounts,
        private readonly Sidecar $sidecar,
        private readonly Settings $settings,
        private readonly Proxy $proxy
    ) {
    }

    /** @return array{state: string, sentences: list<string>} `ok`, `degraded` or `down` */
    public function look(): array
    {
        $sentences = $this->accounts->problems();
        if (!$this->sidecar->isRunning()) {
            return ['state' => 'down', 'sentences' => [...$sentences, _('Parley is not running. Start it with: fwconsole parley start')]];
        }
        $answer = $this->ask();
        if ($answer === null) {
            return ['state' => 'down', 'sentences' => [...$sentences, _('Parley was started and does not answer. Its log is parley_err.log in Asterisk’s log folder.')]];
        }
        if (($answer['status'] ?? '') !== 'ok') {
            $sentences[] = _('Parley has no connection to Asterisk yet. After an installation it gets one with the next Apply Config.');
        }
        return ['state' => $sentences === [] ? 'ok' : 'degraded', 'sentences' => $sentences];
    }

    /** Once a minute by FreePBX's jobs, and after every Apply Config. */
    public function notify(): void
    {
        ['state' => $state, 'sentences' => $sentences] = $this->look();
        $notifications = $this->freepbx->Notifications;
        if ($state === 'ok') {
            $notifications->delete('parley', 'health');
            return;
        }
        $notifications->add_error('parley', 'health', _('Message Conversations needs attention'), implode("\n", $sentences), 'config.php?display=parley', false, false);
    }

    /** @param array<string, string> $contexts by endpoint */
    public function reportForeignContexts(array $contexts): void
    {
        $notifications = $this->freepbx->Notifications;
        if ($contexts === []) {
            $notifications->delete('parley', 'contexts');
            return;
        }
        $list = implode(', ', array_map(static fn ($endpoint, string $context): string => "$endpoint ($context)", array_keys($contexts), $contexts));
        $notifications->add_notice('parley', 'contexts', _('Some endpoints have a message context of their own'), sprintf(_('Their texts do not reach Parley: %s. Empty the field "Message Context" there if they should.'), $list), '', false, true);
    }

    public function forget(): void
    {
        foreach (['health', 'contexts', 'apply-dialplan', 'apply-files'] as $id) {
            $this->freepbx->Notifications->delete('parley', $id);
        }
    }

    /** @return list<string> Commands for root; none where Apache is set up. */
    public function proxyCommands(): array
    {
        return $this->proxy->isSetUp() ? [] : $this->proxy->commands();
    }

    /** Only ever this address: FreePBX trusts whatever comes from loopback. */
    private function ask(): ?array
    {
        $context = stream_context_create(['http' => ['timeout' => self::WAIT_SECONDS, 'ignore_errors' => true, 'follow_location' => 0]]);
        $answer = @file_get_contents('http://127.0.0.1:' . $this->settings->port() . '/health/ready', false, $context);
        $health = $answer === false ? null : json_decode($answer, true);
        return is_array($health) ? $health : null;
    }
}
