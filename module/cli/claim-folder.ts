import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '../config.ts'

/** Two processes on one folder would each believe the database and the PBX in it their own. */
export function claimFolder(folder: string): () => Promise<void> {
  const file = join(folder, 'running.pid')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const owner = ownerOf(file)
  if (owner !== null) {
    throw new ConfigError(
      `The sample PBX is running already, as process ${owner}. Stop that one first: press Ctrl-C there, or run: kill ${owner}`,
    )
  }
  writeFileSync(file, `${process.pid}\n`)
  return async () => rmSync(file, { force: true })
}

/** The living process that holds the folder; one that died without a word holds nothing. */
function ownerOf(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    process.kill(pid, 0)
    // A number may have gone to some other program since.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts') ? pid : null
  } catch {
    return null
  }
}
