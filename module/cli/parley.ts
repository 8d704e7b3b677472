import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { isExtension } from '../domain/ids.ts'
import { readKeys } from '../keys.ts'
import { sessionLink } from './session-link.ts'

const usage = `parley: what an administrator does at the console

  parley link --admin              prints a link that signs in as administrator
  parley link --extension 101      prints a link that signs in as the agent of an extension
      --hours 12                   how long it is good for (1 to 720)

Configured as the sidecar is: by the file that PARLEY_CONFIG names, or by the environment.
`

try {
  run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`parley: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigError ? 78 : 1
}

function run(args: string[]): void {
  const [command, ...rest] = args
  if (command !== 'link') {
    process.stdout.write(usage)
    process.exitCode = command === undefined || command === 'help' || command === '--help' ? 0 : 64
    return
  }
  const { values } = parseArgs({
    args: rest,
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
  const config = readConfig(process.env)
  const { link } = sessionLink({
    tokenKey: readKeys(config.keyFile).tokenKey,
    url: config.http.publicUrl ?? `http://${config.http.host}:${config.http.port}`,
    page: values.admin === true ? 'admin' : 'agent',
    extension,
    roles: values.admin === true ? ['admin'] : ['agent'],
    hours,
  })
  process.stdout.write(`${link}\n`)
}
