import type { ConversationState, RoutingState } from '../../domain/conversation.ts'
import type { Extension, GroupKey, GroupRef, Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

export interface GroupTable {
  find(group: GroupRef): number | null
  /** Every group that ever had a conversation, whether or not the PBX still knows it. */
  known(): readonly GroupKey[]
  /** The group's row, made at its first message. */
  findOrInsert(group: GroupRef): number
  /** What deciders see: the group's counts, times and cursor, beside the conversation they are asked about. */
  state<C extends ConversationState | null>(
    pk: number | null,
    conversation: C,
  ): RoutingState & { readonly conversation: C }
  /** Whom the group's own strategy chose last. */
  setCursor(pk: number, extension: Extension): void
  setLastDesignated(pk: number, extension: Extension, at: Millis): void
  /** He has one open conversation more in the group, or one fewer. */
  addOpen(pk: number, extension: Extension): void
  removeOpen(pk: number, extension: Extension): void
}

interface AgentRow {
  extension: Extension
  open_conversations: number
  last_designated_at: Millis | null
}

const nobodyYet = { openConversations: new Map(), lastDesignatedAt: new Map(), cursor: null } as const

export function createGroupTable(db: Connection): GroupTable {
  const find = db
    .prepare<[string, string, string], number>(
      'SELECT pk FROM groups WHERE pbx_id = +? AND kind = +? AND number = +?',
    )
    .pluck()
  const insert = db.prepare<[string, string, string]>(
    'INSERT INTO groups (pbx_id, kind, number) VALUES (?, ?, ?)',
  )
  const known = db.prepare<[], GroupKey>("SELECT pbx_id || '/' || kind || '/' || number FROM groups").pluck()
  const cursor = db.prepare<[number], Extension | null>('SELECT cursor FROM groups WHERE pk = +?').pluck()
  const agents = db.prepare<[number], AgentRow>(
    'SELECT extension, open_conversations, last_designated_at FROM group_agents WHERE group_pk = +?',
  )
  const setCursor = db.prepare<[Extension, number]>('UPDATE groups SET cursor = ? WHERE pk = +?')
  const setLastDesignated = db.prepare<[Extension, Millis, number]>(
    `INSERT INTO group_agents (group_pk, pbx_id, extension, last_designated_at)
       SELECT pk, pbx_id, ?, ? FROM groups WHERE pk = +?
     ON CONFLICT DO UPDATE SET last_designated_at = excluded.last_designated_at`,
  )
  const addOpen = db.prepare<[Extension, number]>(
    `INSERT INTO group_agents (group_pk, pbx_id, extension, open_conversations)
       SELECT pk, pbx_id, ?, 1 FROM groups WHERE pk = +?
     ON CONFLICT DO UPDATE SET open_conversations = open_conversations + 1`,
  )
  const removeOpen = db.prepare<[number, Extension]>(
    'UPDATE group_agents SET open_conversations = open_conversations - 1 WHERE group_pk = +? AND extension = +?',
  )

  const findGroup = (group: GroupRef) => find.get(group.pbxId, group.kind, group.number) ?? null

  return {
    known: () => known.all(),
    find: findGroup,
    findOrInsert: (group) =>
      findGroup(group) ?? Number(insert.run(group.pbxId, group.kind, group.number).lastInsertRowid),

    state(pk, conversation) {
      if (pk === null) return { conversation, ...nobodyYet }
      // Read when looked at: most messages stay with whoever is designated, and large groups have many agents.
      let rows: readonly AgentRow[] | null = null
      const read = () => (rows ??= agents.all(pk))
      return {
        conversation,
        get openConversations() {
          return new Map(read().map((row) => [row.extension, row.open_conversations]))
        },
        get lastDesignatedAt() {
          return new Map(
            read().flatMap(({ extension, last_designated_at: at }) =>
              at === null ? [] : [[extension, at] as const],
            ),
          )
        },
        get cursor() {
          return cursor.get(pk) ?? null
        },
      }
    },

    setCursor: (pk, extension) => void setCursor.run(extension, pk),
    setLastDesignated: (pk, extension, at) => void setLastDesignated.run(extension, at, pk),
    addOpen: (pk, extension) => void addOpen.run(extension, pk),
    removeOpen: (pk, extension) => void removeOpen.run(pk, extension),
  }
}
