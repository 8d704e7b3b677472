import { askFreePbx, keepPortalToken } from '../data/portal-token.ts'
import { randomId } from '../data/random-id.ts'
import { defineAdminPanel } from '../elements/define-admin.ts'
import { createPanel, place, showSentence } from './freepbx-place.ts'

// FreePBX loads this file with every page of the module; the place is there on its own page only.
const host = document.querySelector<HTMLElement>('#parley-admin')
if (host !== null) mount(host)

function mount(host: HTMLElement): void {
  defineAdminPanel()
  const panel = createPanel('parley-admin-panel', host.dataset.base)
  place(host, panel, 'calc(100vh - 190px)')
  const id = randomId()
  const stop = keepPortalToken({
    ask: () => askFreePbx(`${host.dataset.ajax ?? 'ajax.php?module=parley'}&command=token`, { panel: id }),
    onToken: (token) => {
      panel.token = token
    },
    onRefused: (sentence) => {
      if (panel.token === null) showSentence(host, sentence)
    },
  })
  addEventListener('pagehide', (event) => {
    if (!event.persisted) stop()
  })
}
