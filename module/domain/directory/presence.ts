import type { Extension, GroupNumber, Millis } from '../ids.ts'

/** `unknown` is a legal value everywhere here: the PBX may be away, and then nothing is guessed. */
export type Registration = 'registered' | 'unregistered' | 'unknown'
/** `wrap-up`: the phone is free again, but a queue grants its agent time after a call. */
export type CallState = 'idle' | 'ringing' | 'on-call' | 'on-hold' | 'wrap-up' | 'unknown'
export type Dnd = 'on' | 'off' | 'unknown'

/** What an agent says of himself at the PBX: Asterisk's presence state, with the words he put to it. */
export interface AgentStatus {
  readonly value: 'available' | 'chat' | 'away' | 'dnd' | 'xa' | 'unavailable'
  readonly subtype: string
  readonly message: string
}

/** A queue in which the agent is paused, and why. */
export interface QueuePause {
  readonly queue: GroupNumber
  readonly reason: string | null
}

/** What the PBX knows of one extension right now. */
export interface Presence {
  readonly extension: Extension
  /** From the real devices; `registered` is reachable by phone. */
  readonly registration: Registration
  readonly call: CallState
  /** When the wrap-up ends; null while there is none. */
  readonly wrapUpUntil: Millis | null
  readonly dnd: Dnd
  /** Null where none is set, or the PBX is away. */
  readonly status: AgentStatus | null
  /** The queues that he is paused in, in the order of their numbers. */
  readonly pauses: readonly QueuePause[]
  /** Asterisk started a moment ago and has not heard of the phone since: it may have gone meanwhile. */
  readonly provisional: boolean
  /** When each last changed. */
  readonly changedAt: Readonly<Record<PresenceAspect, Millis>>
  /** When any of them last changed. */
  readonly since: Millis
}

export type PresenceAspect = 'registration' | 'call' | 'dnd' | 'status' | 'pauses'

export const presenceAspects = [
  'registration',
  'call',
  'dnd',
  'status',
  'pauses',
] as const satisfies readonly PresenceAspect[]

export const unknownPresence = (extension: Extension, since: Millis): Presence => ({
  extension,
  registration: 'unknown',
  call: 'unknown',
  wrapUpUntil: null,
  dnd: 'unknown',
  status: null,
  pauses: [],
  provisional: false,
  changedAt: { registration: since, call: since, dnd: since, status: since, pauses: since },
  since,
})

/** One thing that holds of an agent and since when: why he can or can't be had. */
export type PresenceReason =
  | { readonly kind: 'pbx-unknown' | 'unregistered' | 'provisional'; readonly since: Millis }
  | { readonly kind: 'ringing' | 'on-call' | 'on-hold'; readonly since: Millis }
  | { readonly kind: 'wrap-up'; readonly since: Millis; readonly until: Millis | null }
  | { readonly kind: 'dnd'; readonly since: Millis }
  | { readonly kind: 'paused'; readonly since: Millis; readonly pause: QueuePause }
  | { readonly kind: 'status'; readonly since: Millis; readonly status: AgentStatus }

/** Everything that speaks against an idle, reachable agent; empty for such a one. */
export function presenceReasons(presence: Presence): PresenceReason[] {
  const { call, changedAt, dnd, pauses, provisional, registration, status, wrapUpUntil } = presence
  const reasons: PresenceReason[] = []
  if (registration === 'unknown') reasons.push({ kind: 'pbx-unknown', since: changedAt.registration })
  if (registration === 'unregistered') reasons.push({ kind: 'unregistered', since: changedAt.registration })
  if (provisional) reasons.push({ kind: 'provisional', since: changedAt.registration })
  if (call === 'wrap-up') reasons.push({ kind: call, since: changedAt.call, until: wrapUpUntil })
  else if (call !== 'idle' && call !== 'unknown') reasons.push({ kind: call, since: changedAt.call })
  if (dnd === 'on') reasons.push({ kind: 'dnd', since: changedAt.dnd })
  for (const pause of pauses) reasons.push({ kind: 'paused', since: changedAt.pauses, pause })
  if (status !== null && status.value !== 'available') {
    reasons.push({ kind: 'status', since: changedAt.status, status })
  }
  return reasons
}
