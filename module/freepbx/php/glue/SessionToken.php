<?php

namespace FreePBX\modules\Parley;

/**
 * Vouches for a user of the portal: claims as JSON and their HMAC-SHA256, both base64url, with a dot between. The
 * sidecar derives the same key from the same file.
 */
final class SessionToken
{
    public const LIFETIME_SECONDS = 600;
    private const PURPOSE = 'parley session token';

    public function __construct(private readonly SidecarConfig $config)
    {
    }

    /**
     * @param string|null $extension null for an administrator
     * @param list<string> $roles agent, supervisor, admin
     * @param string $session of the portal: never sent, only what is derived from it
     * @param string $panel tells the panels of one session apart
     * @return array{token: string, expiresAt: int} seconds since 1970
     */
    public function mint(?string $extension, array $roles, string $session, string $panel): array
    {
        $key = hash_hkdf('sha256', $this->config->key(), 32, self::PURPOSE, '');
        $expiresAt = time() + self::LIFETIME_SECONDS;
        $claims = json_encode([
            'sid' => substr(hash_hmac('sha256', $session . "\0" . $panel, $key), 0, 32),
            'ext' => $extension,
            'roles' => $roles,
            'exp' => $expiresAt,
        ], JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
        $body = self::base64url($claims);
        return [
            'token' => $body . '.' . self::base64url(hash_hmac('sha256', $body, $key, true)),
            'expiresAt' => $expiresAt,
        ];
    }

    /** What names one panel of a browser; anything odd is as good as nothing. */
    public static function panelOf(array $request): string
    {
        $panel = $request['panel'] ?? '';
        return is_string($panel) && preg_match('/^[\w-]{1,64}$/', $panel) === 1 ? $panel : '';
    }

    private static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
