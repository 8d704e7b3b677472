import { type Effects, noEffects } from '../changes/effects.ts'
import { explained, isFatal, isHeldElsewhere, StoreError } from './store-error.ts'

/** What the queue needs of a database: one transaction, and a savepoint in it for each verb. */
export interface Transactor {
  readonly inTransaction: boolean
  begin(): void
  commit(): void
  rollback(): void
  savepoint(): void
  release(): void
  /** Undoes the verb and ends its savepoint. */
  undo(): void
}

export interface CommitQueueOptions {
  readonly transactor: Transactor
  /** Called once after each COMMIT that returned, with what its verbs brought, in order. */
  readonly onCommitted: (effects: readonly Effects[]) => void
  /** The disk failed while committing: nobody knows what is stored, and the process must end. */
  readonly onFatal: (error: Error) => void
  readonly maxBatch?: number
  /** So long a batch waits for another process that writes into the database. */
  readonly patienceMs?: number
}

export interface CommitQueue {
  /** Runs a verb in the next transaction; resolves once that is on disk. The verb's own error undoes it alone. */
  run<T>(verb: (effects: Effects) => T): Promise<T>
  /** Resolves when everything taken so far is settled; nothing is taken any more. */
  drain(): Promise<void>
}

interface Waiting {
  attempt(effects: Effects): void
  resolve(): void
  reject(error: unknown): void
}

const busyBatchSize = 8
const usualPatienceMs = 20_000
/** Between two looks whether another process is done. Nothing else stands still meanwhile. */
const lookAgainMs = 25

type Attempt =
  | { readonly verb: Waiting; readonly effects: Effects }
  | { readonly verb: Waiting; readonly error: unknown }

/**
 * Group commit: whatever waits when the turn comes shares one transaction and so one fsync, each verb under a
 * savepoint of its own.
 *
 *   run ──▶ waiting ──setImmediate──▶ BEGIN (SAVEPOINT verb RELEASE | ROLLBACK TO)* COMMIT ──▶ listeners, promises
 */
export function createCommitQueue({
  transactor,
  onCommitted,
  onFatal,
  maxBatch = 256,
  patienceMs = usualPatienceMs,
}: CommitQueueOptions): CommitQueue {
  const waiting: Waiting[] = []
  const drained: (() => void)[] = []
  let lastBatchSize = 0
  let scheduled = false
  let refusal: StoreError | null = null
  /** Since when another process holds the database. */
  let heldSince: number | null = null

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    // Under load another turn of the event loop lets more verbs share the fsync; a lone verb goes at once.
    if (lastBatchSize < busyBatchSize) setImmediate(takeTurn)
    else setImmediate(() => setImmediate(takeTurn))
  }

  function takeTurn(): void {
    scheduled = false
    const batch = waiting.splice(0, maxBatch)
    lastBatchSize = batch.length
    runBatch(batch)
    if (waiting.length > 0) schedule()
    else for (const resolve of drained.splice(0)) resolve()
  }

  function runBatch(batch: readonly Waiting[]): void {
    let attempts: readonly Attempt[]
    try {
      if (!begun(batch)) return
      attempts = batch.map(attempt)
      transactor.commit()
    } catch (error) {
      abandon(batch, error)
      return
    }
    for (const done of attempts) {
      if ('error' in done) done.verb.reject(explained(done.error))
      else done.verb.resolve()
    }
    onCommitted(attempts.flatMap((done) => ('effects' in done ? [done.effects] : [])))
  }

  /** False where another process writes just now: then the batch waits, and with it all that comes after. */
  function begun(batch: readonly Waiting[]): boolean {
    try {
      transactor.begin()
      heldSince = null
      return true
    } catch (error) {
      const now = performance.now()
      if (!isHeldElsewhere(error) || now - (heldSince ?? now) >= patienceMs) throw error
      heldSince ??= now
      waiting.unshift(...batch)
      scheduled = true
      setTimeout(takeTurn, lookAgainMs)
      return false
    }
  }

  function attempt(verb: Waiting): Attempt {
    transactor.savepoint()
    const effects = noEffects()
    try {
      verb.attempt(effects)
      transactor.release()
      return { verb, effects }
    } catch (error) {
      // A full disk or a failing one rolls the whole transaction back, the verbs before this one included.
      if (!transactor.inTransaction) throw error
      transactor.undo()
      return { verb, error }
    }
  }

  function abandon(batch: readonly Waiting[], cause: unknown): void {
    const undoFailed = rollBack()
    if (isFatal(cause) || undoFailed !== null) {
      const why = undoFailed ?? cause
      refusal = new StoreError('broken', 'The database failed while storing: start Parley again.', why)
      for (const verb of [...batch, ...waiting.splice(0)]) verb.reject(refusal)
      onFatal(refusal)
      return
    }
    const reason = failedCommit(cause)
    for (const verb of batch) verb.reject(reason)
  }

  /** Ends the transaction if it still stands; gives the error where even that fails. */
  function rollBack(): unknown {
    try {
      if (transactor.inTransaction) transactor.rollback()
      return null
    } catch (error) {
      return error
    }
  }

  return {
    run<T>(verb: (effects: Effects) => T): Promise<T> {
      if (refusal !== null) return Promise.reject(refusal)
      return new Promise<T>((resolve, reject) => {
        let value: { readonly of: T } | null = null
        waiting.push({
          attempt: (effects) => {
            value = { of: verb(effects) }
          },
          resolve: () => {
            if (value !== null) resolve(value.of)
          },
          reject,
        })
        schedule()
      })
    },

    drain(): Promise<void> {
      refusal ??= new StoreError('closed', 'The database is closed, because Parley is stopping.')
      if (!scheduled) return Promise.resolve()
      return new Promise((resolve) => void drained.push(resolve))
    },
  }
}

function failedCommit(cause: unknown): StoreError {
  const known = explained(cause)
  if (known instanceof StoreError) return known
  return new StoreError(
    'commit-failed',
    'The database could not commit: nothing was stored. Try again.',
    cause,
  )
}
