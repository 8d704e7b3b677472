import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Act, AuditActor, AuditEntry, AuditLog, AuditQuery } from '../../app/ports/audit.ts'
import type { Millis, Seq } from '../../domain/ids.ts'
import type { CommitQueue } from '../database/commit-queue.ts'
import type { Connection } from '../database/connection.ts'
import { pageOf } from '../readings/page.ts'
import { parseJson } from '../readings/stored-json.ts'

interface AuditRow {
  seq: Seq
  at: Millis
  actor_kind: AuditActor['kind']
  actor_id: string
  actor_name: string
  act: string
  target: string
  sentence: string
  before_digest: string | null
  after_digest: string | null
  changed: string
}

interface Pending {
  readonly act: Act
  taken: boolean
  /** Whether the store was asked for anything, changed or not. */
  tried: boolean
}

type Run = CommitQueue['run']

/**
 * The log of administrative acts. Who acts travels with the call, not with each verb's arguments: `audited` takes
 * the store's `run` and gives one that writes the entry of whoever is acting into the verb's own savepoint.
 */
export function createAuditTable(db: Connection, clock: Clock) {
  const insert = db.prepare(
    `INSERT INTO audit (at, actor_kind, actor_id, actor_name, act, target, sentence, before_digest, after_digest, changed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const select = db.prepare<Record<string, string | number | null>, AuditRow>(
    `SELECT * FROM audit
      WHERE seq < +$before AND (+$act IS NULL OR act = +$act OR act LIKE $act || '.%')
        AND (+$actor IS NULL OR actor_id = +$actor) AND (+$target IS NULL OR target = +$target)
        AND (+$since IS NULL OR at >= +$since) AND (+$until IS NULL OR at < +$until)
      ORDER BY seq DESC LIMIT +$limit`,
  )
  const acting = new AsyncLocalStorage<Pending>()

  function write({ actor, act, target, sentence }: Act, before: unknown, after: unknown): void {
    insert.run(
      clock(),
      actor.kind,
      actor.id,
      actor.name,
      act,
      target,
      sentence,
      digest(before),
      digest(after),
      JSON.stringify(differing(before, after)),
    )
  }

  return {
    audited:
      (run: Run): Run =>
      (verb) => {
        const pending = acting.getStore()
        if (pending === undefined || pending.taken) return run(verb)
        // Now, not in the transaction: what the verb's listeners go on to store is nobody's act.
        pending.taken = true
        pending.tried = true
        const { act } = pending
        return run((effects) => {
          const before = act.before?.() ?? null
          const result = verb(effects)
          if (isChange(result)) write(act, before, act.after?.(result) ?? null)
          // Of several, the first that changes something is the act.
          else pending.taken = false
          return result
        })
      },

    log: (run: Run): AuditLog => ({
      async acting(act, work) {
        const pending: Pending = { act, taken: false, tried: false }
        const value = await acting.run(pending, work)
        const worked = pending.tried
        pending.taken = true
        return { value, worked }
      },
      append: (act) => run(() => write(act, act.before?.() ?? null, act.after?.(undefined) ?? null)),
      page: ({ before, limit, act, actorId, target, since, until }: AuditQuery) =>
        pageOf(
          limit,
          (count) =>
            select.all({
              before: before ?? Number.MAX_SAFE_INTEGER,
              act: act ?? null,
              actor: actorId ?? null,
              target: target ?? null,
              since: since ?? null,
              until: until ?? null,
              limit: count,
            }),
          (row) => row.seq,
          entryOf,
        ),
    }),
  }
}

/** Verbs say in these ways that they changed nothing. */
function isChange(result: unknown): boolean {
  if (result === false || result === null) return false
  if (typeof result !== 'object') return true
  const { ok, kind } = result as { ok?: unknown; kind?: unknown }
  return ok !== false && kind !== 'stale' && kind !== 'none'
}

const digest = (value: unknown): string | null =>
  value === null ? null : createHash('sha256').update(canonical(value)).digest('hex')

/** JSON whose keys are in order, so that equal things have equal digests. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** The names of the fields that are not what they were; none where one of the two is missing. */
function differing(before: unknown, after: unknown): readonly string[] {
  if (!isRecord(before) || !isRecord(after)) return []
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter((name) => canonical(before[name] ?? null) !== canonical(after[name] ?? null))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entryOf = (row: AuditRow): AuditEntry => ({
  seq: row.seq,
  at: row.at,
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  act: row.act,
  target: row.target,
  sentence: row.sentence,
  beforeDigest: row.before_digest,
  afterDigest: row.after_digest,
  changed: parseJson<string[]>(row.changed),
})
