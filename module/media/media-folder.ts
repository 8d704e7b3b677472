import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, unlinkSync } from 'node:fs'
import { type FileHandle, open as openFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  type ByteRange,
  type KeepAbout,
  type KeptFile,
  type MediaFiles,
  MediaFilesError,
} from '../app/ports/media.ts'
import { reasonOf } from './error-reason.ts'
import { imageHeadBytes, imageSize } from './image-size.ts'
import { realType } from './real-type.ts'

/** Beside the database, in the data folder. */
export const mediaFolderName = 'media'

export interface MediaFolderOptions {
  readonly path: string
  /** For tests: how a new file is made. */
  readonly create?: (path: string) => Promise<FileHandle>
  readonly clock?: () => number
}

const contentHash = /^[0-9a-f]{64}$/
const noRoom: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
/** Longer than a file may take to arrive: what is younger may belong to a row that is about to be committed. */
const sweepAfterMs = 60 * 60 * 1000

/**
 * Files by the hash of their content, so that the same picture sent to ten customers lies here once:
 *
 *   incoming/<random>  ──(hash, type, fsync)──▶  ab/ab12…
 *
 * A name in place always means a whole file on disk. Whatever was on its way when a process ended is removed at the
 * next start. Folders are this user's alone, and so are files.
 */
export function openMediaFolder({
  path,
  create = (file) => openFile(file, 'wx', 0o600),
  clock = Date.now,
}: MediaFolderOptions): MediaFiles {
  const incoming = join(path, 'incoming')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming, { mode: 0o700 })

  const placeOf = (sha256: string): string => join(path, sha256.slice(0, 2), sha256)

  async function keep(source: AsyncIterable<Uint8Array>, about: KeepAbout): Promise<KeptFile> {
    const draft = join(incoming, randomBytes(16).toString('hex'))
    try {
      const written = await write(draft, source, about.longestBytes)
      const contentType = await realType(draft, written.head, about.declared, about.fileName)
      await putInPlace(draft, written.sha256)
      const { sha256, byteLength } = written
      return { sha256, byteLength, contentType, size: imageSize(written.head) }
    } catch (error) {
      rmSync(draft, { force: true })
      if (noRoom.has(reasonOf(error))) {
        throw new MediaFilesError('no-room', `there is no room left for files under ${path}`, error)
      }
      throw error
    }
  }

  async function write(draft: string, source: AsyncIterable<Uint8Array>, longestBytes: number) {
    const file = await create(draft)
    try {
      const hash = createHash('sha256')
      const head: Uint8Array[] = []
      let byteLength = 0
      for await (const chunk of source) {
        if (byteLength < imageHeadBytes) head.push(chunk)
        byteLength += chunk.byteLength
        if (byteLength > longestBytes)
          throw new MediaFilesError('too-large', `it has more than ${longestBytes} bytes`)
        hash.update(chunk)
        await file.writeFile(chunk)
      }
      if (byteLength === 0) throw new MediaFilesError('empty', 'it is empty')
      await file.sync()
      return { sha256: hash.digest('hex'), byteLength, head: Buffer.concat(head).subarray(0, imageHeadBytes) }
    } finally {
      await file.close()
    }
  }

  /** Over a file of the same content too: that makes it young again, so that no sweep takes it meanwhile. */
  async function putInPlace(draft: string, sha256: string): Promise<void> {
    const place = placeOf(sha256)
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 })
    renameSync(draft, place)
    await syncFolder(dirname(place))
    await syncFolder(path)
  }

  async function open(sha256: string, range: ByteRange | null): Promise<Readable | null> {
    if (!contentHash.test(sha256)) return null
    let file: FileHandle
    try {
      file = await openFile(placeOf(sha256), 'r')
    } catch (error) {
      if (reasonOf(error) === 'ENOENT') return null
      throw error
    }
    return file.createReadStream(range === null ? {} : { start: range.first, end: range.last })
  }

  async function sweep(isUsed: (sha256: string) => boolean): Promise<number> {
    let removed = 0
    for (const folder of await readdir(path)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      for (const name of readdirSync(join(path, folder))) {
        if (contentHash.test(name) && removeUnused(name, isUsed)) removed++
      }
    }
    return removed
  }

  /** In one turn of the event loop, so that no row can come to refer to it in between. */
  function removeUnused(sha256: string, isUsed: (sha256: string) => boolean): boolean {
    const place = placeOf(sha256)
    const found = statSync(place, { throwIfNoEntry: false })
    if (found === undefined || clock() - found.mtimeMs < sweepAfterMs || isUsed(sha256)) return false
    unlinkSync(place)
    return true
  }

  return { keep, open, sweep }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await openFile(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
