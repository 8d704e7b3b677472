<?php

namespace FreePBX\modules\Parley;

foreach (['Paths', 'PrivateFile', 'Settings', 'Accounts', 'SidecarConfig', 'SessionToken', 'PortalUsers', 'NamesFile', 'Dialplan', 'MessageContexts', 'Sidecar', 'Snapshot', 'Proxy', 'Widgets', 'Health', 'Parts'] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
