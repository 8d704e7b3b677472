import type { CodeLimits, CodeRequest, CodeVerdict } from '../../app/ports/access.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'

/** One-time codes, and how often they were asked for: a restart forgives nobody. */
export interface SignInCodeTable {
  save(request: CodeRequest, limits: CodeLimits): boolean
  attempt(
    attempt: { readonly extension: Extension; readonly since: Millis; readonly at: Millis },
    mostTries: number,
    isRight: (codeHash: Uint8Array) => boolean,
  ): CodeVerdict
  prune(madeBefore: Millis): void
}

interface CodeRow {
  pk: number
  code_hash: Uint8Array
  tries: number
  used_at: Millis | null
}

export function createSignInCodeTable(db: Connection): SignInCodeTable {
  const counted = db.prepare<
    [Extension, string, Millis],
    { of_extension: number; of_address: number; in_all: number }
  >(
    `SELECT coalesce(sum(extension = +?), 0) AS of_extension, coalesce(sum(address = +?), 0) AS of_address,
            count(*) AS in_all
       FROM sign_in_codes WHERE created_at > +?`,
  )
  const insert = db.prepare(
    'INSERT INTO sign_in_codes (extension, address, code_hash, created_at) VALUES (?, ?, ?, ?)',
  )
  const newest = db.prepare<[Extension, Millis], CodeRow>(
    `SELECT pk, code_hash, tries, used_at FROM sign_in_codes
      WHERE extension = +? AND created_at > +? ORDER BY created_at DESC, pk DESC LIMIT 1`,
  )
  const spend = db.prepare<[Millis | null, number]>(
    'UPDATE sign_in_codes SET tries = tries + 1, used_at = ? WHERE pk = +?',
  )
  const prune = db.prepare<[Millis]>('DELETE FROM sign_in_codes WHERE created_at < +?')

  return {
    save({ extension, address, codeHash, at }, { since, perExtension, perAddress, inAll }) {
      const so = counted.get(extension, address, since)
      if (so === undefined || so.of_extension >= perExtension || so.of_address >= perAddress) return false
      if (so.in_all >= inAll) return false
      insert.run(extension, address, codeHash, at)
      return true
    },
    attempt({ extension, since, at }, mostTries, isRight) {
      const code = newest.get(extension, since)
      if (code === undefined || code.used_at !== null || code.tries >= mostTries) return { kind: 'none' }
      const right = isRight(code.code_hash)
      spend.run(right ? at : null, code.pk)
      return right ? { kind: 'right' } : { kind: 'wrong', triesLeft: mostTries - code.tries - 1 }
    },
    prune: (madeBefore) => void prune.run(madeBefore),
  }
}
