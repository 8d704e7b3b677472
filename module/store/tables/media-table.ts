import type { IdSource } from '../../app/ports/ambient.ts'
import type {
  KeptFile,
  MediaState,
  MediaTask,
  PlacedMedia,
  StoredMedia,
  Uploader,
} from '../../app/ports/media.ts'
import {
  asCarrierId,
  asConversationId,
  asExtension,
  asMediaId,
  asMessageId,
  asPbxId,
  type CarrierId,
  type GroupKey,
  type MediaId,
  type MessageId,
  type Millis,
} from '../../domain/ids.ts'
import { safeFileName } from '../../domain/message/file-name.ts'
import type { MediaRef } from '../../domain/message/message-content.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from '../readings/stored-json.ts'
import type { EventPlace } from './event-log.ts'

export interface MediaRow {
  readonly pk: number
  readonly id: string
  readonly message_id: string | null
  readonly carrier_id: string | null
  readonly ref: string | null
  readonly file_name: string | null
  readonly state: MediaState
  readonly attempt: number
  readonly since: Millis
  readonly sha256: string | null
  readonly byte_length: number | null
  readonly content_type: string | null
  readonly width: number | null
  readonly height: number | null
  readonly failure: string | null
  readonly uploader_pbx_id: string | null
  readonly uploader: string | null
}

/** Its conversation, where its message is in one. */
interface PlacedRow extends MediaRow {
  readonly conversation_pk: number | null
  readonly conversation_id: string | null
  readonly group_pk: number | null
  readonly group_key: GroupKey | null
}

export interface MediaTable {
  /** The files of an inbound message, to be fetched. */
  insertInbound(messageId: MessageId, carrierId: CarrierId, refs: readonly MediaRef[], at: Millis): void
  insertUpload(uploader: Uploader, fileName: string, file: KeptFile, at: Millis): MediaRow
  /** Gives an upload to a message; one that another message has already is given as a copy. */
  attach(row: MediaRow, messageId: MessageId, ordinal: number, at: Millis): void
  countUnsent(uploader: Uploader): number
  due(now: Millis): boolean
  /** Oldest first; of each carrier no more than fit besides those under way. */
  claimable(now: Millis, ofCarrier: number, limit: number): readonly MediaRow[]
  underWay(): number
  setFetching(pk: number): void
  setStored(pk: number, file: KeptFile): void
  setFailed(pk: number, sentence: string): void
  setWaiting(pk: number, notBefore: Millis, waitsFor: 'carrier' | 'room'): void
  restart(pk: number, now: Millis): void
  resume(): number
  forget(before: Millis): number
  row(id: MediaId): MediaRow | null
  byId(id: MediaId): PlacedMedia | null
  placeOf(id: MediaId): EventPlace | null
  ofMessage(id: string): readonly StoredMedia[]
  isFileUsed(sha256: string): boolean
}

const columns = `f.pk, f.id, f.message_id, f.carrier_id, f.ref, f.file_name, f.state, f.attempt, f.since, f.sha256,
  f.byte_length, f.content_type, f.width, f.height, f.failure, f.uploader_pbx_id, f.uploader`

/** As the index of these few rows says it, or SQLite would look at every file there ever was. */
const toFetch = (table: string): string => `${table}.state IN ('waiting', 'fetching')`

