import type { Clock, Log, Unsubscribe } from '../../app/ports/ambient.ts'
import type { AddressReader, CarrierAccount } from '../../app/ports/carriers.ts'
import { addressKey } from '../../domain/message/address.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import { createSenderLanes } from './sender-lanes.ts'
import { createSpoolBackoff } from './spool-backoff.ts'
import { byAge, errorCode, openSpoolFolder, type SpoolEntry } from './spool-folder.ts'
import { type Arrival, byArrival, createSpoolReader } from './spool-reader.ts'

export interface SpoolIntakeDeps {
  /** The one that PARLEY_SPOOL names in the dialplan; the records are in its subfolder `new`. */
  readonly folder: string
  /** Resolves once the message is on disk, a repeated one included: only then is the file removed. */
  readonly onMessage: (message: InboundMessage) => Promise<void>
  /** Tells that there may be something new. A hint: the folder is looked at from time to time in any case. */
  readonly onSpooled: (listener: () => void) => Unsubscribe
  /** The accounts as they are now: they say by which trunk a text came. */
  readonly carriers: () => readonly CarrierAccount[]
  readonly readAddress: AddressReader
  readonly log: Log
  readonly clock: Clock
  readonly scanPeriodMs?: number
}

export interface SpoolIntake {
  /** Takes nothing new, and waits for what is under way. */
  close(): Promise<void>
}

/** In one scan, the oldest file of each sender that was left for the next. */
type LeftBySender = Map<string, SpoolEntry>

/** Of as many senders at once, so that their commits share one write to disk. */
const concurrency = 64
/** Messages in memory, and those of one sender among them. */
const capacity = 512
const capacityPerSender = 128
/** After so many failures of one file the sender's later ones go ahead: better out of order than not at all. */
const blockingAttempts = 5
/** Files read ahead of their turn. */
const windowSize = 256
/** Before a folder is listed again that was too full, or too busy, to be listed whole. */
const listAgainMs = 100

/**
 * Brings in what the dialplan spooled: the oldest first, each sender's texts in their order, a file removed only
 * after its message is on disk. What is no record goes to `aside` and never holds up the rest.
 */
