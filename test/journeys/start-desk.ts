import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Browser, Page } from 'playwright-core'
import { installSampleRule, sampleNames } from '../../module/cli/sample-pbx.ts'
import { sessionLink } from '../../module/cli/session-link.ts'
import { type Config, completeConfig } from '../../module/config.ts'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { freeTcpPortFrom } from '../../module/lab/free-ports.ts'
import { type Sidecar, startSidecar, type Lab as WorldOutside } from '../../module/wiring.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { type Lab, startLab, type Teardown } from '../lab/start-lab.ts'
import { until } from '../lab/until.ts'

export interface Desk extends Lab {
  readonly config: Config
  readonly sidecar: () => Sidecar
  /** Stops the sidecar in order and starts it again on the same data and port. */
  restartSidecar(): Promise<void>
  link(page: 'agent' | 'admin', extension: string | null): { readonly token: string; readonly link: string }
  /** A panel in a browser of its own profile, signed in. Whatever its console complains of fails the test. */
  open(page: 'agent' | 'admin', extension: string | null): Promise<Page>
  /** The same, of nobody yet: where `address` leads. */
  openAt(address: string): Promise<Page>
  readonly complaints: string[]
}

/** What the config file would say of a lab's PBX. */
export const settingsOf = ({ pbx }: Lab, folder: string, httpPort: number) => ({
  pbx: {
    ami: { host: '127.0.0.1', port: pbx.amiPort, ...pbx.credentials.ami },
    ari: {
      url: `http://127.0.0.1:${pbx.httpPort}`,
      username: pbx.credentials.ari.username,
      password: pbx.credentials.ari.secret,
    },
    spoolFolder: pbx.spoolFolder,
    sipDomain: '127.0.0.1',
    namesFile: join(folder, 'names.json'),
  },
  http: { port: httpPort, publicUrl: 'https://pbx.example.com/parley' },
  dataFolder: folder,
})

/** Above what other tests take, and below what the kernel gives out by itself. */
export const anyHttpPort = () => freeTcpPortFrom(20_000 + Math.floor(Math.random() * 10_000))

interface DeskOptions {
  /** What stands for carriers' APIs. */
  readonly outside?: WorldOutside
  /** Its public address is where it listens, so that it reaches itself by it. */
  readonly reachable?: boolean
}

/** The whole of Parley on a real Asterisk, with browsers to look at it. */
export async function startDesk(
  t: Teardown,
  { outside = {}, reachable = false }: DeskOptions = {},
): Promise<Desk> {
  const lab = await startLab(t)
  const folder = await mkdtemp(join(tmpdir(), 'parley-desk-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await buildFragments({})
  await writeFile(join(folder, 'names.json'), JSON.stringify(sampleNames))
  const settings = settingsOf(lab, folder, await anyHttpPort())
  const { http } = settings
  const publicUrl = reachable ? `http://127.0.0.1:${http.port}` : http.publicUrl
  const config = completeConfig({ ...settings, http: { ...http, publicUrl } }, folder)
  const log = pino({ level: 'silent' })
  let sidecar = await startSidecar(config, log, outside)
  t.teardown(() => sidecar.close())
  await installSampleRule(sidecar)
  await live(sidecar)

  const complaints: string[] = []
  let browser: Browser | undefined
  t.teardown(() => browser?.close())
  const link: Desk['link'] = (page, extension) =>
    sessionLink({
      tokenKey: sidecar.tokenKey,
      url: sidecar.url,
      page,
      extension,
      roles: page === 'admin' ? ['admin'] : ['agent'],
      hours: 1,
    })

  async function openAt(address: string): Promise<Page> {
    browser ??= await launchBrowser()
    const context = await browser.newContext({ viewport: { width: 1180, height: 760 } })
    const opened = await context.newPage()
    opened.on('pageerror', (error) => complaints.push(error.message))
    await opened.goto(address)
    return opened
  }

  return {
    ...lab,
    config,
    sidecar: () => sidecar,
    complaints,
    link,
    async restartSidecar() {
      await sidecar.close()
      sidecar = await startSidecar(config, log, outside)
      await live(sidecar)
    },
    open: (page, extension) => openAt(link(page, extension).link),
    openAt,
  }
}

export async function live({ pbx }: Sidecar): Promise<void> {
  await until('the link is up', () => pbx.snapshot().freshness === 'live', 30_000)
}