export function createMediaTable(db: Connection, newId: IdSource): MediaTable {
  const insertInbound = db.prepare(
    `INSERT INTO media (id, message_id, ordinal, carrier_id, ref, file_name, state, since, not_before, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?)`,
  )
  const insertStored = db.prepare(
    `INSERT INTO media (id, message_id, ordinal, file_name, state, since, not_before, sha256, byte_length, content_type,
                        width, height, uploader_pbx_id, uploader, created_at)
     VALUES (?, ?, ?, ?, 'stored', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const attach = db.prepare<[MessageId, number, number]>(
    'UPDATE media SET message_id = ?, ordinal = ? WHERE pk = +?',
  )
  const countUnsent = db
    .prepare<[string, string], number>(
      'SELECT count(*) FROM media WHERE message_id IS NULL AND uploader = +? AND uploader_pbx_id = +?',
    )
    .pluck()
  const isDue = db
    .prepare<[Millis], number>(
      `SELECT 1 FROM media WHERE ${toFetch('media')} AND state = 'waiting' AND not_before <= +? LIMIT 1`,
    )
    .pluck()
  const claimable = db.prepare<[Millis, number, number], MediaRow>(
    `WITH due AS (
       SELECT pk AS due_pk, carrier_id AS due_carrier, row_number() OVER (PARTITION BY carrier_id ORDER BY pk) AS turn
         FROM media WHERE ${toFetch('media')} AND state = 'waiting' AND not_before <= +?
     ), busy AS (
       SELECT carrier_id AS busy_carrier, count(*) AS open
         FROM media WHERE ${toFetch('media')} AND state = 'fetching' GROUP BY carrier_id
     )
     SELECT ${columns}
       FROM due LEFT JOIN busy ON busy_carrier = due_carrier JOIN media f ON f.pk = due_pk
      WHERE turn <= +? - coalesce(open, 0)
      ORDER BY due_pk LIMIT +?`,
  )
  const underWay = db
    .prepare<[], number>(`SELECT count(*) FROM media WHERE ${toFetch('media')} AND state = 'fetching'`)
    .pluck()
  const setFetching = db.prepare<[number]>(
    "UPDATE media SET state = 'fetching', waits_for = NULL WHERE pk = +?",
  )
  const setStored = db.prepare(
    `UPDATE media SET state = 'stored', sha256 = ?, byte_length = ?, content_type = ?, width = ?, height = ?
      WHERE pk = +?`,
  )
  const setFailed = db.prepare<[string, number]>(
    "UPDATE media SET state = 'failed', failure = ? WHERE pk = +?",
  )
  const setWaiting = db.prepare<[number, Millis, string, number]>(
    `UPDATE media SET state = 'waiting', attempt = attempt + ?, not_before = ?, waits_for = ? WHERE pk = +?`,
  )
  const restart = db.prepare<[Millis, Millis, number]>(
    `UPDATE media SET state = 'waiting', attempt = 1, since = ?, not_before = ?, failure = NULL WHERE pk = +?`,
  )
  const resume = db.prepare(
    `UPDATE media SET state = 'waiting' WHERE ${toFetch('media')} AND state = 'fetching'`,
  )
  const forgetUnsent = db.prepare<[Millis]>('DELETE FROM media WHERE message_id IS NULL AND created_at < +?')
  const forgetLost = db.prepare(
    `DELETE FROM media WHERE message_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = media.message_id)
        AND NOT EXISTS (SELECT 1 FROM unrouted u WHERE u.id = media.message_id)`,
  )
  const row = db.prepare<[string], MediaRow>(`SELECT ${columns} FROM media f WHERE f.id = +?`)
  const placed = db.prepare<[string], PlacedRow>(
    `SELECT ${columns}, m.conversation_pk, c.id AS conversation_id, c.group_pk,
            g.pbx_id || '/' || g.kind || '/' || g.number AS group_key
       FROM media f
       LEFT JOIN messages m ON m.id = f.message_id
       LEFT JOIN conversations c ON c.pk = m.conversation_pk
       LEFT JOIN groups g ON g.pk = c.group_pk
      WHERE f.id = +?`,
  )
  const ofMessage = db.prepare<[string], MediaRow>(
    `SELECT ${columns} FROM media f WHERE f.message_id = +? ORDER BY f.ordinal`,
  )
  const isUsed = db.prepare<[string], number>('SELECT 1 FROM media WHERE sha256 = +? LIMIT 1').pluck()

  function insertKept(
    messageId: MessageId | null,
    ordinal: number | null,
    { file_name, uploader, uploader_pbx_id }: Pick<MediaRow, 'file_name' | 'uploader' | 'uploader_pbx_id'>,
    { sha256, byteLength, contentType, size }: KeptFile,
    at: Millis,
  ): string {
    const id = newId()
    const { width = null, height = null } = size ?? {}
    const content = [sha256, byteLength, contentType, width, height]
    insertStored.run(id, messageId, ordinal, file_name, at, at, ...content, uploader_pbx_id, uploader, at)
    return id
  }

  return {
    insertInbound(messageId, carrierId, refs, at) {
      for (const [ordinal, ref] of refs.entries()) {
        const name = safeFileName(ref.fileName)
        insertInbound.run(newId(), messageId, ordinal, carrierId, JSON.stringify(ref), name, at, at, at)
      }
    },
    insertUpload({ extension, pbxId }, fileName, file, at) {
      const owner = { file_name: fileName, uploader: extension, uploader_pbx_id: pbxId }
      const inserted = row.get(insertKept(null, null, owner, file, at))
      if (inserted === undefined) throw new Error('an upload vanished as it was written')
      return inserted
    },
    attach(upload, messageId, ordinal, at) {
      if (upload.message_id === null) return void attach.run(messageId, ordinal, upload.pk)
      const file = keptFile(upload)
      if (file !== null) insertKept(messageId, ordinal, upload, file, at)
    },
    countUnsent: ({ extension, pbxId }) => countUnsent.get(extension, pbxId) ?? 0,
    due: (now) => isDue.get(now) !== undefined,
    claimable: (now, ofCarrier, limit) => claimable.all(now, ofCarrier, limit),
    underWay: () => underWay.get() ?? 0,
    setFetching: (pk) => void setFetching.run(pk),
    setStored: (pk, { sha256, byteLength, contentType, size }) =>
      void setStored.run(sha256, byteLength, contentType, size?.width ?? null, size?.height ?? null, pk),
    setFailed: (pk, sentence) => void setFailed.run(sentence, pk),
    setWaiting: (pk, notBefore, waitsFor) =>
      void setWaiting.run(waitsFor === 'carrier' ? 1 : 0, Math.ceil(notBefore), waitsFor, pk),
    restart: (pk, now) => void restart.run(now, now, pk),
    resume: () => resume.run().changes,
    forget: (before) => forgetUnsent.run(before).changes + forgetLost.run().changes,
    row: (id) => row.get(id) ?? null,
    byId(id) {
      const found = placed.get(id)
      return found === undefined ? null : placedMedia(found)
    },
    placeOf(id) {
      const { conversation_pk: pk, conversation_id, group_pk, group_key } = placed.get(id) ?? nowhere
      if (pk === null || conversation_id === null || group_pk === null || group_key === null) return null
      return { pk, id: conversation_id, group_pk, group_key }
    },
    ofMessage: (id) => ofMessage.all(id).map(storedMedia),
    isFileUsed: (sha256) => isUsed.get(sha256) !== undefined,
  }
}

const nowhere = { conversation_pk: null, conversation_id: null, group_pk: null, group_key: null }

function keptFile({ sha256, byte_length, content_type, width, height }: MediaRow): KeptFile | null {
  if (sha256 === null || byte_length === null || content_type === null) return null
  const size = width === null || height === null ? null : { width, height }
  return { sha256, byteLength: byte_length, contentType: content_type, size }
}

export const storedMedia = (row: MediaRow): StoredMedia => ({
  id: asMediaId(row.id),
  state: row.state,
  file: keptFile(row),
  fileName: row.file_name,
  failure: row.failure,
})

const placedMedia = (row: PlacedRow): PlacedMedia => ({
  ...storedMedia(row),
  messageId: row.message_id === null ? null : asMessageId(row.message_id),
  conversationId: row.conversation_id === null ? null : asConversationId(row.conversation_id),
  uploader:
    row.uploader === null || row.uploader_pbx_id === null
      ? null
      : { pbxId: asPbxId(row.uploader_pbx_id), extension: asExtension(row.uploader) },
})

export function mediaTask(row: MediaRow): MediaTask {
  if (row.carrier_id === null || row.ref === null)
    throw new Error(`file ${row.id} has no carrier to fetch it from`)
  const { attempt, since } = row
  const ref = parseJson<MediaRef>(row.ref)
  return { id: asMediaId(row.id), carrierId: asCarrierId(row.carrier_id), ref, attempt, since }
}
