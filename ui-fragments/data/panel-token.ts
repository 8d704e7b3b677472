/**
 * The panel's way in. The PBX portal links to `…/agent#token=…`: a fragment never reaches a server or its log.
 * It is kept for this tab only and taken out of the address bar at once, so that nobody copies it with the link.
 */
const storageKey = 'parley.token'

export interface TokenPlaces {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string }
  readonly history: { replaceState(data: unknown, unused: string, url: string): void }
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

/** The token of the link, else the one that this tab had before a reload; null where there is none. */
export function takeToken({ location, history, storage }: TokenPlaces): string | null {
  const fromLink = new URLSearchParams(location.hash.replace(/^#/, '')).get('token')
  if (fromLink === null || fromLink === '') return storage.getItem(storageKey)
  storage.setItem(storageKey, fromLink)
  history.replaceState(null, '', location.pathname + location.search)
  return fromLink
}

/** A newer token of the same session. */
export function keepToken(storage: TokenPlaces['storage'], token: string): void {
  storage.setItem(storageKey, token)
}

export function forgetToken(storage: TokenPlaces['storage']): void {
  storage.removeItem(storageKey)
}
