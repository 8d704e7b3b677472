import type { Extension, GroupRef, Millis } from '../ids.ts'

/** How a queue shares out its calls, in Asterisk's words. */
export type QueueStrategy =
  | 'rrmemory'
  | 'rrordered'
  | 'leastrecent'
  | 'fewestcalls'
  | 'random'
  | 'wrandom'
  | 'linear'
  | 'ringall'

/** How a ring group shares out its calls, in FreePBX's words. */
export type RingGroupStrategy =
  | 'ringall'
  | 'ringall-prim'
  | 'ringallv2'
  | 'ringallv2-prim'
  | 'hunt'
  | 'hunt-prim'
  | 'memoryhunt'
  | 'memoryhunt-prim'
  | 'firstavailable'
  | 'firstnotonphone'
  | 'random'

export type Strategy = QueueStrategy | RingGroupStrategy

export const queueStrategies = [
  'rrmemory',
  'rrordered',
  'leastrecent',
  'fewestcalls',
  'random',
  'wrandom',
  'linear',
  'ringall',
] as const satisfies readonly QueueStrategy[]

export const ringGroupStrategies = [
  'ringall',
  'ringall-prim',
  'ringallv2',
  'ringallv2-prim',
  'hunt',
  'hunt-prim',
  'memoryhunt',
  'memoryhunt-prim',
  'firstavailable',
  'firstnotonphone',
  'random',
] as const satisfies readonly RingGroupStrategy[]

/** How an extension belongs: written in the group, logged in by itself, or merely allowed to log in. */
export type Membership = 'static' | 'dynamic' | 'allowed'

export interface Member {
  readonly extension: Extension
  /** Place in the group's own list, from 0. */
  readonly position: number
  readonly membership: Membership
  readonly penalty: number
  /** An allowed dynamic agent who is not logged in sees the group but is not designated. */
  readonly loggedIn: boolean
  readonly paused: boolean
  readonly pausedReason: string | null
  /** Last call taken from this queue, as the PBX counts; null where it never did. */
  readonly lastCallAt: Millis | null
  readonly inCall: boolean
}

/** A line of a group that names no extension of the PBX: shown, never designated. */
export interface ForeignMember {
  readonly text: string
  readonly reason: 'outside-number' | 'unknown-extension' | 'unreadable'
}

export interface Group {
  readonly ref: GroupRef
  /** Null until someone gives it one: the PBX itself keeps no names where Parley can read them. */
  readonly name: string | null
  readonly strategy: Strategy
  readonly members: readonly Member[]
  readonly foreign: readonly ForeignMember[]
}
