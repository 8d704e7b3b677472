/**
 * Every identifier Parley handles, each its own type, made and read in this file alone.
 * A branded string is a plain string at run time; the brand only stops one id standing in for another.
 */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** One PBX. There is one today; every stored group and agent names it all the same. */
export type PbxId = Branded<'PbxId'>
/** An extension's number as the PBX writes it, `101`. */
export type Extension = Branded<'Extension'>
/** A ring group's, queue's or single extension's number, `8000`. */
export type GroupNumber = Branded<'GroupNumber'>
/** UUIDv7, as all ids below it. */
export type ConversationId = Branded<'ConversationId'>
export type MessageId = Branded<'MessageId'>
export type DecisionId = Branded<'DecisionId'>
export type OutboxId = Branded<'OutboxId'>
export type RuleId = Branded<'RuleId'>
export type CannedReplyId = Branded<'CannedReplyId'>
/** A file beside a message, or one that an agent is about to send. */
export type MediaId = Branded<'MediaId'>
/** A configured carrier account. Stands in its webhook URL, so an administrator may choose it: `twilio-main`. */
export type CarrierId = Branded<'CarrierId'>

/** UTC milliseconds. */
export type Millis = number
/** Position in the order of commits; 0 is before everything. */
export type Seq = number

export type GroupKind = 'ring-group' | 'queue' | 'extension'

/** A ring group or queue of the PBX, or one extension as a group of one. */
export interface GroupRef {
  readonly pbxId: PbxId
  readonly kind: GroupKind
  readonly number: GroupNumber
}

/** `main/queue/8000`: a group's identity as one string, for maps, tables and events. */
export type GroupKey = Branded<'GroupKey'>

const extensionShape = /^[0-9*#]{1,20}$/

export const asMediaId = (value: string): MediaId => value as MediaId
export const asPbxId = (value: string): PbxId => value as PbxId
export const asExtension = (value: string): Extension => value as Extension
export const asGroupNumber = (value: string): GroupNumber => value as GroupNumber
export const asConversationId = (value: string): ConversationId => value as ConversationId
export const asMessageId = (value: string): MessageId => value as MessageId
export const asDecisionId = (value: string): DecisionId => value as DecisionId
export const asOutboxId = (value: string): OutboxId => value as OutboxId
export const asRuleId = (value: string): RuleId => value as RuleId
export const asCannedReplyId = (value: string): CannedReplyId => value as CannedReplyId
export const asCarrierId = (value: string): CarrierId => value as CarrierId

export const isExtension = (value: string): value is Extension => extensionShape.test(value)

export const groupKey = (group: GroupRef): GroupKey =>
  `${group.pbxId}/${group.kind}/${group.number}` as GroupKey

export const asGroupKey = (value: string): GroupKey => value as GroupKey

/** The group behind a key; a key that was not made by `groupKey` is a programming error. */
export function groupOfKey(key: GroupKey): GroupRef {
  const [pbxId, kind, number] = key.split('/')
  if (pbxId === undefined || number === undefined || !isGroupKind(kind))
    throw new Error(`not a group key: ${key}`)
  return { pbxId: asPbxId(pbxId), kind, number: asGroupNumber(number) }
}

export const isGroupKind = (value: string | undefined): value is GroupKind =>
  value === 'ring-group' || value === 'queue' || value === 'extension'
