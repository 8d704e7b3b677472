import Database from 'better-sqlite3'
import type { RecordedDecision } from '../../app/routing/replay-decisions.ts'
import type { DesignationInput } from '../../domain/designation/designation.ts'
import { asDecisionId, type Extension } from '../../domain/ids.ts'
import { parseJson } from './stored-json.ts'

/**
 * Every stored decision that the PBX's strategy made, oldest first, one at a time: they may be more than fit into
 * memory. Opens the file for reading alone, beside a Parley that runs on it.
 * @throws when there is no such file
 */
export function* readDecisions(file: string): Generator<RecordedDecision> {
  const db = new Database(file, { readonly: true, fileMustExist: true })
  try {
    const rows = db
      .prepare<[], { id: string; winner: Extension | null; input: string }>(
        'SELECT id, winner, input FROM decisions WHERE input IS NOT NULL ORDER BY pk',
      )
      .iterate()
    for (const { id, winner, input } of rows)
      yield { id: asDecisionId(id), winner, input: parseJson<DesignationInput>(input) }
  } finally {
    db.close()
  }
}
