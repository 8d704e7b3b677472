import { type LinkLoss, lossOf } from './pbx-error.ts'

/** `schedules`: only what opens and closes; `check`: every list anew; `thorough`: all that can be asked. */
export type ReadingKind = 'schedules' | 'check' | 'thorough'

interface KeepReadingOptions {
  /** A check this often, whatever the events said. */
  readonly everyMs: number
  /** Readings that events ask for come no closer than this, and large ones than nine times what the last took. */
  readonly gapMs: number
  read(kind: ReadingKind): Promise<void>
  /** A reading failed: nothing that follows could be trusted. */
  onFailed(loss: LinkLoss): void
}

export interface KeptReading {
  /** Something changed that only a reading can tell. */
  ask(kind: ReadingKind): void
  /** A thorough reading as soon as can be; resolves when it is done, or when there will be none. */
  now(): Promise<void>
  stop(): void
}

const rank: Readonly<Record<ReadingKind, number>> = { schedules: 0, check: 1, thorough: 2 }

/** Reads everything at once, then again and again, one reading at a time, until stopped. */
export function keepReading(options: KeepReadingOptions): KeptReading {
  const due = new Map<ReadingKind, number>([['thorough', performance.now()]])
  let waiting: (() => void)[] = []
  let stopped = false
  let underWay = false
  const asked = new Set<ReadingKind>()
  /** When the last readings ended that events had asked for. */
  const lastAsked = { small: Number.NEGATIVE_INFINITY, whole: Number.NEGATIVE_INFINITY }
  let lastWholeMs = 0
  /** Events of one cause come in a row. */
  const hesitationMs = Math.min(options.gapMs, 50)
  let timer: NodeJS.Timeout | undefined

  function plan(): void {
    clearTimeout(timer)
    if (stopped || underWay) return
    timer = setTimeout(() => void once(), Math.max(0, Math.min(...due.values()) - performance.now()))
  }

  /** The largest that is due; it answers for all smaller ones. */
  function takeDue(): ReadingKind {
    // A timer may ring a moment early, and what is due a moment later is better read together.
    const soon = Math.max(performance.now(), Math.min(...due.values())) + hesitationMs
    const ripe = [...due].filter(([, at]) => at <= soon).map(([kind]) => kind)
    const kind = ripe.sort((a, b) => rank[b] - rank[a])[0] ?? 'check'
    for (const other of [...due.keys()]) if (rank[other] <= rank[kind]) due.delete(other)
    return kind
  }

  async function once(): Promise<void> {
    underWay = true
    const kind = takeDue()
    const wasAsked = asked.has(kind)
    for (const other of [...asked]) if (rank[other] <= rank[kind]) asked.delete(other)
    const served = kind === 'thorough' ? waiting.splice(0) : []
    const began = performance.now()
    try {
      await options.read(kind)
    } catch (error) {
      if (!stopped) options.onFailed(lossOf(error))
      stopped = true
    }
    underWay = false
    const end = performance.now()
    if (wasAsked) lastAsked[kind === 'schedules' ? 'small' : 'whole'] = end
    if (kind !== 'schedules') {
      lastWholeMs = end - began
      // What was asked meanwhile is not put off to the next period.
      due.set('check', Math.min(due.get('check') ?? Number.POSITIVE_INFINITY, end + options.everyMs))
    }
    for (const resolve of stopped ? [...served, ...waiting.splice(0)] : served) resolve()
    plan()
  }

  /** The first asking is heard at once; a large PBX whose events ask without end is not kept busy with answers. */
  function earliest(kind: ReadingKind): number {
    const soon = performance.now() + hesitationMs
    return kind === 'schedules'
      ? Math.max(soon, lastAsked.small + options.gapMs)
      : Math.max(soon, lastAsked.whole + Math.max(options.gapMs, 9 * lastWholeMs))
  }

  plan()
  return {
    ask(kind) {
      asked.add(kind)
      // A second asking does not put the reading off any further.
      due.set(kind, Math.min(due.get(kind) ?? Number.POSITIVE_INFINITY, earliest(kind)))
      plan()
    },
    now() {
      if (stopped) return Promise.resolve()
      due.set('thorough', performance.now())
      return new Promise((resolve) => {
        waiting = [...waiting, resolve]
        plan()
      })
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      if (!underWay) for (const resolve of waiting.splice(0)) resolve()
    },
  }
}
