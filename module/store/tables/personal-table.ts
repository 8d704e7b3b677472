import type { PersonalState, Reader, UnreadTotals } from '../../app/ports/stored.ts'
import type { Extension, Seq } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

/**
 * What each agent has read, muted and pinned. Unread messages are a difference of two counts: those that came to
 * the conversation, and those up to where he read or to where it was closed last, whichever is further. Mentions
 * are counted as they are given, and counted anew from an index when he reads or gets more of them at once.
 */
export interface PersonalTable {
  of(reader: Reader, conversationId: string): PersonalState | null
  read(reader: Reader, conversationPk: number): PersonalState
  /** Reads up to `seq`; gives false when he had read that far. */
  markRead(reader: Reader, conversationPk: number, seq: Seq): boolean
  /** A message or note mentions him. */
  addMention(reader: Reader, conversationPk: number): void
  /** Messages that mentioned nobody mention him now. */
  recountMentions(reader: Reader, conversationPk: number): void
  /** Whoever closes a conversation has dealt with it for all: nothing in it is unread. */
  closed(conversationPk: number, seq: Seq): void
  setPreferences(reader: Reader, conversationPk: number, muted: boolean, pinned: boolean): void
  pinned(reader: Reader, limit: number): readonly number[]
  totals(reader: Reader, groupPks: readonly number[]): UnreadTotals
}

interface Counts {
  inbound_count: number
  closed_inbound: number
  closed_seq: Seq
  read_seq: Seq | null
  read_inbound: number | null
  mentions: number | null
  muted: number | null
  pinned: number | null
}

type Key = [string, Extension, number]

