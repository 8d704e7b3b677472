import { asCarrierId, type CarrierId, type GroupRef, type Millis } from '../../domain/ids.ts'
import { type Address, addressKey, addressOfKey } from '../../domain/message/address.ts'
import type { Channel, InboundMessage } from '../../domain/message/message.ts'
import type { SendWay, TakenWay } from '../../domain/message/send-window.ts'
import type { Connection } from '../database/connection.ts'
import type { ConversationRow } from '../readings/conversation-row.ts'
import type { GroupTable } from './group-table.ts'

/** The ways by which customers wrote, and by which groups were texted. */
export interface WayTable {
  taken(conversation: ConversationRow, message: InboundMessage): void
  takenWays(conversationId: string): readonly TakenWay[]
  groupWays(group: GroupRef): readonly SendWay[]
}

interface WayRow {
  carrier_id: string
  channel: Channel
  did: string
}

export function createWayTable(db: Connection, groups: GroupTable): WayTable {
  const upsert = db.prepare<[number, Channel, string, CarrierId, string, Millis]>(
    `INSERT INTO conversation_ways (conversation_pk, channel, did, carrier_id, sender, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (conversation_pk, channel, did) DO UPDATE SET
       carrier_id = excluded.carrier_id, sender = excluded.sender, at = excluded.at
     WHERE excluded.at >= conversation_ways.at`,
  )
  const ofGroup = db.prepare<[number, CarrierId, Channel, string]>(
    'INSERT INTO group_ways (group_pk, carrier_id, channel, did) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const takenWays = db.prepare<[string], WayRow & { sender: string; at: Millis }>(
    `SELECT w.carrier_id, w.channel, w.did, w.sender, w.at
       FROM conversations me
       JOIN conversations c ON c.customer_pk = me.customer_pk
       JOIN conversation_ways w ON w.conversation_pk = c.pk
      WHERE me.id = +?`,
  )
  const groupWays = db.prepare<[number], WayRow>(
    'SELECT carrier_id, channel, did FROM group_ways WHERE group_pk = +?',
  )
  const wayOf = ({ carrier_id, channel, did }: WayRow): SendWay => ({
    carrierId: asCarrierId(carrier_id),
    channel,
    did: addressOfKey(did),
  })
  const key = (address: Address) => addressKey(address)

  return {
    taken({ pk, group_pk }, { carrierAt, carrierId, channel, content, did, sender, receivedAt }) {
      // The carrier's own notices are not the customer's words.
      if (content.kind === 'carrier-notice') return
      // A carrier counts its window from when it got the message, however late it brings it.
      const at = Math.min(carrierAt ?? receivedAt, receivedAt)
      upsert.run(pk, channel, key(did), carrierId, key(sender), at)
      ofGroup.run(group_pk, carrierId, channel, key(did))
    },
    takenWays(conversationId) {
      const latest = new Map<string, TakenWay>()
      for (const row of takenWays.all(conversationId)) {
        const place = `${row.channel} ${row.did}`
        const known = latest.get(place)
        if (known === undefined || known.at < row.at)
          latest.set(place, { ...wayOf(row), sender: addressOfKey(row.sender), at: row.at })
      }
      return [...latest.values()].sort((a, b) => b.at - a.at)
    },
    groupWays(group) {
      const pk = groups.find(group)
      return pk === null ? [] : groupWays.all(pk).map(wayOf)
    },
  }
}
