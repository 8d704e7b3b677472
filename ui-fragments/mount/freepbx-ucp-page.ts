import { askFreePbx, keepPortalToken } from '../data/portal-token.ts'
import { randomId } from '../data/random-id.ts'
import { defineAgentPanel } from '../elements/define-agent.ts'
import { createPanel, showSentence } from './freepbx-place.ts'
import { fillPage } from './page.ts'

/** The page to bookmark: the panel alone, for whoever is signed in to the User Control Panel. */
defineAgentPanel()
const host = document.querySelector<HTMLElement>('#parley')
if (host === null) throw new Error('There is no element with the id "parley" to put the panel into.')
mount(host)

function mount(host: HTMLElement): void {
  const panel = createPanel('parley-agent-panel', host.dataset.base)
  const id = randomId()
  const asked = new URLSearchParams(location.search).get('extension') ?? ''
  fillPage(host)
  host.replaceChildren(panel)
  keepPortalToken({
    ask: () =>
      askFreePbx('/ucp/ajax.php', { module: 'Parley', command: 'token', panel: id, extension: asked }),
    onToken: (token) => {
      panel.token = token
    },
    onRefused: (sentence) => {
      if (panel.token === null) refuse(host, sentence)
    },
  })
}

function refuse(host: HTMLElement, sentence: string): void {
  showSentence(host, sentence)
  const link = document.createElement('a')
  link.href = '/ucp/'
  link.textContent = 'Sign in to the User Control Panel'
  host.append(link)
}
