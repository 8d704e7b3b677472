import type { DialplanReading } from './dialplan.ts'

/** The contexts of FreePBX's inbound routes: the first includes those of routes with and without a caller id. */
export const didContexts = ['ext-did', 'ext-did-0001', 'ext-did-0002', 'ext-did-catchall'] as const

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
