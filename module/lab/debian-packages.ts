import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findCommand } from './find-command.ts'
import { LabUnavailable, reasonOf } from './lab-unavailable.ts'
import { runCommand } from './run-command.ts'

export type OnProgress = (sentence: string) => void

export interface DebianPackages {
  /** What to unpack; everything they depend on comes along. */
  readonly names: readonly string[]
  /** Of which Debian release; without it the one that has Asterisk 22. */
  readonly suite?: string
  /** How a person calls it, for the progress sentences: `Asterisk 22`. */
  readonly title: string
  /** A folder of one's own; `apt/` and `root/` are made in it. */
  readonly folder: string
  readonly onProgress: OnProgress
}

/** Debian 12 has no Asterisk; this suite has version 22. */
const SUITE = 'forky'

const ARCHITECTURES: Readonly<Record<string, { readonly debian: string; readonly triplet: string }>> = {
  x64: { debian: 'amd64', triplet: 'x86_64-linux-gnu' },
  arm64: { debian: 'arm64', triplet: 'aarch64-linux-gnu' },
}

/** Debian's names for this machine's architecture; throws LabUnavailable where Parley's lab can't run. */
export function debianArchitecture(): { readonly debian: string; readonly triplet: string } {
  const found = process.platform === 'linux' ? ARCHITECTURES[process.arch] : undefined
  if (found !== undefined) return found
  throw new LabUnavailable(
    `The demo PBX runs on Linux x64 and arm64, and this is ${process.platform} ${process.arch}.`,
  )
}

/**
 * Downloads packages with their dependencies and unpacks them below `folder`, without root and without touching
 * the machine's own packages: apt works on a private state in which nothing is installed, and dpkg-deb only
 * extracts files, no maintainer script runs. Signatures are checked as always.
 *
 * @returns the folder that holds the unpacked tree (`usr/…`).
 */
export async function unpackDebianPackages({
  names,
  suite = SUITE,
  title,
  folder,
  onProgress,
}: DebianPackages): Promise<string> {
  const architecture = debianArchitecture()
  requireCommands('apt-get', 'dpkg-deb')
  const mirror = await debianMirror()
  const apt = join(folder, 'apt')
  const env = {
    ...process.env,
    LC_ALL: 'C',
    APT_CONFIG: await writeAptState(apt, mirror, suite, architecture.debian),
  }
  try {
    onProgress(`Reading Debian's list of packages (suite ${suite})`)
    await runCommand('apt-get', ['-q', 'update', '--error-on=any'], { env })
    await download(names, title, env, onProgress)
  } catch (error) {
    throw new LabUnavailable(
      `${title} could not be downloaded from the Debian mirror: ${reasonOf(error)}. Check the network, or name another mirror in PARLEY_DEBIAN_MIRROR.`,
      { cause: error },
    )
  }
  try {
    return await unpack(join(apt, 'archives'), join(folder, 'root'), title, onProgress)
  } catch (error) {
    throw new LabUnavailable(
      `${title} could not be unpacked: ${reasonOf(error)}. It needs 400 MB of room in ${folder} for a moment.`,
      { cause: error },
    )
  }
}

function requireCommands(...commands: string[]): void {
  const missing = commands.filter((command) => findCommand(command) === undefined)
  if (missing.length === 0) return
  throw new LabUnavailable(
    `The demo PBX is made from Debian packages, and ${missing.join(' and ')} can't be found on this machine.`,
  )
}

/** The mirror that the machine's own apt sources name, or the one in PARLEY_DEBIAN_MIRROR. */
export async function debianMirror(aptFolder = '/etc/apt'): Promise<string> {
  const named = process.env.PARLEY_DEBIAN_MIRROR
  if (named !== undefined && named !== '') return named
  for (const file of await sourceFiles(aptFolder)) {
    const mirror = mirrorIn(await readFile(file, 'utf8'))
    if (mirror !== undefined) return mirror
  }
  throw new LabUnavailable(
    'The demo PBX is downloaded from a Debian mirror, and the apt sources of this machine name none; PARLEY_DEBIAN_MIRROR can.',
  )
}

