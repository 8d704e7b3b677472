// The agent panel in a real Chromium, on the contract's stand-in server: what it weighs, how many nodes a long list
// has, how soon a message is painted, and whether an hour of traffic fills its memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { CDPSession, Page } from 'playwright-core'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { type ContractServer, startContractServer } from '../ui-fragments/contract-server.ts'
import { type Figure, quantile } from './figures.ts'

const manyConversations = 50_000
const perSecond = 50
const paintedSample = 500
const hourOfMessages = 3600 * perSecond
const customers = 500
const heapLooks = 6

export async function measureAgentPanel(): Promise<Figure[]> {
  const assets = mkdtempSync(join(tmpdir(), 'parley-bench-panel-'))
  const browser = await launchBrowser()
  try {
    await buildFragments({ outdir: assets })
    const size = gzipSync(readFileSync(join(assets, 'agent-panel.js')), { level: 9 }).length
    const extras = gzipSync(readFileSync(join(assets, 'agent-extras.js')), { level: 9 }).length
    const open = async (server: ContractServer) => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 760 } })
      page.setDefaultTimeout(120_000)
      await page.goto(`${server.url}agent#token=agent-101`)
      await page.locator('.row').first().waitFor()
      return page
    }
    return [
      { name: 'agent_bundle', value: size / 1024, unit: 'KB gzipped' },
      { name: 'agent_extras_bundle', value: extras / 1024, unit: 'KB gzipped' },
      ...(await withServer(assets, manyConversations, async (server) => longList(await open(server)))),
      ...(await withServer(assets, customers, async (server) => traffic(server, await open(server)))),
    ]
  } finally {
    await browser.close()
    rmSync(assets, { recursive: true })
  }
}

async function withServer<T>(assets: string, count: number, measure: (server: ContractServer) => Promise<T>) {
  const server = await startContractServer({ assets, under: '/parley' })
  try {
    for (let n = 0; n < count; n++)
      server.model.inbound({ from: address(n), text: `Matter ${n}`, designated: '102' })
    // What was before is not news, and need not be kept.
    server.model.forget()
    return await measure(server)
  } finally {
    await server.close()
  }
}

const address = (n: number): string => `+1305${String(n).padStart(7, '0')}`

/** Scrolls through the whole list, page after page, counting what is in the page. */
async function longList(page: Page): Promise<Figure[]> {
  const nodes = () => page.evaluate(countNodes)
  const first = await nodes()
  const started = performance.now()
  const { most, rows } = await page.evaluate(scrollThrough, manyConversations)
  const seconds = (performance.now() - started) / 1000
  await page.close()
  return [
    { name: 'agent_list_scrolled', value: rows, unit: `of ${manyConversations} conversations` },
    {
      name: 'agent_list_nodes',
      value: most,
      unit: 'nodes',
      ratio: { value: most / first, of: 'the first screen' },
    },
    { name: 'agent_list_scroll', value: rows / seconds, unit: 'conversations/s' },
  ]
}

/** In the page. */
function countNodes(): number {
  const below = (root: ParentNode): number =>
    [...root.querySelectorAll('*')].reduce(
      (sum, one) => sum + 1 + (one.shadowRoot === null ? 0 : below(one.shadowRoot)),
      0,
    )
  return below(document)
}

/** In the page: to the end of the list; gives the most nodes that were there, and how far it came. */
async function scrollThrough(wanted: number): Promise<{ most: number; rows: number }> {
  const panel = document.querySelector('parley-agent-panel')?.shadowRoot
  const list = panel?.querySelector('parley-conversation-list')?.shadowRoot
  const scroller = list?.querySelector('.scroller')
  if (list == null || scroller == null) throw new Error('there is no list')
  const below = (root: ParentNode): number =>
    [...root.querySelectorAll('*')].reduce(
      (sum, one) => sum + 1 + (one.shadowRoot === null ? 0 : below(one.shadowRoot)),
      0,
    )
  let most = 0
  let rows = 0
  let still = 0
  while (rows < wanted && still < 600) {
    scroller.scrollTop = scroller.scrollHeight
    await new Promise((resolve) => requestAnimationFrame(resolve))
    most = Math.max(most, below(document))
    const last = [...list.querySelectorAll('li[aria-posinset]')].at(-1)
    const now = Number(last?.getAttribute('aria-posinset') ?? 0)
    still = now > rows ? 0 : still + 1
    rows = Math.max(rows, now)
  }
  return { most, rows }
}

