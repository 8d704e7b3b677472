import type { Condition } from './generic-schema.ts'
import { plainText, readValuePath, type ValuePath, valuesAt } from './value-path.ts'

/** What was sent, and the call that brought it. */
export interface Scope {
  readonly item: unknown
  readonly call: unknown
}

/** Paths come from configuration, so there are few; a call reads the same ones as the call before. */
const paths = new Map<string, ValuePath | null>()
const mostPaths = 2000

/** Every value at a path that may begin with `@`; none for what is no path. */
export function lookUp(scope: Scope, text: string, most?: number): readonly unknown[] {
  let path = paths.get(text)
  if (path === undefined) {
    path = readValuePath(text)
    if (paths.size < mostPaths) paths.set(text, path)
  }
  if (path === null) return []
  return valuesAt(path.ofCall ? scope.call : scope.item, path, most)
}

/** Whether a condition holds: of the values at its place one must be as it says. Plain comparisons, no patterns. */
export function holds(scope: Scope, condition: Condition): boolean {
  const values = lookUp(scope, condition.at).filter((value) => value !== null && value !== '')
  if (condition.exists !== undefined) return values.length > 0 === condition.exists
  return values.some((value) => {
    const text = typeof value === 'boolean' ? String(value) : plainText(value)
    if (text === null) return false
    if (condition.equals !== undefined) return text === String(condition.equals)
    if (condition.oneOf !== undefined) return condition.oneOf.some((one) => text === String(one))
    if (condition.startsWith !== undefined) return text.startsWith(condition.startsWith)
    return false
  })
}

export const allHold = (scope: Scope, conditions: readonly Condition[]): boolean =>
  conditions.every((condition) => holds(scope, condition))

export const anyHolds = (scope: Scope, conditions: readonly Condition[]): boolean =>
  conditions.some((condition) => holds(scope, condition))
