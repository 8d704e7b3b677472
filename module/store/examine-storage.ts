import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DiskFact, StorageFacts } from '../app/doctor/facts.ts'

/** The room left where Parley writes, and who may read its key. Folders that are not there yet count as their parents. */
export async function examineStorage(folders: readonly string[], keyFile: string): Promise<StorageFacts> {
  const disks = await Promise.all(folders.map(diskFact))
  const found = await stat(keyFile).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  return {
    disks: disks.filter((disk) => disk !== null),
    keyFile: { path: keyFile, mode: found === null ? null : found.mode & 0o777 },
  }
}

async function diskFact(path: string): Promise<DiskFact | null> {
  const found = await statfs(path).catch(() => null)
  if (found === null) return dirname(path) === path ? null : diskFact(dirname(path))
  return { path, freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize }
}
