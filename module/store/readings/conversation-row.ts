import type {
  ConversationState,
  ConversationStatus,
  DesignationCause,
  LastInbound,
} from '../../domain/conversation.ts'
import {
  asCarrierId,
  asConversationId,
  asRuleId,
  type Extension,
  type GroupKey,
  groupOfKey,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import { addressOfKey } from '../../domain/message/address.ts'
import { type Channel, channels } from '../../domain/message/message.ts'

/** A conversation as its statement gives it, its group and customer joined. */
export interface ConversationRow {
  readonly pk: number
  readonly id: string
  readonly customer_pk: number
  readonly group_pk: number
  readonly group_key: GroupKey
  readonly customer_address: string
  readonly customer_name: string | null
  readonly status: ConversationStatus
  readonly designated: Extension | null
  readonly designated_name: string | null
  readonly designated_cause: DesignationCause | null
  readonly version: number
  readonly opened_at: Millis
  readonly channels: number
  readonly last_message_seq: Seq | null
  readonly settled_seq: Seq
  readonly waiting_since: Millis | null
  readonly in_carrier_id: string | null
  readonly in_channel: Channel | null
  readonly in_did: string | null
  readonly in_sender: string | null
  readonly in_at: Millis | null
  readonly rule_id: string | null
  readonly held: number
  readonly waiting_seq: Seq | null
  readonly designated_at: Millis | null
  readonly active_at: Millis
  readonly reminded_at: Millis | null
  /** Where it goes on while it is diverted. */
  readonly continued_in: number | null
  readonly continued_in_id: string | null
}

export const conversationColumns = `
  c.pk, c.id, c.customer_pk, c.group_pk, g.pbx_id || '/' || g.kind || '/' || g.number AS group_key,
  u.address AS customer_address, u.name AS customer_name,
  c.status, c.designated, c.designated_name, c.designated_cause, c.version, c.opened_at, c.channels,
  c.last_message_seq, c.settled_seq, c.waiting_since,
  c.in_carrier_id, c.in_channel, c.in_did, c.in_sender, c.in_at, c.rule_id, c.held, c.waiting_seq, c.designated_at, c.active_at, c.reminded_at,
  c.continued_in, (SELECT id FROM conversations WHERE pk = c.continued_in) AS continued_in_id`

export const conversationTables = `conversations c
  JOIN groups g ON g.pk = c.group_pk
  JOIN customers u ON u.pk = c.customer_pk`

export function conversationState(row: ConversationRow): ConversationState {
  return {
    id: asConversationId(row.id),
    group: groupOfKey(row.group_key),
    customer: { address: addressOfKey(row.customer_address), name: row.customer_name },
    status: row.status,
    designated: row.designated,
    designatedName: row.designated_name,
    designatedCause: row.designated_cause,
    version: row.version,
    lastInbound: lastInbound(row),
    ruleId: row.rule_id === null ? null : asRuleId(row.rule_id),
    held: row.held === 1,
    waitingSince: row.waiting_since,
    activeAt: row.active_at,
    remindedAt: row.reminded_at,
    designatedAt: row.designated_at,
    continuedIn: row.continued_in_id === null ? null : asConversationId(row.continued_in_id),
  }
}

function lastInbound(row: ConversationRow): LastInbound | null {
  const { in_carrier_id, in_channel, in_did, in_sender, in_at } = row
  if (
    in_carrier_id === null ||
    in_channel === null ||
    in_did === null ||
    in_sender === null ||
    in_at === null
  )
    return null
  return {
    carrierId: asCarrierId(in_carrier_id),
    channel: in_channel,
    did: addressOfKey(in_did),
    sender: addressOfKey(in_sender),
    at: in_at,
  }
}

const channelBits: Record<Channel, number> = { sms: 1, whatsapp: 2, sip: 4 }

export const channelBit = (channel: Channel): number => channelBits[channel]

export const channelsOfBits = (bits: number): readonly Channel[] =>
  channels.filter((channel) => (bits & channelBits[channel]) !== 0)
