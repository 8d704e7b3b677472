import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { plainDirectory } from '../../module/domain/directory/directory.ts'
import type { AsteriskPbx } from '../../module/pbx/asterisk-pbx.ts'
import { startLab } from '../lab/start-lab.ts'
import { until as eventually } from '../lab/until.ts'
import { isLive, shortTimes, startPbx, until } from './pbx-under-test.ts'

const lab = await startLab(t)
const access = {
  ami: { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami },
  times: { ...shortTimes, link: { ...shortTimes.link, heartbeatMs: 10_000 } },
}
const extensionsConf = join(lab.pbx.folder, 'etc/extensions.conf')
const generated = await readFile(extensionsConf, 'utf8')
const phones = new Map([
  ['101', await lab.phone('101')],
  ['102', await lab.phone('102')],
])

type Change = { readonly text: string; run(): Promise<unknown> }
const cli = (command: string): Change => ({ text: command, run: () => lab.pbx.cli(command) })

const extension = fc.constantFrom('101', '102', '103', '104', '105', '106')
const line = extension.map((number) => `Local/${number}@from-queue/n`)
const word = fc.constantFrom('lunch', 'Überstunden', 'чай', '🍜', 'a,b;c')
const penalty = fc.integer({ min: 0, max: 9 })

/** Rewrites the ring group, as Apply Config does, but without the reload event that it sends. */
const regroup = (list: readonly string[], method: string): Change => ({
  text: `ring group ${method} ${list.join('-')}`,
  async run() {
    await writeFile(
      extensionsConf,
      generated
        .replaceAll('101-102-103', list.join('-'))
        .replace('RingGroupMethod=ringall', `RingGroupMethod=${method}`),
    )
    await lab.pbx.cli('dialplan reload')
  },
})

const change: fc.Arbitrary<Change> = fc.oneof(
  fc
    .tuple(line, penalty)
    .map(([of, to]) => cli(`queue add member ${of} to 8000 penalty ${to} as "Somebody"`)),
  extension.map((number) => cli(`queue add member PJSIP/${number} to 8000`)),
  line.map((of) => cli(`queue remove member ${of} from 8000`)),
  extension.map((number) => cli(`queue remove member PJSIP/${number} from 8000`)),
  fc.tuple(line, word).map(([of, why]) => cli(`queue pause member ${of} queue 8000 reason ${why}`)),
  line.map((of) => cli(`queue unpause member ${of} queue 8000`)),
  fc.tuple(line, penalty).map(([of, to]) => cli(`queue set penalty ${to} on ${of} in 8000`)),
  fc.tuple(extension, fc.boolean()).map(([number, on]) => ({
    text: `do not disturb ${number} ${on}`,
    run: () => lab.pbx.setDoNotDisturb(number, on),
  })),
  extension.map((number) => cli(`database put DND ${number} YES`)),
  fc
    .tuple(
      extension,
      fc.constantFrom('available', 'away', 'xa', 'dnd', 'chat'),
      fc.constantFrom('', ',,lunch', ',,чай'),
    )
    .map(([number, value, more]) => cli(`presencestate change CustomPresence:${number} ${value}${more}`)),
  fc.tuple(extension, word).map(([number, name]) => cli(`database put AMPUSER ${number}/cidname "${name}"`)),
  extension.map((number) => cli(`database del AMPUSER ${number}/cidname`)),
  fc
    .tuple(extension, penalty)
    .map(([number, to]) => cli(`database put QPENALTY 8000/agents/${number} ${to}`)),
  extension.map((number) => cli(`database del QPENALTY 8000/agents/${number}`)),
  fc
    .tuple(fc.uniqueArray(extension, { minLength: 1 }), fc.constantFrom('hunt', 'memoryhunt-prim', 'random'))
    .map(([list, method]) => regroup(list, method)),
  fc
    .constantFrom('201', '202')
    .map((number) => cli(`dialplan add extension ${number},hint,PJSIP/101 into ext-local`)),
  fc.constantFrom('201', '202').map((number) => cli(`dialplan remove extension ${number}@ext-local`)),
  fc
    .constantFrom(...phones)
    .map(([number, phone]) => ({ text: `${number} goes`, run: () => phone.unregister() })),
  fc
    .constantFrom(...phones)
    .map(([number, phone]) => ({ text: `${number} comes`, run: () => phone.register() })),
  fc.constantFrom('queue reload all', 'module reload app_queue', 'dialplan reload').map(cli),
)

/** All but the times, which tell when something was seen. */
function believed(pbx: AsteriskPbx): string {
  const { directory, presence } = pbx.snapshot()
  const now = [...presence.values()]
    .map(({ extension, registration, call, dnd, status, pauses }) => [
      extension,
      registration,
      call,
      dnd,
      status,
      pauses,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return JSON.stringify([plainDirectory(directory), now], null, 1)
}

t.test('after any changes the directory and everybody’s presence are those of a fresh reading', async (t) => {
  const pbx = startPbx(t, { ...access, checkPeriodMs: 700 })
  await until(pbx, 'live', () => isLive(pbx))
  const seed = Number(process.env.PARLEY_TEST_SEED ?? Date.now() % 2 ** 31)
  t.comment(`seed ${seed} (PARLEY_TEST_SEED)`)
  const changes = fc.sample(change, { numRuns: 150, seed })
  for (let from = 0; from < changes.length; from += 30) {
    const batch = changes.slice(from, from + 30)
    for (const each of batch) await each.run()
    const fresh = startPbx(t, { ...access, checkPeriodMs: 60_000 })
    await until(fresh, 'a fresh reading', () => isLive(fresh))
    await eventually('both agree', () => believed(pbx) === believed(fresh), 4_000).catch(() => {
      t.equal(believed(pbx), believed(fresh), batch.map(({ text }) => text).join('\n'))
    })
    await fresh.close()
  }
  t.ok(isLive(pbx))
})
