import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type AsteriskPorts, type AsteriskSetup, asteriskConfig } from './asterisk-config.ts'
import { askConsole, ConsoleClosed } from './asterisk-console.ts'
import { type AsteriskCredentials, loadCredentials } from './asterisk-credentials.ts'
import type { AsteriskPrefix } from './asterisk-prefix.ts'
import { AsteriskProcess } from './asterisk-process.ts'
import { usualPorts } from './free-ports.ts'
import { seedCommands } from './sample-seed.ts'

export interface AsteriskOptions {
  readonly prefix: AsteriskPrefix
  /** Holds everything of the instance and survives it: a later start goes on with its data and its secrets. */
  readonly folder: string
  /** Without them the usual ones (5060, 5038, 8088), or the next free ones. */
  readonly ports?: AsteriskPorts
  /** The far end of `trunk1`; without it 127.0.0.2 and the port that SIP has here. */
  readonly trunkPeer?: { readonly host: string; readonly port: number }
}

export interface AsteriskInstance {
  readonly folder: string
  readonly sipPort: number
  readonly amiPort: number
  readonly httpPort: number
  /** What the dialplan knows as PARLEY_SPOOL; the records are in its subfolder `new`. */
  readonly spoolFolder: string
  readonly credentials: AsteriskCredentials
  readonly pid: number | undefined
  /** Runs a command of Asterisk's console and returns what it prints. */
  cli(command: string): Promise<string>
  /** As the feature code *76 of FreePBX does it: a mark in the AstDB and a device state. */
  setDoNotDisturb(extension: string, on: boolean): Promise<void>
  /** Ends Asterisk in good order; nothing of it is left running. */
  stop(): Promise<void>
  /** Ends Asterisk as a power cut would. */
  kill9(): Promise<void>
  /** Starts it again with the same ports, secrets and data. Resolves when it is fully booted. */
  start(): Promise<void>
  isRunning(): boolean
  /** Resolves when the run that is under way is over, whoever ended it. */
  untilEnd(): Promise<void>
}

/** Asterisk ended or gave up before it was fully booted; the message carries its own reason. */
export class AsteriskStartFailed extends Error {
  readonly code = 'ASTERISK_START_FAILED'
  /** Somebody else has one of its ports: it is worth trying others. */
  readonly portTaken: boolean

  constructor(reason: string) {
    super(`Asterisk did not start: ${reason}`)
    this.name = 'AsteriskStartFailed'
    this.portTaken = /address already in use/i.test(reason)
  }
}

const BOOT_TIMEOUT_MS = 20_000
const CLI_TIMEOUT_MS = 10_000
/** A Unix socket's path may have 107 bytes. */
const LONGEST_SOCKET_PATH = 107

/** Brings up the sample PBX in a folder and resolves when it is fully booted. It runs as the current user. */
export async function startAsterisk(options: AsteriskOptions): Promise<AsteriskInstance> {
  const folder = resolve(options.folder)
  const ports = options.ports ?? (await usualPorts())
  const runFolder = await makeFolders(folder)
  const setup: AsteriskSetup = {
    prefix: options.prefix,
    folder,
    runFolder,
    spoolFolder: join(folder, 'var/spool/parley'),
    ports,
    credentials: await loadCredentials(folder),
    trunkPeer: options.trunkPeer ?? { host: '127.0.0.2', port: ports.sip },
  }
  for (const [name, text] of Object.entries(asteriskConfig(setup))) {
    await writeFile(join(folder, 'etc', name), text, { mode: 0o600 })
  }
  const instance = new RunningAsterisk(setup)
  try {
    await instance.start()
    await instance.seedOnce()
  } catch (error) {
    await instance.kill9()
    throw error
  }
  return instance
}

class RunningAsterisk implements AsteriskInstance {
  readonly folder: string
  readonly sipPort: number
  readonly amiPort: number
  readonly httpPort: number
  readonly spoolFolder: string
  readonly credentials: AsteriskCredentials
  readonly #setup: AsteriskSetup
  readonly #socketPath: string
  #process: AsteriskProcess | undefined

