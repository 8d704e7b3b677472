import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { isExtension } from '../domain/ids.ts'
import { readKeys } from '../keys.ts'
import { oneTimeLink } from './session-link.ts'

export const linkUsage = `  parley link --admin              prints a link that signs in as administrator, once
  parley link --extension 101      prints a link that signs in as the agent of an extension, once
      --hours 12                   how long it may be opened (1 to 720); the session lasts 12 hours`

/** Prints the link; gives the exit code. */
export async function printLink(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { admin: { type: 'boolean' }, extension: { type: 'string' }, hours: { type: 'string' } },
  })
  const hours = Number(values.hours ?? 12)
  if (!Number.isInteger(hours) || hours < 1 || hours > 720)
    throw new ConfigError('--hours takes a whole number from 1 to 720.')
  const extension = values.extension ?? null
  if (extension !== null && !isExtension(extension))
    throw new ConfigError('--extension takes an extension of the PBX, such as 101.')
  if (values.admin !== true && extension === null)
    throw new ConfigError('Say whom the link is for: --admin, or --extension 101.')
  const config = readConfig(env)
  const link = oneTimeLink({
    tokenKey: readKeys(config.keyFile).tokenKey,
    url: config.http.publicUrl ?? `http://${config.http.host}:${config.http.port}`,
    extension,
    roles: values.admin === true ? ['admin'] : ['agent'],
    hours,
  })
  process.stdout.write(`${link}\n`)
  return 0
}
