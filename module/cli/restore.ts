import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { stampOf } from '../store/database/back-up-before-upgrade.ts'
import { restoreDatabase } from '../store/database/restore-database.ts'

export const restoreUsage = `  parley restore <file>            puts a copy in the database's place, with Parley stopped; what was there is kept`

/** Puts a copy in place; gives the exit code. */
export async function restore(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals } = parseArgs({ args, options: {}, allowPositionals: true })
  const [copy] = positionals
  if (copy === undefined || positionals.length !== 1)
    throw new ConfigError('Say which copy: parley restore /somewhere/parley-backup.sqlite')
  if (!existsSync(copy)) throw new ConfigError(`There is no file ${copy}.`)
  const { dataFolder } = readConfig(env)
  const aside = restoreDatabase({
    file: join(dataFolder, 'parley.sqlite'),
    copy: resolve(copy),
    kept: join(dataFolder, 'backups'),
    stamp: stampOf(Date.now()),
  })
  const before = aside === null ? '' : ` What was there before is kept in ${aside}.`
  process.stdout.write(
    `Restored.${before} Start Parley now. Replies that waited to be sent when the copy was made are shown as unknown and not sent again.\n`,
  )
  return 0
}
