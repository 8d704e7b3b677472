import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { moduleRoot } from '../../module/manifest.ts'
import { until } from '../lab/until.ts'
import { anyHttpPort } from './start-desk.ts'

/** Processes that name a folder on their command line. */
async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const isOf = async (pid: string) =>
    (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(folder)
  const found = await Promise.all(pids.map(async (pid) => ((await isOf(pid)) ? [Number(pid)] : [])))
  return found.flat()
}

t.test('npm start brings up everything and Ctrl-C takes all of it away', { timeout: 110_000 }, async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'parley-start-'))
  t.teardown(() => rm(data, { recursive: true, force: true }))
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    XDG_DATA_HOME: data,
    // What concerns no PBX is the user's to say, sample or not.
    PARLEY_DATA_FOLDER: join(data, 'own'),
    PARLEY_HTTP_PORT: String(await anyHttpPort()),
    PARLEY_PUBLIC_URL: 'https://pbx.example.com/parley',
    PARLEY_LOG_LEVEL: 'info',
    XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  }
  const run = () =>
    spawn(process.execPath, ['module/launch.js', 'start', '--json'], {
      cwd: moduleRoot,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })

  const child = run()
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  const lines: string[] = []
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  await Promise.race([once(output, 'line'), exited.then(() => Promise.reject(new Error(errors)))])
  const ready = JSON.parse(lines[0] ?? '')

  await t.test('one JSON line says where everything is', async (t) => {
    t.match(ready, {
      url: /^http:\/\/127/,
      admin: /\/admin#token=/,
      customer: /^http:\/\/127/,
      pbx: { sip: /^127\.0\.0\.1:\d+$/, ami: /:\d+$/, trunkPeer: /^127\.0\.0\.2:\d+$/ },
    })
    t.same(
      ready.agents.map(({ extension }: { extension: string }) => extension),
      ['101', '102', '103', '104', '105', '106'],
    )
    for (const page of [ready.admin, ready.customer, ready.agents[0].link]) {
      const answer = await fetch(page)
      t.equal(answer.status, 200, page.split('#')[0])
      t.match(answer.headers.get('content-type'), 'text/html')
    }
    const answer = await fetch(`${ready.url}/api/v1/groups`, {
      headers: { authorization: `Bearer ${ready.agents[0].token}` },
    })
    const { items } = (await answer.json()) as {
      items: { group: { number: string }; people: { extension: string }[] }[]
    }
    t.same(items.map(({ group }) => group.number).sort(), ['101', '600', '8000'])
  })

  await t.test('what the environment says holds', async (t) => {
    t.equal(ready.url, `http://127.0.0.1:${env.PARLEY_HTTP_PORT}`)
    t.match(await readdir(join(data, 'own')), /parley\.sqlite/)
    t.match(errors, 'The link is up.', 'its log says what it says at this level')
    const token = new URLSearchParams(new URL(ready.admin).hash.slice(1)).get('token')
    const answer = await fetch(`${ready.url}/api/v1/doctor`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { findings } = (await answer.json()) as { findings: { code: string; sentence: string }[] }
    const said = (code: string) => findings.find((finding) => finding.code === code)?.sentence
    t.match(said('public-url'), 'https://pbx.example.com/parley')
    t.equal(said('sidecar'), `Parley answers at ${ready.url}.`)
  })

  await t.test('its Asterisk is started again when something kills it', async (t) => {
    const links = async () => {
      const { ami, ari } = (await (await fetch(`${ready.url}/health/ready`)).json()) as Record<string, string>
      return `${ami} ${ari}`
    }
    const before = await processesOf(join(data, 'own', 'asterisk'))
    for (const pid of before) process.kill(pid, 'SIGKILL')
    await until('its end is noticed', async () => (await links()) !== 'up up')
    await until('both links are up again', async () => (await links()) === 'up up', 60_000)
    const after = await processesOf(join(data, 'own', 'asterisk'))
    t.ok(after.length > 0)
    t.notOk(after.some((pid) => before.includes(pid)))
    t.match(errors, 'Asterisk ended. Starting it again.')
  })

  await t.test('a second one on the same data says that the first is running', async (t) => {
    const second = run()
    let complaint = ''
    second.stderr.on('data', (data) => {
      complaint += data
    })
    const [code] = await once(second, 'exit')
    t.equal(code, 1)
    t.match(complaint, /running already, as process \d+/)
  })

  await t.test('Ctrl-C', async (t) => {
    t.ok((await processesOf(data)).length > 0, 'an Asterisk of its own is running')
    // As a terminal does: to the whole group.
    process.kill(-(child.pid ?? 0), 'SIGINT')
    const [code] = await exited
    t.equal(code, 0)
    await until('nothing is left running', async () => (await processesOf(data)).length === 0)
    t.equal(lines.length, 1, 'and nothing else was printed')
  })
})
