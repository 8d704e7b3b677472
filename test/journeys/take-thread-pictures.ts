import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { startContractServer } from '../ui-fragments/contract-server.ts'
import { pngOf, wavOf } from '../ui-fragments/media-fixtures.ts'

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** A conversation with everything that customers send, by itself and inside a page of Bootstrap 3's measures. */
export async function takeThreadPictures(
  folder: string,
  onEnd: (close: () => Promise<void>) => void,
): Promise<void> {
  const assets = await mkdtemp(join(tmpdir(), 'parley-pictures-'))
  onEnd(() => rm(assets, { recursive: true, force: true }))
  await buildFragments({ outdir: assets })
  const server = await startContractServer({ assets })
  onEnd(() => server.close())
  fill(server)
  const browser = await launchBrowser()
  onEnd(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1180, height: 860 } })
  await page.goto(`${server.url}agent#token=agent-101`)
  await page.locator('.row', { hasText: 'Jane Doe' }).click()
  await page.locator('img').first().waitFor()
  await page.waitForFunction(() => {
    const panel = document.querySelector('parley-agent-panel')
    const view = panel?.shadowRoot?.querySelector('parley-conversation-view')
    const timeline = view?.shadowRoot?.querySelector('parley-message-timeline')
    const media = timeline?.shadowRoot?.querySelector('parley-message-media')
    return (media?.shadowRoot?.querySelector('img')?.naturalWidth ?? 0) > 0
  })
  await page.screenshot({ path: join(folder, 'conversation.png') })
  await page.setViewportSize({ width: 1180, height: 700 })
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      `html { font-size: 10px } body { margin: 0; font: 1.4rem/1.43 "Helvetica Neue", Helvetica, Arial, sans-serif; background: #eee }
      .navbar { display: flex; gap: 3rem; align-items: center; height: 5rem; padding: 0 2rem; background: #2f4f6f; color: #fff; font-weight: 700 }
      .well { height: calc(100vh - 9rem); margin: 2rem; border: 1px solid #e3e3e3; border-radius: 4px; overflow: hidden; background: #fff }`,
    )
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
    const bar = document.createElement('div')
    bar.className = 'navbar'
    for (const words of ['User Control Panel', 'Dashboard', 'Voicemail', 'Messages'])
      bar.append(Object.assign(document.createElement('span'), { textContent: words }))
    const well = document.createElement('div')
    well.className = 'well'
    const panel = document.querySelector('parley-agent-panel')
    document.body.replaceChildren(bar, well)
    if (panel !== null) well.append(panel)
  })
  await page.locator('.row', { hasText: 'Jane Doe' }).click()
  await page.locator('audio').waitFor()
  await page.screenshot({ path: join(folder, 'in-a-bootstrap-page.png') })
}

function fill({ model, thread }: Awaited<ReturnType<typeof startContractServer>>): void {
  thread.files.set('photo', { contentType: 'image/png', bytes: pngOf(480, 220) })
  thread.files.set('voice', { contentType: 'audio/wav', bytes: wavOf(4) })
  const file = {
    state: 'stored',
    role: null,
    byteLength: 84_210,
    size: null,
    url: '/x',
    failure: null,
  } as const
  const { id } = model.inbound({
    text: 'Hi, the lamp of order 20417 came broken.',
    name: 'Jane Doe',
    channel: 'whatsapp',
    designated: '101',
    at: ago(34),
  })
  const say = (minutes: number, facts: Parameters<typeof model.say>[1]) =>
    model.say(id, { channel: 'whatsapp', at: ago(minutes).toISOString(), ...facts })
  const size = { width: 480, height: 220 }
  say(33, {
    text: 'This is the box.',
    media: [{ ...file, id: 'photo', contentType: 'image/png', title: 'Photo', size }],
  })
  say(31, {
    media: [{ ...file, id: 'voice', contentType: 'audio/wav', title: 'Voice message', role: 'voice' }],
  })
  const out = model.reply(id, '101', 'I am sorry! Shall we send a new one, or refund it?', 'p-1', ago(27))
  model.settle(id, out.id, 'read')
  model.note(id, '102', '@Alice Adams there are three left in stock.', ['101'])
  say(12, { text: 'A new one, please.', repliesTo: { id: out.id, preview: out.text } })
  say(11, {
    kind: 'location',
    location: { latitude: 52.51628, longitude: 13.3777, name: 'My new address', address: 'Pariser Platz 1' },
  })
  model.read(id, '101')
  model.inbound({
    from: '+13055550188',
    name: 'Marco Rossi',
    text: 'Thanks, that solved it!',
    designated: '102',
  })
  thread.ways = [
    {
      carrierId: 'cloud',
      carrier: 'WhatsApp',
      channel: 'whatsapp',
      did: '+16313808000',
      to: '+19542788086',
      usual: true,
      usable: true,
      obstacle: null,
      window: { closesAt: ago(-23 * 60).toISOString(), open: true },
      templates: true,
    },
  ]
}
