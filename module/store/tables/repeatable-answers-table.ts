import type { KeptAnswer, RepeatVerdict } from '../../app/ports/access.ts'
import type { Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import type { SecretBox } from './secret-box.ts'

/** Answers to requests with an idempotency key, kept for as long as somebody may repeat them. */
export interface RepeatableAnswersTable {
  begin(request: { actor: string; key: string; requestHash: Uint8Array; at: Millis }): RepeatVerdict
  end(actor: string, key: string, answer: KeptAnswer | null): void
  prune(before: Millis): void
}

interface AnswerRow {
  request_hash: Uint8Array
  status: number | null
  sealed_answer: Uint8Array | null
  answer_digest: string | null
}

export function createRepeatableAnswersTable(db: Connection, box: SecretBox): RepeatableAnswersTable {
  const insert = db.prepare(
    'INSERT INTO repeatable_answers (actor, key, request_hash, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const select = db.prepare<[string, string], AnswerRow>(
    `SELECT request_hash, status, sealed_answer, answer_digest FROM repeatable_answers
      WHERE actor = +? AND key = +?`,
  )
  const settle = db.prepare<[number, Uint8Array, string, string, string]>(
    `UPDATE repeatable_answers SET status = ?, sealed_answer = ?, answer_digest = ?
      WHERE actor = +? AND key = +?`,
  )
  const remove = db.prepare<[string, string]>('DELETE FROM repeatable_answers WHERE actor = +? AND key = +?')
  const prune = db.prepare<[Millis]>('DELETE FROM repeatable_answers WHERE at < +?')
  const sealName = (actor: string, key: string) => `answer ${actor} ${key}`

  return {
    begin({ actor, key, requestHash, at }) {
      if (insert.run(actor, key, requestHash, at).changes > 0) return { kind: 'first' }
      const row = select.get(actor, key)
      if (row === undefined) throw new Error('an answer vanished in its own transaction')
      if (Buffer.compare(row.request_hash, requestHash) !== 0) return { kind: 'reused' }
      const { status, sealed_answer, answer_digest } = row
      if (status === null || sealed_answer === null || answer_digest === null) return { kind: 'under-way' }
      const body = box.open(sealed_answer, sealName(actor, key))
      return { kind: 'again', answer: { status, body, digest: answer_digest } }
    },
    end(actor, key, answer) {
      if (answer === null) remove.run(actor, key)
      else settle.run(answer.status, box.seal(answer.body, sealName(actor, key)), answer.digest, actor, key)
    },
    prune: (before) => void prune.run(before),
  }
}
