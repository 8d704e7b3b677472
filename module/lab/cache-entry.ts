import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** Where what was downloaded once is kept for every checkout of this user. */
export const cacheFolder = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'parley')

/**
 * The folder `name` in the cache, made by `make` when it is not there yet. It appears whole or not at all: it is
 * made under another name and renamed. Of several processes that want it at once one makes it and the others wait.
 */
export async function cacheEntry(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (existsSync(folder)) return folder
  await mkdir(cacheFolder(), { recursive: true })
  const unlock = await lock(folder)
  try {
    if (!existsSync(folder)) await makeWhole(folder, make)
  } finally {
    await unlock()
  }
  return folder
}

async function makeWhole(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  await removeDrafts(folder)
  const draft = await mkdtemp(`${folder}.draft-`)
  try {
    await make(draft)
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Drafts of owners that were killed: whoever holds the lock may take any draft for one. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.draft-`)) {
      await rm(join(dirname(folder), name), { recursive: true, force: true })
    }
  }
}

/**
 * One owner a path, on this machine. The lock is a listening socket in Linux's abstract namespace: it has no file,
 * and the kernel frees it when its owner ends, however it ends. Those who wait hang on a connection to the owner
 * and try again when it breaks.
 */
async function lock(path: string): Promise<() => Promise<void>> {
  const address = `\0parley-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  for (;;) {
    const server = createServer((waiting) => waiting.on('error', () => waiting.destroy()))
    const waiters = new Set<() => void>()
    server.on('connection', (socket) => waiters.add(() => socket.destroy()))
    try {
      server.listen(address)
      await once(server, 'listening')
      return async () => {
        server.close()
        for (const release of waiters) release()
        await once(server, 'close')
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
      await ownerEnds(address)
    }
  }
}

async function ownerEnds(address: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect(address)
  // Refused, reset or ended: all of them say that the owner let go.
  socket.on('error', () => resolve())
  socket.on('close', () => resolve())
  socket.resume()
  await promise
}
