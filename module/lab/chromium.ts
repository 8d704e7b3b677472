import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { cacheEntry } from './cache-entry.ts'
import type { OnProgress } from './debian-packages.ts'
import { findCommand } from './find-command.ts'

/** There is no browser that journeys could use; the message says how to bring one. */
export class BrowserUnavailable extends Error {
  readonly code = 'BROWSER_UNAVAILABLE'
}

/** A browser, and what must be in its environment. */
interface Chromium {
  readonly executable: string
  readonly env: Readonly<Record<string, string>>
}

const FLAGS = [
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Containers give /dev/shm 64 MB, and a page that wants more crashes.
  '--disable-dev-shm-usage',
]

/** The path of a headless Chromium, unpacked from the npm package that carries it when it is not there yet. */
export async function chromiumExecutable(): Promise<string> {
  return (await prepareChromium()).executable
}

/** Starts a headless browser with a profile of its own that is gone with it. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, env } = await prepareChromium()
  return chromium.launch({
    executablePath: executable,
    args: FLAGS,
    // The sandbox needs rights that containers and root do not have; the pages are our own.
    chromiumSandbox: false,
    env: { ...(process.env as Record<string, string>), ...env },
  })
}

/**
 * PARLEY_CHROMIUM names a browser to use. Else it is the one that the npm package carries, which brings the
 * libraries and fonts that a bare machine lacks (Linux x64 only), or one that is installed.
 */
export async function prepareChromium(onProgress: OnProgress = () => undefined): Promise<Chromium> {
  const named = process.env.PARLEY_CHROMIUM
  if (named !== undefined && named !== '') return { executable: named, env: {} }
  if (process.platform === 'linux' && process.arch === 'x64') return carriedChromium(onProgress)
  const installed = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(findCommand)
  const executable = installed.find((path) => path !== undefined)
  if (executable !== undefined) return { executable, env: {} }
  throw new BrowserUnavailable(
    `Parley carries a browser for its tests on Linux x64 only, and this is ${process.platform} ${process.arch}: install Chromium, or name one in PARLEY_CHROMIUM.`,
  )
}

async function carriedChromium(onProgress: OnProgress): Promise<Chromium> {
  const entry = import.meta.resolve('@sparticuz/chromium')
  const packageFile = fileURLToPath(new URL('../package.json', entry))
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string }
  const folder = await cacheEntry(`chromium-${version}`, async (draft) => {
    onProgress('Unpacking the browser for the tests (210 MB)')
    await unpack(entry, fileURLToPath(new URL('../bin', entry)), draft)
    await writeFile(join(draft, 'fonts.conf'), FONTS_CONF)
  })
  return {
    executable: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  }
}

/** The package unpacks to the folder for temporary files, whatever is there: so in a process that has its own. */
async function unpack(entry: string, archives: string, folder: string): Promise<void> {
  const files = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']
  const program = `const { inflate } = await import(${JSON.stringify(entry)})
    for (const file of ${JSON.stringify(files.map((file) => join(archives, file)))}) await inflate(file)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = await once(child, 'close')
  if (code === 0 && existsSync(join(folder, 'chromium'))) return
  throw new BrowserUnavailable(
    'The browser for the tests could not be unpacked: see above; is there 1 GB of room on the disk?',
  )
}

/** The carried fonts, and the machine's own for the scripts that those lack. */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`
