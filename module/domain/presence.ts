import type { Extension, Millis } from './ids.ts'

/** `unknown` is a legal value everywhere here: the PBX may be away, and then nothing is guessed. */
export type Registration = 'registered' | 'unregistered' | 'unknown'
export type CallState = 'idle' | 'ringing' | 'on-call' | 'on-hold' | 'unknown'
export type Dnd = 'on' | 'off' | 'unknown'

/** What the PBX knows of one extension right now. */
export interface Presence {
  readonly extension: Extension
  readonly registration: Registration
  readonly call: CallState
  readonly dnd: Dnd
  /** When any of the three last changed. */
  readonly since: Millis
}

export const unknownPresence = (extension: Extension, since: Millis): Presence => ({
  extension,
  registration: 'unknown',
  call: 'unknown',
  dnd: 'unknown',
  since,
})
