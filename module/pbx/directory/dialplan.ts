import type { AmiMessage } from '../ami-message.ts'
import { count, eventName, field } from '../ami-message.ts'

/** One priority of the dialplan. */
export interface DialplanStep {
  readonly context: string
  readonly extension: string
  readonly priority: number
  /** Empty where it has none. */
  readonly label: string
  readonly application: string
  readonly data: string
}

/** A `ShowDialPlan` answer for one context: its steps in order, and the contexts it includes. */
export interface DialplanReading {
  readonly steps: readonly DialplanStep[]
  readonly includes: readonly string[]
}

export function readDialplan(answer: readonly AmiMessage[]): DialplanReading {
  const steps: DialplanStep[] = []
  const includes: string[] = []
  for (const message of answer) {
    if (eventName(message) !== 'listdialplan') continue
    const included = field(message, 'includecontext')
    const extension = field(message, 'extension')
    const application = field(message, 'application')
    if (included !== undefined) includes.push(included)
    // A hint is listed as an extension without an application.
    else if (extension !== undefined && application !== undefined) {
      steps.push({
        context: field(message, 'context') ?? '',
        extension,
        priority: count(message, 'priority'),
        label: field(message, 'extensionlabel') ?? '',
        application,
        data: field(message, 'appdata') ?? '',
      })
    }
  }
  return { steps, includes }
}

/** The steps of each extension that is a plain number, in the order of their priorities. */
export function stepsByNumber(steps: readonly DialplanStep[]): Map<string, DialplanStep[]> {
  const byNumber = new Map<string, DialplanStep[]>()
  for (const step of steps) {
    if (!/^\d{1,20}$/.test(step.extension)) continue
    const own = byNumber.get(step.extension)
    if (own === undefined) byNumber.set(step.extension, [step])
    else own.push(step)
  }
  for (const own of byNumber.values()) own.sort((a, b) => a.priority - b.priority)
  return byNumber
}

/** Splits at commas outside of every `()`, `{}` and `[]`: arguments hold expressions and whole dial options. */
export const splitArguments = (data: string): string[] => splitOutside(data, ',')

/** Splits at a letter that is not within brackets. */
export function splitOutside(data: string, separator: ',' | '&'): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < data.length; index++) {
    const letter = data[index]
    if (letter === '(' || letter === '{' || letter === '[') depth++
    else if (letter === ')' || letter === '}' || letter === ']') depth--
    else if (letter === separator && depth === 0) {
      parts.push(data.slice(start, index))
      start = index + 1
    }
  }
  parts.push(data.slice(start))
  return parts
}

/**
 * What a subroutine is called with, in either release's way: `Gosub(macro-dial,s,1(20,…))` and
 * `Macro(dial,20,…)` both give `{ name: 'dial', parameters: ['20', …] }`; null for any other step.
 */
export function subroutineCall(step: DialplanStep): { name: string; parameters: string[] } | null {
  const parts = splitArguments(step.data)
  const application = step.application.toLowerCase()
  if (application === 'macro') {
    const [name, ...parameters] = parts
    return name === undefined ? null : { name, parameters }
  }
  if (application !== 'gosub') return null
  const name = parts[0]?.startsWith('macro-') ? parts[0].slice('macro-'.length) : undefined
  const called = /^[^(]*\((.*)\)$/s.exec(parts.slice(2).join(','))?.[1]
  return name === undefined || called === undefined ? null : { name, parameters: splitArguments(called) }
}
