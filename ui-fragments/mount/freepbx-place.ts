/** What every panel's host element takes. */
export interface PanelElement extends HTMLElement {
  base: string
  token: string | null
}

export function createPanel(name: string, base: string | undefined): PanelElement {
  const panel = document.createElement(name) as PanelElement
  panel.base = base ?? '/parley/'
  panel.token = null
  return panel
}

/** In px: FreePBX sets its root to 10 px, and its widgets and pages give their content no height. */
export function place(host: HTMLElement, panel: HTMLElement, height: string): void {
  host.style.height = height
  host.style.minHeight = '420px'
  panel.style.height = '100%'
  host.replaceChildren(panel)
}

export function showSentence(host: HTMLElement, sentence: string): void {
  const words = document.createElement('p')
  words.className = 'alert alert-warning'
  words.setAttribute('role', 'status')
  words.textContent = sentence
  host.replaceChildren(words)
}
