import type { DialplanReading } from './dialplan.ts'

/** The context of FreePBX's inbound routes, which includes others: of routes with a caller id, without, for all. */
export const didContext = 'ext-did'
/** Those that it includes, in the order in which FreePBX writes them. */
const usualDidContexts = ['ext-did-0001', 'ext-did-0002', 'ext-did-catchall'] as const

/** The contexts to read after `ext-did`: FreePBX's usual ones, and others of their kind that it includes. */
export const includedDidContexts = ({ includes }: DialplanReading): string[] => [
  ...new Set([...usualDidContexts, ...includes.filter((context) => /^ext-did-[\w-]+$/.test(context))]),
]

/**
 * The business numbers of the inbound routes as the PBX writes them, patterns included, each once. A route for
 * one caller shows as `6313808000/+1954…` or as a repetition; catch-alls (`s`, `_.`, `_X!`) name no number.
 */
export function readDids(contexts: readonly DialplanReading[]): string[] {
  const dids = contexts
    .flatMap((context) => context.steps)
    .map((step) => step.extension.split('/', 1)[0] ?? '')
    .filter(isNumber)
  return [...new Set(dids)]
}

/** At least two digits, so that neither special extensions nor catch-all patterns pass. */
const isNumber = (extension: string): boolean =>
  /^(\+?[\d*#]+|_[+\dXZN.!*#[\]-]+)$/.test(extension) && (extension.match(/\d/g) ?? []).length >= 2
