import type { Placed } from '../../app/ports/stored.ts'
import {
  asConversationId,
  asRuleId,
  type ConversationId,
  type Extension,
  type GroupKey,
  groupOfKey,
  type Millis,
  type RuleId,
  type Seq,
} from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import type { GroupTable } from '../tables/group-table.ts'

/** What is to be done in a group: who waits for an agent, who for an answer, what can be closed. */
export interface WorkLists {
  waitingGroups(): readonly GroupKey[]
  waitingFrom(
    group: GroupKey,
    after: Seq,
    limit: number,
  ): readonly (Placed & { readonly ruleId: RuleId | null })[]
  owing(group: GroupKey, before: Millis, after: Seq, limit: number): readonly Placed[]
  idle(group: GroupKey, before: Millis, limit: number): readonly ConversationId[]
  designatedIn(group: GroupKey): readonly Extension[]
}

/** Those that only lack somebody come after those in which a customer waits. */
const behindAllSeqs = 2 ** 50

interface WaitingRow {
  id: string
  rule_id: string | null
  place: number
}

export function createWorkLists(db: Connection, groups: GroupTable): WorkLists {
  const waitingGroups = db
    .prepare<[], GroupKey>(
      `SELECT pbx_id || '/' || kind || '/' || number FROM groups
        WHERE pk IN (SELECT DISTINCT group_pk FROM conversations WHERE status = 'open' AND designated IS NULL AND held = 0)`,
    )
    .pluck()
  const waiting = db.prepare<[number, Seq, number], WaitingRow>(
    `SELECT id, rule_id, waiting_seq AS place FROM conversations
      WHERE group_pk = +? AND status = 'open' AND designated IS NULL AND waiting_seq > +? AND held = 0
      ORDER BY waiting_seq LIMIT +?`,
  )
  const unassigned = db.prepare<[number, number, number], WaitingRow>(
    `SELECT id, rule_id, ${behindAllSeqs} + pk AS place FROM conversations
      WHERE group_pk = +? AND status = 'open' AND designated IS NULL AND waiting_seq IS NULL AND pk > +?
        AND held = 0
      ORDER BY pk LIMIT +?`,
  )
  const owing = db.prepare<[number, Seq, Millis, Millis, number], { id: string; place: Seq }>(
    `SELECT id, waiting_seq AS place FROM conversations
      WHERE group_pk = +? AND status = 'open' AND designated IS NOT NULL AND waiting_seq IS NOT NULL
        AND waiting_seq > +? AND waiting_since <= +? AND coalesce(designated_at, 0) <= +?
      ORDER BY waiting_seq LIMIT +?`,
  )
  const idle = db
    .prepare<[number, Millis, number], string>(
      `SELECT id FROM conversations
        WHERE group_pk = +? AND status = 'open' AND active_at <= +?
          AND (designated IS NOT NULL OR waiting_seq IS NULL)
        ORDER BY active_at LIMIT +?`,
    )
    .pluck()
  const designatedIn = db
    .prepare<[number], Extension>(
      'SELECT extension FROM group_agents WHERE group_pk = +? AND open_conversations > 0',
    )
    .pluck()
  const pkOf = (key: GroupKey): number | null => groups.find(groupOfKey(key))

  return {
    waitingGroups: () => waitingGroups.all(),
    waitingFrom(group, after, limit) {
      const pk = pkOf(group)
      if (pk === null) return []
      const longest = after < behindAllSeqs ? waiting.all(pk, after, limit) : []
      const others = unassigned.all(pk, Math.max(0, after - behindAllSeqs), limit - longest.length)
      return [...longest, ...others].map(({ id, place, rule_id }) => ({
        id: asConversationId(id),
        place,
        ruleId: rule_id === null ? null : asRuleId(rule_id),
      }))
    },
    owing(group, before, after, limit) {
      const pk = pkOf(group)
      if (pk === null) return []
      return owing.all(pk, after, before, before, limit).map(({ id, place }) => ({
        id: asConversationId(id),
        place,
      }))
    },
    idle(group, before, limit) {
      const pk = pkOf(group)
      return pk === null ? [] : idle.all(pk, before, limit).map(asConversationId)
    },
    designatedIn(group) {
      const pk = pkOf(group)
      return pk === null ? [] : designatedIn.all(pk)
    },
  }
}
