import { fail, type Result, succeed } from '../../domain/failures.ts'
import {
  asCannedReplyId,
  asGroupNumber,
  asPbxId,
  type CannedReplyId,
  type GroupKind,
} from '../../domain/ids.ts'
import type { CannedReply } from '../../domain/message/canned-reply.ts'
import type { Connection } from '../database/connection.ts'

export interface CannedReplyTable {
  save(reply: CannedReply): Result<CannedReply>
  remove(id: CannedReplyId): boolean
  all(): readonly CannedReply[]
}

interface Row {
  id: string
  pbx_id: string | null
  group_kind: GroupKind | null
  group_number: string | null
  shortcut: string
  title: string
  text: string
}

export function createCannedReplyTable(db: Connection): CannedReplyTable {
  const rival = db
    .prepare<[string, string, string, string, string], number>(
      `SELECT 1 FROM canned_replies
        WHERE coalesce(pbx_id, '') = +? AND coalesce(group_kind, '') = +? AND coalesce(group_number, '') = +?
          AND shortcut = +? AND id <> +?`,
    )
    .pluck()
  const upsert = db.prepare(
    `INSERT INTO canned_replies (id, pbx_id, group_kind, group_number, shortcut, title, text)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       pbx_id = excluded.pbx_id, group_kind = excluded.group_kind, group_number = excluded.group_number,
       shortcut = excluded.shortcut, title = excluded.title, text = excluded.text`,
  )
  const remove = db.prepare<[CannedReplyId]>('DELETE FROM canned_replies WHERE id = +?')
  const all = db.prepare<[], Row>('SELECT * FROM canned_replies ORDER BY shortcut, id')

  return {
    save(reply) {
      const { id, group, shortcut, title, text } = reply
      const taken = rival.get(group?.pbxId ?? '', group?.kind ?? '', group?.number ?? '', shortcut, id)
      if (taken !== undefined) return fail({ code: 'shortcut-taken', shortcut })
      upsert.run(id, group?.pbxId ?? null, group?.kind ?? null, group?.number ?? null, shortcut, title, text)
      return succeed(reply)
    },
    remove: (id) => remove.run(id).changes > 0,
    all: () => all.all().map(cannedReply),
  }
}

const cannedReply = (row: Row): CannedReply => ({
  id: asCannedReplyId(row.id),
  group:
    row.pbx_id === null || row.group_kind === null || row.group_number === null
      ? null
      : { pbxId: asPbxId(row.pbx_id), kind: row.group_kind, number: asGroupNumber(row.group_number) },
  shortcut: row.shortcut,
  title: row.title,
  text: row.text,
})
