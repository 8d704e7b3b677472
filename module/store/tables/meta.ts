import { randomBytes } from 'node:crypto'
import type { Seq } from '../../domain/ids.ts'
import type { Connection } from '../database/connection.ts'
import { StoreError } from '../database/store-error.ts'
import type { SecretBox } from './secret-box.ts'

const checkName = 'parley/key-check'
const checkWord = 'parley'

/** What there is one of in a database. */
export interface Meta {
  readonly epoch: string
  ruleSetVersion(): number
  /** As last read, which asks nothing of the disk; null when it must be read again. */
  seenRuleSetVersion(): number | null
  raiseRuleSetVersion(): void
  /** Events up to here are forgotten. */
  prunedThrough(): Seq
  setPrunedThrough(seq: Seq): void
}

/** @throws StoreError `wrong-key` when the database was made with another secret key. */
export function openMeta(db: Connection, box: SecretBox): Meta {
  db.prepare('INSERT INTO meta (one, epoch, key_check) VALUES (1, ?, ?) ON CONFLICT DO NOTHING').run(
    randomBytes(12).toString('base64url'),
    box.seal(checkWord, checkName),
  )
  const row = db
    .prepare<[], { epoch: string; key_check: Uint8Array }>('SELECT epoch, key_check FROM meta')
    .get()
  if (row === undefined) throw new Error('the meta row is missing')
  refuseOtherKey(box, row.key_check)
  const ruleSetVersion = db.prepare<[], number>('SELECT rule_set_version FROM meta').pluck()
  const raise = db.prepare('UPDATE meta SET rule_set_version = rule_set_version + 1')
  const prunedThrough = db.prepare<[], number>('SELECT pruned_through FROM meta').pluck()
  const setPruned = db.prepare<[number]>('UPDATE meta SET pruned_through = ?')
  let seenVersion: number | null = null
  return {
    epoch: row.epoch,
    ruleSetVersion() {
      seenVersion = ruleSetVersion.get() ?? 0
      return seenVersion
    },
    seenRuleSetVersion: () => seenVersion,
    raiseRuleSetVersion() {
      raise.run()
      seenVersion = null
    },
    prunedThrough: () => prunedThrough.get() ?? 0,
    setPrunedThrough: (seq) => void setPruned.run(seq),
  }
}

function refuseOtherKey(box: SecretBox, check: Uint8Array): void {
  try {
    box.open(check, checkName)
  } catch (error) {
    throw new StoreError(
      'wrong-key',
      "The secret key is not the one this database was made with, so its carriers' secrets can't be read. Put the right key file back.",
      error,
    )
  }
}
