import { forgetToken, keepToken, type TokenPlaces } from './panel-token.ts'
import { keepPortalToken, type PortalAnswer } from './portal-token.ts'

/** Whether a token is of a session that its holder renews himself, rather than the PBX's portal. */
export function isRenewable(token: string): boolean {
  try {
    const [claims = ''] = token.split('.')
    const read: unknown = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
    return typeof read === 'object' && read !== null && 'end' in read
  } catch {
    return false
  }
}

/** Renews a session's token for as long as the session lasts; gives what stops it. */
export function keepOwnSession(
  base: string,
  token: string,
  storage: TokenPlaces['storage'],
  onToken: (token: string) => void,
): () => void {
  let current = token
  return keepPortalToken({
    ask: () => renew(base, current),
    onToken: (renewed) => {
      current = renewed
      keepToken(storage, renewed)
      onToken(renewed)
    },
    onRefused: () => forgetToken(storage),
  })
}

async function renew(base: string, token: string): Promise<PortalAnswer> {
  try {
    const answer = await fetch(new URL('api/v1/session/renew', new URL(base, document.baseURI)), {
      method: 'POST',
      headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      credentials: 'omit',
    })
    const body = (await answer.json()) as Readonly<Record<string, unknown>>
    if (answer.ok && typeof body.token === 'string' && typeof body.expiresAt === 'string')
      return { kind: 'token', token: body.token, expiresAtMs: Date.parse(body.expiresAt) }
    if (answer.status === 401 || answer.status === 403)
      return { kind: 'refused', sentence: String(body.detail ?? '') }
    return { kind: 'unreachable' }
  } catch {
    return { kind: 'unreachable' }
  }
}
