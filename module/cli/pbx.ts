import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { asPbxId } from '../domain/ids.ts'
import { createLog } from '../log.ts'
import { type AsteriskPbx, createAsteriskPbx } from '../pbx/asterisk-pbx.ts'
import { pbxJson, pbxTables } from './pbx-tables.ts'

export const pbxUsage = `  parley pbx                       prints what Parley reads of the PBX: extensions, groups, DIDs, schedules
      --json                       as JSON`

const readWithinMs = 60_000

/**
 * Prints a fresh reading over a link of its own, so that it shows the PBX as it is now whether or not the sidecar
 * runs, and needs no token; gives the exit code.
 */
export async function pbx(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const config = readConfig(env)
  const { ami, ari, checkPeriodMs, didContexts, hintContexts, id, namesFile, ringGroupContexts } = config.pbx
  const link = createAsteriskPbx({
    pbxId: asPbxId(id),
    ami,
    ari,
    checkPeriodMs,
    namesFile,
    contexts: { hints: hintContexts, ringGroups: ringGroupContexts, dids: didContexts },
    log: createLog('silent'),
    clock: Date.now,
    random: Math.random,
  })
  try {
    link.start()
    const problem = await reading(link)
    if (problem !== null) throw new ConfigError(`${problem} "parley doctor" tells more.`)
    const snapshot = link.snapshot()
    const printed =
      values.json === true ? `${JSON.stringify(pbxJson(snapshot), null, 2)}\n` : pbxTables(snapshot)
    process.stdout.write(printed)
    for (const { sentence } of link.warnings()) process.stderr.write(`parley: ${sentence}\n`)
    return 0
  } finally {
    await link.close()
  }
}

/** Resolves with null when everything was read, with a sentence when AMI is down or it takes too long. */
function reading(link: AsteriskPbx): Promise<string | null> {
  return new Promise((resolve) => {
    const settle = (problem: string | null) => {
      clearTimeout(late)
      stop()
      resolve(problem)
    }
    const stop = link.onChanged(() => {
      const { ami } = link.health()
      if (link.snapshot().freshness === 'live') settle(null)
      else if (ami.kind === 'down') settle(ami.sentence)
    })
    const late = setTimeout(
      () => settle(`The PBX was not read within ${readWithinMs / 1000} s.`),
      readWithinMs,
    )
  })
}
