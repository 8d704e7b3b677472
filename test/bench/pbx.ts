import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Directory, sameDirectory } from '../../module/domain/directory/directory.ts'
import { asExtension, asPbxId } from '../../module/domain/ids.ts'
import { type AsteriskPbx, createAsteriskPbx } from '../../module/pbx/asterisk-pbx.ts'
import type { Lab } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'
import { startRecordingProxy } from '../pbx/recording-proxy.ts'
import type { FloodOrder, FloodResult } from './event-flood.ts'
import { type Figure, median } from './figures.ts'
import { extensionNumbers, largePbx, startLargeAsterisk } from './large-asterisk.ts'
import { askRaw } from './raw-ami.ts'

const rounds = 3
const flood = { seconds: 10, userEventsPerSecond: 20_000, stateChangesPerSecond: 2_000 }

/** The link to a large PBX, on the real Asterisk: a whole reading, a flood of events, and what a kill costs. */
export async function measurePbx(): Promise<Figure[]> {
  const goodbyes: (() => Promise<void> | void)[] = []
  try {
    const lab = await startLargeAsterisk({ teardown: (callback) => void goodbyes.push(callback) })
    return [...(await measureFullSync(lab)), ...(await measureEvents(lab)), ...(await measureResync(lab))]
  } finally {
    for (const goodbye of goodbyes.reverse()) await goodbye()
  }
}

function openLink(lab: Lab, port = lab.pbx.amiPort): AsteriskPbx {
  const silent = () => {}
  const pbx = createAsteriskPbx({
    pbxId: asPbxId('main'),
    ami: { host: '127.0.0.1', port, ...lab.pbx.credentials.ami },
    ari: {
      url: `http://127.0.0.1:${lab.pbx.httpPort}`,
      username: lab.pbx.credentials.ari.username,
      password: lab.pbx.credentials.ari.secret,
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: Date.now,
    random: Math.random,
    checkPeriodMs: 600_000,
  })
  pbx.start()
  return pbx
}

const isLive = (pbx: AsteriskPbx) => pbx.snapshot().freshness === 'live'
const live = (pbx: AsteriskPbx) => until('the PBX is read', () => isLive(pbx), 60_000)

function checkWhole({ extensions, groups }: Directory): void {
  const { membersPerQueue, membersPerRingGroup, queues, ringGroups } = largePbx
  const members = [...groups.values()].reduce((sum, group) => sum + group.members.length, 0)
  const few =
    extensions.size < largePbx.extensions ||
    groups.size < queues + ringGroups ||
    members < queues * membersPerQueue + ringGroups * membersPerRingGroup ||
    extensions.get(asExtension('20777'))?.name !== 'Agent 20777'
  if (few)
    throw new Error(`only ${extensions.size} extensions and ${groups.size} groups with ${members} members`)
}

/** All that a connect reads, in turn with the same questions asked bare. */
async function measureFullSync(lab: Lab): Promise<Figure[]> {
  const proxy = await startRecordingProxy(lab.pbx.amiPort)
  const recorded = openLink(lab, proxy.port)
  await live(recorded)
  await recorded.close()
  const actions = proxy.actions().filter((action) => action.get('action') !== 'login')
  await proxy.close()

  const pbx = openLink(lab)
  try {
    await live(pbx)
    const samples: { ours: number; raw: number }[] = []
    for (let round = 0; round < rounds; round++) {
      const raw = await askRaw(lab.pbx.amiPort, lab.pbx.credentials.ami, actions)
      const began = performance.now()
      await pbx.refresh()
      samples.push({ ours: performance.now() - began, raw })
    }
    checkWhole(pbx.snapshot().directory)
    return [
      { name: 'raw_ami_listing', value: median(samples.map(({ raw }) => raw)), unit: 'ms' },
      {
        name: 'pbx_full_sync',
        value: median(samples.map(({ ours }) => ours)),
        unit: 'ms',
        ratio: { value: median(samples.map(({ ours, raw }) => ours / raw)), of: 'raw_ami_listing' },
      },
    ]
  } finally {
    await pbx.close()
  }
}

/** The memory of the whole process, its workers' included, looked at throughout. */
function watchMemory(): { stop(): number } {
  const before = process.memoryUsage.rss()
  let most = before
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 50)
  return {
    stop() {
      clearInterval(timer)
      return (most - before) / 1024 / 1024
    },
  }
}

