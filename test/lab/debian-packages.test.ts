import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { prepareAsterisk } from '../../module/lab/asterisk-prefix.ts'
import { cacheEntry } from '../../module/lab/cache-entry.ts'
import { debianMirror } from '../../module/lab/debian-packages.ts'
import { LabUnavailable } from '../../module/lab/lab-unavailable.ts'
import type { Teardown } from './start-lab.ts'
import { until } from './until.ts'

async function temporaryFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** For the rest of a test; undefined takes it away. */
function setEnvironment(t: Teardown, name: string, value: string | undefined): void {
  const before = process.env[name]
  const set = (to: string | undefined): void => {
    if (to === undefined) delete process.env[name]
    else process.env[name] = to
  }
  t.teardown(() => set(before))
  set(value)
}

t.test('the mirror is the one that apt uses here, in either of its notations', async (t) => {
  setEnvironment(t, 'PARLEY_DEBIAN_MIRROR', undefined)
  const cases: readonly (readonly [file: string, content: string, mirror: string])[] = [
    [
      'sources.list',
      '# deb http://old.test/debian x main\ndeb http://a.test/debian bookworm main',
      'http://a.test/debian',
    ],
    [
      'sources.list',
      'deb [signed-by=/k.gpg] https://b.test/mirror/debian/ trixie main',
      'https://b.test/mirror/debian/',
    ],
    [
      'sources.list.d/debian.sources',
      'Types: deb\nURIs: http://c.test/debian-security\n\nTypes: deb\nURIs: http://c.test/debian\nSuites: trixie',
      'http://c.test/debian',
    ],
    [
      'sources.list.d/cloud.sources',
      'URIs: mirror+file:///etc/apt/mirrors/debian.list',
      'mirror+file:///etc/apt/mirrors/debian.list',
    ],
  ]
  for (const [file, content, mirror] of cases) {
    const apt = await temporaryFolder(t)
    await mkdir(join(apt, 'sources.list.d'))
    await writeFile(join(apt, 'sources.list.d/other.list'), 'deb https://other.test/packages any main')
    await writeFile(join(apt, file), content)
    t.equal(await debianMirror(apt), mirror, file)
  }

  const none = await temporaryFolder(t)
  await writeFile(join(none, 'sources.list'), 'deb http://d.test/ubuntu noble main')
  await t.rejects(debianMirror(none), { code: 'LAB_UNAVAILABLE', message: /PARLEY_DEBIAN_MIRROR/ })
  setEnvironment(t, 'PARLEY_DEBIAN_MIRROR', 'http://chosen.test/debian')
  t.equal(await debianMirror(none), 'http://chosen.test/debian')
})

t.test('where the demo PBX cannot be made, a sentence says why and what to do', async (t) => {
  setEnvironment(t, 'XDG_CACHE_HOME', await temporaryFolder(t))
  const said: string[] = []
  const attempt = async (): Promise<LabUnavailable> => {
    const failure = await prepareAsterisk({ onProgress: (sentence) => said.push(sentence) }).catch(
      (error) => error,
    )
    t.ok(failure instanceof LabUnavailable, String(failure))
    t.equal(failure.code, 'LAB_UNAVAILABLE')
    t.match(failure.message, /PARLEY_CONFIG/)
    return failure
  }

  setEnvironment(t, 'PARLEY_DEBIAN_MIRROR', 'http://127.0.0.1:9/debian')
  t.match((await attempt()).message, /could not be downloaded from the Debian mirror: .*127\.0\.0\.1/)
  t.match(said, ["Reading Debian's list of packages (suite forky)"])

  setEnvironment(t, 'PATH', '/nowhere')
  t.match((await attempt()).message, /apt-get and dpkg-deb can't be found/)

  const cache = join(process.env.XDG_CACHE_HOME ?? '', 'parley')
  t.strictSame(await readdir(cache), [], 'nothing half done stays in the cache')
})

t.test('of many who want the same entry one makes it, and it appears whole', async (t) => {
  setEnvironment(t, 'XDG_CACHE_HOME', await temporaryFolder(t))
  let made = 0
  const make = async (folder: string): Promise<void> => {
    made += 1
    await writeFile(join(folder, 'one'), '1')
    t.notOk(
      existsSync(join(process.env.XDG_CACHE_HOME ?? '', 'parley/entry')),
      'not there before it is whole',
    )
    await writeFile(join(folder, 'two'), '2')
  }

  const folders = await Promise.all(Array.from({ length: 8 }, () => cacheEntry('entry', make)))

  t.equal(made, 1)
  t.equal(new Set(folders).size, 1)
  t.strictSame((await readdir(folders[0] ?? '')).sort(), ['one', 'two'])
})

t.test('who fails to make an entry leaves it to the next', async (t) => {
  setEnvironment(t, 'XDG_CACHE_HOME', await temporaryFolder(t))
  const making = Promise.withResolvers<void>()
  const giveUp = Promise.withResolvers<never>()
  const failing = cacheEntry('entry', () => {
    making.resolve()
    return giveUp.promise
  })
  await making.promise
  const waiting = cacheEntry('entry', (folder) => writeFile(join(folder, 'made'), 'by the second'))

  giveUp.reject(new Error('no room'))
  await t.rejects(failing, /no room/)
  t.equal(await readFile(join(await waiting, 'made'), 'utf8'), 'by the second')
})

t.test('an owner that is killed while it makes an entry blocks nobody', async (t) => {
  const cache = await temporaryFolder(t)
  setEnvironment(t, 'XDG_CACHE_HOME', cache)
  const program = `
    const { cacheEntry } = await import(${JSON.stringify(import.meta.resolve('../../module/lab/cache-entry.ts'))})
    setInterval(() => undefined, 1000)
    await cacheEntry('entry', (folder) => { console.log(folder); return new Promise(() => undefined) })`
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => void owner.kill('SIGKILL'))
  const [draft] = await once(createInterface({ input: owner.stdout }), 'line')
  t.ok(existsSync(String(draft)))

  let made = false
  const waiting = cacheEntry('entry', async (folder) => {
    made = true
    await writeFile(join(folder, 'made'), '')
  })
  t.equal(made, false, 'the owner has it')
  owner.kill('SIGKILL')
  const folder = await waiting

  t.strictSame(await readdir(folder), ['made'])
  await until('the draft of the killed one is gone', () => !existsSync(String(draft)))
})
