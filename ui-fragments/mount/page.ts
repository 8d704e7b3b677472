import { isRenewable, keepOwnSession } from '../data/own-session.ts'
import { takeToken } from '../data/panel-token.ts'

/** What every panel's host element takes. */
interface PanelElement extends HTMLElement {
  base: string
  token: string | null
}

/**
 * Puts a panel into the `#parley` of a standalone page, which says by `data-base` where the sidecar is. A new
 * link opened in the same tab brings a new token to the panel that is there.
 */
export function mountPanel(name: string): void {
  const place = document.querySelector<HTMLElement>('#parley')
  if (place === null) throw new Error(`There is no element with the id "parley" to put <${name}> into.`)
  const panel = document.createElement(name) as PanelElement
  const token = () => takeToken({ location, history, storage: sessionStorage })
  panel.base = place.getAttribute('data-base') ?? './'
  let stop = () => {}
  const signIn = () => {
    stop()
    panel.token = token()
    if (panel.token === null || !isRenewable(panel.token)) return
    stop = keepOwnSession(panel.base, panel.token, sessionStorage, (renewed) => {
      panel.token = renewed
    })
  }
  signIn()
  addEventListener('hashchange', signIn)
  fillPage(place)
  place.replaceChildren(panel)
}

/** The page's own few rules: its policy allows no inline style, and a file for them would be one request more. */
export function fillPage(place: HTMLElement): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync('html, body { height: 100%; margin: 0 } #parley { height: 100dvh }')
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  place.removeAttribute('aria-busy')
}
