/** Where the sidecar is, from a panel's `base` attribute: a folder, relative to the page or whole. */
export const panelBase = (base: string): URL =>
  new URL(base.endsWith('/') ? base : `${base}/`, document.baseURI)

/** The socket beside it, by TLS where the page is. */
export function liveUrl(base: URL): string {
  const live = new URL('live', base)
  live.protocol = live.protocol === 'https:' ? 'wss:' : 'ws:'
  return live.href
}

/** Listens until the returned function is called. */
export function listen(target: EventTarget, type: string, listener: (event: Event) => void): () => void {
  target.addEventListener(type, listener)
  return () => target.removeEventListener(type, listener)
}
