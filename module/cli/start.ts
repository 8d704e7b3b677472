import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { buildFragments } from '../../ui-fragments/build.ts'
import { ConfigError, isPbxConfigured, readConfig } from '../config.ts'
import { prepareAsterisk } from '../lab/asterisk-prefix.ts'
import { LabUnavailable } from '../lab/lab-unavailable.ts'
import { SAMPLE_PBX } from '../lab/sample-pbx.ts'
import { createLog } from '../log.ts'
import { type Sidecar, startSidecar } from '../wiring.ts'
import { claimFolder } from './claim-folder.ts'
import { installSampleRule, type SamplePbx, startSamplePbx } from './sample-pbx.ts'
import { sessionLink } from './session-link.ts'

const asJson = process.argv.includes('--json')
const sessionHours = 24 * 30
const stopWithinMs = 10_000

/** Progress is for people: it never mixes with the one line that scripts read. */
const say = (sentence: string) => (asJson ? process.stderr : process.stdout).write(`${sentence}\n`)

const closers: (() => Promise<void>)[] = []
let stopping: Promise<void> | null = null

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))

try {
  await start()
} catch (error) {
  process.stderr.write(`parley: ${explain(error)}\n`)
  await stop(1)
}

async function start(): Promise<void> {
  if (isPbxConfigured(process.env)) {
    const config = readConfig(process.env)
    await buildFragments({})
    const sidecar = await startSidecar(config, createLog(config.logLevel, pino.destination(asJson ? 2 : 1)))
    closers.push(() => sidecar.close())
    announce(sidecar, null)
    return
  }
  const folder = sampleFolder(process.env)
  closers.push(claimFolder(folder))
  const [prefix] = await Promise.all([prepareAsterisk({ onProgress: say }), buildFragments({})])
  say('Starting Asterisk, a trunk, three phones and Parley.')
  const sample = await startSamplePbx({ prefix, folder, env: process.env, say })
  closers.push(() => sample.close())
  const sidecar = await startSidecar(sample.config, createLog(sample.config.logLevel, pino.destination(2)))
  closers.push(() => sidecar.close())
  await installSampleRule(sidecar)
  await linkUp(sidecar)
  announce(sidecar, sample)
}

/** Where the sample keeps its PBX and its messages from one start to the next. */
function sampleFolder({ PARLEY_DATA_FOLDER, XDG_DATA_HOME }: NodeJS.ProcessEnv): string {
  if (PARLEY_DATA_FOLDER !== undefined) return resolve(PARLEY_DATA_FOLDER)
  return join(XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'parley', 'sample')
}

/** Waits until what the links show is the PBX as it is. */
async function linkUp({ pbx }: Sidecar): Promise<void> {
  if (pbx.snapshot().freshness === 'live') return
  await new Promise<void>((resolve) => {
    const stopListening = pbx.onChanged(() => {
      if (pbx.snapshot().freshness !== 'live') return
      stopListening()
      resolve()
    })
  })
}

function announce({ url, tokenKey }: Sidecar, sample: SamplePbx | null): void {
  const admin = sessionLink({
    tokenKey,
    url,
    page: 'admin',
    extension: null,
    roles: ['admin'],
    hours: sessionHours,
  })
  const agents = (sample === null ? [] : SAMPLE_PBX.extensions).map(({ number, name }) => ({
    extension: number,
    name,
    ...sessionLink({
      tokenKey,
      url,
      page: 'agent',
      extension: number,
      roles: ['agent'],
      hours: sessionHours,
    }),
  }))
  if (asJson) {
    const pbx =
      sample === null
        ? null
        : {
            sip: `127.0.0.1:${sample.asterisk.sipPort}`,
            ami: `127.0.0.1:${sample.asterisk.amiPort}`,
            trunkPeer: sample.trunkPeer,
          }
    const customer = sample?.customerUrl ?? null
    process.stdout.write(`${JSON.stringify({ url, admin: admin.link, customer, agents, pbx })}\n`)
    return
  }
  say('')
  say('Parley is running. Open these side by side:')
  say('')
  if (sample !== null) say(`  A customer's phone   ${sample.customerUrl}`)
  for (const agent of agents) say(`  ${agent.extension} ${agent.name.padEnd(16)} ${agent.link}`)
  say(`  Administrator        ${admin.link}`)
  say('')
  say('Ctrl-C stops everything.')
}

function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    const force = setTimeout(() => process.exit(1), stopWithinMs)
    force.unref()
    for (const close of closers.splice(0).reverse()) {
      await close().catch((error: unknown) => process.stderr.write(`parley: ${explain(error)}\n`))
    }
    process.exit(code)
  })()
  return stopping
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof LabUnavailable) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
