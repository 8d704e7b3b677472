import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Test } from 'tap'
import { type ContractServer, startContractServer } from './contract-server.ts'

/** A page of its own, which fails the test on whatever the browser complains about. */
export async function openPanelIn(
  browser: Browser,
  t: Test,
  server: ContractServer,
  who: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const expected = /WebSocket connection|Failed to load resource/.test(message.text())
    if (message.type() === 'error' && !expected) complaints.push(message.text())
  })
  await page.addInitScript(() => {
    const sounds = { count: 0 }
    const Plain = window.OscillatorNode
    window.OscillatorNode = class extends Plain {
      override start(when?: number): void {
        sounds.count += 1
        super.start(when)
      }
    }
    Object.assign(window, { sounds })
  })
  await page.goto(`${server.url}${who === 'admin' ? 'admin' : 'agent'}#token=${who}`)
  t.teardown(async () => {
    await context.close()
    if (complaints.length > 0) throw new Error(`the page of ${who} complained: ${complaints.join('; ')}`)
  })
  return page
}

export async function startServerOf(assets: string, t: Test): Promise<ContractServer> {
  const server = await startContractServer({ assets, under: '/parley' })
  t.teardown(() => server.close())
  return server
}

export const row = (page: Page, who: string): Locator => page.locator('.row', { hasText: who })
export const bubble = (page: Page, text: string): Locator => page.locator('.message', { hasText: text })
/** As read, without the white space of the markup. */
export const words = async (of: Locator): Promise<string> =>
  ((await of.textContent()) ?? '').replace(/\s+/g, ' ').trim()
export const sounds = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { sounds: { count: number } }).sounds.count)
export const address = (page: Page): Promise<string> => page.evaluate(() => location.href)

/** `red` or `blue`, whichever the colour leans to. */
export const hue = (of: Locator): Promise<string> =>
  of.evaluate((element) => {
    const [red = 0, , blue = 0] = (getComputedStyle(element).color.match(/\d+/g) ?? []).map(Number)
    return red > blue ? 'red' : 'blue'
  })

export { violations } from './open-panel.ts'
