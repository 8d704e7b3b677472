import type { PbxSnapshot } from '../../domain/directory/directory.ts'
import type { Extension, GroupNumber, Millis } from '../../domain/ids.ts'
import type { Unsubscribe } from './ambient.ts'

export interface LinkHealth {
  readonly ami: LinkState
  readonly ari: LinkState
}

export type LinkState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'up'; readonly since: Millis }
  /** `sentence` says what to do where a person can do something. */
  | { readonly kind: 'down'; readonly since: Millis; readonly code: LinkFault; readonly sentence: string }

export type LinkFault =
  | 'refused'
  | 'wrong-credentials'
  /** The account is logged in elsewhere, and the PBX lets nobody in twice. */
  | 'in-use'
  | 'permission'
  | 'not-booted'
  | 'lost'
  | 'timeout'
  | 'fault'

/** The PBX as its readers see it. */
export interface Pbx {
  snapshot(): PbxSnapshot
  health(): LinkHealth
  /** Called whenever `snapshot()` or `health()` gives a new value. */
  onChanged(listener: () => void): Unsubscribe
}

/** A text to or through the PBX. */
export interface SipText {
  /** A PJSIP target: `pjsip:101`, or `pjsip:PJSIP/+1954…@trunk1` by a trunk. */
  readonly to: string
  /** A SIP URI; Asterisk sends nonsense for anything else. */
  readonly from: string
  readonly text: string
}

export type SipTextOutcome =
  /** Asterisk took it. Whether the other end did, nobody says. */
  | { readonly kind: 'handed-over' }
  | { readonly kind: 'no-such-endpoint'; readonly reason: string }
  /** The link was down before anything was asked. */
  | { readonly kind: 'link-down' }
  /** The link broke or the deadline passed while Asterisk had it. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface SipMessenger {
  sendText(text: SipText): Promise<SipTextOutcome>
  /** The dialplan wrote a spool file. Only a hint: the folder is the truth. */
  onSpooled(listener: () => void): Unsubscribe
}

/** What an agent does about his place in a queue. */
export type QueueAct =
  | { readonly kind: 'pause'; readonly reason: string | null }
  | { readonly kind: 'unpause' }
  | { readonly kind: 'log-in' }
  | { readonly kind: 'log-out' }

export type QueueActOutcome =
  | { readonly kind: 'done' }
  /** Nothing changed; the reason is a sentence. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The link was down before anything was asked. */
  | { readonly kind: 'link-down' }
  /** The link broke or the deadline passed while Asterisk had it. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** The queues of the PBX, as an agent acts in them. What changes shows in the snapshot once Asterisk tells of it. */
export interface QueueDesk {
  actInQueue(extension: Extension, queue: GroupNumber, act: QueueAct): Promise<QueueActOutcome>
}

/** The phones of extensions, as they are registered now. */
export interface Phones {
  /**
   * Where a text reaches each of them, `pjsip:101/sip:101@10.0.0.5:5060`; empty where none is registered. May reject
   * while the link is down.
   */
  contactsOf(extension: Extension): Promise<readonly string[]>
}
