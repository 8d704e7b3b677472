import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { readManifest, moduleRoot as root } from '../module/manifest.ts'

/** Every source file with what it imports: our own files by path from the root, packages by name. */
function sources(folder: string): { file: string; text: string; imports: string[] }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|js)$/.test(name) && !name.startsWith('dist'))
    .map((name) => {
      const file = join(folder, name)
      const text = readFileSync(join(root, file), 'utf8')
      const { importedFiles } = ts.preProcessFile(text, true, true)
      const imports = importedFiles.map(({ fileName }) =>
        fileName.startsWith('.') ? relative(root, resolve(root, dirname(file), fileName)) : fileName,
      )
      return { file, text, imports }
    })
}

const product = [...sources('module'), ...sources('ui-fragments')]
const isOurs = (path: string) => /^(module|ui-fragments|test)\//.test(path)
const roomOf = (path: string) => path.split('/').slice(0, 2).join('/')

/** What each room may import of ours besides itself. Rooms that are not listed may import anything. */
const mayImport: Record<string, readonly string[]> = {
  'module/domain': [],
  'module/contract': [],
  'module/app': ['module/domain'],
  'module/carriers': ['module/domain', 'module/app'],
  'module/media': ['module/domain', 'module/app'],
  'module/pbx': ['module/domain', 'module/app'],
  'module/store': ['module/domain', 'module/app'],
  'module/http': ['module/domain', 'module/app', 'module/contract', 'module/manifest.ts'],
  'module/live': ['module/domain', 'module/app', 'module/contract'],
  'ui-fragments/data': ['module/contract'],
  'ui-fragments/elements': ['module/contract', 'ui-fragments/data'],
  'ui-fragments/mount': ['module/contract', 'ui-fragments/data', 'ui-fragments/elements'],
}

t.test('rooms import only what they may', async (t) => {
  for (const [room, allowed] of Object.entries(mayImport)) {
    const files = product.filter(({ file }) => roomOf(file) === room)
    t.ok(files.length > 0, `${room} has files`)
    const strays = files.flatMap(({ file, imports }) =>
      imports
        .filter((path) => isOurs(path) && roomOf(path) !== room && !allowed.includes(roomOf(path)))
        .map((path) => `${file} imports ${path}`),
    )
    t.same(strays, [], room)
  }
})

t.test('the domain is pure', async (t) => {
  const domain = product.filter(({ file }) => file.startsWith('module/domain/'))
  for (const { file, text, imports } of domain) {
    t.same(
      imports.filter((path) => !path.startsWith('module/domain/')),
      [],
      `${file} imports nothing from outside`,
    )
    t.notMatch(
      text,
      /\basync\b|\bPromise\b|Date\.now|new Date\b|Math\.random|\bprocess\.|setTimeout|crypto/,
      `${file} has no clock, chance or waiting`,
    )
  }
})

t.test('only the wiring names concrete adapters', async (t) => {
  const adapters = [
    'module/store',
    'module/pbx',
    'module/http',
    'module/live',
    'module/carriers',
    'module/media',
  ]
  const exempt = ['module/wiring.ts', 'module/doctor-wiring.ts', 'module/lab', 'module/cli']
  const strays = product.flatMap(({ file, imports }) =>
    adapters.includes(roomOf(file)) || exempt.some((path) => file.startsWith(path))
      ? []
      : imports.filter((path) => adapters.includes(roomOf(path))).map((path) => `${file} imports ${path}`),
  )
  t.same(strays, [])
})

t.test('each package stays in the room that answers for it', async (t) => {
  const homes: Record<string, RegExp> = {
    'asterisk-manager': /^module\/pbx\//,
    'ari-client': /^module\/pbx\//,
    'better-sqlite3': /^module\/store\//,
    'file-type': /^module\/media\//,
    fastify: /^module\/(http|live|lab|wiring)/,
    'libphonenumber-js': /^module\/carriers\//,
    lit: /^ui-fragments\//,
    pino: /^module\/(log|wiring|cli)/,
  }
  for (const [name, home] of Object.entries(homes)) {
    const users = product.filter(({ imports }) =>
      imports.some((path) => path === name || path.startsWith(`${name}/`)),
    )
    t.ok(users.length > 0, `${name} is used`)
    t.same(
      users.filter(({ file }) => !home.test(file)).map(({ file }) => file),
      [],
      name,
    )
  }
})

