<?php

namespace FreePBX\modules\Parley;

/** Parley's share of Apply Config. A failure would stop it for the whole PBX: it is reported on the dashboard instead. */
final class ApplyConfig
{
    public function __construct(private readonly object $freepbx, private readonly Parts $parts)
    {
    }

    public function dialplan(object $ext): void
    {
        $this->attempt('dialplan', function () use ($ext): void {
            $this->parts->dialplan->emit($ext);
            $this->parts->health->reportForeignContexts($this->parts->contexts->assign());
        });
    }

    public function files(): void
    {
        $this->attempt('files', function (): void {
            $this->parts->files->makeFolders($this->parts->paths);
            $this->parts->names->write();
            $secrets = $this->parts->config->secrets();
            if ($this->parts->config->write($secrets['ami'], $secrets['ari'])) {
                $this->parts->proxy->setUp();
                $this->parts->sidecar->restart();
            }
        });
    }

    private function attempt(string $part, \Closure $work): void
    {
        $id = 'apply-' . $part;
        $notifications = $this->freepbx->Notifications;
        try {
            $work();
            $notifications->delete('parley', $id);
        } catch (\Throwable $failure) {
            Attempt::at(fn () => $notifications->add_error('parley', $id, _('Message Conversations could not be configured'), $failure->getMessage(), '', false, true));
        }
    }
}
