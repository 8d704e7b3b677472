import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { type ContractServer, startContractServer } from './contract-server.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface Stage {
  readonly server: ContractServer
  readonly browser: Browser
  context(options?: BrowserContextOptions): Promise<BrowserContext>
  /** A signed-in panel; whatever its console complains of fails the test. */
  open(who: string, context: BrowserContext): Promise<Page>
}

/** The panel on the contract's stand-in server, in a real browser. */
export async function setStage(t: Test): Promise<Stage> {
  const assets = t.testdir({})
  await buildFragments({ outdir: assets })
  const server = await startContractServer({ assets, under: '/parley' })
  const browser = await launchBrowser()
  t.teardown(async () => {
    await browser.close()
    await server.close()
  })
  const complaints: string[] = []
  t.teardown(() => {
    if (complaints.length > 0) throw new Error(complaints.join('; '))
  })
  return {
    server,
    browser,
    context: (options = {}) => browser.newContext({ viewport: { width: 1200, height: 760 }, ...options }),
    async open(who, context) {
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        const expected = /WebSocket connection|Failed to load resource/.test(message.text())
        if (message.type() === 'error' && !expected) complaints.push(message.text())
      })
      await page.addInitScript(countSignals)
      await page.goto(`${server.url}agent#token=${who}`)
      await page.locator('parley-conversation-list').waitFor()
      return page
    },
  }
}

/** In the page: how often it sounded, notified and asked. */
function countSignals(): void {
  const signals = { sounds: 0, notifications: 0, asked: 0 }
  const PlainOscillator = window.OscillatorNode
  window.OscillatorNode = class extends PlainOscillator {
    override start(when?: number): void {
      signals.sounds += 1
      super.start(when)
    }
  }
  class CountedNotification extends EventTarget {
    static permission: NotificationPermission = 'default'
    static async requestPermission(): Promise<NotificationPermission> {
      signals.asked += 1
      CountedNotification.permission = 'granted'
      return 'granted'
    }
    constructor() {
      super()
      signals.notifications += 1
    }
    close(): void {}
  }
  Object.assign(window, { signals, Notification: CountedNotification })
}

export const signalsOf = (page: Page): Promise<{ sounds: number; notifications: number; asked: number }> =>
  page.evaluate(() => (window as unknown as { signals: never }).signals)

/** What axe finds. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  const results = await page.evaluate(
    (options: RunOptions) =>
      (window as unknown as { axe: { run(on: Document, options: RunOptions): Promise<AxeResults> } }).axe.run(
        document,
        options,
      ),
    {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    } satisfies RunOptions,
  )
  return results.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
  )
}
