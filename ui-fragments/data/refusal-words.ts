import type { ProblemWire } from '../../module/contract/api/problem.ts'
import { language, words } from './words/words.ts'

/**
 * A refusal in the panel's language by its stable code. In English the server's own sentence says more, since it
 * knows the names; and so it does for a code that the catalogue lacks.
 */
export function refusalWords({ code, detail, designated }: ProblemWire): string {
  if (language() === 'en') return detail
  const refusals: Readonly<Record<string, string | ((who: string | null) => string)>> = words().refusals
  const known = Object.hasOwn(refusals, code) ? refusals[code] : undefined
  if (known === undefined) return detail
  if (typeof known === 'string') return known
  return known(designated == null ? null : `${designated.name} (${designated.extension})`)
}