export function createPersonalTable(db: Connection): PersonalTable {
  const select = <P extends unknown[]>(where: string) =>
    db.prepare<P, Counts>(
      `SELECT c.inbound_count, c.closed_inbound, c.closed_seq,
              a.read_seq, a.read_inbound, a.mentions, a.muted, a.pinned
         FROM conversations c LEFT JOIN agent_conversations a
           ON a.pbx_id = +? AND a.extension = +? AND a.conversation_pk = c.pk
        WHERE ${where}`,
    )
  const byPk = select<Key>('c.pk = +?')
  const byId = select<[string, Extension, string]>('c.id = +?')
  const ensure = db.prepare<Key>(
    'INSERT OR IGNORE INTO agent_conversations (pbx_id, extension, conversation_pk) VALUES (?, ?, ?)',
  )
  const mine = 'WHERE pbx_id = +? AND extension = +? AND conversation_pk = +?'
  const setRead = db.prepare<[Seq, number, number, ...Key]>(
    `UPDATE agent_conversations SET read_seq = ?, read_inbound = ?, mentions = ? ${mine}`,
  )
  const setMentions = db.prepare<[number, ...Key]>(`UPDATE agent_conversations SET mentions = ? ${mine}`)
  const addMention = db.prepare<Key>(
    `INSERT INTO agent_conversations (pbx_id, extension, conversation_pk, mentions) VALUES (?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET mentions = mentions + 1`,
  )
  const setPreferences = db.prepare<[number, number, ...Key]>(
    `UPDATE agent_conversations SET muted = ?, pinned = ? ${mine}`,
  )
  const countInbound = db
    .prepare<[number, Seq, Seq], number>(
      `SELECT count(*) FROM messages
        WHERE conversation_pk = +? AND direction = 'in' AND seq > +? AND seq <= +?`,
    )
    .pluck()
  const countMentions = db
    .prepare<[number, Extension, Seq, number, Extension, Seq], number>(
      `SELECT (SELECT count(*) FROM messages WHERE conversation_pk = +? AND mention = +? AND seq > +?)
            + (SELECT count(*) FROM note_mentions WHERE conversation_pk = +? AND extension = +? AND seq > +?)`,
    )
    .pluck()
  const close = db.prepare<[Seq, number]>(
    'UPDATE conversations SET closed_seq = ?, closed_inbound = inbound_count WHERE pk = +?',
  )
  const forgetMentions = db.prepare<[number]>(
    'UPDATE agent_conversations SET mentions = 0 WHERE conversation_pk = +? AND mentions > 0',
  )
  const pinned = db
    .prepare<[string, Extension, number], number>(
      `SELECT conversation_pk FROM agent_conversations
        WHERE pbx_id = +? AND extension = +? AND pinned = 1 LIMIT +?`,
    )
    .pluck()
  const unread = db.prepare<[string, Extension, number], { conversations: number; messages: number | null }>(
    `SELECT count(*) AS conversations,
            sum(c.inbound_count - max(c.closed_inbound, coalesce(a.read_inbound, 0))) AS messages
       FROM conversations c LEFT JOIN agent_conversations a
         ON a.pbx_id = +? AND a.extension = +? AND a.conversation_pk = c.pk
      WHERE c.group_pk = +? AND c.status = 'open' AND c.inbound_count > c.closed_inbound
        AND c.inbound_count > coalesce(a.read_inbound, 0) AND coalesce(a.muted, 0) = 0`,
  )
  const mentioning = db.prepare<[string, Extension], { group_pk: number; mentions: number }>(
    `SELECT c.group_pk, a.mentions FROM agent_conversations a JOIN conversations c ON c.pk = a.conversation_pk
      WHERE a.pbx_id = +? AND a.extension = +? AND a.mentions > 0`,
  )

  const keyOf = ({ pbxId, extension }: Reader, pk: number): Key => [pbxId, extension, pk]

  function counts(reader: Reader, pk: number): Counts {
    const found = byPk.get(...keyOf(reader, pk))
    if (found === undefined) throw new Error('a conversation vanished while it was read')
    return found
  }

  const mentionsAfter = ({ extension }: Reader, pk: number, seq: Seq): number =>
    countMentions.get(pk, extension, seq, pk, extension, seq) ?? 0

  return {
    of(reader, id) {
      const found = byId.get(reader.pbxId, reader.extension, id)
      return found === undefined ? null : personalState(found)
    },
    read: (reader, pk) => personalState(counts(reader, pk)),

    markRead(reader, pk, seq) {
      const { closed_seq, closed_inbound, read_seq, read_inbound } = counts(reader, pk)
      if (seq <= (read_seq ?? 0)) return false
      const from = Math.max(read_seq ?? 0, closed_seq)
      const through = Math.max(seq, from)
      const before = Math.max(read_inbound ?? 0, closed_inbound)
      const inbound = before + (countInbound.get(pk, from, through) ?? 0)
      ensure.run(...keyOf(reader, pk))
      setRead.run(through, inbound, mentionsAfter(reader, pk, through), ...keyOf(reader, pk))
      return true
    },

    addMention: (reader, pk) => void addMention.run(...keyOf(reader, pk)),
    recountMentions(reader, pk) {
      const { read_seq, closed_seq } = counts(reader, pk)
      ensure.run(...keyOf(reader, pk))
      const from = Math.max(read_seq ?? 0, closed_seq)
      setMentions.run(mentionsAfter(reader, pk, from), ...keyOf(reader, pk))
    },
    closed(pk, seq) {
      close.run(seq, pk)
      forgetMentions.run(pk)
    },
    setPreferences(reader, pk, muted, isPinned) {
      ensure.run(...keyOf(reader, pk))
      setPreferences.run(muted ? 1 : 0, isPinned ? 1 : 0, ...keyOf(reader, pk))
    },
    pinned: (reader, limit) => pinned.all(reader.pbxId, reader.extension, limit),

    totals(reader, groupPks) {
      const sum = { unreadMessages: 0, unreadConversations: 0, mentions: 0, mentioningConversations: 0 }
      for (const groupPk of groupPks) {
        const found = unread.get(reader.pbxId, reader.extension, groupPk)
        sum.unreadConversations += found?.conversations ?? 0
        sum.unreadMessages += found?.messages ?? 0
      }
      const groups = new Set(groupPks)
      for (const { group_pk, mentions } of mentioning.all(reader.pbxId, reader.extension)) {
        if (!groups.has(group_pk)) continue
        sum.mentions += mentions
        sum.mentioningConversations += 1
      }
      return sum
    },
  }
}

const personalState = (row: Counts): PersonalState => ({
  unread: row.inbound_count - Math.max(row.closed_inbound, row.read_inbound ?? 0),
  mentionsMe: row.mentions ?? 0,
  muted: row.muted === 1,
  pinned: row.pinned === 1,
})
