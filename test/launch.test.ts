import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
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
