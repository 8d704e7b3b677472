<?php

namespace FreePBX\modules\Parley;

/** The page in FreePBX's menu: a place for the panel, and the answers that the panel asks FreePBX for. */
final class AdminPage
{
    public const COMMANDS = ['token', 'status'];

    public function __construct(private readonly Parts $parts, private readonly string $view)
    {
    }

    public function html(): string
    {
        $strings = ['base' => '/parley/', 'ajax' => 'ajax.php?module=parley'];
        $proxy = $this->parts->health->proxyCommands();
        ob_start();
        include $this->view;
        return (string) ob_get_clean();
    }

    public function answer(array $request): array
    {
        try {
            return match ($request['command'] ?? '') {
                'token' => ['status' => true] + $this->parts->token->mint(null, ['admin'], 'admin ' . session_id(), SessionToken::panelOf($request)),
                'status' => ['status' => true] + $this->parts->health->look() + ['proxy' => $this->parts->health->proxyCommands()],
                default => ['status' => false, 'message' => _('Parley does not know this command.')],
            };
        } catch (\Throwable $failure) {
            return ['status' => false, 'message' => $failure->getMessage()];
        }
    }
}
