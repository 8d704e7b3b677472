import type { StoredNote } from '../../app/ports/stored.ts'
import {
  asConversationId,
  asMessageId,
  type Extension,
  type MessageId,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { Connection } from '../database/connection.ts'
import { createMessageSearch } from '../readings/message-search.ts'
import { parseJson } from '../readings/stored-json.ts'

type Mention = StoredNote['mentions'][number]

export interface NewNote {
  readonly seq: Seq
  readonly id: MessageId
  readonly conversationPk: number
  readonly author: Actor
  readonly text: string
  readonly mentions: readonly Mention[]
  readonly clientKey: string | null
  readonly at: Millis
}

/** Internal notes, apart from all that could be sent. */
export interface NoteTable {
  insert(note: NewNote): void
  byId(id: string): StoredNote | null
  /** The note that an agent's client wrote with this key. */
  byKey(conversationPk: number, extension: Extension, key: string): StoredNote | null
  /** Newest first. */
  ofConversation(conversationId: string, before: Seq, limit: number): readonly StoredNote[]
  /** Those after a seq, oldest first. */
  since(conversationId: string, after: Seq, limit: number): readonly StoredNote[]
}

interface NoteRow {
  seq: Seq
  id: string
  conversation_id: string
  author: string
  text: string
  at: Millis
}

export function createNoteTable(db: Connection): NoteTable {
  const read = <P extends unknown[]>(where: string) =>
    db.prepare<P, NoteRow>(
      `SELECT n.seq, n.id, c.id AS conversation_id, n.author, n.text, n.at
         FROM conversations c JOIN notes n ON n.conversation_pk = c.pk WHERE ${where}`,
    )
  const search = createMessageSearch(db)
  const insert = db.prepare(
    `INSERT INTO notes (seq, id, conversation_pk, author, author_extension, text, client_key, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertMention = db.prepare(
    'INSERT OR IGNORE INTO note_mentions (conversation_pk, extension, seq, name) VALUES (?, ?, ?, ?)',
  )
  const byId = read<[string]>('n.id = +?')
  const byKey = read<[number, Extension, string]>(
    'n.conversation_pk = +? AND n.author_extension = +? AND n.client_key = +?',
  )
  const ofConversation = read<[string, Seq, number]>('c.id = +? AND n.seq < +? ORDER BY n.seq DESC LIMIT +?')
  const since = read<[string, Seq, number]>('c.id = +? AND n.seq > +? ORDER BY n.seq LIMIT +?')
  const mentions = db.prepare<[Seq], Mention>('SELECT extension, name FROM note_mentions WHERE seq = +?')

  const storedNote = (row: NoteRow): StoredNote => ({
    id: asMessageId(row.id),
    seq: row.seq,
    conversationId: asConversationId(row.conversation_id),
    direction: 'note',
    author: parseJson<Actor>(row.author),
    text: row.text,
    mentions: mentions.all(row.seq),
    at: row.at,
  })
  const oneOf = (row: NoteRow | undefined) => (row === undefined ? null : storedNote(row))

  return {
    insert(note) {
      const { seq, id, conversationPk, author, text, clientKey, at } = note
      const extension = author.kind === 'agent' ? author.extension : null
      insert.run(seq, id, conversationPk, JSON.stringify(author), extension, text, clientKey, at)
      for (const { extension: mentioned, name } of note.mentions)
        insertMention.run(conversationPk, mentioned, seq, name)
      search.add(seq, conversationPk, text)
    },
    byId: (id) => oneOf(byId.get(id)),
    byKey: (conversationPk, extension, key) => oneOf(byKey.get(conversationPk, extension, key)),
    ofConversation: (conversationId, before, limit) =>
      ofConversation.all(conversationId, before, limit).map(storedNote),
    since: (conversationId, after, limit) => since.all(conversationId, after, limit).map(storedNote),
  }
}
