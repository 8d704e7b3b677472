import { askFreePbx, keepPortalToken } from '../data/portal-token.ts'
import { randomId } from '../data/random-id.ts'
import { createPanel, type PanelElement, place, showSentence } from './freepbx-place.ts'

/*
 * FreePBX's portal joins the scripts of all modules into one and runs a minifier over it: what that can't read stops
 * the portal for everybody. So this file stays small and plain (no template strings, no regular expressions), and
 * the panel itself is a file of its own.
 *
 * There is one panel a portal page. It sits in the widget that is on the screen, and in a hidden corner while the
 * dashboard shows something else: so alerts reach the agent, and Parley knows him as reachable.
 */
interface PortalModule {
  readonly staticsettings?: { readonly allowed?: boolean; readonly base?: string }
}

declare const UCPMC: { extend(methods: Record<string, unknown>): unknown }

const panelScript = 'modules/Parley/assets/panel/freepbx-ucp-panel.js'
const badgeSelector = '.parley-badge'

let panel: PanelElement | null = null
let corner: HTMLElement | null = null

function start(settings: PortalModule['staticsettings']): void {
  if (panel !== null || settings === undefined || settings.allowed !== true) return
  const made = createPanel('parley-agent-panel', settings.base)
  panel = made
  made.addEventListener('parley-unseen', (event) => showBadge((event as CustomEvent<number>).detail))
  park()
  loadPanel()
  const id = randomId()
  keepPortalToken({
    ask: () => askFreePbx('ajax.php', { module: 'Parley', command: 'token', panel: id }),
    onToken: (token) => {
      made.token = token
    },
    onRefused: (sentence) => {
      if (made.token === null && made.parentElement !== null) showSentence(made.parentElement, sentence)
    },
  })
}

function loadPanel(): void {
  const script = document.createElement('script')
  script.src = panelScript
  document.head.append(script)
}

/** Out of sight, and still in the page. */
function park(): void {
  if (panel === null || panel.parentElement === corner) return
  if (corner === null) {
    corner = document.createElement('div')
    corner.hidden = true
    document.body.append(corner)
  }
  corner.append(panel)
}

function show(host: HTMLElement | null, height: string): void {
  if (panel !== null && host !== null && panel.parentElement !== host) place(host, panel, height)
}

/** A widget that is thrown away would take the panel along. */
function watchLeaving(): void {
  new MutationObserver(() => {
    if (panel !== null && !panel.isConnected) park()
  }).observe(document.body, { childList: true, subtree: true })
}

/** On the dashboards' tabs and on the side widget: how many conversations wait unseen. */
function showBadge(count: number): void {
  for (const old of document.querySelectorAll(badgeSelector)) old.remove()
  if (count === 0) return
  const places = document.querySelectorAll(
    '.dashboard-menu.active a, .custom-widget[data-widget_rawname="parley"] a',
  )
  for (const tab of places) {
    const badge = document.createElement('span')
    badge.className = 'parley-badge badge'
    badge.style.background = '#b8142a'
    badge.style.marginLeft = '6px'
    badge.textContent = String(count)
    tab.append(badge)
  }
}

const within = (selector: string): HTMLElement | null =>
  document.querySelector(selector.concat(' .parley-place'))

/** The portal calls this with `new`: so it is a function, not a method. */
function portalModule(): void {
  watchLeaving()
}

const methods = {
  init: portalModule,
  /** Called once when the portal is up; the settings came between this and `init`. */
  ready(this: PortalModule) {
    start(this.staticsettings)
  },
  displayWidget(this: PortalModule, widgetId: string) {
    start(this.staticsettings)
    show(within('.grid-stack-item[data-id="'.concat(widgetId, '"]')), '100%')
  },
  displaySimpleWidget(this: PortalModule, widgetId: string) {
    start(this.staticsettings)
    show(within('.widget-extra-menu[data-id="'.concat(widgetId, '"]')), 'calc(100vh - 120px)')
  },
  showDashboard(this: PortalModule) {
    start(this.staticsettings)
    if (panel !== null && !panel.isConnected) park()
  },
}

Object.assign(window, { ParleyC: UCPMC.extend(methods) })
