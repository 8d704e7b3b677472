import { constants } from 'node:fs'
import { access, lstat, opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderFact, SpoolFacts } from '../../app/doctor/facts.ts'

/** A heap of files is counted so far: beyond that the number helps nobody. */
const mostCounted = 10_000

/** Looks at the spool folder; opens no record, and makes and changes nothing. */
export async function examineSpool(folder: string): Promise<SpoolFacts> {
  const [fresh, aside] = [join(folder, 'new'), join(folder, 'aside')]
  const folders = await Promise.all([folder, fresh, aside].map(folderFact))
  const [waiting, asideFiles] = await Promise.all([agesIn(fresh), agesIn(aside)])
  return {
    folder,
    realFolder: await realpath(folder).catch(() => null),
    folders,
    waiting: { count: waiting.length, oldestMs: Math.max(0, ...waiting.slice(0, mostCounted)) },
    aside: asideFiles.length,
  }
}

async function folderFact(path: string): Promise<FolderFact> {
  const found = await stat(path).catch(() => null)
  if (found === null) return { path, stat: null, usable: false }
  const usable = await access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  const { uid, gid, mode } = found
  return { path, stat: { isFolder: found.isDirectory(), uid, gid, mode: mode & 0o7777 }, usable }
}

/** How long ago each file of a folder came; none where it can't be listed, which `folderFact` tells. */
async function agesIn(folder: string): Promise<number[]> {
  const ages: number[] = []
  try {
    for await (const { name } of await opendir(folder)) {
      // What vanishes meanwhile was taken.
      const found = await lstat(join(folder, name)).catch(() => null)
      if (found !== null) ages.push(Date.now() - found.mtimeMs)
      if (ages.length >= mostCounted) break
    }
  } catch {
    return []
  }
  return ages
}