/** Fifty messages a second: to the open conversation, how soon each is painted; then an hour's worth, the heap. */
async function traffic(server: ContractServer, page: Page): Promise<Figure[]> {
  const { model } = server
  await page.locator('.row', { hasText: address(customers - 1) }).click()
  await page.locator('parley-message-timeline').waitFor()
  await page.evaluate(watchPaints)
  const sent = new Map<string, number>()
  const origin = await page.evaluate(() => performance.timeOrigin)
  const started = performance.now()
  for (let n = 0; n < paintedSample; n++) {
    const due = started + (n * 1000) / perSecond
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1))
    // Every tenth to the open conversation, where it is to be seen; the others move rows of the list.
    const text = `painted-${n}`
    sent.set(text, performance.timeOrigin + performance.now())
    model.inbound({ from: address(n % 10 === 0 ? customers - 1 : n % customers), text })
  }
  await page.waitForFunction(
    (wanted) => (window as unknown as { painted: Map<string, number> }).painted.size >= wanted,
    paintedSample / 10,
  )
  const painted = await page.evaluate(() => [
    ...(window as unknown as { painted: Map<string, number> }).painted,
  ])
  const delays = painted.flatMap(([text, at]) => {
    const from = sent.get(text)
    return from === undefined ? [] : [origin + at - from]
  })
  const heap = await hourOfTraffic(server, page)
  await page.close()
  return [
    { name: 'agent_painted_p50', value: quantile(delays, 0.5), unit: 'ms' },
    { name: 'agent_painted_p99', value: quantile(delays, 0.99), unit: 'ms' },
    ...heap,
  ]
}

/** In the page: when a frame shows each text for the first time. */
function watchPaints(): void {
  const painted = new Map<string, number>()
  Object.assign(window, { painted })
  const panel = document.querySelector('parley-agent-panel')?.shadowRoot
  const look = () => {
    const view = panel?.querySelector('parley-conversation-view')?.shadowRoot
    const timeline = view?.querySelector('parley-message-timeline')?.shadowRoot
    for (const one of timeline?.querySelectorAll('.message') ?? []) {
      const text = /painted-\d+/.exec(one.textContent ?? '')?.[0]
      if (text === undefined || painted.has(text)) continue
      painted.set(text, 0)
      // What is in the tree now is on the screen when the frame after this one begins.
      requestAnimationFrame((now) => painted.set(text, now))
    }
    requestAnimationFrame(look)
  }
  look()
}

/** As many messages as an hour brings, as quickly as the panel takes them; the heap after collection, in between. */
async function hourOfTraffic(server: ContractServer, page: Page): Promise<Figure[]> {
  const { model } = server
  const inspector = await page.context().newCDPSession(page)
  const looks: number[] = []
  const batch = 6000
  let sent = 0
  for (let look = 0; look <= heapLooks; look++) {
    const until = Math.round((hourOfMessages * look) / heapLooks)
    while (sent < until) {
      const text = `hour-${sent}`
      for (let n = 0; n < batch; n++) model.inbound({ from: address((sent + n) % customers), text })
      sent += batch
      model.keepShort(60)
      // The next only when the panel has heard these: its time is compressed, not its work.
      await page.waitForFunction(heardOf, text, { polling: 'raf' })
    }
    looks.push(await heapOf(inspector))
  }
  const [, first = Number.NaN] = looks
  const last = looks.at(-1) ?? Number.NaN
  return [
    { name: 'agent_hour_messages', value: sent, unit: 'messages' },
    { name: 'agent_heap', value: last, unit: 'MB', ratio: { value: last / first, of: 'after ten minutes' } },
    { name: 'agent_heap_most', value: Math.max(...looks.slice(1)), unit: 'MB' },
  ]
}

/** In the page: the list shows this text, of whoever wrote last. */
function heardOf(text: string): boolean {
  const panel = document.querySelector('parley-agent-panel')?.shadowRoot
  const list = panel?.querySelector('parley-conversation-list')?.shadowRoot
  return [...(list?.querySelectorAll('.preview') ?? [])].some((one) => one.textContent?.includes(text))
}

async function heapOf(inspector: CDPSession): Promise<number> {
  await inspector.send('HeapProfiler.collectGarbage')
  const { usedSize } = (await inspector.send('Runtime.getHeapUsage')) as { usedSize: number }
  return usedSize / 1024 / 1024
}