t.test('nothing is named for what it is not', async (t) => {
  const vague = product.filter(({ file }) =>
    /(utils?|helpers?|common|manager|service|misc)\.ts$|\/(utils?|helpers?|common|services?)\//.test(file),
  )
  t.same(
    vague.map(({ file }) => file),
    [],
  )
  t.same(
    product.filter(({ text }) => /@ts-ignore|\bas any\b|: any\b/.test(text)).map(({ file }) => file),
    [],
    'no loose types',
  )
})

t.test('the manifest tells the truth', async (t) => {
  const manifest = readManifest()
  const { version, name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.equal(manifest.version, version)
  t.equal(manifest.name, name)
  const files = [
    manifest.sidecar.entry,
    ...manifest.dialplan.map(({ file }) => file),
    ...manifest.fragments.flatMap(({ entry, page }) => (page === undefined ? [entry] : [entry, page])),
  ]
  for (const file of files) t.ok(existsSync(join(root, file)), file)
  for (const { fragment } of manifest.menu)
    t.ok(
      manifest.fragments.some((known) => known.name === fragment),
      fragment,
    )
  for (const { file, contexts } of manifest.dialplan) {
    const text = readFileSync(join(root, file), 'utf8')
    t.same(
      [...text.matchAll(/^\[([^\]]+)\]/gm)].map(([, context]) => context).sort(),
      [...contexts].sort(),
      `${file} has these contexts and no others`,
    )
    for (const context of contexts) t.match(context, /^parley-/, 'prefixed, so that it meets nobody else’s')
  }
})

t.test('every dependency is recorded with its licence and reason', async (t) => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.keys(manifest[kind]),
  )
  const record = readFileSync(join(root, 'module/dependencies.md'), 'utf8')
  const rows = new Map(
    [...record.matchAll(/^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, name, licence, reason]) => [
      name,
      { licence: licence?.trim(), reason },
    ]),
  )
  t.same([...rows.keys()].sort(), names.sort(), 'the record and package.json name the same packages')
  for (const name of names) {
    const path = join(root, 'node_modules', name, 'package.json')
    if (!existsSync(path)) {
      t.match(name, /^node-linux-/, 'only the other architecture’s runtime may be missing')
      continue
    }
    const { license, licenses } = JSON.parse(readFileSync(path, 'utf8'))
    // asterisk-manager's manifest is silent; its LICENSE file has the MIT text.
    t.equal(rows.get(name)?.licence, license ?? licenses?.[0]?.type ?? 'MIT', name)
  }
  for (const [kind, versions] of Object.entries(manifest)) {
    if (!kind.endsWith('ependencies')) continue
    for (const [name, version] of Object.entries(versions as Record<string, string>))
      t.match(version, /^\d/, `${name} is exact`)
  }
})

t.test('the lock file lets npm ci install on any platform, from any registry', async (t) => {
  interface Locked {
    readonly resolved?: string
    readonly integrity?: string
    readonly dependencies?: Record<string, string>
    readonly optionalDependencies?: Record<string, string>
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const packages: Record<string, Locked> = lock.packages
  /** Where Node would look: beside the package first, then one folder up after another. */
  const isLocked = (path: string, name: string): boolean => {
    if (packages[`${path === '' ? '' : `${path}/`}node_modules/${name}`] !== undefined) return true
    return path !== '' && isLocked(path.slice(0, path.lastIndexOf('node_modules/')).replace(/\/$/, ''), name)
  }
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isLocked(path, name))
      .map((name) => `${name}, wanted by ${path}`),
  )
  t.same(missing, [], 'npm ci refuses a lock file that leaves out even another platform’s package')
  const installed = Object.entries(packages).filter(([path]) => path !== '')
  t.ok(installed.length > 100)
  t.same(
    installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
    [],
    'no registry’s address',
  )
  t.same(
    installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path),
    [],
    'each has its checksum',
  )
})
