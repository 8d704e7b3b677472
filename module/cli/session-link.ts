import { randomUUID } from 'node:crypto'
import type { Role } from '../app/people/access.ts'
import { signToken } from '../app/people/session-token.ts'

interface SessionLink {
  readonly token: string
  /** Opens the panel signed in. The token stands after the #, which no server and no log ever sees. */
  readonly link: string
}

/** Signs somebody in without the PBX's portal: for the sample PBX, and for an administrator at the console. */
export function sessionLink(options: {
  readonly tokenKey: Uint8Array
  readonly url: string
  readonly page: 'agent' | 'admin'
  readonly extension: string | null
  readonly roles: readonly Role[]
  readonly hours: number
}): SessionLink {
  const exp = Math.floor(Date.now() / 1000) + options.hours * 3600
  const token = signToken(options.tokenKey, {
    sid: randomUUID(),
    ext: options.extension,
    roles: options.roles,
    exp,
  })
  return { token, link: `${options.url}/${options.page}#token=${token}` }
}

/**
 * A link that opens one session, the first time it is opened and never again. The sign-in page exchanges what stands
 * after the # for a session's token.
 */
export function oneTimeLink(options: {
  readonly tokenKey: Uint8Array
  readonly url: string
  readonly extension: string | null
  readonly roles: readonly Role[]
  /** How long it waits to be opened. */
  readonly hours: number
}): string {
  const link = signToken(options.tokenKey, {
    sid: randomUUID(),
    ext: options.extension,
    roles: options.roles,
    exp: Math.floor(Date.now() / 1000) + options.hours * 3600,
    use: 'link',
  })
  return `${options.url}/sign-in#link=${link}`
}
