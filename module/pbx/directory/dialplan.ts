import type { AmiMessage } from '../ami-message.ts'
import { count, eventName, field } from '../ami-message.ts'

/** One priority of the dialplan. */
export interface DialplanStep {
  readonly extension: string
  readonly priority: number
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
        extension,
        priority: count(message, 'priority'),
        application,
        data: field(message, 'appdata') ?? '',
      })
    }
  }
  return { steps, includes }
}

/** Splits at commas outside of every `()`, `{}` and `[]`: arguments hold expressions and whole dial options. */
export function splitArguments(data: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < data.length; index++) {
    const letter = data[index]
    if (letter === '(' || letter === '{' || letter === '[') depth++
    else if (letter === ')' || letter === '}' || letter === ']') depth--
    else if (letter === ',' && depth === 0) {
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
