import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { copyDatabase } from '../store/database/copy-database.ts'

export const backupUsage = `  parley backup <file>             copies the database whole while Parley runs, for its owner's eyes alone`

/** Copies the database; gives the exit code. */
export async function backup(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true })
  const [target] = positionals
  if (target === undefined || positionals.length !== 1)
    throw new ConfigError('Say where the copy goes: parley backup /somewhere/parley-backup.sqlite')
  const { dataFolder, keyFile } = readConfig(env)
  const database = join(dataFolder, 'parley.sqlite')
  if (!existsSync(database))
    throw new ConfigError(`There is no database ${database} yet: Parley has not run with this configuration.`)
  const file = resolve(target)
  const { bytes } = copyDatabase(database, file)
  process.stdout.write(
    `${file}: ${(bytes / 1e6).toFixed(1)} MB. Keep the key file ${keyFile} with it, in a safe place: without that no Parley can open it.\n`,
  )
  return 0
}
