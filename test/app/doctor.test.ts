import t from 'tap'
import { createDoctor, type FactSources } from '../../module/app/doctor/doctor.ts'
import { known, notKnown } from '../../module/app/doctor/fact.ts'
import type { Facts, PbxFacts, PosixUser, SidecarFacts, SpoolFacts } from '../../module/app/doctor/facts.ts'
import {
  type FindingCode,
  type FindingState,
  findingCodes,
  reportOf,
} from '../../module/app/doctor/finding.ts'
import { judge } from '../../module/app/doctor/judge.ts'
import { mayWrite } from '../../module/app/doctor/judge-spool.ts'
import { table } from '../../module/cli/doctor.ts'
import { folderOf, healthyFacts, healthyPbx } from './doctor-facts.ts'

const withPbx = (over: Partial<PbxFacts>): Partial<Facts> => ({ pbx: known({ ...healthyPbx, ...over }) })
const withSpool = (over: Partial<SpoolFacts>): Partial<Facts> => {
  const { spool } = healthyFacts
  return spool.known ? { spool: known({ ...spool.value, ...over }) } : {}
}
const loss = (
  code: 'refused' | 'not-booted' | 'in-use' | 'wrong-credentials' | 'permission',
  todo: string | null = null,
) => ({
  at: 'there',
  username: 'parley',
  loss: { code, sentence: `It is ${code}.`, todo },
})
const sidecar = (answers: SidecarFacts['answers']): Partial<Facts> => ({
  sidecar: known({ at: 'http://here', answers }),
})
const carriers = (...carrierKinds: string[]): Partial<Facts> => ({
  database: known({
    file: '/data/parley.sqlite',
    content: { faults: [], carrierKinds, filesWithoutRoom: 0 },
  }),
})
const disk = (freeBytes: number): Partial<Facts> => ({
  storage: known({
    disks: [
      { path: '/data', freeBytes: 50e9, totalBytes: 100e9 },
      { path: '/spool', freeBytes, totalBytes: 100e9 },
    ],
    keyFile: { path: '/k', mode: 0o640 },
    mediaFolder: { path: '/data/media', mode: null, usable: false },
  }),
})
const mediaFolder = (mode: number, usable = true, filesWithoutRoom = 0): Partial<Facts> => ({
  storage: known({
    disks: [{ path: '/data/media', freeBytes: 3e9, totalBytes: 100e9 }],
    keyFile: { path: '/k', mode: 0o600 },
    mediaFolder: { path: '/data/media', mode, usable },
  }),
  database: known({ file: '/f', content: { faults: [], carrierKinds: [], filesWithoutRoom } }),
})

t.test('healthy facts', async (t) => {
  const findings = judge(healthyFacts)
  t.same(
    findings.map(({ code }) => code),
    findingCodes,
  )
  t.same([...new Set(findings.map(({ state }) => state))], ['ok'])
  t.equal(reportOf(findings).healthy, true)
  t.match(table(reportOf(findings)), /All is well\.\n$/)
})

