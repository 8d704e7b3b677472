<?php

namespace FreePBX\modules\Parley;

/** What only FreePBX's database knows: how groups, numbers, time conditions and portal users are called. */
final class NamesFile
{
    public function __construct(
        private readonly object $freepbx,
        private readonly Paths $paths,
        private readonly PrivateFile $files,
        private readonly PortalUsers $users
    ) {
    }

    public function write(): void
    {
        $content = json_encode($this->names(), JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR) . "\n";
        if ($this->files->read($this->paths->namesFile()) !== $content) {
            $this->files->write($this->paths->namesFile(), $content);
        }
    }

    public function names(): array
    {
        return [
            'groups' => array_merge(
                $this->rows('SELECT grpnum AS number, description AS name FROM ringgroups', ['kind' => 'ring-group']),
                $this->rows('SELECT extension AS number, descr AS name FROM queues_config', ['kind' => 'queue'])
            ),
            'dids' => $this->dids(),
            'timeConditions' => $this->rows('SELECT timeconditions_id AS id, displayname AS name FROM timeconditions'),
            'callFlows' => $this->rows("SELECT ext AS id, dest AS name FROM daynight WHERE dmode = 'fc_description'"),
            'portalUsers' => $this->users->all(),
        ];
    }

    /** Routes for one caller repeat the DID: the name is that of the route for everybody. */
    private function dids(): array
    {
        $names = [];
        foreach ($this->rows("SELECT extension AS did, description AS name, cidnum AS cid FROM incoming ORDER BY CASE WHEN cidnum = '' THEN 1 ELSE 0 END") as $row) {
            $did = $row['did'] === '' ? 's' : $row['did'];
            $names[$did] = ['did' => (string) $did, 'name' => $row['name']];
        }
        ksort($names, SORT_STRING);
        return array_values($names);
    }

    /** A module that is not installed has no table: then there are no names. */
    private function rows(string $sql, array $also = []): array
    {
        try {
            $rows = $this->freepbx->Database->query($sql)->fetchAll(\PDO::FETCH_ASSOC);
        } catch (\PDOException) {
            return [];
        }
        $texts = static fn (array $row): array => $also + array_map(static fn ($value): string => mb_substr((string) $value, 0, 500), $row);
        return array_map($texts, $rows);
    }
}
