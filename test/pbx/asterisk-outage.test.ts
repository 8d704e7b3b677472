import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Directory } from '../../module/domain/directory/directory.ts'
import { startLab } from '../lab/start-lab.ts'
import { isLive, keptLog, linkCode, presenceIn, shortTimes, startPbx, until } from './pbx-under-test.ts'

const lab = await startLab(t)
const ami = { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami }
const ari = {
  url: `http://127.0.0.1:${lab.pbx.httpPort}`,
  username: lab.pbx.credentials.ari.username,
  password: lab.pbx.credentials.ari.secret,
}
const text = { to: 'pjsip:101', from: 'sip:8000@pbx', text: 'Hello' }
const isUp = (pbx: ReturnType<typeof startPbx>) => isLive(pbx) && pbx.health().ari.kind === 'up'
let lastDirectory: Directory | null = null

t.test('wrong passwords are named, and crash nothing', async (t) => {
  const log = keptLog()
  const pbx = startPbx(t, {
    ami: { ...ami, secret: 'open-sesame' },
    ari: { ...ari, password: 'open-sesame' },
    log,
  })
  await until(
    pbx,
    'both refused',
    () => linkCode(pbx, 'ami') === 'wrong-credentials' && linkCode(pbx, 'ari') === 'wrong-credentials',
  )
  const health = pbx.health()
  t.match(health.ami, { sentence: /manager\.conf/ })
  t.match(health.ari, { sentence: /ari\.conf/ })
  t.match(pbx.snapshot(), { freshness: 'stale', directory: { readAt: null } })
  t.same(await pbx.sendText(text), { kind: 'link-down' })
  t.notMatch(JSON.stringify(log.lines), 'open-sesame')
  const warned = log.lines.filter(({ level }) => level === 'warn')
  t.equal(warned.length, 2, 'each is told once, however often it is tried')
})

t.test('a user with fewer permissions', async (t) => {
  const file = join(lab.pbx.folder, 'etc/manager.conf')
  const usual = await readFile(file, 'utf8')
  const grant = async (read: string, write: string) => {
    const own = (line: string, to: string) => (conf: string) => conf.replace(line, to)
    const changed = [
      own('read=system,call,agent,user', `read=${read}`),
      own('write=reporting,message,agent', `write=${write}`),
    ]
    await writeFile(
      file,
      changed.reduce((conf, change) => change(conf), usual),
    )
    await lab.pbx.cli('manager reload')
  }
  t.teardown(async () => {
    await writeFile(file, usual)
    await lab.pbx.cli('manager reload')
  })
  await grant('system,call,agent,user', 'message,agent')
  const blind = startPbx(t, { ami, ari })
  await until(blind, 'write refused', () => linkCode(blind, 'ami') === 'permission')
  t.match(blind.health().ami, { sentence: /reporting.*"write = reporting,message,agent"/ })

  await grant('call,agent,user', 'reporting,message,agent')
  const times = { ...shortTimes, ami: { ...shortTimes.ami, bootMs: 500 } }
  const deaf = startPbx(t, { ami, ari, times })
  await until(deaf, 'read refused', () => linkCode(deaf, 'ami') === 'permission')
  t.match(deaf.health().ami, { sentence: /system.*"read = system,call,agent,user"/ })

  await grant('system,call,agent,user', 'reporting,agent')
  const log = keptLog()
  const mute = startPbx(t, { ami, ari, log })
  await until(mute, 'up all the same', () => isUp(mute))
  t.ok(log.lines.some(({ level, sentence }) => level === 'warn' && /permission message/.test(sentence)))
  const phone = await lab.phone('101')
  t.same(await mute.sendText(text), { kind: 'handed-over' }, 'ARI stands in')
  t.equal((await phone.texts.next()).text, 'Hello')
})

