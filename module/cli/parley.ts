import { ConfigError } from '../config.ts'
import { backup, backupUsage } from './backup.ts'
import { doctor, doctorUsage } from './doctor.ts'
import { linkUsage, printLink } from './link.ts'
import { pbx, pbxUsage } from './pbx.ts'
import { replay, replayUsage } from './replay.ts'
import { restore, restoreUsage } from './restore.ts'
import { status, statusUsage } from './status.ts'

/** Each prints its answer and gives the exit code. */
type Command = (args: string[], env: NodeJS.ProcessEnv) => Promise<number>

const commands: ReadonlyMap<string, { readonly run: Command; readonly usage: string }> = new Map([
  ['status', { run: status, usage: statusUsage }],
  ['link', { run: printLink, usage: linkUsage }],
  ['doctor', { run: doctor, usage: doctorUsage }],
  ['backup', { run: backup, usage: backupUsage }],
  ['restore', { run: restore, usage: restoreUsage }],
  ['pbx', { run: pbx, usage: pbxUsage }],
  ['replay', { run: replay, usage: replayUsage }],
])

const usage = `parley: what an administrator does at the console

${[...commands.values()].map((command) => command.usage).join('\n\n')}

Configured as the sidecar is: by the file that PARLEY_CONFIG names, or by the environment.
`

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`parley: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigError ? 78 : 1
}

async function run([name = '', ...rest]: string[]): Promise<number> {
  const command = commands.get(name)
  if (command !== undefined) return command.run(rest, process.env)
  process.stdout.write(usage)
  return ['', 'help', '--help'].includes(name) ? 0 : 64
}