async function sourceFiles(aptFolder: string): Promise<string[]> {
  const parts = join(aptFolder, 'sources.list.d')
  const names = existsSync(parts) ? (await readdir(parts)).sort() : []
  return [join(aptFolder, 'sources.list'), ...names.map((name) => join(parts, name))].filter(
    (file) => /\.(list|sources)$/.test(file) && existsSync(file),
  )
}

/** Debian's own archive ends in `/debian` on every mirror; security and other vendors' archives do not. */
function mirrorIn(sources: string): string | undefined {
  const active = sources.replace(/^\s*#.*$/gm, '')
  return active
    .split(/\s+/)
    .find((word) => /^(https?|mirror\+(https?|file)):.*\/debian(\.list)?\/?$/.test(word))
}

/** A private apt in which no package is installed, so that a whole closure is downloaded. Returns its config file. */
async function writeAptState(
  apt: string,
  mirror: string,
  suite: string,
  architecture: string,
): Promise<string> {
  for (const folder of ['lists/partial', 'archives/partial', 'etc']) {
    await mkdir(join(apt, folder), { recursive: true })
  }
  const keyring = ['pgp', 'gpg']
    .map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`)
    .find((file) => existsSync(file))
  const options = keyring === undefined ? '' : `[signed-by=${keyring}] `
  await writeFile(join(apt, 'sources.list'), `deb ${options}${mirror} ${suite} main\n`)
  await writeFile(join(apt, 'status'), '')
  const config = join(apt, 'apt.conf')
  const lines = [
    ...(await transportSettings()),
    `Dir::Etc "${join(apt, 'etc')}";`,
    `Dir::Etc::sourcelist "${join(apt, 'sources.list')}";`,
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";',
    'Dir::Etc::netrc "/etc/apt/auth.conf";',
    'Dir::Etc::netrcparts "/etc/apt/auth.conf.d";',
    `Dir::State "${apt}";`,
    `Dir::State::lists "${join(apt, 'lists')}";`,
    `Dir::State::status "${join(apt, 'status')}";`,
    `Dir::Cache "${apt}";`,
    `Dir::Cache::archives "${join(apt, 'archives')}";`,
    `Dir::Log "${apt}";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    'APT::Install-Recommends "false";',
    // apt would otherwise drop to its own user, which can't write below somebody's home.
    'APT::Sandbox::User "";',
    // A lab may run where the clock is wrong; the signatures still count.
    'Acquire::Check-Valid-Until "false";',
    'Acquire::Check-Date "false";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";',
  ]
  await writeFile(config, `${lines.join('\n')}\n`)
  return config
}

/** How this machine reaches a mirror: proxies, certificates. */
async function transportSettings(): Promise<string[]> {
  const dump = await runCommand('apt-config', ['dump'])
  return dump.split('\n').filter((line) => /^Acquire::https?::/.test(line))
}

async function download(
  names: readonly string[],
  title: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<void> {
  let size = ''
  let shown = 0
  await runCommand(
    'apt-get',
    [
      '-q',
      '-y',
      '--download-only',
      '-o',
      'Debug::NoLocking=1',
      '-o',
      'APT::Status-Fd=3',
      'install',
      ...names,
    ],
    {
      env,
      onLine: (line) => {
        const need = /^Need to get (.+?)( of archives)?\.$/.exec(line)
        if (need === null) return
        size = need[1] ?? ''
        onProgress(`Downloading ${title} from Debian: ${size}`)
      },
      onStatusLine: (line) => {
        const percent = Number(/^dlstatus:\d+:([\d.]+):/.exec(line)?.[1] ?? 0)
        if (percent < shown + 20 || percent >= 100) return
        shown = percent
        onProgress(`Downloading ${title}: ${Math.round(percent)} % of ${size}`)
      },
    },
  )
}

async function unpack(
  archives: string,
  root: string,
  title: string,
  onProgress: OnProgress,
): Promise<string> {
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  onProgress(`Unpacking ${packages.length} packages of ${title}`)
  await mkdir(root, { recursive: true })
  for (const name of packages) await runCommand('dpkg-deb', ['--extract', join(archives, name), root])
  return root
}
