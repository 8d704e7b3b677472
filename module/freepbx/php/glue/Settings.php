<?php

namespace FreePBX\modules\Parley;

/** What an administrator may set, in FreePBX's Advanced Settings. */
final class Settings
{
    public const PORT = 'PARLEY_PORT';
    public const PUBLIC_URL = 'PARLEY_PUBLIC_URL';
    public const COUNTRY = 'PARLEY_COUNTRY';

    public function __construct(private readonly object $config)
    {
    }

    public function define(): void
    {
        $this->setting(self::PORT, 8077, CONF_TYPE_INT, _('Port'), _('The port on 127.0.0.1 that Parley listens on. The web server passes /parley/ on to it.'), [1024, 65535], 0);
        $this->setting(self::PUBLIC_URL, '', CONF_TYPE_TEXT, _('Public address'), _('Where carriers reach Parley from outside, such as https://pbx.example.com/parley, without a slash at the end. Carriers sign what they send with it, so it must be exactly the one entered there.'), '', 1);
        $this->setting(self::COUNTRY, 'US', CONF_TYPE_TEXT, _('Home country'), _('Two letters: the country of numbers that are written without one.'), '', 0);
        $this->config->commit_conf_settings();
    }

    public function port(): int
    {
        $port = (int) $this->config->get(self::PORT);
        return $port > 0 ? $port : 8077;
    }

    /** Null until somebody entered one that a carrier could use. */
    public function publicUrl(): ?string
    {
        $url = rtrim(trim((string) $this->config->get(self::PUBLIC_URL)), '/');
        return preg_match('#^https?://[^/]+(/.*[^/])?$#', $url) === 1 ? $url : null;
    }

    public function country(): string
    {
        $country = strtoupper(trim((string) $this->config->get(self::COUNTRY)));
        return preg_match('/^[A-Z]{2}$/', $country) === 1 ? $country : 'US';
    }

    public function forget(): void
    {
        $this->config->remove_module_settings('parley');
    }

    private function setting(string $key, int|string $usual, string $type, string $name, string $description, array|string $options, int $emptyOk): void
    {
        $this->config->define_conf_setting($key, [
            'value' => $usual,
            'defaultval' => $usual,
            'options' => $options,
            'type' => $type,
            'name' => $name,
            'description' => $description,
            'emptyok' => $emptyOk,
            'readonly' => 0,
            'hidden' => 0,
            'level' => 0,
            'module' => 'parley',
            'category' => _('Message Conversations'),
        ]);
    }
}
