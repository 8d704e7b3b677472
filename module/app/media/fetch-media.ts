import type { CarrierId } from '../../domain/ids.ts'
import type { Clock, Log, RandomSource } from '../ports/ambient.ts'
import type { Carrier } from '../ports/carriers.ts'
import type { FetchOutcome, MediaFetcher, MediaResult, MediaStore, MediaTask } from '../ports/media.ts'

export interface FetchMediaDeps {
  readonly store: Pick<MediaStore, 'claimMedia' | 'hasDueMedia' | 'onMedia' | 'resumeMedia' | 'settleMedia'>
  readonly carriers: (id: CarrierId) => Pick<Carrier, 'media'> | undefined
  readonly fetcher: MediaFetcher
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly times?: Partial<FetchTimes>
}

export interface FetchTimes {
  /** How often it is looked for what waits for a retry, which tells nobody. */
  readonly pollMs: number
  readonly firstRetryMs: number
  readonly longestRetryMs: number
  readonly roomRetryMs: number
  /** What can't be had for so long is given up, until a person asks for it again. */
  readonly giveUpMs: number
}

const usualTimes: FetchTimes = {
  pollMs: 1000,
  firstRetryMs: 2000,
  longestRetryMs: 60 * 60 * 1000,
  roomRetryMs: 60 * 1000,
  giveUpMs: 24 * 60 * 60 * 1000,
}

/** A carrier whose host hangs holds up no other's files. */
const most = { ofCarrier: 4, atOnce: 16 } as const

/**
 * Brings the files of inbound messages from their carriers, long after the messages themselves were acknowledged. A
 * file is claimed, fetched once, and settled by what came of it; what was under way when the process ended is fetched
 * anew.
 */
export function startFetchMedia(deps: FetchMediaDeps) {
  const { store, clock, log } = deps
  const times = { ...usualTimes, ...deps.times }
  const stopping = new AbortController()
  const underWay = new Set<Promise<void>>()
  let claiming: Promise<void> | null = guarded(store.resumeMedia())
  const unsubscribe = store.onMedia(wake)
  const timer = setInterval(wake, times.pollMs)

  function wake(): void {
    if (stopping.signal.aborted || claiming !== null || underWay.size >= most.atOnce) return
    if (!store.hasDueMedia(clock())) return
    claiming = guarded(claim())
  }

  /** Looks again at once where it found something: more may have come meanwhile. */
  async function guarded(looking: Promise<number>): Promise<void> {
    let found = 0
    try {
      found = await looking
    } catch (error) {
      log.error({ err: error }, 'The files to fetch could not be read')
    }
    claiming = null
    if (found > 0) wake()
  }

  async function claim(): Promise<number> {
    const tasks = await store.claimMedia(clock(), most)
    for (const task of tasks) track(handle(task))
    return tasks.length
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) =>
        log.error({ err: error }, 'What came of fetching a file could not be stored'),
      )
      .finally(() => {
        underWay.delete(tracked)
        wake()
      })
    underWay.add(tracked)
  }

  async function handle(task: MediaTask): Promise<void> {
    const outcome = await fetchOnce(task)
    // Its row still says that it is being fetched, so the next start does it again.
    if (stopping.signal.aborted && outcome.kind !== 'kept') return
    const result = resultOf(task, outcome)
    await store.settleMedia(task.id, result, clock())
    const reason = 'reason' in outcome ? outcome.reason : undefined
    const { id, carrierId, attempt } = task
    log.info({ mediaId: id, carrierId, attempt, result: result.kind, reason }, 'File of a message settled')
  }

  async function fetchOnce({ carrierId, ref }: MediaTask): Promise<FetchOutcome> {
    const carrier = deps.carriers(carrierId)
    if (carrier === undefined) return again('the carrier is disabled or removed')
    if (carrier.media === undefined) {
      return {
        kind: 'failed',
        reason: 'this kind of carrier keeps no files',
        sentence: 'Files of this carrier can’t be fetched. Ask the sender for it in another way.',
      }
    }
    try {
      const location = await carrier.media.locate(ref)
      switch (location.kind) {
        case 'at':
          return await deps.fetcher.fetch(location, ref, stopping.signal)
        case 'retry':
          return again(location.reason)
        case 'gone':
          return { kind: 'failed', reason: 'gone', sentence: location.sentence }
        default:
          return location satisfies never
      }
    } catch (error) {
      log.error({ err: error, carrierId }, 'A file could not be fetched')
      return again('it failed here')
    }
  }

  function resultOf({ attempt, since }: MediaTask, outcome: FetchOutcome): MediaResult {
    switch (outcome.kind) {
      case 'kept':
        return { kind: 'stored', file: outcome.file }
      case 'failed':
        return { kind: 'failed', sentence: outcome.sentence }
      case 'no-room':
        return { kind: 'retry', notBefore: clock() + times.roomRetryMs, waitsFor: 'room' }
      case 'retry': {
        const backoffMs = Math.min(times.longestRetryMs, times.firstRetryMs * 2 ** Math.min(attempt - 1, 20))
        const waitMs = Math.max(outcome.retryAfterMs ?? 0, backoffMs * (0.5 + deps.random() / 2))
        const notBefore = clock() + waitMs
        if (notBefore - since > times.giveUpMs) return { kind: 'failed', sentence: givenUp }
        return { kind: 'retry', notBefore, waitsFor: 'carrier' }
      }
      default:
        return outcome satisfies never
    }
  }

  return {
    /** Breaks off what is being fetched; it is fetched again after the next start. */
    async close(): Promise<void> {
      stopping.abort(new Error('Parley is stopping'))
      clearInterval(timer)
      unsubscribe()
      await claiming
      await Promise.all(underWay)
    },
  }
}

const givenUp = 'The carrier did not give this file for a day. Try again, or ask the sender for it.'

const again = (reason: string): FetchOutcome => ({ kind: 'retry', reason, retryAfterMs: null })

export type FetchMedia = ReturnType<typeof startFetchMedia>