const cases: [string, Partial<Facts>, FindingCode, FindingState, RegExp, (string | RegExp)?][] = [
  ['nobody there', sidecar('nobody'), 'sidecar', 'fail', /does not run.*http:\/\/here.*Start it/],
  ['it hangs', sidecar('silence'), 'sidecar', 'fail', /hangs.*Restart it/],
  ['another program', sidecar('another'), 'sidecar', 'fail', /Something else.*PARLEY_HTTP_PORT/],
  ['a slow machine', { sidecar: notKnown('Too slow.') }, 'sidecar', 'unknown', /Too slow/],
  ['logged in elsewhere', withPbx({ ami: loss('in-use', 'a = b') }), 'ami-login', 'fail', /in-use/, 'a = b'],
  ['logged in elsewhere', withPbx({ ami: loss('in-use') }), 'ami-reachable', 'ok', /answers at there/],
  ['nothing listens', withPbx({ ami: loss('refused') }), 'ami-reachable', 'fail', /It is refused/],
  ['nothing listens', withPbx({ ami: loss('refused') }), 'ami-login', 'unknown', /was not reached/],
  ['it starts', withPbx({ ami: loss('not-booted') }), 'ami-reachable', 'ok', /answers at there/],
  ['it starts', withPbx({ ami: loss('not-booted') }), 'ami-login', 'fail', /not-booted/],
  ['a wrong password', withPbx({ ari: loss('wrong-credentials') }), 'ari-login', 'fail', /wrong-credentials/],
  [
    'a wrong password',
    withPbx({ ari: loss('wrong-credentials') }),
    'ari-permissions',
    'unknown',
    /once ARI lets/,
  ],
  ['no permission', withPbx({ ami: loss('permission', 'write = x') }), 'ami-login', 'ok', /lets "parley" in/],
  [
    'no permission',
    withPbx({ ami: loss('permission', 'write = x') }),
    'ami-permissions',
    'fail',
    /permission/,
    'write = x',
  ],
  [
    'two lacks',
    withPbx({
      lacks: known([
        { of: 'ami', sentence: 'One.', todo: 'write = x' },
        { of: 'ami', sentence: 'Two.', todo: 'write = x' },
        { of: 'asterisk', sentence: 'Three.', todo: null },
      ]),
    }),
    'ami-permissions',
    'warn',
    /^One\. Two\.$/,
    'write = x',
  ],
  [
    'a module',
    withPbx({ lacks: known([{ of: 'asterisk', sentence: 'Load it.', todo: null }]) }),
    'asterisk-modules',
    'warn',
    /Load it/,
  ],
  [
    'no hook',
    withPbx({ missingContexts: known(['parley-spool']) }),
    'dialplan-hook',
    'fail',
    /no parley-spool,/,
    /^#include/,
  ],
  [
    'no variable',
    withPbx({ spoolVariable: known('') }),
    'spool-variable',
    'fail',
    /are lost/,
    'PARLEY_SPOOL=/spool',
  ],
  [
    'another folder',
    withPbx({ spoolVariable: known('/else') }),
    'spool-variable',
    'fail',
    /in \/else, and Parley/,
  ],
  ['a slash more', withPbx({ spoolVariable: known('/spool/') }), 'spool-variable', 'ok', /\/spool/],
  [
    'a link to it',
    { ...withSpool({ realFolder: '/real' }), ...withPbx({ spoolVariable: known('/real') }) },
    'spool-variable',
    'ok',
    /where Parley looks/,
  ],
  ['not asked', withPbx({ spoolVariable: notKnown('Later.') }), 'spool-variable', 'unknown', /^Later\.$/],
  [
    'exposed endpoints',
    withPbx({
      endpoints: known({
        count: 20,
        exposed: Array.from({ length: 12 }, (_, n) => `${n}`),
        inbound: 1,
        unasked: [],
      }),
    }),
    'endpoint-contexts',
    'fail',
    /12 endpoints 0, 1, .* and 2 more have no context/,
    /^\[0\]\(\+\)\nmessage_context = parley-phone\n/,
  ],
  [
    'a name like a function',
    withPbx({ endpoints: known({ count: 1, exposed: [], inbound: 1, unasked: ['x,SHELL(id)'] }) }),
    'endpoint-contexts',
    'unknown',
    /asks for no endpoint with such a name/,
  ],
  [
    'a blocked queue',
    withPbx({ messageQueue: known({ stuckIn: 'Queue(8000)', stuckMs: 7_400 }) }),
    'message-queue',
    'fail',
    /^SIP messaging is blocked: kill and restart Asterisk\. For 7 s/,
    /^kill -9/,
  ],
  [
    'an odd line',
    withPbx({ unreadable: known(['A.', 'B.', 'C.', 'D.']) }),
    'groups-readable',
    'warn',
    /^A\. B\. C\. And 1 more\.$/,
  ],
  ['a clock', withPbx({ clockAheadMs: known(5_000) }), 'clock', 'warn', /5 s ahead of ours/, /ntp/],
  ['a wrong clock', withPbx({ clockAheadMs: known(-90_000) }), 'clock', 'fail', /90 s behind ours/],
  [
    'a folder of somebody else',
    withSpool({ folders: [folderOf('/spool/new', 0, 0o755)] }),
    'spool-folder',
    'fail',
    /runs as asterisk and may not write into \/spool\/new \(owner 0, group 995, mode 0755\)/,
    /^chown asterisk \/spool\/new/,
  ],
  [
    'a folder that is a file',
    withSpool({
      folders: [{ path: '/spool/new', stat: { isFolder: false, uid: 0, gid: 0, mode: 0o777 }, usable: true }],
    }),
    'spool-folder',
    'fail',
    /There is no folder \/spool\/new/,
  ],
  [
    'one that is closed to us',
    withSpool({ folders: [{ ...folderOf('/spool/new'), usable: false }] }),
    'spool-folder',
    'fail',
    /Parley’s user may not/,
    /^chmod/,
  ],
  [
    'nothing was set aside ever',
    withSpool({ folders: [folderOf('/spool/new'), { path: '/spool/aside', stat: null, usable: false }] }),
    'spool-aside',
    'ok',
    /Nothing was set aside/,
  ],
  ['Asterisk elsewhere', withPbx({ runsAs: null }), 'spool-folder', 'ok', /can’t be seen from here/],
  [
    'texts that wait',
    withSpool({ waiting: { count: 3, oldestMs: 61_000 } }),
    'spool-waiting',
    'fail',
    /3 texts wait/,
  ],
  ['files set aside', withSpool({ aside: 2 }), 'spool-aside', 'warn', /2 files were/],
  ['a disk', disk(500e6), 'disk-space', 'warn', /476 MB \(0 %\) free for \/spool/],
  ['a full disk', disk(5e6), 'disk-space', 'fail', /4 MB/],
  ['an open key', disk(5e9), 'key-file', 'fail', /Others may read/, 'chmod 600 /k'],
  ['no folder for files yet', disk(5e9), 'media-folder', 'ok', /makes \/data\/media/],
  ['a folder for files', mediaFolder(0o700), 'media-folder', 'ok', /in \/data\/media, .* with 2\.8 GB free/],
  ['an open one', mediaFolder(0o750), 'media-folder', 'fail', /Others may look/, 'chmod 700 /data/media'],
  ['somebody else’s', mediaFolder(0o700, false), 'media-folder', 'fail', /may not write/],
  ['files without room', mediaFolder(0o700, true, 2), 'media-folder', 'fail', /2 files wait .* Make room/],
  ['no database yet', { database: known({ file: '/f', content: null }) }, 'database', 'warn', /first starts/],
  [
    'a slow database',
    { database: notKnown('That took more than 1 s.') },
    'database',
    'unknown',
    /more than 1 s/,
  ],
  [
    'a slow database',
    { database: notKnown('That took more than 1 s.') },
    'public-url',
    'unknown',
    /could not be read/,
  ],
  [
    'a carrier that calls',
    carriers('sip-message', 'twilio'),
    'public-url',
    'fail',
    /\(twilio\).*no public address/,
    /publicUrl/,
  ],
  ['in the open', { ...carriers('twilio'), publicUrl: 'http://pbx' }, 'public-url', 'warn', /not https/],
  [
    'as it should be',
    { ...carriers('twilio'), publicUrl: 'https://pbx' },
    'public-url',
    'ok',
    /https:\/\/pbx/,
  ],
]

