import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../module/config.ts'
import type { Architecture } from '../../module/freepbx/package/production-tree.ts'
import { buildPackages } from '../../module/freepbx/package.ts'
import { freeTcpPortFrom } from '../../module/lab/free-ports.ts'
import { type Php, preparePhp } from '../../module/lab/php.ts'
import type { Teardown } from '../lab/start-lab.ts'

const standIn = fileURLToPath(new URL('./stand-in', import.meta.url))
/** Sidecars take their port a while after it was found free: test files that run at once look in other places. */
export const portsFrom = 12_000 + ((process.pid * 37) % 19_000)
export const hostArchitecture = process.arch as Architecture

/** Just enough of a FreePBX to install the package in: its folders, its database, its PHP. */
export interface StandInPbx {
  readonly folder: string
  /** Where the package was unpacked, as `fwconsole ma downloadinstall` does it. */
  readonly module: string
  readonly port: number
  /** One request or command; throws what PHP threw. */
  drive(call: string, args?: readonly unknown[], env?: Readonly<Record<string, string>>): Promise<unknown>
  /** What FreePBX told the administrator since the last look. */
  said(): string
  /** Every file but the module's own, with mode and content, and every row of the database. */
  listing(): string
  query(sql: string): readonly Record<string, unknown>[]
}

export async function php(): Promise<Php> {
  return preparePhp((sentence) => process.stderr.write(`${sentence}\n`))
}

let unpacked: Promise<string> | null = null

/** Of this machine's architecture, built and unpacked once a test file; the file's end takes it away. */
export const unpackedPackage = (): Promise<string> => {
  unpacked ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-unpacked-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    const [built] = await buildPackages({
      outdir: join(folder, 'download'),
      architectures: [hostArchitecture],
    })
    execFileSync('tar', ['-xzf', built?.file ?? '', '-C', folder])
    return folder
  })()
  return unpacked
}

export async function startStandIn(
  t: Teardown,
  asterisk: { readonly ami: number; readonly http: number } = { ami: 9, http: 9 },
): Promise<StandInPbx> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-freepbx-'))
  const modules = join(folder, 'html/admin/modules')
  for (const path of [
    modules,
    ...['varlib', 'spool', 'etc', 'apache2/conf-available', 'apache2/conf-enabled'].map((name) =>
      join(folder, name),
    ),
  ])
    mkdirSync(path, { recursive: true })
  execFileSync('cp', ['-al', join(await unpackedPackage(), 'parley'), modules])
  const port = await freeTcpPortFrom(portsFrom)
  const database = new DatabaseSync(join(folder, 'freepbx.sqlite'))
  database.exec(readFileSync(join(standIn, 'database.sql'), 'utf8'))
  const { username } = userInfo()
  const settings = {
    ASTVARLIBDIR: join(folder, 'varlib'),
    ASTSPOOLDIR: join(folder, 'spool'),
    ASTETCDIR: join(folder, 'etc'),
    ASTLOGDIR: join(folder, 'varlib'),
    AMPASTERISKWEBUSER: username,
    AMPASTERISKWEBGROUP: username,
    ASTMANAGERPORT: asterisk.ami,
    HTTPBINDADDRESS: '::',
    HTTPBINDPORT: asterisk.http,
    HTTPENABLED: true,
    ENABLE_ARI: true,
    PARLEY_PORT: port,
  }
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
  const { command } = await php()
  const module = join(modules, 'parley')
  let said = ''
  const pbx: StandInPbx = {
    folder,
    module,
    port,
    async drive(call, args = [], env = {}) {
      const [program, ...first] = command
      const child = spawn(
        program,
        [...first, join(standIn, 'drive.php'), folder, module, call, JSON.stringify(args)],
        { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
      )
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
      await once(child, 'close')
      let answer: { value?: unknown; failure?: string; said: string }
      try {
        answer = JSON.parse(output)
      } catch {
        throw new Error(`PHP answered: ${output}`)
      }
      said += answer.said
      if (answer.failure !== undefined) throw new Error(answer.failure)
      return answer.value
    },
    said() {
      const all = said
      said = ''
      return all
    },
    listing: () => [...files(folder), ...tables(database)].join('\n'),
    query: (sql) => database.prepare(sql).all(),
  }
  t.teardown(async () => {
    for (const { pid } of pbx.query('SELECT pid FROM pm2')) end(Number(pid))
    database.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  return pbx
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The module's folder comes and goes with the framework; the log and our own notes are not the module's. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !/^html\/|^freepbx\.sqlite|^commands\.log$/.test(path))
    .sort()
    .map((path) => {
      const stat = statSync(join(folder, path))
      const content = stat.isFile() ? readFileSync(join(folder, path), 'utf8') : ''
      return `${path} ${(stat.mode & 0o7777).toString(8)} ${content}`
    })
}

function tables(database: DatabaseSync): string[] {
  const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all()
  return names
    .map(({ name }) => String(name))
    .filter((name) => name !== 'admin')
    .map((name) => `${name}: ${JSON.stringify(database.prepare(`SELECT * FROM ${name}`).all())}`)
}

export const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
export const dataFolder = (pbx: StandInPbx) => join(pbx.folder, 'varlib/parley')
export const configOf = (pbx: StandInPbx) =>
  readConfig({ PARLEY_CONFIG: join(dataFolder(pbx), 'parley.json') })
