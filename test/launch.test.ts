import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { moduleRoot } from '../module/manifest.ts'

/** A checkout with nothing but the launcher in it. */
function checkout(folder: string): string {
  mkdirSync(join(folder, 'module'), { recursive: true })
  cpSync(join(moduleRoot, 'module/launch.js'), join(folder, 'module/launch.js'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "parley", "type": "module" }')
  writeFileSync(join(folder, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }')
  return folder
}

const launch = (folder: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(folder, 'module/launch.js'), ...args], { encoding: 'utf8' })

t.test('a linked node_modules, which npm would empty, is left alone', async (t) => {
  const elsewhere = t.testdir({ 'package-of-another-checkout': 'precious', checkout: {} })
  const folder = checkout(join(elsewhere, 'checkout'))
  symlinkSync(elsewhere, join(folder, 'node_modules'))
  const { status, stderr } = launch(folder, 'parley')
  t.equal(status, 1)
  t.match(stderr, /node_modules is a link/)
  t.ok(existsSync(join(elsewhere, 'package-of-another-checkout')))
})

t.test('an unknown script is answered with those there are', async (t) => {
  const { status, stderr } = launch(checkout(t.testdir()), 'strat')
  t.equal(status, 1)
  t.match(stderr, /no script "strat"\. Known: start, /)
})

t.test('when npm is killed, what it started stops', { timeout: 20_000 }, async (t) => {
  const folder = checkout(t.testdir())
  mkdirSync(join(folder, 'node_modules'))
  const lock = createHash('sha256').update(readFileSync(join(folder, 'package-lock.json')))
  writeFileSync(join(folder, 'node_modules/.parley-lock'), lock.digest('hex'))
  mkdirSync(join(folder, 'module/cli'))
  const waiting = `process.on('SIGTERM', () => { console.log('told to stop'); process.exit() })
    setInterval(() => {}, 1000)
    console.log('running')`
  writeFileSync(join(folder, 'module/cli/parley.ts'), waiting)
  const launcher = `${JSON.stringify(process.execPath)} module/launch.js parley`
  const shell = spawn('sh', ['-c', `${launcher}; true`], {
    cwd: folder,
    env: { ...process.env, npm_lifecycle_event: 'parley' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  shell.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  await once(shell.stdout, 'data')
  shell.kill('SIGKILL')
  // The pipe ends when the last that writes into it has ended.
  await once(shell.stdout, 'close')
  t.equal(output, 'running\ntold to stop\n')
})