for (const [what, over, code, state, sentence, todo] of cases) {
  t.test(`${what}: ${code} ${state}`, async (t) => {
    const findings = judge({ ...healthyFacts, ...over })
    const found = findings.find((finding) => finding.code === code)
    t.match(found, { state, sentence, ...(todo === undefined ? {} : { todo }) })
    t.equal(reportOf(findings).healthy, !findings.some((finding) => finding.state === 'fail'))
    t.notMatch(found?.sentence, /\n/, 'one line')
    t.ok(table(reportOf(findings)).includes(found?.sentence ?? '?'))
  })
}

t.test('who may write into a folder', async (t) => {
  const folder = (mode: number) => folderOf('/x', 1, mode)
  const user = (uid: number, ...gids: number[]): PosixUser => ({ uid, name: null, gids })
  t.equal(mayWrite(user(0), folder(0o000)), 'yes', 'root')
  t.equal(mayWrite(user(1), folder(0o300)), 'yes', 'the owner')
  t.equal(mayWrite(user(1, 995), folder(0o077)), 'no', 'the owner, whatever others may')
  t.equal(mayWrite(user(2, 995), folder(0o030)), 'yes', 'the group')
  t.equal(mayWrite(user(2, 995), folder(0o007)), 'no', 'the group, whatever others may')
  t.equal(mayWrite(user(2), folder(0o003)), 'yes', 'anybody')
  t.equal(mayWrite(user(2), folder(0o070)), 'perhaps')
  t.equal(mayWrite(user(2), folder(0o020)), 'no', 'writing takes entering as well')
  t.equal(mayWrite(user(2), { path: '/x', stat: null, usable: false }), 'no')
})

t.test('a source that hangs or fails holds up nobody', async (t) => {
  const never = () => new Promise<never>(() => {})
  let asked = 0
  const sources: FactSources = {
    sidecar: never,
    pbx: never,
    spool: async () => {
      asked++
      throw new Error('EIO: it broke')
    },
    storage: never,
    database: never,
    publicUrl: null,
  }
  const doctor = createDoctor(sources, { pbxMs: 50, othersMs: 20 })
  const [report, same] = await Promise.all([doctor(), doctor()])
  t.equal(report, same, 'who asks meanwhile shares the answer')
  t.equal(asked, 1)
  t.equal(report.findings.length, findingCodes.length)
  const states = new Map(report.findings.map((finding) => [finding.code, finding]))
  t.match(states.get('ami-login'), { state: 'unknown', sentence: 'That took more than 0.05 s.' })
  t.match(states.get('spool-folder'), { state: 'unknown', sentence: 'EIO: it broke' })
  t.match(states.get('sidecar'), { state: 'unknown', sentence: 'That took more than 0.02 s.' })
  t.match(states.get('disk-space'), { state: 'unknown', sentence: 'That took more than 0.02 s.' })
  t.equal(report.healthy, true, 'what was not seen is not called a fault')
  await doctor()
  t.equal(asked, 2, 'who asks later gets a fresh look')
})