export function startSpoolIntake(deps: SpoolIntakeDeps): SpoolIntake {
  const { log, clock } = deps
  const folder = openSpoolFolder(deps.folder, clock)
  const backoff = createSpoolBackoff(clock)
  const take = createSpoolReader({ ...deps, folder, backoff })
  const lanes = createSenderLanes({ concurrency, capacity })
  /** Files whose message waits or is under way. */
  const held = new Set<string>()
  /** Messages on disk whose file could not be removed: only the removal is tried again. */
  const committed = new Set<string>()
  /** By sender, the file that failed and that his later ones must not overtake. */
  const blocking = new Map<string, string>()
  /** Senders with more files than they have room for here, and the senders of files left for that. */
  const overflowing = new Set<string>()
  const senders = new Map<string, string>()
  let trouble: string | null = null
  let usable = false
  let scanning: Promise<void> | null = null
  let wanted = false
  let closed = false
  let again: NodeJS.Timeout | undefined

  const unsubscribe = deps.onSpooled(scan)
  const timer = setInterval(scan, deps.scanPeriodMs ?? 2000)
  scan()

  /** One at a time; asked for meanwhile, once more. */
  function scan(): void {
    if (closed) return
    wanted = true
    scanning ??= scanWhileWanted().finally(() => {
      scanning = null
    })
  }

  async function scanWhileWanted(): Promise<void> {
    while (wanted && !closed) {
      wanted = false
      try {
        await scanOnce()
      } catch (error) {
        usable = false
        log.error({ err: error }, 'The spool folder could not be read')
      }
    }
  }

  async function scanOnce(): Promise<void> {
    if (!usable) await prepare()
    if (!usable) return
    const { entries, more } = await folder.list()
    forgetAllBut(new Set(entries.map((entry) => entry.name)))
    const left = new Map<string, SpoolEntry>()
    for (let start = 0; start < entries.length && !closed && !backoff.isOutage(); ) {
      const end = endOfWindow(entries, start)
      for (const arrival of await readWindow(entries.slice(start, end), left)) await dispatch(arrival, left)
      start = end
    }
    if (!more || closed) return
    clearTimeout(again)
    again = setTimeout(scan, listAgainMs)
  }

  async function prepare(): Promise<void> {
    const before = trouble
    const result = await folder.prepare()
    trouble = result.trouble
    usable = trouble === null
    const facts = { folder: deps.folder }
    if (trouble !== null && trouble !== before) log.error(facts, trouble)
    if (trouble !== null) return
    if (result.created)
      log.warn(facts, "The spool folder was made just now. See that Asterisk's user can write into it.")
    else if (before !== null) log.info(facts, 'The spool folder can be used again')
  }

  function forgetAllBut(names: ReadonlySet<string>): void {
    backoff.forgetAllBut(names)
    for (const name of committed) if (!names.has(name)) committed.delete(name)
    for (const name of senders.keys()) if (!names.has(name)) senders.delete(name)
    for (const [sender, name] of blocking) if (!names.has(name)) blocking.delete(sender)
  }

  async function readWindow(entries: readonly SpoolEntry[], left: LeftBySender): Promise<readonly Arrival[]> {
    const arrivals: Arrival[] = []
    for (const entry of entries) {
      if (held.has(entry.name) || !backoff.isDue(entry.name)) continue
      const sender = senders.get(entry.name)
      if (committed.has(entry.name)) await remove(entry)
      else if (sender !== undefined && !mayGo(entry, sender)) leave(entry, sender, left)
      else {
        const arrival = await take(entry)
        if (arrival !== null) arrivals.push(arrival)
      }
    }
    return arrivals.sort(byArrival)
  }

  async function dispatch({ entry, message }: Arrival, left: LeftBySender): Promise<void> {
    const sender = addressKey(message.sender)
    await lanes.room()
    if (closed || backoff.isOutage() || !mayGo(entry, sender) || overtakes(entry, sender, left)) {
      leave(entry, sender, left)
      return
    }
    held.add(entry.name)
    lanes.add(sender, {
      run: async () => {
        const succeeded = await deliver(entry, sender, message)
        held.delete(entry.name)
        if (lanes.count(sender) === 1 && overflowing.delete(sender)) scan()
        return succeeded
      },
      dropped: () => {
        held.delete(entry.name)
        overflowing.delete(sender)
      },
    })
  }

  /** Once one of a sender's files is left for a later scan, so are those after it. */
  function leave(entry: SpoolEntry, sender: string, left: LeftBySender): void {
    senders.set(entry.name, sender)
    if (!left.has(sender)) left.set(sender, entry)
  }

  /** The one that blocks the others goes first by right, or all of them would wait for one another. */
  function overtakes(entry: SpoolEntry, sender: string, left: LeftBySender): boolean {
    const first = left.get(sender)
    return first !== undefined && byAge(first, entry) < 0 && blocking.get(sender) !== entry.name
  }

  function mayGo(entry: SpoolEntry, sender: string): boolean {
    if ((blocking.get(sender) ?? entry.name) !== entry.name) return false
    if (lanes.count(sender) < capacityPerSender) return true
    overflowing.add(sender)
    return false
  }

  async function deliver(entry: SpoolEntry, sender: string, message: InboundMessage): Promise<boolean> {
    const { name } = entry
    try {
      await deps.onMessage(message)
    } catch (error) {
      const { attempts, notBefore } = backoff.storeFailed(name)
      if (attempts < blockingAttempts) blocking.set(sender, name)
      else blocking.delete(sender)
      const facts = { file: name, attempts, againInMs: notBefore - clock(), err: error }
      log.error(facts, 'A spooled text could not be stored yet')
      return false
    }
    if (blocking.get(sender) === name) blocking.delete(sender)
    if (backoff.storeWorked(name)) scan()
    await remove(entry)
    return true
  }

  async function remove(entry: SpoolEntry): Promise<void> {
    try {
      await folder.remove(entry)
    } catch (error) {
      committed.add(entry.name)
      backoff.fileFailed(entry.name)
      const sentence =
        'A text is stored, but its spool file cannot be removed. Let Parley write into the folder.'
      log.error({ file: entry.name, code: errorCode(error) }, sentence)
    }
  }

  return {
    async close() {
      closed = true
      unsubscribe()
      clearInterval(timer)
      clearTimeout(again)
      await lanes.close()
      await scanning
    },
  }
}

/** Files of one kernel tick stay together, so that what they say of their order can be looked at. */
function endOfWindow(entries: readonly SpoolEntry[], start: number): number {
  let end = Math.min(start + windowSize, entries.length)
  const longest = Math.min(start + 4 * windowSize, entries.length)
  while (end < longest && entries[end]?.modifiedNs === entries[end - 1]?.modifiedNs) end += 1
  return end
}
