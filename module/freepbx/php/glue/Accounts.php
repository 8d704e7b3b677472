<?php

namespace FreePBX\modules\Parley;

/**
 * Parley's AMI and ARI users, made by FreePBX's own modules. They work after the next Apply Config. Whoever has one
 * can read the PBX's secrets, whatever its classes say: so both are bound to loopback and their secrets are random.
 */
final class Accounts
{
    public const NAME = 'parley';
    public const READ = 'system,call,agent,user';
    /** FreePBX's own form knows no class "message" and drops it when somebody saves the user there. */
    public const WRITE = 'reporting,message,agent';
    /** FreePBX's default of 100 ms ends the connection whenever the machine is busy. */
    private const WRITE_TIMEOUT_MS = 5000;

    public function __construct(private readonly object $freepbx)
    {
    }

    /** What is there already and right is kept, so that an upgrade asks for no Apply Config. */
    public function ensure(string $amiSecret, string $ariPassword): bool
    {
        $ami = $this->amiIsRight($amiSecret);
        if (!$ami) {
            $this->removeAmi();
            $this->freepbx->Manager->add_manager(
                self::NAME,
                $amiSecret,
                '0.0.0.0/0.0.0.0',
                '127.0.0.1/255.255.255.255',
                self::READ,
                self::WRITE,
                self::WRITE_TIMEOUT_MS
            );
        }
        $ari = $this->ariIsRight($ariPassword);
        if (!$ari) {
            $this->removeAri();
            $this->freepbx->Arimanager->addUser(self::NAME, $ariPassword, 'plain', 0);
        }
        return !$ami || !$ari;
    }

    public function remove(): void
    {
        $this->removeAmi();
        $this->removeAri();
    }

    /** @return list<string> Sentences about what keeps Parley from talking to Asterisk. */
    public function problems(): array
    {
        $problems = [];
        $ami = $this->amiUser();
        if ($ami === null) {
            $problems[] = _('The Asterisk Manager user "parley" is gone.');
        } elseif (!in_array('message', explode(',', (string) $ami['write']), true)) {
            $problems[] = _('The Asterisk Manager user "parley" has lost its write class "message": saving it in the web interface drops it.');
        }
        if ($this->ariUser() === null) {
            $problems[] = _('The ARI user "parley" is gone.');
        }
        if (!$this->freepbx->Config->get('HTTPENABLED')) {
            $problems[] = _('Asterisk’s HTTP server is off. Turn on "Enable the mini-HTTP Server" in Advanced Settings.');
        }
        if (!$this->freepbx->Config->get('ENABLE_ARI')) {
            $problems[] = _('ARI is off. Turn on "Enable the Asterisk REST Interface" in Advanced Settings.');
        }
        return $problems;
    }

    private function amiIsRight(string $secret): bool
    {
        $user = $this->amiUser();
        return $user !== null
            && hash_equals((string) $user['secret'], $secret)
            && $user['read'] === self::READ
            && $user['write'] === self::WRITE
            && (int) $user['writetimeout'] === self::WRITE_TIMEOUT_MS;
    }

    private function ariIsRight(string $password): bool
    {
        $user = $this->ariUser();
        return $user !== null
            && $user['password_format'] === 'plain'
            && hash_equals((string) $user['password'], $password)
            && empty($user['read_only']);
    }

    private function amiUser(): ?array
    {
        return $this->freepbx->Manager->isExist_manager(self::NAME, true)
            ? $this->freepbx->Manager->get_manager(self::NAME, true)
            : null;
    }

    private function ariUser(): ?array
    {
        foreach ($this->freepbx->Arimanager->getAllUsers() as $user) {
            if ($user['name'] === self::NAME) {
                return $user;
            }
        }
        return null;
    }

    private function removeAmi(): void
    {
        if ($this->amiUser() !== null) {
            $this->freepbx->Manager->del_manager(self::NAME, true);
        }
    }

    private function removeAri(): void
    {
        $user = $this->ariUser();
        if ($user !== null) {
            $this->freepbx->Arimanager->deleteUser($user['id']);
        }
    }
}
