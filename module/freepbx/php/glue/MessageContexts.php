<?php

namespace FreePBX\modules\Parley;

/**
 * Gives every PJSIP endpoint without one a message context. Where there is none, a text runs the dialplan for
 * calls: one to a queue's number then blocks all texts of the PBX. One that somebody set is left and reported.
 */
final class MessageContexts
{
    public function __construct(private readonly object $freepbx)
    {
    }

    /** @return array<string, string> What others set, by endpoint. */
    public function assign(): array
    {
        $driver = $this->freepbx->Core->getDriver('pjsip');
        if (!is_object($driver)) {
            return [];
        }
        $foreign = [];
        foreach ($this->endpoints($driver) as $endpoint => [$wanted, $present]) {
            if ($present === '') {
                $driver->addEndpoint((string) $endpoint, 'message_context', $wanted);
            } elseif (!str_starts_with($present, 'parley-')) {
                $foreign[(string) $endpoint] = $present;
            }
        }
        return $foreign;
    }

    /** @return array<string, array{string, string}> By endpoint: the context wanted, the one it has. */
    private function endpoints(object $driver): array
    {
        $endpoints = [];
        foreach ($this->devices() as $device => $present) {
            $endpoints[$device] = [Dialplan::PHONE, $present];
        }
        foreach ($driver->getAllTrunks() ?: [] as $trunk) {
            $name = (string) ($trunk['trunk_name'] ?? '');
            // FreePBX writes no endpoint of a disabled trunk, and ours would be a broken one.
            if ($name !== '' && ($trunk['disabletrunk'] ?? '') !== 'on') {
                $endpoints[$name] = [Dialplan::TRUNK, trim((string) ($trunk['message_context'] ?? ''))];
            }
        }
        if ($this->allowsGuests()) {
            $endpoints['anonymous'] = [Dialplan::PHONE, ''];
        }
        return $endpoints;
    }

    /** @return array<string, string> The message context of each PJSIP device, '' for none. */
    private function devices(): array
    {
        $found = [];
        foreach (['devices', 'emergencydevices'] as $table) {
            try {
                $rows = $this->freepbx->Database->query(
                    "SELECT d.id AS id, a.data AS account, c.data AS context, s.data AS driver FROM $table d
                     LEFT JOIN sip a ON a.id = d.id AND a.keyword = 'account'
                     LEFT JOIN sip c ON c.id = d.id AND c.keyword = 'message_context'
                     LEFT JOIN sip s ON s.id = d.id AND s.keyword = 'sipdriver'
                     WHERE d.tech = 'pjsip'"
                )->fetchAll(\PDO::FETCH_ASSOC);
            } catch (\PDOException) {
                continue;
            }
            foreach ($rows as $row) {
                if (($row['driver'] ?? 'chan_pjsip') === 'chan_pjsip') {
                    $found[(string) ($row['account'] ?: $row['id'])] = trim((string) $row['context']);
                }
            }
        }
        return $found;
    }

    private function allowsGuests(): bool
    {
        try {
            return $this->freepbx->Sipsettings->getConfig('allowguest') === 'yes';
        } catch (\Exception) {
            return false;
        }
    }
}
