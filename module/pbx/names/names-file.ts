import { readFileSync, statSync } from 'node:fs'
import type { Log } from '../../app/ports/ambient.ts'
import { noNames, type PbxNames, parseNames } from './pbx-names.ts'

/** The names file as it stands, looked at again and again. */
export interface NamesFileWatch {
  /** Those of the last good content; none before there was any. */
  current(): PbxNames
  /** What is wrong with the file as it stands now; null when nothing is. */
  fault(): string | null
  /** Looks now. */
  look(): void
  close(): void
}

interface NamesFileOptions {
  readonly file: string
  readonly log: Log
  readonly everyMs?: number
  /** `current` gives other names than before; not called for those found at the start. */
  onChanged(): void
}

/** One look a second costs one `stat`; notifications of the kernel get lost on renames, new folders and NFS. */
const usualEveryMs = 1_000
/** A hundred thousand names have room in it; anything larger is another file. */
const mostBytes = 32 * 1024 * 1024

/**
 * Watches a file that others replace. It may be missing, come later, be renamed into place, vanish or hold
 * nonsense: the last good names stay in use all along.
 */
export function watchNamesFile({ file, log, everyMs, onChanged }: NamesFileOptions): NamesFileWatch {
  let names = noNames
  let fault: string | null = null
  let seen = ''

  /** Whether there are other names than before. */
  function read(): boolean {
    const mark = markOf(file)
    if (mark === seen) return false
    seen = mark
    try {
      if (mark === 'missing') throw new Error('it is not there')
      names = parseNames(contentOf(file))
      fault = null
      log.info({ file, groups: names.groups.size, dids: names.dids.size }, 'The names file was read.')
      return true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      fault = `The names file ${file} can't be used: ${reason}. The last good names stay in use.`
      // A PBX that gave no names yet is nothing to warn of.
      if (mark === 'missing' && names === noNames) log.info({ file }, 'There is no names file yet.')
      else log.warn({ file }, fault)
      return false
    }
  }

  const look = () => {
    if (read()) onChanged()
  }
  read()
  const timer = setInterval(look, everyMs ?? usualEveryMs)
  timer.unref()
  return { current: () => names, fault: () => fault, look, close: () => clearInterval(timer) }
}

/** Changes with every replacement and every write, even one of the same length in the same second. */
function markOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
}

function contentOf(file: string): string {
  if (statSync(file).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`)
  return readFileSync(file, 'utf8')
}

/** What is wrong with a names file, looked at once; null for a good one, and for one that is not there yet. */
export function lookAtNamesFile(file: string): string | null {
  if (markOf(file) === 'missing') return null
  try {
    parseNames(contentOf(file))
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `The names file ${file} can't be used: ${reason}.`
  }
}
