import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { AsteriskStartFailed, startAsterisk } from '../../module/lab/asterisk-instance.ts'
import { prepareAsterisk } from '../../module/lab/asterisk-prefix.ts'
import { freePorts, usualPorts } from '../../module/lab/free-ports.ts'
import { SAMPLE_PBX } from '../../module/lab/sample-pbx.ts'
import { startLab, type Teardown } from './start-lab.ts'
import { until } from './until.ts'

const quiet = { onProgress: () => undefined }

async function temporaryFolder(t: Teardown, name = 'parley-lab-'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), name))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** Processes whose command line names the folder: Asterisk and whatever came with it. */
function processesOf(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => commandLineOf(pid).includes(folder))
}

function commandLineOf(pid: string): string {
  // A process may end between the listing and the look.
  return existsSync(`/proc/${pid}`) ? readFileIfThere(`/proc/${pid}/cmdline`) : ''
}

function readFileIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && /^(ENOENT|ESRCH)$/.test(String(error.code))
    if (gone) return ''
    throw error
  }
}

t.test('the sample PBX is there, fully booted and shaped like a FreePBX', async (t) => {
  const { pbx } = await startLab(t)

  t.match(await pbx.cli('core show version'), /^Asterisk 22\./)
  t.match(await pbx.cli('core waitfullybooted'), /fully booted/)

  const hints = await pbx.cli('core show hints')
  for (const { number } of SAMPLE_PBX.extensions) {
    t.ok(
      hints.includes(`PJSIP/${number}&Custom:DND${number},CustomPresence:${number}`),
      `extension ${number} has FreePBX's hint`,
    )
    t.match(await pbx.cli(`dialplan show ${number}@ext-local`), /hint/, `${number} is in ext-local`)
  }
  t.match(await pbx.cli('database get AMPUSER 101/cidname'), /Value: Alice Adams/)
  t.match(await pbx.cli('database get QPENALTY 8000/agents/105'), /Value: 3/)

  const queue = await pbx.cli('queue show 8000')
  t.match(queue, /'rrmemory' strategy/)
  t.match(queue, /Alice Adams \(Local\/101@from-queue\/n from hint:101@ext-local\)/)
  t.match(queue, /Carol Clark \(Local\/103@from-queue\/n .*\) with penalty 5/)
  t.match(queue, /Dave Davis \(Local\/104@from-queue\/n .*\(dynamic\)/)
  t.notMatch(queue, /Erin Evans/, 'allowed is not logged in')

  const group = await pbx.cli('dialplan show 600@ext-group')
  t.match(group, /RingGroupMethod=ringall/)
  t.match(group, /Gosub\(macro-dial,s,1\(20,\$\{DIAL_OPTIONS\}Q\(NO_ANSWER\),101-102-103\)\)/)
  for (const { did } of SAMPLE_PBX.inboundRoutes) {
    t.match(await pbx.cli(`dialplan show ${did}@ext-did-0002`), /\[dest-ext\]/)
  }

  const contexts = await pbx.cli('pjsip show endpoint trunk1')
  t.match(contexts, /message_context\s+: parley-inbound/)
  t.match(await pbx.cli('pjsip show endpoint 101'), /message_context\s+: parley-phone/)
})

t.test('its account for Parley has no more rights than it needs, and its secrets are private', async (t) => {
  const { pbx } = await startLab(t)
  const { ami, labAmi, ari } = pbx.credentials

  const rights = await pbx.cli(`manager show user ${ami.username}`)
  t.match(rights, /read perm: system,call,agent,user$/m)
  t.match(rights, /write perm: agent,reporting,message$/m)
  t.equal(new Set([ami.secret, labAmi.secret, ari.secret, ...Object.values(pbx.credentials.phones)]).size, 9)
  for (const file of ['credentials.json', 'etc/manager.conf', 'etc/ari.conf', 'etc/pjsip.conf']) {
    t.equal((await stat(join(pbx.folder, file))).mode & 0o777, 0o600, `${file} is for its owner alone`)
  }
  t.equal((await stat(pbx.folder)).mode & 0o777, 0o700)

  const ask = (secret: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${pbx.httpPort}/ari/asterisk/info`, {
      headers: { authorization: `Basic ${btoa(`${ari.username}:${secret}`)}` },
    })
  t.equal((await ask(ari.secret)).status, 200)
  t.equal((await ask('wrong')).status, 401)
})

t.test('what an administrator and the agents changed survives a restart and a kill', async (t) => {
  const { pbx } = await startLab(t)
  await pbx.cli(
    'queue add member Local/105@from-queue/n to 8000 penalty 3 as "Erin Evans" state_interface hint:105@ext-local',
  )
  await pbx.setDoNotDisturb('102', true)
  const before = pbx.pid

  await pbx.stop()
  t.equal(pbx.isRunning(), false)
  t.strictSame(processesOf(pbx.folder), [], 'a stop leaves no process')
  await t.rejects(pbx.cli('core show version'), { name: 'ConsoleClosed' })

  await pbx.start()
  t.equal(pbx.isRunning(), true)
  t.not(pbx.pid, before)
  t.match(await pbx.cli('queue show 8000'), /Erin Evans .*\(dynamic\)/)
  t.match(await pbx.cli('devstate list'), /State: 'BUSY'/)

  await pbx.cli('database put PARLEY_TEST key value')
  await pbx.setDoNotDisturb('102', false)
  await pbx.kill9()
  t.equal(pbx.isRunning(), false)
  t.strictSame(processesOf(pbx.folder), [], 'nor does a kill')

  await pbx.start()
  t.match(await pbx.cli('queue show 8000'), /Erin Evans .*\(dynamic\)/)
  t.match(await pbx.cli('queue show 8000'), /Dave Davis .*\(dynamic\)/)
})

t.test('two instances run side by side and know nothing of each other', async (t) => {
  const [one, other] = [await startLab(t), await startLab(t)]

  t.not(one.pbx.pid, other.pbx.pid)
  await one.pbx.cli('database put PARLEY_TEST which one')
  t.match(await other.pbx.cli('database get PARLEY_TEST which'), /not found/)
  const phone = await one.phone('101')
  t.match(await one.pbx.cli('pjsip show contacts'), new RegExp(`101/sip:101@127.0.0.1:${phone.address.port}`))
  t.notMatch(await other.pbx.cli('pjsip show contacts'), /101\/sip:101/)

  await one.pbx.stop()
  t.match(await other.pbx.cli('core show version'), /^Asterisk 22\./)
})

t.test('a start on a port that another has fails with the reason, and leaves nothing behind', async (t) => {
  const folder = await temporaryFolder(t)
  const prefix = await prepareAsterisk(quiet)
  const free = await freePorts()
  const taken = { sip: await squatUdp(t), ami: await squatTcp(t), http: await squatTcp(t) }

  for (const name of ['sip', 'ami', 'http'] as const) {
    const ports = { ...free, [name]: taken[name] }
    const failure = await startAsterisk({ prefix, folder, ports }).catch((error: unknown) => error)
    t.ok(failure instanceof AsteriskStartFailed, `${name}: ${failure}`)
    t.match(failure, { code: 'ASTERISK_START_FAILED', portTaken: true })
    t.strictSame(processesOf(folder), [])
  }
})

async function squatUdp(t: Teardown): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => void socket.close())
  return socket.address().port
}

async function squatTcp(t: Teardown): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  return (server.address() as AddressInfo).port
}

t.test('a broken configuration is told in the words of its log', async (t) => {
  const folder = await temporaryFolder(t)
  const prefix = { ...(await prepareAsterisk(quiet)), modulesFolder: join(folder, 'no-modules') }

  await t.rejects(startAsterisk({ prefix, folder, ports: await freePorts() }), {
    code: 'ASTERISK_START_FAILED',
    message: /Asterisk did not start: .*no-modules/,
  })
  t.strictSame(processesOf(folder), [])
})

t.test('Asterisk does not outlive the process that started it', async (t) => {
  const folder = await temporaryFolder(t)
  const program = `
    const { prepareAsterisk } = await import(${JSON.stringify(import.meta.resolve('../../module/lab/asterisk-prefix.ts'))})
    const { startAsterisk } = await import(${JSON.stringify(import.meta.resolve('../../module/lab/asterisk-instance.ts'))})
    const prefix = await prepareAsterisk({ onProgress: () => undefined })
    const pbx = await startAsterisk({ prefix, folder: ${JSON.stringify(folder)}, ports: ${JSON.stringify(await freePorts())} })
    console.log(pbx.pid)
    setInterval(() => undefined, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => void owner.kill('SIGKILL'))
  const [pid] = await once(createInterface({ input: owner.stdout }), 'line')
  t.match(commandLineOf(String(pid)), folder)

  owner.kill('SIGKILL')
  await once(owner, 'exit')

  await until('Asterisk is gone', () => !existsSync(`/proc/${pid}`))
  await until('its watchdog is gone', () => processesOf(folder).length === 0)
})

t.test('a folder whose path is too long for a socket serves as well', async (t) => {
  const folder = join(await temporaryFolder(t), 'a-rather-long-name-for-a-folder'.repeat(4))
  const prefix = await prepareAsterisk(quiet)

  const pbx = await startAsterisk({ prefix, folder, ports: await freePorts() })
  t.teardown(() => pbx.stop())

  t.match(await pbx.cli('core show version'), /^Asterisk 22\./)
  await pbx.stop()
  await pbx.start()
  t.match(await pbx.cli('queue show 8000'), /Dave Davis/)
})

t.test("the usual ports are Asterisk's own where they are free, else the next above", async (t) => {
  const { sip, ami, http } = await usualPorts()

  t.ok(sip >= 5060 && sip < 5160)
  t.ok(ami >= 5038 && ami < 5138)
  t.ok(http >= 8088 && http < 8188)
})
