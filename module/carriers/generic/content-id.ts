import { createHash } from 'node:crypto'
import type { Millis } from '../../domain/ids.ts'

/** More messages than any such carrier brings within its window. */
const remembered = 10_000

/**
 * Ids for messages of a carrier that gives none. A repeated delivery must have the same id, and a customer who says
 * "Yes" again later another one: so the same content within the window is one message. The window begins with the
 * first one seen; what was seen is forgotten at a restart, and then the windows of the clock decide.
 */
export function createContentIds(windowMs: number): (content: readonly unknown[], at: Millis) => string {
  const seen = new Map<string, { readonly id: string; readonly until: Millis }>()
  return (content, at) => {
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 40)
    const known = seen.get(hash)
    if (known !== undefined && at < known.until) return known.id
    const id = `${hash}-${Math.floor(at / windowMs).toString(36)}`
    // Later than the end of its window, so that a repetition just after it is still known.
    seen.delete(hash)
    seen.set(hash, { id, until: at + windowMs })
    for (const oldest of seen.keys()) {
      if (seen.size <= remembered) break
      seen.delete(oldest)
    }
    return id
  }
}
