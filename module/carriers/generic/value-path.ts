/**
 * Where something stands in what a carrier sent: `data.attributes.from`, `To.0`, `included.*.attributes.url`; a single
 * dot is the whole. `*` stands for every item of a list. Only own properties are ever read, so nothing a carrier names
 * can reach a prototype.
 */
export interface ValuePath {
  /** `query.message`, `header.x-request-id` or `status`: of the call itself, not of what it carries. */
  readonly ofCall: boolean
  readonly steps: readonly string[]
}

const longestPath = 200
const mostSteps = 12
/** No honest message has more values in one place. */
const mostValues = 100
const step = /^[A-Za-z0-9_:@ -]{1,80}$/

/** Null for what is no path. */
export function readValuePath(text: string): ValuePath | null {
  if (text.length === 0 || text.length > longestPath) return null
  const ofCall = text.startsWith('@')
  const path = ofCall ? text.slice(1) : text
  if (path === '.') return { ofCall, steps: [] }
  const steps = path.split('.')
  if (steps.length > mostSteps || !steps.every((name) => name === '*' || step.test(name))) return null
  return { ofCall, steps }
}

/** Every value at a path, in order, up to so many; none where nothing stands. */
export function valuesAt(root: unknown, { steps }: ValuePath, most = mostValues): readonly unknown[] {
  let current: unknown[] = [root]
  for (const name of steps) {
    const next: unknown[] = []
    for (const value of current) {
      if (typeof value !== 'object' || value === null) continue
      if (name !== '*') {
        if (Object.hasOwn(value, name)) next.push(Reflect.get(value, name))
      } else if (Array.isArray(value)) {
        next.push(...value.slice(0, most))
      }
    }
    current = next.slice(0, most)
  }
  return current
}

/** A text or a number, as a text; null for everything else. */
export const plainText = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null
