import type { Clock, Log } from '../../app/ports/ambient.ts'
import type { AddressReader, CarrierAccount } from '../../app/ports/carriers.ts'
import type { Millis } from '../../domain/ids.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { SpoolBackoff } from './spool-backoff.ts'
import { byAge, errorCode, type SpoolEntry, type SpoolFolder } from './spool-folder.ts'
import { messageOfRecord } from './spool-message.ts'
import { readSpoolRecord } from './spool-record.ts'
import { trunkOfRecord } from './trunk-of-record.ts'

/** A file that is a record, read. */
export interface Arrival {
  readonly entry: SpoolEntry
  readonly takenAt: number | null
  readonly message: InboundMessage
}

export interface SpoolReaderDeps {
  readonly folder: SpoolFolder
  readonly backoff: SpoolBackoff
  readonly carriers: () => readonly CarrierAccount[]
  readonly readAddress: AddressReader
  readonly clock: Clock
  readonly log: Log
}

/** A record is written in one go: one without its end after so long never gets it. */
const incompleteForMs: Millis = 10_000
/** A hostile name may be long; its beginning is enough to find it by. */
const loggedNameLength = 64

/** Opens files. What is no record goes aside; what is not yet one stays for a while. Null for both. */
export function createSpoolReader({ folder, backoff, carriers, readAddress, clock, log }: SpoolReaderDeps) {
  async function setAside(entry: SpoolEntry, reason: string): Promise<null> {
    const file = entry.name.slice(0, loggedNameLength)
    try {
      const aside = await folder.setAside(entry)
      log.warn({ file, reason, aside }, 'A file in the spool folder is no text and was set aside')
    } catch (error) {
      backoff.fileFailed(entry.name)
      const sentence =
        'A file could not be set aside. Let Parley write into the spool folder and its subfolders.'
      log.error({ file, reason, code: errorCode(error) }, sentence)
    }
    return null
  }

  return async (entry: SpoolEntry): Promise<Arrival | null> => {
    if (!entry.isFile) return setAside(entry, 'not-a-file')
    const content = folder.read(entry)
    switch (content.kind) {
      case 'gone':
        return null
      case 'unreadable':
        return setAside(entry, content.code)
      case 'not-now': {
        backoff.fileFailed(entry.name)
        log.error(
          { file: entry.name, code: content.code },
          'A spool file cannot be read now and will be tried again',
        )
        return null
      }
      case 'bytes':
        break
      default:
        return content satisfies never
    }
    const reading = readSpoolRecord(content.bytes)
    if (reading.kind === 'rejected') return setAside(entry, reading.reason)
    if (reading.kind === 'incomplete') {
      return clock() - entry.changedAt < incompleteForMs ? null : setAside(entry, 'incomplete')
    }
    const carrierId = trunkOfRecord(carriers(), reading.record, readAddress)
    const message = messageOfRecord(reading.record, carrierId, readAddress, clock())
    return { entry, takenAt: reading.record.takenAt, message }
  }
}

/** Asterisk's own time first: where the dialplan gives fractions of a second it is finer than a file's date. */
export const byArrival = (a: Arrival, b: Arrival): number =>
  (a.takenAt ?? 0) - (b.takenAt ?? 0) || byAge(a.entry, b.entry)
