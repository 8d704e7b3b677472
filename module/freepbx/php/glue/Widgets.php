<?php

namespace FreePBX\modules\Parley;

/**
 * Parley's widget on users' dashboards in the portal. A widget whose module is gone breaks its user's whole page in
 * some releases: so it must leave before the module does.
 */
final class Widgets
{
    private const MODULE = 'ucp|Global';
    /** How the id of a dashboard begins that we made: nobody misses it once it is empty. */
    private const OURS = 'parley-';
    private const TABLES = ['userman_users_settings' => 'uid', 'userman_template_settings' => 'tid'];

    public function __construct(private readonly object $freepbx)
    {
    }

    /** Puts the widget on the user's first dashboard, which is made where he never had one. */
    public function give(int|string $user): void
    {
        $userman = $this->freepbx->Userman;
        $dashboards = $userman->getModuleSettingByID($user, self::MODULE, 'dashboards', true);
        $dashboards = is_array($dashboards) ? $dashboards : [];
        foreach ($dashboards as $dashboard) {
            if ($this->holdsWidget($this->layout($user, $dashboard['id']))) {
                return;
            }
        }
        if ($dashboards === []) {
            $dashboards[] = ['id' => self::OURS . self::uuid(), 'name' => _('Messages')];
            $userman->setModuleSettingByID($user, self::MODULE, 'dashboards', $dashboards);
        }
        $layout = $this->layout($user, $dashboards[0]['id']);
        $layout[] = $this->widget($this->firstFreeRow($layout));
        $userman->setModuleSettingByID($user, self::MODULE, 'dashboard-layout-' . $dashboards[0]['id'], json_encode($layout, JSON_THROW_ON_ERROR));
    }

    /** Takes it from one user, or from everybody. */
    public function strip(int|string|null $user = null): int
    {
        $stripped = 0;
        foreach (self::TABLES as $table => $owner) {
            if ($user !== null && $owner !== 'uid') {
                continue;
            }
            try {
                $stripped += $this->stripTable($table, $owner, $user);
            } catch (\PDOException) {
                // Older releases have no templates.
            }
        }
        return $stripped;
    }

    private function stripTable(string $table, string $owner, int|string|null $user): int
    {
        $database = $this->freepbx->Database;
        $found = $database->prepare("SELECT $owner AS owner, `key`, val FROM $table WHERE module = ? AND `key` LIKE 'dashboard-%'");
        $found->execute([self::MODULE]);
        $update = $database->prepare("UPDATE $table SET val = ? WHERE $owner = ? AND module = ? AND `key` = ?");
        $stripped = 0;
        foreach ($found->fetchAll(\PDO::FETCH_ASSOC) as $row) {
            if ($user !== null && (string) $row['owner'] !== (string) $user) {
                continue;
            }
            $layout = json_decode((string) $row['val'], true);
            if (!is_array($layout) || !$this->holdsWidget($layout)) {
                continue;
            }
            $stripped += 1;
            $kept = array_filter($layout, static fn ($widget): bool => !self::isOurs($widget));
            if ($kept === [] && str_starts_with($row['key'], 'dashboard-layout-' . self::OURS)) {
                $this->removeDashboard($table, $owner, $row['owner'], substr($row['key'], strlen('dashboard-layout-')));
                continue;
            }
            $value = array_is_list($layout) ? array_values($kept) : (object) $kept;
            $update->execute([json_encode($value, JSON_THROW_ON_ERROR), $row['owner'], self::MODULE, $row['key']]);
        }
        return $stripped;
    }

    private function removeDashboard(string $table, string $owner, int|string $user, string $dashboard): void
    {
        $database = $this->freepbx->Database;
        $delete = $database->prepare("DELETE FROM $table WHERE $owner = ? AND module = ? AND `key` = ?");
        $delete->execute([$user, self::MODULE, 'dashboard-layout-' . $dashboard]);
        $found = $database->prepare("SELECT val FROM $table WHERE $owner = ? AND module = ? AND `key` = 'dashboards'");
        $found->execute([$user, self::MODULE]);
        $all = json_decode((string) $found->fetchColumn(), true);
        $others = array_values(array_filter(is_array($all) ? $all : [], static fn (array $one): bool => $one['id'] !== $dashboard));
        if ($others === []) {
            $delete->execute([$user, self::MODULE, 'dashboards']);
            return;
        }
        $update = $database->prepare("UPDATE $table SET val = ? WHERE $owner = ? AND module = ? AND `key` = 'dashboards'");
        $update->execute([json_encode($others, JSON_THROW_ON_ERROR), $user, self::MODULE]);
    }

    private function layout(int|string $user, string $dashboard): array
    {
        $stored = $this->freepbx->Userman->getModuleSettingByID($user, self::MODULE, 'dashboard-layout-' . $dashboard, true);
        $layout = is_string($stored) ? json_decode($stored, true) : $stored;
        return is_array($layout) ? array_values($layout) : [];
    }

    private function holdsWidget(array $layout): bool
    {
        return array_filter($layout, self::isOurs(...)) !== [];
    }

    private static function isOurs(mixed $widget): bool
    {
        return is_array($widget) && ($widget['rawname'] ?? '') === 'parley';
    }

    private function firstFreeRow(array $layout): int
    {
        return array_reduce($layout, static fn (int $row, array $widget): int => max($row, (int) ($widget['size_y'] ?? 0) + (int) ($widget['row'] ?? 0)), 0);
    }

    /** As the portal itself saves one; it is 12 columns wide. */
    private function widget(int $row): array
    {
        $id = self::uuid();
        return [
            'id' => $id,
            'widget_module_name' => _('Messages'),
            'name' => _('Conversations'),
            'rawname' => 'parley',
            'widget_type_id' => 'messages',
            'has_settings' => false,
            'size_x' => 0,
            'size_y' => $row,
            'col' => 12,
            'row' => 12,
            'locked' => false,
            'uuid' => $id,
        ];
    }

    private static function uuid(): string
    {
        $bytes = random_bytes(16);
        $bytes[6] = chr((ord($bytes[6]) & 0x0f) | 0x40);
        $bytes[8] = chr((ord($bytes[8]) & 0x3f) | 0x80);
        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
    }
}
