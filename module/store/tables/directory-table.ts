import {
  type Directory,
  directoryOfPlain,
  type PlainDirectory,
  plainDirectory,
} from '../../domain/directory/directory.ts'
import type { Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'

/** What the PBX said last, kept for when it does not answer, a restart in between included. */
export interface DirectoryTable {
  save(directory: Directory, now: Millis): void
  load(): Directory | null
}

export function createDirectoryTable(db: Connection): DirectoryTable {
  const upsert = db.prepare<[string, string, Millis | null, Millis]>(
    `INSERT INTO pbx_directories (pbx_id, directory, read_at, saved_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (pbx_id) DO UPDATE SET
       directory = excluded.directory, read_at = excluded.read_at, saved_at = excluded.saved_at`,
  )
  const select = db.prepare<[], { directory: string; read_at: Millis | null }>(
    'SELECT directory, read_at FROM pbx_directories ORDER BY saved_at DESC LIMIT 1',
  )
  return {
    save: (directory, now) =>
      void upsert.run(directory.pbxId, JSON.stringify(plainDirectory(directory)), directory.readAt, now),
    load() {
      const row = select.get()
      if (row === undefined) return null
      return directoryOfPlain(parseJson<PlainDirectory>(row.directory), row.read_at)
    },
  }
}
