import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { access, mkdir, opendir, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../app/ports/ambient.ts'
import { longestRecordBytes } from './spool-record.ts'

/** One entry of `new/`, not yet opened. */
export interface SpoolEntry {
  /** Its bytes as latin1, so that a name that is no UTF-8 still names the same file. */
  readonly name: string
  readonly isFile: boolean
  /** The kernel's own time of the last change, which nobody can set. */
  readonly changedAt: number
  readonly modifiedNs: bigint
  readonly inode: bigint
}

export interface SpoolListing {
  /** Oldest first. */
  readonly entries: readonly SpoolEntry[]
  /** There is more than was listed. */
  readonly more: boolean
}

export type SpoolContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'gone' }
  /** It will never be readable: a link, a pipe, somebody else's. */
  | { readonly kind: 'unreadable'; readonly code: string }
  /** The machine is short of something: later, perhaps. */
  | { readonly kind: 'not-now'; readonly code: string }

export interface SpoolFolder {
  /** Makes the folders where they are missing; `trouble` says what stands in the way, `created` that `new` was. */
  prepare(): Promise<{ readonly trouble: string | null; readonly created: boolean }>
  list(): Promise<SpoolListing>
  read(entry: SpoolEntry): SpoolContent
  remove(entry: SpoolEntry): Promise<void>
  /** Out of the way, never opened: what a symlink points to stays where it is. Returns the new name. */
  setAside(entry: SpoolEntry): Promise<string>
}

const neverReadable: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ELOOP', 'ENXIO', 'EISDIR', 'ENODEV'])
/** So many are held in memory; of more, the oldest. */
const listLimit = 10_000
/** Up to here the kernel lists a folder in one step, so nothing older can appear behind something newer. */
const listedAtOnce = 200
/** Longer than a kernel tick, which is how finely files are dated. */
const tickMs = 20

/** The folder that the dialplan writes to: records in `new/`, what is no record in `aside/`. */
export function openSpoolFolder(folder: string, clock: Clock): SpoolFolder {
  const fresh = join(folder, 'new')
  const aside = join(folder, 'aside')
  let setAsideCount = 0

  return {
    async prepare() {
      let created = false
      try {
        for (const path of [fresh, aside]) {
          if ((await mkdir(path, { recursive: true })) !== undefined && path === fresh) created = true
          await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
        }
        return { trouble: null, created }
      } catch (error) {
        const trouble = `The spool folder ${folder} cannot be used (${errorCode(error)}). Texts from SIP trunks wait there: create it with the subfolders new and aside, and let both Asterisk's user and Parley's write into them.`
        return { trouble, created }
      }
    },

    async list() {
      const startedAt = Date.now()
      const entries: SpoolEntry[] = []
      let more = false
      for await (const { name } of await opendir(fresh, { encoding: 'latin1', bufferSize: 256 })) {
        const stat = lstatSync(pathOf(fresh, name), { bigint: true, throwIfNoEntry: false })
        if (stat === undefined) continue
        entries.push({
          name,
          isFile: stat.isFile(),
          changedAt: Number(stat.ctimeMs),
          modifiedNs: stat.mtimeNs,
          inode: stat.ino,
        })
        if (entries.length >= 2 * listLimit) more = keepOldest(entries)
      }
      more = keepOldest(entries) || more
      if (entries.length <= listedAtOnce) return { entries, more }
      // While a large folder was listed, a newer record may have been seen and an older one not: next time, then.
      const settled = entries.filter((entry) => entry.modifiedNs < BigInt(startedAt - tickMs) * 1_000_000n)
      return { entries: settled, more: more || settled.length < entries.length }
    },

    read(entry) {
      try {
        return readBounded(pathOf(fresh, entry.name))
      } catch (error) {
        const code = errorCode(error)
        if (code === 'ENOENT') return { kind: 'gone' }
        return { kind: neverReadable.has(code) ? 'unreadable' : 'not-now', code }
      }
    },

    async remove(entry) {
      try {
        await unlink(pathOf(fresh, entry.name))
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error
      }
    },

    async setAside(entry) {
      setAsideCount += 1
      const name = `${clock()}-${process.pid}-${setAsideCount}-${entry.name.replace(/[^A-Za-z0-9-]/g, '_').slice(0, 64)}`
      await rename(pathOf(fresh, entry.name), join(aside, name))
      return name
    },
  }
}

/** By age; of two dated in one tick, the one made first mostly has the lower inode. */
export const byAge = (a: SpoolEntry, b: SpoolEntry): number =>
  compare(a.modifiedNs, b.modifiedNs) || compare(a.inode, b.inode)

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function keepOldest(entries: SpoolEntry[]): boolean {
  entries.sort(byAge)
  if (entries.length <= listLimit) return false
  entries.length = listLimit
  return true
}

/** Never follows a link, never waits for a pipe, never reads more than a record can hold and one byte. */
function readBounded(path: string | Buffer): SpoolContent {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) return { kind: 'unreadable', code: 'not a file' }
    const buffer = Buffer.allocUnsafe(longestRecordBytes + 1)
    let length = 0
    for (;;) {
      const count = readSync(file, buffer, length, buffer.length - length, null)
      length += count
      if (count === 0 || length === buffer.length) return { kind: 'bytes', bytes: buffer.subarray(0, length) }
    }
  } finally {
    closeSync(file)
  }
}

const pathOf = (folder: string, name: string): string | Buffer =>
  /^[\x20-\x7e]*$/.test(name)
    ? join(folder, name)
    : Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])

export function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : String(error)
}