const run = promisify(execFile)

/** Everybody's do-not-disturb changes again and again among other events; afterwards each must be as it was left. */
async function measureEvents(lab: Lab): Promise<Figure[]> {
  const pbx = openLink(lab)
  try {
    await live(pbx)
    const last = extensionNumbers.map((_, index) => (index % 3 === 0 ? 'BUSY' : 'NOT_INUSE'))
    const order: FloodOrder = {
      ...flood,
      port: lab.pbx.amiPort,
      ...lab.pbx.credentials.labAmi,
      devices: extensionNumbers.map((number) => `Custom:DND${number}`),
      last,
    }
    let losses = 0
    pbx.onChanged(() => {
      if (pbx.health().ami.kind !== 'up') losses++
    })
    const isRight = () => {
      const { presence } = pbx.snapshot()
      return extensionNumbers.every(
        (number, index) => presence.get(asExtension(number))?.dnd === (last[index] === 'BUSY' ? 'on' : 'off'),
      )
    }
    const memory = watchMemory()
    const cpu = process.cpuUsage()
    const program = fileURLToPath(new URL('event-flood.ts', import.meta.url))
    const running = run(process.execPath, [program])
    running.child.stdin?.end(JSON.stringify(order))
    const { stdout } = await running
    const sent: FloodResult = JSON.parse(stdout)
    const ended = performance.now()
    await until('everybody’s last state', isRight, 20_000)
    const behindMs = performance.now() - ended
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (sent.ms + behindMs) / 1000
    if (losses > 0) throw new Error('Asterisk dropped the link during the flood')
    const growth = memory.stop()
    const sentRate = sent.events / (sent.ms / 1000)
    return [
      { name: 'asterisk_events_sent', value: sentRate, unit: 'events/s' },
      {
        name: 'pbx_presence_events',
        value: sent.events / seconds,
        unit: 'events/s',
        ratio: { value: sent.events / seconds / sentRate, of: 'asterisk_events_sent' },
      },
      // Of one processor: what the machine has left for others, however fast Asterisk is on it.
      { name: 'pbx_presence_cpu', value: (user + system) / sent.events, unit: 'us/event' },
      { name: 'pbx_presence_behind', value: behindMs, unit: 'ms' },
      { name: 'pbx_presence_memory_growth', value: growth, unit: 'MB' },
    ]
  } finally {
    await pbx.close()
  }
}

/** From the kill until what Parley believes is what it believed before, by a whole reading of the new Asterisk. */
async function measureResync(lab: Lab): Promise<Figure[]> {
  const pbx = openLink(lab)
  try {
    await live(pbx)
    const before = pbx.snapshot().directory
    const began = performance.now()
    await lab.pbx.kill9()
    await until('the loss is noticed', () => !isLive(pbx))
    const started = performance.now()
    await lab.pbx.start()
    const bootMs = performance.now() - started
    await until(
      'it is read again',
      () => isLive(pbx) && sameDirectory(pbx.snapshot().directory, before),
      60_000,
    )
    const ms = performance.now() - began
    return [
      { name: 'asterisk_boot', value: bootMs, unit: 'ms' },
      {
        name: 'pbx_resync_after_kill',
        value: ms,
        unit: 'ms',
        ratio: { value: ms / bootMs, of: 'asterisk_boot' },
      },
    ]
  } finally {
    await pbx.close()
  }
}
