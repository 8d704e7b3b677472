/** What a PBX's portal answers when a panel asks to be vouched for. */
export type PortalAnswer =
  | { readonly kind: 'token'; readonly token: string; readonly expiresAtMs: number }
  /** The portal knows the user and says no, or no longer knows him: asking again changes nothing. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** Nobody answered, or with nonsense. */
  | { readonly kind: 'unreachable' }

export interface PortalTokenPorts {
  ask(): Promise<PortalAnswer>
  onToken(token: string): void
  onRefused(sentence: string): void
  readonly now?: () => number
}

const firstRetryMs = 1_000
const longestRetryMs = 30_000
const shortestWaitMs = 5_000

/** Gets a token and renews it at half its life, so that one missed renewal harms nothing, until it is stopped. */
export function keepPortalToken({ ask, onToken, onRefused, now = Date.now }: PortalTokenPorts): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = firstRetryMs

  const askAgainIn = (ms: number) => {
    timer = setTimeout(() => void turn(), ms)
  }
  const turn = async () => {
    const answer = await ask()
    if (stopped) return
    switch (answer.kind) {
      case 'token':
        retryMs = firstRetryMs
        onToken(answer.token)
        askAgainIn(Math.max(shortestWaitMs, (answer.expiresAtMs - now()) / 2))
        return
      case 'refused':
        onRefused(answer.sentence)
        return
      case 'unreachable':
        askAgainIn(retryMs)
        retryMs = Math.min(retryMs * 2, longestRetryMs)
        return
      default:
        answer satisfies never
    }
  }
  void turn()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/**
 * Asks FreePBX, whose answer is `{status, token, expiresAt}` with seconds since 1970, or `{status: false, message}`.
 * The admin interface wants the referrer of its own host and says 401; the portal says 403 to strangers.
 */
export async function askFreePbx(
  url: string,
  fields: Readonly<Record<string, string>>,
): Promise<PortalAnswer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      credentials: 'same-origin',
      referrerPolicy: 'same-origin',
      headers: { accept: 'application/json' },
    })
    if (response.status === 401 || response.status === 403)
      return { kind: 'refused', sentence: signInSentence }
    const answer = (await response.json()) as Readonly<Record<string, unknown>>
    if (typeof answer.token === 'string' && typeof answer.expiresAt === 'number')
      return { kind: 'token', token: answer.token, expiresAtMs: answer.expiresAt * 1000 }
    if (answer.status === false && typeof answer.message === 'string')
      return { kind: 'refused', sentence: answer.message }
    return { kind: 'unreachable' }
  } catch {
    return { kind: 'unreachable' }
  }
}

export const signInSentence =
  'The portal does not let you in here. Sign in again; if that does not help, ask your administrator to allow you Message Conversations.'
