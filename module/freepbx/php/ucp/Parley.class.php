<?php

namespace UCP\Modules;

use FreePBX\modules\Parley\SessionToken;
use UCP\Modules as Modules;

/** The agent's panel in the User Control Panel: a widget and a side widget. Its page of its own is /parley/ucp. */
class Parley extends Modules
{
    protected $module = 'Parley';
    private $parley;
    private $user;

    public function __construct($Modules)
    {
        $this->Modules = $Modules;
        $this->parley = $this->UCP->FreePBX->Parley;
        $this->user = $this->UCP->User->getUser();
    }

    public function getWidgetList()
    {
        return $this->widgets(['defaultsize' => ['height' => 12, 'width' => 12], 'minsize' => ['height' => 6, 'width' => 4]]);
    }

    public function getSimpleWidgetList()
    {
        return $this->widgets([]);
    }

    public function getWidgetDisplay($id, $uuid = null)
    {
        return ['title' => _('Messages'), 'html' => '<div class="parley-place"></div>'];
    }

    public function getSimpleWidgetDisplay($id, $uuid = null)
    {
        return $this->getWidgetDisplay($id, $uuid);
    }

    public function getMenuItems()
    {
        return ['rawname' => 'parley', 'name' => _('Messages'), 'badge' => false, 'menu' => false];
    }

    public function getStaticSettings()
    {
        return ['allowed' => $this->isAllowed(), 'base' => '/parley/'];
    }

    public function ajaxRequest($command, $settings)
    {
        return $this->isAllowed() && $command === 'token';
    }

    public function ajaxHandler()
    {
        try {
            $token = $this->token($_REQUEST);
        } catch (\Throwable $failure) {
            return ['status' => false, 'message' => $failure->getMessage()];
        }
        return $token === null
            ? ['status' => false, 'message' => _('You have no extension to write from. Ask your administrator for one.')]
            : ['status' => true] + $token;
    }

    private function widgets(array $sizes): array
    {
        if (!$this->isAllowed()) {
            return [];
        }
        return [
            'rawname' => 'parley',
            'display' => _('Messages'),
            'icon' => 'fa fa-comments',
            'list' => [
                'messages' => [
                    'display' => _('Conversations'),
                    'description' => _('Customers’ messages of your ring groups and queues'),
                    'hasSettings' => false,
                    'icon' => 'fa fa-comments',
                ] + $sizes,
            ],
        ];
    }

    private function isAllowed(): bool
    {
        return is_array($this->user) && $this->parley->parts()->users->isAllowed($this->user['id']);
    }

    /** @return array{token: string, expiresAt: int}|null null for who has no extension to write from */
    private function token(array $request): ?array
    {
        $asked = $request['extension'] ?? null;
        $parts = $this->parley->parts();
        $standing = $parts->users->standingOf($this->user, is_string($asked) && $asked !== '' ? $asked : null);
        return $standing === null
            ? null
            : $parts->token->mint($standing['extension'], $standing['roles'], 'portal ' . session_id(), SessionToken::panelOf($request));
    }
}
