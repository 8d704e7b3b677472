import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import t from 'tap'
import { importsOf } from '../../module/freepbx/package/sidecar-files.ts'
import { buildPackages } from '../../module/freepbx/package.ts'
import { moduleRoot, readManifest } from '../../module/manifest.ts'
import { hostArchitecture, php } from './stand-in-pbx.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-package-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
const first = join(folder, 'first')
const manifest = readManifest()
const name = (architecture: string) => `parley-${manifest.version}-${architecture}.tgz`
const list = (file: string) =>
  execFileSync('tar', ['-tzf', file], { encoding: 'utf8', maxBuffer: 1 << 26 })
    .trim()
    .split('\n')

await buildPackages({ outdir: first })

t.test('built twice it is the same, byte by byte, and the checksums are right', async (t) => {
  const second = join(folder, 'second')
  await buildPackages({ outdir: second })
  t.same(readdirSync(first).sort(), ['SHA256SUMS', name('arm64'), name('x64')].sort())
  for (const file of readdirSync(first))
    t.ok(readFileSync(join(first, file)).equals(readFileSync(join(second, file))), file)
  t.match(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: first, encoding: 'utf8' }), /x64\.tgz: OK/)
})

t.test('each architecture has its own runtime and database addon, and nothing for developers', async (t) => {
  for (const [architecture, machine] of [
    ['x64', 0x3e],
    ['arm64', 0xb7],
  ] as const) {
    const paths = list(join(first, name(architecture)))
    t.ok(
      paths.every((path) => path.startsWith('parley/')),
      'one folder, as FreePBX unpacks it',
    )
    const modules = 'parley/sidecar/node_modules'
    const node = `${modules}/node-linux-${architecture}/bin/node`
    t.same(
      paths.filter((path) => /\/bin\/node$/.test(path)),
      [node],
    )
    const addon = `${modules}/better-sqlite3/prebuilds/linux-${architecture}.node`
    t.same(
      paths.filter((path) => path.endsWith('.node')),
      [addon],
    )
    for (const path of [node, addon]) {
      const head = execFileSync('tar', ['-xOzf', join(first, name(architecture)), path], {
        maxBuffer: 1 << 28,
      }).subarray(0, 20)
      t.equal(head.readUInt16LE(18), machine, `${path} is for ${architecture}`)
    }
    for (const stray of ['typescript', 'tap', 'esbuild', 'playwright-core', '@biomejs'])
      t.notOk(
        paths.some((path) => path.startsWith(`${modules}/${stray}/`)),
        stray,
      )
    t.same(
      paths.filter((path) => /\/sidecar\/(test|module\/(lab|freepbx))\//.test(path)),
      [],
    )
    // FreePBX's web server refuses every path with one of these in it.
    const fetched = paths.filter((path) => /^parley\/(assets|ucp)\/.*\.js$/.test(path))
    t.same(
      fetched.filter((path) => /node|libraries|helpers|i18n/.test(path.replace(/^parley\//, ''))),
      [],
    )
    t.equal(fetched.length, 3)
  }
})

const unpacked = join(folder, 'unpacked')
execFileSync('mkdir', [unpacked])
execFileSync('tar', ['-xzf', join(first, name(hostArchitecture)), '-C', unpacked])
const module = join(unpacked, 'parley')
t.test('what is packaged finds everything it imports', async (t) => {
  const root = join(module, 'sidecar')
  const sources = readdirSync(join(root, 'module'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `module/${path}`)
  t.ok(sources.includes('module/main.ts') && sources.includes('module/cli/parley.ts'))
  for (const path of sources) {
    const workers = [...readFileSync(join(root, path), 'utf8').matchAll(/URL\('(\.[^']+\.ts)'/g)].map(
      ([, file = '']) => relative(root, resolve(root, dirname(path), file)),
    )
    for (const imported of [...importsOf(root, path), ...workers])
      t.ok(existsSync(join(root, imported)), `${path} finds ${imported}`)
  }
  const node = join(module, `sidecar/node_modules/node-linux-${hostArchitecture}/bin/node`)
  const help = execFileSync(node, ['sidecar/module/cli/parley.ts', 'help'], { cwd: module, encoding: 'utf8' })
  t.match(help, /parley link --admin/)
  t.equal(
    readFileSync(join(module, 'sidecar/.htaccess'), 'utf8'),
    'Require all denied\n',
    'and none of it is served',
  )
})

t.test('module.xml says what module.json says', async (t) => {
  const { command } = await php()
  const [program, ...args] = command
  const read = 'echo json_encode(simplexml_load_file($argv[1]));'
  const xml = JSON.parse(
    execFileSync(program, [...args, '-r', read, join(module, 'module.xml')], { encoding: 'utf8' }),
  )
  t.match(xml, {
    rawname: manifest.name,
    name: manifest.title,
    version: `17.${manifest.version}`,
    license: manifest.licence,
    menuitems: { parley: manifest.menu[0]?.title },
    depends: { version: '17.0.1', phpversion: '8.2.0', module: manifest.freepbx.depends.modules },
    supported: { version: '17.0' },
    console: { command: { name: 'parley' } },
  })
  const text = readFileSync(join(module, 'module.xml'), 'utf8')
  const glue = readFileSync(join(module, 'Parley.class.php'), 'utf8')
  for (const { of, calling, method } of manifest.freepbx.hooks) {
    t.match(
      text,
      new RegExp(
        `<${of.module} class="${of.class}"[\\s\\S]*callingMethod="${calling}" class="Parley"[^>]*>${method}<`,
      ),
    )
    t.match(glue, new RegExp(`public function ${method}\\(`), `${method} is there to be called`)
  }
})

t.test('PHP 8.2 finds nothing wrong with any file', async (t) => {
  const { command } = await php()
  const [program, ...args] = command
  const files = readdirSync(module, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.php') && !path.startsWith('sidecar/'),
  )
  t.ok(files.length > 20)
  for (const file of files) {
    const verdict = execFileSync(
      program,
      [...args, '-d', 'display_errors=1', '-d', 'error_reporting=-1', '-l', join(module, file)],
      { encoding: 'utf8' },
    )
    t.match(verdict, /^No syntax errors/, file)
  }
})

t.test('the portal’s own script is one that its minifier can read', async (t) => {
  const script = readFileSync(join(module, 'ucp/assets/js/freepbx-ucp.js'), 'utf8')
  t.notMatch(script, /`/, 'no template strings')
  t.notMatch(script, /[=(,:;!&|?{}]\s*\/[^/*]/, 'no regular expressions')
  t.notMatch(script, /sourceMappingURL/)
  t.ok(script.length < 10_000, 'and short')
  t.ok(script.endsWith('\n'), 'another module’s script may follow')
})

t.test('for a plain Asterisk there is a package with everything the guide names', async (t) => {
  const out = join(folder, 'plain')
  await buildPackages({ outdir: out, plain: true, architectures: [hostArchitecture] })
  const archive = join(out, `parley-asterisk-${manifest.version}-${hostArchitecture}.tgz`)
  const paths = list(archive)
  execFileSync('mkdir', ['-p', join(folder, 'opt')])
  execFileSync('tar', ['-xzf', archive, '-C', join(folder, 'opt')])
  const root = join(folder, 'opt/parley')
  const guide = readFileSync(join(root, 'INSTALL.md'), 'utf8')
  const named = [...guide.matchAll(/[\w.]+\.(?:sample|service)|parley\.json|(?<=\.\/)parley\b/g)].map(
    ([file]) => file,
  )
  for (const file of new Set(named)) t.ok(paths.includes(`parley/${file}`), file)
  const unit = readFileSync(join(root, 'parley.service'), 'utf8')
  const [, node = '', entry = ''] = /^ExecStart=\/opt\/(\S+) (\S+)$/m.exec(unit) ?? []
  t.ok(paths.includes(node), 'the unit runs what is there')
  t.ok(paths.includes(`parley/sidecar/${entry}`))
  t.notMatch(guide + unit, /@NODE@/)
  t.match(execFileSync(join(root, 'parley'), ['help'], { encoding: 'utf8' }), /parley link --admin/)
  const account = /\[parley\]\n([\s\S]*)$/
  const readme = readFileSync(join(moduleRoot, 'README.md'), 'utf8')
  for (const line of (account.exec(readFileSync(join(root, 'manager.conf.sample'), 'utf8'))?.[1] ?? '')
    .trim()
    .split('\n')
    .slice(1))
    t.ok(readme.includes(line), `the README says "${line}" too`)
})
