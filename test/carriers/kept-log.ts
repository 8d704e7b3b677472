import type { Log } from '../../module/app/ports/ambient.ts'

export interface LogLine {
  readonly level: keyof Log
  readonly facts: object
  readonly sentence: string
}

/** A log that keeps its lines, so that a test can see what was said and what was not. */
export function keptLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const keep = (level: keyof Log) => (facts: object, sentence: string) => {
    lines.push({ level, facts, sentence })
  }
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
