/** What the doctor looks at, in the order in which it is shown. Codes are stable. */
export const findingCodes = [
  'configuration',
  'sidecar',
  'ami-reachable',
  'ami-login',
  'ami-permissions',
  'ari-reachable',
  'ari-login',
  'ari-permissions',
  'asterisk-modules',
  'dialplan-hook',
  'spool-variable',
  'spool-folder',
  'spool-waiting',
  'spool-aside',
  'endpoint-contexts',
  'message-queue',
  'groups-readable',
  'clock',
  'disk-space',
  'database',
  'key-file',
  'media-folder',
  'public-url',
] as const
/** `carriers` is known to the running sidecar alone. */
export type FindingCode = (typeof findingCodes)[number] | 'carriers'

/** `unknown`: it could not be looked at, and why; never a way to say that all is well. */
export type FindingState = 'ok' | 'warn' | 'fail' | 'unknown'

export interface Finding {
  readonly code: FindingCode
  readonly state: FindingState
  /** One line: what is so, and what to do where something is wrong. */
  readonly sentence: string
  /** A command to run or lines to paste; null where there is none. */
  readonly todo: string | null
}

export interface DoctorReport {
  /** False when anything failed; warnings and what could not be looked at leave it true. */
  readonly healthy: boolean
  readonly findings: readonly Finding[]
}

export const reportOf = (findings: readonly Finding[]): DoctorReport => ({
  healthy: !findings.some(({ state }) => state === 'fail'),
  findings,
})

export const ok = (code: FindingCode, sentence: string): Finding => ({
  code,
  state: 'ok',
  sentence,
  todo: null,
})

export const warn = (code: FindingCode, sentence: string, todo: string | null = null): Finding => ({
  code,
  state: 'warn',
  sentence,
  todo,
})

export const fail = (code: FindingCode, sentence: string, todo: string | null = null): Finding => ({
  code,
  state: 'fail',
  sentence,
  todo,
})

export const unknown = (code: FindingCode, reason: string): Finding => ({
  code,
  state: 'unknown',
  sentence: reason,
  todo: null,
})