t.test('a PBX that is down at the start, with what was known of it before', async (t) => {
  const before = startPbx(t, { ami, ari })
  await until(before, 'live', () => isUp(before))
  lastDirectory = before.snapshot().directory
  await before.close()

  await lab.pbx.stop()
  const pbx = startPbx(t, { ami, ari, lastDirectory })
  t.equal(pbx.snapshot().freshness, 'stale')
  t.equal(pbx.snapshot().directory, lastDirectory)
  t.same(presenceIn(pbx, '101'), { registration: 'unknown', call: 'unknown', dnd: 'unknown' })
  await until(pbx, 'refused', () => linkCode(pbx, 'ami') === 'refused' && linkCode(pbx, 'ari') === 'refused')
  const asked = performance.now()
  t.same(await pbx.sendText(text), { kind: 'link-down' })
  t.ok(performance.now() - asked < 1_000, 'at once')

  let toldOfDirectory = 0
  pbx.onDirectory(() => toldOfDirectory++)
  await lab.pbx.start()
  await until(pbx, 'live', () => isUp(pbx))
  t.not(presenceIn(pbx, '102')?.registration, 'unknown')
  t.equal(toldOfDirectory, 0, 'the same directory is nothing to store anew')
})

t.test('killed in the middle of a request, then started again', async (t) => {
  const phone = await lab.phone('101')
  const pbx = startPbx(t, {
    ami,
    ari,
    times: { ...shortTimes, ami: { ...shortTimes.ami, requestMs: 30_000 } },
  })
  await until(pbx, 'live', () => isUp(pbx) && presenceIn(pbx, '101')?.registration === 'registered')
  const { pid } = lab.pbx
  if (pid === undefined) throw new Error('Asterisk does not run')

  process.kill(pid, 'SIGSTOP')
  const sending = Promise.all([pbx.sendText(text), pbx.sendText({ ...text, text: 'x'.repeat(2000) })])
  const killed = performance.now()
  await lab.pbx.kill9()
  t.match(await sending, [{ kind: 'unknown' }, { kind: 'unknown' }], 'nobody knows whether they were sent')
  t.ok(performance.now() - killed < 10_000, 'long before its deadline')
  await until(pbx, 'stale', () => !isLive(pbx))
  t.same(presenceIn(pbx, '101'), { registration: 'unknown', call: 'unknown', dnd: 'unknown' })
  t.equal(pbx.snapshot().directory.extensions.size, 6, 'nobody goes blind')
  await until(pbx, 'ARI is noticed too', () => pbx.health().ari.kind === 'down')
  t.same(await pbx.sendText(text), { kind: 'link-down' })

  await lab.pbx.start()
  await until(pbx, 'live again', () => isUp(pbx))
  await phone.register()
  await until(pbx, 'known again', () => presenceIn(pbx, '101')?.registration === 'registered')
  t.same(await pbx.sendText(text), { kind: 'handed-over' })
})

t.test('a PBX that stops answering without hanging up', async (t) => {
  const times = {
    ...shortTimes,
    ami: { ...shortTimes.ami, requestMs: 2_000 },
    ari: { ...shortTimes.ari, requestMs: 2_000 },
  }
  const pbx = startPbx(t, { ami, ari, times })
  await until(pbx, 'live', () => isUp(pbx))
  const { pid } = lab.pbx
  if (pid === undefined) throw new Error('Asterisk does not run')
  process.kill(pid, 'SIGSTOP')
  t.teardown(() => {
    if (lab.pbx.isRunning()) process.kill(pid, 'SIGCONT')
  })
  await until(
    pbx,
    'both time out',
    () => linkCode(pbx, 'ami') === 'timeout' && linkCode(pbx, 'ari') === 'timeout',
  )
  t.equal(pbx.snapshot().freshness, 'stale')
  process.kill(pid, 'SIGCONT')
  await until(pbx, 'live again', () => isUp(pbx))
})

t.test('a PBX that stops in good order is lost at once, and closing takes no time', async (t) => {
  const pbx = startPbx(t, { ami, ari })
  await until(pbx, 'live', () => isUp(pbx))
  const stopping = lab.pbx.stop()
  await until(pbx, 'stale', () => !isLive(pbx))
  await stopping
  const closing = performance.now()
  await pbx.close()
  t.ok(performance.now() - closing < 1_000)
})