  constructor(setup: AsteriskSetup) {
    this.#setup = setup
    this.folder = setup.folder
    this.sipPort = setup.ports.sip
    this.amiPort = setup.ports.ami
    this.httpPort = setup.ports.http
    this.spoolFolder = setup.spoolFolder
    this.credentials = setup.credentials
    this.#socketPath = join(setup.runFolder, 'asterisk.ctl')
  }

  get pid(): number | undefined {
    return this.isRunning() ? this.#process?.pid : undefined
  }

  isRunning(): boolean {
    return this.#process?.isRunning() ?? false
  }

  async untilEnd(): Promise<void> {
    await this.#process?.ended
  }

  cli(command: string): Promise<string> {
    return askConsole(this.#socketPath, command, CLI_TIMEOUT_MS)
  }

  async setDoNotDisturb(extension: string, on: boolean): Promise<void> {
    await this.cli(on ? `database put DND ${extension} YES` : `database del DND ${extension}`)
    await this.cli(`devstate change Custom:DND${extension} ${on ? 'BUSY' : 'NOT_INUSE'}`)
  }

  async start(): Promise<void> {
    if (this.isRunning()) return
    // What a killed one left behind would be taken for a running Asterisk.
    await rm(this.#socketPath, { force: true })
    await mkdir(this.#setup.runFolder, { recursive: true })
    await rm(this.#logFile(), { force: true })
    const started = new AsteriskProcess(this.#setup)
    this.#process = started
    await this.#fullyBooted(started)
    const refused = await this.#logged(/ERROR.*(address already in use|unable to bind|failed to bind)/i)
    if (refused === undefined) return
    await this.kill9()
    throw new AsteriskStartFailed(refused)
  }

  async #fullyBooted(started: AsteriskProcess): Promise<void> {
    const deadline = Date.now() + BOOT_TIMEOUT_MS
    while (started.isRunning() && Date.now() < deadline) {
      try {
        if (/fully booted/i.test(await this.cli('core waitfullybooted'))) return
      } catch (error) {
        if (!(error instanceof ConsoleClosed)) throw error
      }
      await new Promise((next) => setTimeout(next, 20))
    }
    await this.kill9()
    throw new AsteriskStartFailed(
      (await this.#logged(/ERROR/)) ?? started.lastWords() ?? `it was not up after ${BOOT_TIMEOUT_MS} ms`,
    )
  }

  async stop(): Promise<void> {
    await this.#process?.end('SIGTERM')
    await this.#forgetRunFolder()
  }

  async kill9(): Promise<void> {
    await this.#process?.end('SIGKILL')
    await rm(this.#socketPath, { force: true })
  }

  /** Gives a new instance what an administrator would have entered. */
  async seedOnce(): Promise<void> {
    const mark = join(this.folder, 'var/lib/seeded')
    if (existsSync(mark)) return
    for (const command of seedCommands()) await this.cli(command)
    await writeFile(mark, '')
  }

  async #forgetRunFolder(): Promise<void> {
    if (!this.#setup.runFolder.startsWith(this.folder)) {
      await rm(this.#setup.runFolder, { recursive: true, force: true })
    }
  }

  #logFile(): string {
    return join(this.folder, 'var/log/full')
  }

  /** The first lines of Asterisk's log that match, without their dates: the first complaint is the cause. */
  async #logged(pattern: RegExp): Promise<string | undefined> {
    if (!existsSync(this.#logFile())) return undefined
    const lines = (await readFile(this.#logFile(), 'utf8')).split('\n').filter((line) => pattern.test(line))
    return (
      lines
        .slice(0, 2)
        .map((line) => line.replace(/^.*?ERROR\[\d+\] /, ''))
        .join('; ') || undefined
    )
  }
}

/** Returns the folder for the control socket: inside the instance where its path stays short enough. */
async function makeFolders(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  for (const name of [
    'etc',
    'run',
    'var/lib/keys',
    'var/lib/moh',
    'var/cache',
    'var/log',
    'var/spool/parley/new',
  ]) {
    await mkdir(join(folder, name), { recursive: true })
  }
  const inside = join(folder, 'run')
  const fits = Buffer.byteLength(join(inside, 'asterisk.ctl')) <= LONGEST_SOCKET_PATH
  return fits ? inside : mkdtemp(join(tmpdir(), 'parley-run-'))
}
