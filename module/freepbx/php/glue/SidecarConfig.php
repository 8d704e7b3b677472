<?php

namespace FreePBX\modules\Parley;

/** The sidecar's config file, with the secrets in it, and the key file that portal and sidecar share. */
final class SidecarConfig
{
    private const KEY_BYTES = 32;

    public function __construct(
        private readonly object $freepbx,
        private readonly Paths $paths,
        private readonly PrivateFile $files,
        private readonly Settings $settings
    ) {
    }

    /** @return array{ami: string, ari: string} Those of the file, else new ones. */
    public function secrets(): array
    {
        $known = $this->stored();
        return [
            'ami' => $known['pbx']['ami']['secret'] ?? bin2hex(random_bytes(24)),
            'ari' => $known['pbx']['ari']['password'] ?? bin2hex(random_bytes(24)),
        ];
    }

    /** @return bool Whether the sidecar must be restarted to see it. */
    public function write(string $amiSecret, string $ariPassword): bool
    {
        $config = $this->freepbx->Config;
        $http = ['host' => '127.0.0.1', 'port' => $this->settings->port()];
        if ($this->settings->publicUrl() !== null) {
            $http['publicUrl'] = $this->settings->publicUrl();
        }
        $content = json_encode([
            'pbx' => [
                'ami' => [
                    'host' => '127.0.0.1',
                    'port' => (int) ($config->get('ASTMANAGERPORT') ?: 5038),
                    'username' => Accounts::NAME,
                    'secret' => $amiSecret,
                ],
                'ari' => [
                    'url' => $this->ariUrl(),
                    'username' => Accounts::NAME,
                    'password' => $ariPassword,
                ],
                'spoolFolder' => $this->paths->spool(),
                'namesFile' => $this->paths->namesFile(),
            ],
            'http' => $http,
            'dataFolder' => $this->paths->data(),
            'keyFile' => $this->paths->keyFile(),
            'homeCountry' => $this->settings->country(),
        ], JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR) . "\n";
        if ($this->files->read($this->paths->configFile()) === $content) {
            return false;
        }
        $this->files->write($this->paths->configFile(), $content);
        return true;
    }

    /** 32 random bytes as hex; never made anew, since it seals what carriers entrusted. */
    public function ensureKey(): void
    {
        if ($this->files->read($this->paths->keyFile()) === null) {
            $this->files->write($this->paths->keyFile(), bin2hex(random_bytes(self::KEY_BYTES)) . "\n");
        }
    }

    /** The whole key; each use derives its own from it. */
    public function key(): string
    {
        $hex = trim((string) $this->files->read($this->paths->keyFile()));
        if (preg_match('/^[0-9a-f]{64}$/', $hex) !== 1) {
            throw new \RuntimeException(sprintf(_('The key file %s is missing or damaged. Restore it from a backup.'), $this->paths->keyFile()));
        }
        return hex2bin($hex);
    }

    private function stored(): array
    {
        $content = $this->files->read($this->paths->configFile());
        $known = $content === null ? null : json_decode($content, true);
        return is_array($known) ? $known : [];
    }

    /** FreePBX may bind Asterisk's HTTP server to one address; all of them means loopback too. */
    private function ariUrl(): string
    {
        $config = $this->freepbx->Config;
        $bound = (string) $config->get('HTTPBINDADDRESS');
        $host = in_array($bound, ['', '0.0.0.0', '::', '[::]'], true) ? '127.0.0.1' : $bound;
        $prefix = trim((string) $config->get('HTTPPREFIX'), '/');
        return 'http://' . $host . ':' . ((int) ($config->get('HTTPBINDPORT') ?: 8088)) . ($prefix === '' ? '' : '/' . $prefix);
    }
}
