import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Replay, replayDecisions } from '../app/routing/replay-decisions.ts'
import { ConfigError, readConfig } from '../config.ts'
import { policyVersion } from '../domain/designation/designation.ts'
import { readDecisions } from '../store/readings/read-decisions.ts'

export const replayUsage = `  parley replay                    decides every stored designation again; any difference is a fault (exit 1)`

/** Prints what deciding everything again gives; 1 where anything differs. */
export async function replay(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  parseArgs({ args, options: {} })
  const result = replayDatabase(join(readConfig(env).dataFolder, 'parley.sqlite'))
  process.stdout.write(reportOf(result))
  return result.different.length === 0 ? 0 : 1
}

/** Decides every stored decision of a database again. */
export function replayDatabase(file: string): Replay {
  if (!existsSync(file))
    throw new ConfigError(`There is no database ${file} yet: Parley has not run with this configuration.`)
  return replayDecisions(readDecisions(file))
}

function reportOf({ different, otherPolicy, same }: Replay): string {
  const lines = different.map(
    ({ id, recorded, replayed }) =>
      `decision ${id}: ${recorded ?? 'nobody'} was designated, now it would be ${replayed ?? 'nobody'}`,
  )
  const others = otherPolicy === 0 ? '' : `, ${otherPolicy} of another policy version not compared`
  return [
    ...lines,
    `${same + different.length} decisions of policy ${policyVersion} decided again: ${different.length} different${others}.`,
    '',
  ].join('\n')
}
