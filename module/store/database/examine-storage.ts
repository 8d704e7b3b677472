import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskFact, StorageFacts } from '../../app/doctor/facts.ts'

/** The room left where Parley writes, and who may read its key. Folders that are not there yet count as their parents. */
export async function examineStorage(
  folders: readonly string[],
  keyFile: string,
  mediaFolder: string,
): Promise<StorageFacts> {
  const disks = await Promise.all([...folders, mediaFolder].map(diskFact))
  const found = await statOrNull(keyFile)
  const media = await statOrNull(mediaFolder)
  const usable = await access(mediaFolder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  return {
    disks: disks.filter((disk) => disk !== null),
    keyFile: { path: keyFile, mode: found === null ? null : found.mode & 0o777 },
    mediaFolder: { path: mediaFolder, mode: media === null ? null : media.mode & 0o777, usable },
  }
}

const statOrNull = (path: string) =>
  stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })

async function diskFact(path: string): Promise<DiskFact | null> {
  const found = await statfs(path).catch(() => null)
  if (found === null) return dirname(path) === path ? null : diskFact(dirname(path))
  return { path, freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize }
}
