// Every npm script comes through here. Plain JavaScript, for any Node from 18 on: it makes sure that what the
// lock file names is installed, then hands over to the Node that Parley pins, so that nobody's own Node matters.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.parley-lock')
const bin = (name) => join(modules, '.bin', name)

/** The commands behind each script; several run one after another until one fails. */
const scripts = {
  start: (args) => [['module/cli/start.ts', ...args]],
  parley: (args) => [['module/cli/parley.ts', ...args]],
  build: (args) => [['ui-fragments/build.ts', ...args]],
  package: (args) => [['module/freepbx/package.ts', ...args]],
  bench: (args) => [['test/bench/main.ts', ...args]],
  check: () => [
    [bin('tsc'), '-p', '.'],
    [bin('biome'), 'check', '--error-on-warnings', '.'],
  ],
  test: (args) => [
    ...(args.length === 0 ? scripts.check() : []),
    ['test/lab/prepare.ts'],
    [bin('tap'), ...args],
  ],
}

const [script = '', ...args] = process.argv.slice(2)
const commands = scripts[script]
if (commands === undefined) stop(`There is no script "${script}". Known: ${Object.keys(scripts).join(', ')}.`)

installIfChanged()
const runtime = pinnedRuntime()
for (const command of commands(args)) {
  const code = await run(command)
  if (code !== 0) process.exit(code)
}

function installIfChanged() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  // npm empties the folder before it installs, through a link too: those packages are somebody else's.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    stop(
      'node_modules is a link to a folder whose packages are not those of this package-lock.json. Install them there, or remove the link, and run the same command again.',
    )
  }
  say('Installing the packages that package-lock.json names. This happens once and takes about a minute.')
  const npm = process.env.npm_execpath
  const flags = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--loglevel=error']
  const [command, argv] = npm === undefined ? ['npm', flags] : [process.execPath, [npm, ...flags]]
  // The output of an install is progress, not a result: it never mixes with what a script prints.
  const result = spawnSync(command, argv, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.error !== undefined || result.status !== 0) {
    stop('The packages could not be installed. npm says why above; mend that and run the same command again.')
  }
  writeFileSync(stamp, lock)
}

function pinnedRuntime() {
  const carried = join(modules, `node-linux-${process.arch}`, 'bin', 'node')
  if (process.platform === 'linux' && existsSync(carried)) return carried
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  return stop(
    `Parley brings its own Node on Linux x64 and arm64. This is ${process.platform} ${process.arch}: install Node 24 or newer and run the same command again.`,
  )
}

/** Resolves with the exit code, signals included, once the command and its output have ended. */
function run([entry, ...argv]) {
  const env = { ...process.env, PATH: dirname(runtime) + delimiter + (process.env.PATH ?? '') }
  const child = spawn(runtime, [entry, ...argv], { cwd: root, env, stdio: 'inherit' })
  // A terminal sends Ctrl-C to the whole group, so the child has it already; a lone SIGTERM must be passed on.
  const ignore = () => {}
  const pass = () => child.kill('SIGTERM')
  process.on('SIGINT', ignore)
  process.on('SIGTERM', pass)
  // On a SIGTERM npm and its shell end without a word to what they started; whatever ended them, nothing stays.
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event === undefined || process.ppid === parent) return
    clearInterval(watch)
    pass()
  }, 500)
  return new Promise((resolve) => {
    child.on('error', (error) => stop(`${entry} could not be started: ${error.message}`))
    child.on('close', (code, signal) => {
      clearInterval(watch)
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      resolve(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15))
    })
  })
}

function say(sentence) {
  process.stderr.write(`parley: ${sentence}\n`)
}

function stop(sentence) {
  say(sentence)
  process.exit(1)
}
