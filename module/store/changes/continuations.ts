import { asConversationId, type ConversationId, type GroupKey } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import type { ConversationRow } from '../readings/conversation-row.ts'
import type { ConversationTable } from '../tables/conversation-table.ts'

/** Conversations that go on in another group: for a while, where messages go; for good, what may be read. */
export interface Continuations {
  /**
   * Where messages to this conversation go: itself, or the open one it was transferred to, perhaps by way of others.
   */
  follow(conversation: ConversationRow): ConversationRow
  divert(from: ConversationRow, to: ConversationRow): void
  /** Its customer's messages come here again. */
  end(pk: number): void
  /** It closed: what was diverted to it is no more. */
  endAllTo(pk: number): void
  /** The conversations of other groups that came before it, however long ago. */
  before(id: ConversationId): readonly Continued[]
  /** The conversations that it went on in. */
  after(id: ConversationId): readonly Continued[]
}

export interface Continued {
  readonly id: ConversationId
  readonly groupKey: GroupKey
}

export function createContinuations(db: Connection, conversations: ConversationTable): Continuations {
  const setContinuedIn = db.prepare<[number | null, number]>(
    'UPDATE conversations SET continued_in = ? WHERE pk = +?',
  )
  const endAllTo = db.prepare<[number]>(
    'UPDATE conversations SET continued_in = NULL WHERE continued_in = +?',
  )
  const remember = db.prepare<[number, number]>(
    'INSERT INTO continuations (to_pk, from_pk) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  // UNION, not UNION ALL: customers may be sent round in circles.
  const reach = (near: 'to_pk' | 'from_pk', far: 'to_pk' | 'from_pk') =>
    db.prepare<[string], { id: string; group_key: GroupKey }>(
      `WITH RECURSIVE reached (pk) AS (
         SELECT pk FROM conversations WHERE id = +?
         UNION SELECT n.${far} FROM reached r JOIN continuations n ON n.${near} = r.pk
       )
       SELECT c.id, g.pbx_id || '/' || g.kind || '/' || g.number AS group_key
         FROM reached r JOIN conversations c ON c.pk = r.pk JOIN groups g ON g.pk = c.group_pk
        ORDER BY c.pk`,
    )
  const before = reach('to_pk', 'from_pk')
  const after = reach('from_pk', 'to_pk')
  const others = (rows: readonly { id: string; group_key: GroupKey }[], id: ConversationId): Continued[] =>
    rows
      .filter((row) => row.id !== id)
      .map((row) => ({ id: asConversationId(row.id), groupKey: row.group_key }))

  return {
    follow(conversation) {
      let at = conversation
      // Reopening ends a diversion, so these can't make a circle; a damaged file must not hang us.
      for (let hops = 0; hops < 100 && at.continued_in !== null; hops++) {
        const next = conversations.byPk(at.continued_in)
        if (next === null) return conversation
        if (next.status === 'open') return next
        at = next
      }
      return conversation
    },
    divert(from, to) {
      setContinuedIn.run(to.pk, from.pk)
      remember.run(to.pk, from.pk)
    },
    end: (pk) => void setContinuedIn.run(null, pk),
    endAllTo: (pk) => void endAllTo.run(pk),
    before: (id) => others(before.all(id), id),
    after: (id) => others(after.all(id), id),
  }
}
