import type { InboundRoute } from '../../app/ports/store-requests.ts'
import type { ConversationStatus, DesignationCause, LastInbound } from '../../domain/conversation.ts'
import type { Extension, Millis, Seq } from '../../domain/ids.ts'
import { addressKey } from '../../domain/message/address.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import {
  type ConversationRow,
  channelBit,
  conversationColumns,
  conversationTables,
} from '../readings/conversation-row.ts'

/** Who is designated, and whether it is open: what `version` counts the changes of. */
export interface Standing {
  readonly status: ConversationStatus
  readonly designated: Extension | null
  readonly designatedName: string | null
  readonly designatedCause: DesignationCause | null
  readonly designatedAt: Millis | null
}

export interface ConversationTable {
  byId(id: string): ConversationRow | null
  byPk(pk: number): ConversationRow | null
  ofCustomer(customerPk: number, groupPk: number): ConversationRow | null
  /** Those whose customer wrote to this DID last; `did` as an address key. */
  ofCustomerAndDid(customerPk: number, did: string): readonly ConversationRow[]
  insert(
    id: string,
    customerPk: number,
    groupPk: number,
    at: Millis,
    status?: ConversationStatus,
  ): ConversationRow
  setStanding(pk: number, standing: Standing): void
  setActivity(pk: number, seq: Seq, at: Millis): void
  /** The customer wrote: the way back to him, and since when he waits. */
  setInbound(
    pk: number,
    seq: Seq,
    message: InboundMessage,
    state: {
      readonly waits: boolean
      /** False leaves who waits, and the way back to him, as they are. */
      readonly asks: boolean
      readonly route: InboundRoute
      readonly late: boolean
    },
  ): void
  setOutbound(pk: number, seq: Seq, channel: number, at: Millis): void
  setReminded(pk: number, at: Millis): void
  /** The way to a customer who has written nothing yet. */
  setWay(pk: number, way: Omit<LastInbound, 'at'>, at: Millis): void
  /** Nobody waits for an answer to anything up to `seq`. */
  settle(pk: number, seq: Seq): void
}

export function createConversationTable(db: Connection): ConversationTable {
  const read = <P extends unknown[]>(where: string) =>
    db.prepare<P, ConversationRow>(`SELECT ${conversationColumns} FROM ${conversationTables} WHERE ${where}`)
  const byPk = read<[number]>('c.pk = +?')
  const byId = read<[string]>('c.id = +?')
  const ofCustomer = read<[number, number]>('c.customer_pk = +? AND c.group_pk = +?')
  const ofCustomerAndDid = read<[number, string]>('c.customer_pk = +? AND c.in_did = +?')
  const insert = db.prepare<[string, number, number, ConversationStatus, Millis, Millis]>(
    'INSERT INTO conversations (id, customer_pk, group_pk, status, opened_at, active_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const setStanding = db.prepare<
    [ConversationStatus, Extension | null, string | null, DesignationCause | null, Millis | null, number]
  >(
    `UPDATE conversations
        SET status = ?, designated = ?, designated_name = ?, designated_cause = ?, designated_at = ?,
            version = version + 1
      WHERE pk = +?`,
  )
  const setActivity = db.prepare<[Seq, Millis, number]>(
    'UPDATE conversations SET activity_seq = ?, active_at = max(active_at, ?) WHERE pk = +?',
  )
  const setInbound = db.prepare(
    `UPDATE conversations
        SET activity_seq = $seq, last_message_seq = $seq, channels = channels | $channel,
            inbound_count = inbound_count + 1, active_at = max(active_at, $at),
            waiting_seq = CASE WHEN NOT $asks THEN waiting_seq WHEN $waits THEN coalesce(waiting_seq, $seq) END,
            waiting_since = CASE WHEN NOT $asks THEN waiting_since WHEN $waits THEN min(coalesce(waiting_since, $at), $at) END,
            rule_id = iif($asks, $rule, rule_id), held = iif($asks, $held, held),
            ${wayBack('in_carrier_id', '$carrier')}, ${wayBack('in_channel', '$channelName')},
            ${wayBack('in_did', '$did')}, ${wayBack('in_sender', '$sender')}, ${wayBack('in_at', '$at')}
      WHERE pk = +$pk`,
  )
  const setOutbound = db.prepare<[Seq, Seq, number, Millis, number]>(
    `UPDATE conversations
        SET activity_seq = ?, last_message_seq = ?, channels = channels | ?, active_at = max(active_at, ?)
      WHERE pk = +?`,
  )
  const setWay = db.prepare<[string, string, string, string, Millis, number]>(
    `UPDATE conversations SET in_carrier_id = ?, in_channel = ?, in_did = ?, in_sender = ?, in_at = ?
      WHERE pk = +?`,
  )
  const setReminded = db.prepare<[Millis, number]>('UPDATE conversations SET reminded_at = ? WHERE pk = +?')
  const settle = db.prepare<[Seq, number]>(
    'UPDATE conversations SET settled_seq = ?, waiting_seq = NULL, waiting_since = NULL WHERE pk = +?',
  )

  return {
    byId: (id) => byId.get(id) ?? null,
    byPk: (pk) => byPk.get(pk) ?? null,
    ofCustomer: (customerPk, groupPk) => ofCustomer.get(customerPk, groupPk) ?? null,
    ofCustomerAndDid: (customerPk, did) => ofCustomerAndDid.all(customerPk, did),
    insert(id, customerPk, groupPk, at, status = 'open') {
      const pk = Number(insert.run(id, customerPk, groupPk, status, at, at).lastInsertRowid)
      const row = byPk.get(pk)
      if (row === undefined) throw new Error('a conversation vanished as it was made')
      return row
    },
    setStanding(pk, { status, designated, designatedName, designatedCause, designatedAt }) {
      setStanding.run(status, designated, designatedName, designatedCause, designatedAt, pk)
    },
    setActivity: (pk, seq, at) => void setActivity.run(seq, at, pk),
    setInbound(pk, seq, message, { waits, asks, route, late }) {
      const at = message.receivedAt
      setInbound.run({
        pk,
        seq,
        at,
        waits: waits ? 1 : 0,
        asks: asks ? 1 : 0,
        late: late ? 1 : 0,
        channel: channelBit(message.channel),
        rule: route.ruleId,
        held: route.held === true ? 1 : 0,
        channelName: message.channel,
        carrier: message.carrierId,
        did: addressKey(message.did),
        sender: addressKey(message.sender),
      })
    },
    setOutbound: (pk, seq, channel, at) => void setOutbound.run(seq, seq, channel, at, pk),
    setReminded: (pk, at) => void setReminded.run(at, pk),
    setWay: (pk, { carrierId, channel, did, sender }, at) =>
      void setWay.run(carrierId, channel, addressKey(did), addressKey(sender), at, pk),
    settle: (pk, seq) => void settle.run(seq, pk),
  }
}

/** What was unrouted for a while comes late: it must not turn the way back to an older one. Times are whole ms. */
const wayBack = (column: string, value: string): string =>
  `${column} = iif(coalesce($asks AND in_at < $at + (NOT $late), 1), ${value}, ${column})`
