import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { asExtension, asGroupKey, asGroupNumber } from '../../module/domain/ids.ts'
import { startLab } from '../lab/start-lab.ts'
import { isLive, startPbx, until } from './pbx-under-test.ts'

const lab = await startLab(t)
const ami = { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami }
const queue = asGroupNumber('8000')
const alice = asExtension('101')
const dave = asExtension('104')
const erin = asExtension('105')
const frank = asExtension('106')

/** No check comes to the rescue: what shows, Asterisk told of. */
const pbx = startPbx(t, { ami, checkPeriodMs: 600_000 })
await until(pbx, 'live', () => isLive(pbx))
const member = (extension: string) =>
  pbx
    .snapshot()
    .directory.groups.get(asGroupKey('main/queue/8000'))
    ?.members.find((one) => one.extension === extension)
const shown = () => lab.pbx.cli('queue show 8000')

t.test('pauses with a reason, and unpauses', async (t) => {
  t.same(await pbx.actInQueue(alice, queue, { kind: 'pause', reason: 'Lunch, “back” at 1' }), {
    kind: 'done',
  })
  await until(pbx, 'paused', () => member('101')?.paused === true)
  t.equal(member('101')?.pausedReason, 'Lunch, “back” at 1')
  t.match(await shown(), /Alice Adams.*\(paused:Lunch, “back” at 1 was/)
  t.notOk(member('102')?.paused, 'and nobody else')
  t.same(await pbx.actInQueue(alice, queue, { kind: 'unpause' }), { kind: 'done' })
  await until(pbx, 'back', () => member('101')?.paused === false)
  t.same(await pbx.actInQueue(alice, queue, { kind: 'pause', reason: null }), { kind: 'done' })
  await until(pbx, 'paused', () => member('101')?.paused === true)
  t.equal(member('101')?.pausedReason, null)
  await pbx.actInQueue(alice, queue, { kind: 'unpause' })
})

t.test('logs in who is allowed to, as FreePBX would, and out again', async (t) => {
  t.match(member('105'), { membership: 'allowed', loggedIn: false })
  t.match(await pbx.actInQueue(erin, queue, { kind: 'pause', reason: null }), {
    kind: 'refused',
    reason: /not logged in/,
  })
  t.same(await pbx.actInQueue(erin, queue, { kind: 'log-in' }), { kind: 'done' })
  await until(pbx, 'logged in', () => member('105')?.loggedIn === true)
  t.match(member('105'), { membership: 'dynamic', penalty: 3, paused: false })
  t.match(await shown(), /Erin Evans \(Local\/105@from-queue\/n from hint:105@ext-local\).*\(dynamic\)/)
  t.same(await pbx.actInQueue(erin, queue, { kind: 'log-in' }), { kind: 'done' }, 'twice is once')
  t.equal((await shown()).match(/Erin Evans/g)?.length, 1)
  t.same(await pbx.actInQueue(erin, queue, { kind: 'log-out' }), { kind: 'done' })
  await until(pbx, 'logged out', () => member('105')?.loggedIn === false)
  t.match(member('105'), { membership: 'allowed' }, 'and sees the group all the same')
  t.notMatch(await shown(), /Erin Evans/)
  t.same(await pbx.actInQueue(erin, queue, { kind: 'log-out' }), { kind: 'done' }, 'twice is once')

  t.same(await pbx.actInQueue(dave, queue, { kind: 'log-out' }), { kind: 'done' }, 'who was there before')
  await until(pbx, 'logged out', () => member('104')?.loggedIn === false)
})

t.test('refuses what is not his to do, and what would smuggle in an action', async (t) => {
  t.match(await pbx.actInQueue(alice, queue, { kind: 'log-out' }), { kind: 'refused', reason: /static/ })
  t.match(await pbx.actInQueue(frank, queue, { kind: 'log-in' }), { kind: 'refused', reason: /no member/ })
  t.match(await pbx.actInQueue(alice, asGroupNumber('9999'), { kind: 'unpause' }), { kind: 'refused' })
  const smuggled = 'x\r\n\r\nAction: QueueRemove\r\nQueue: 8000\r\nInterface: Local/102@from-queue/n'
  t.match(await pbx.actInQueue(alice, queue, { kind: 'pause', reason: smuggled }), {
    kind: 'refused',
    reason: /line break/,
  })
  t.equal(member('101')?.paused, false)
  t.match(await shown(), /Bob Brown/)
})

t.test('an account that may not, and a PBX that is away', async (t) => {
  const file = join(lab.pbx.folder, 'etc/manager.conf')
  const usual = await readFile(file, 'utf8')
  await writeFile(file, usual.replace('write=reporting,message,agent', 'write=reporting,message'))
  await lab.pbx.cli('manager reload')
  t.teardown(async () => {
    await writeFile(file, usual)
    await lab.pbx.cli('manager reload')
  })
  const bound = startPbx(t, { ami })
  await until(bound, 'live', () => isLive(bound))
  const line = /write permission agent.*Put "write = reporting,message,agent"/
  t.match(await bound.actInQueue(alice, queue, { kind: 'unpause' }), { kind: 'refused', reason: line })
  await until(bound, 'told of', () => bound.warnings().length > 0)
  t.match(bound.warnings(), [{ code: 'missing-permission', sentence: line }])
  await bound.close()
  t.match(await bound.actInQueue(alice, queue, { kind: 'unpause' }), { kind: 'link-down' })
})
