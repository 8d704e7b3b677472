import { readFileSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { WayWire } from '../../module/contract/api/conversations.ts'
import type { MediaWire } from '../../module/contract/api/media.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { did, support } from './contract-model.ts'
import type { ContractServer } from './contract-server.ts'
import { pngOf, wavOf } from './media-fixtures.ts'
import { address, bubble, openPanelIn, row, startServerOf, violations, words } from './panel-browser.ts'

const assets = t.testdir({})
let browser: Browser

t.before(async () => {
  await buildFragments({ outdir: assets })
  browser = await launchBrowser()
})
t.teardown(() => browser.close())

const openPanel = (t: Test, server: ContractServer, who = 'agent-101', options?: BrowserContextOptions) =>
  openPanelIn(browser, t, server, who, options)

const file = (id: string, facts: Partial<MediaWire>): MediaWire => ({
  id,
  state: 'stored',
  contentType: 'image/png',
  title: 'Photo',
  role: null,
  byteLength: 12_345,
  size: null,
  url: `/api/v1/media/${id}`,
  failure: null,
  ...facts,
})

const wayOf = (channel: 'sms' | 'whatsapp', facts: Partial<WayWire> = {}): WayWire => ({
  carrierId: 'cloud',
  carrier: 'Cloud',
  channel,
  did,
  to: '+19542788086',
  usual: false,
  usable: true,
  obstacle: null,
  window: null,
  templates: false,
  ...facts,
})

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Reply' })

/** Nothing waits to be confirmed any more. */
const allSent = (page: Page) =>
  page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('parley.unsent')))

/** Everything that a customer can send. */
function sayEverything({ model, thread }: ContractServer): string {
  const { id } = model.inbound({
    text: 'See https://shop.example.com/o/20417?x=(1). Not javascript:alert(1) or ftp://x.',
    name: 'Jane Doe',
    designated: '101',
    at: ago(90),
  })
  thread.files.set('picture', { contentType: 'image/png', bytes: pngOf(640, 400) })
  thread.files.set('voice', { contentType: 'audio/wav', bytes: wavOf() })
  thread.files.set('paper', { contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4') })
  const say = (minutes: number, facts: Partial<MessageWire>) =>
    model.say(id, { channel: 'whatsapp', at: ago(minutes).toISOString(), ...facts })
  const box = say(60, {
    media: [file('picture', { size: { width: 640, height: 400 } })],
    text: 'This is the box',
    carrierAt: ago(65).toISOString(),
  })
  say(59, { kind: 'reaction', text: '👍', repliesTo: { id: box.id, preview: 'This is the box' } })
  say(58, { media: [file('voice', { contentType: 'audio/wav', title: 'Voice message', role: 'voice' })] })
  say(57, {
    media: [
      file('paper', { contentType: 'application/pdf', title: 'Invoice.pdf' }),
      file('coming', { state: 'waiting', url: null, title: 'Video' }),
      file('lost', { state: 'failed', url: null, title: 'Photo', failure: 'The carrier no longer has it.' }),
    ],
  })
  const street = say(40, { text: 'Main Street 4' })
  say(39, { kind: 'edit', text: 'Main Street 5', repliesTo: { id: street.id, preview: '' } })
  const never = say(38, { text: 'never mind' })
  say(37, { kind: 'deletion', repliesTo: { id: never.id, preview: '' } })
  say(30, {
    kind: 'location',
    location: { latitude: 52.51628, longitude: 13.3777, name: 'The Gate', address: 'Pariser Platz' },
  })
  const cards = [{ name: 'John Doe', organisation: 'Acme', phones: ['+13055550188'], emails: [] }]
  say(29, { kind: 'contact-cards', cards, text: 'John Doe +13055550188' })
  say(28, { text: 'That one?', repliesTo: { id: box.id, preview: 'This is the box' } })
  say(20, { kind: 'order', order: [{ product: 'Lamp', quantity: 2, price: '12.50', currency: 'EUR' }] })
  say(19, { kind: 'unsupported', notice: 'The customer sent something that can’t be shown here.' })
  return id
}

t.test('whatever a customer sends is seen in its place', async (t) => {
  const server = await startServerOf(assets, t)
  const id = sayEverything(server)
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').click()
  const box = bubble(page, 'This is the box').first()

  await t.test('pictures keep their space, and are enlarged', async (t) => {
    const frame = box.getByRole('button', { name: 'Enlarge Photo' })
    await frame.waitFor()
    await page.waitForFunction(
      (frame) => (frame as HTMLElement).querySelector('img')?.naturalWidth === 640,
      await frame.elementHandle(),
    )
    const size = await frame.boundingBox()
    t.same([Math.round(size?.width ?? 0), Math.round(size?.height ?? 0)], [320, 200])
    await frame.click()
    const dialog = page.getByRole('dialog', { name: 'Photo' })
    await dialog.waitFor()
    t.same(await violations(page), [])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    t.ok(await frame.evaluate((element) => element.matches(':focus')), 'the focus is back')
  })

  await t.test('sounds play, documents are taken, what is not here says so', async (t) => {
    const sound = page.locator('audio')
    await page.waitForFunction(
      (audio) => (audio as HTMLAudioElement).duration > 0,
      await sound.elementHandle(),
    )
    t.equal(await sound.getAttribute('aria-label'), 'Voice message')
    const paper = page.getByRole('link', { name: /Invoice\.pdf/ })
    t.match(await words(paper), /PDF · 12 kB/)
    t.equal(await paper.getAttribute('download'), 'Invoice.pdf')
    t.match(await paper.getAttribute('rel'), /noopener/)
    await page.getByText('Video: being fetched from the carrier…').waitFor()
    const lost = page.locator('.line', { hasText: 'The carrier no longer has it.' })
    await Promise.all([
      page.waitForResponse((answer) => answer.url().endsWith('/api/v1/media/lost/retry') && answer.ok()),
      lost.getByRole('button', { name: 'Try again' }).click(),
    ])
    const held = server.model.messages.get(id)?.find(({ media }) => media.length === 3)
    if (held === undefined) throw new Error('the message with three files is gone')
    server.model.amend(id, held.id, { media: [file('picture', { title: 'At last' })] })
    await page.getByRole('button', { name: 'Enlarge At last' }).waitFor()
  })

  await t.test('what was done to a message stands on its bubble', async (t) => {
    t.equal(await box.locator('.reactions span').last().textContent(), '👍')
    t.match(await words(bubble(page, 'Main Street 5')), /Before: ?“?Main Street 4.*edited/)
    t.equal(await page.locator('.message', { hasText: 'Main Street' }).count(), 1, 'one bubble for both')
    t.match(await words(bubble(page, 'never mind')), /Deleted by the customer/)
    t.match(await words(box), /sent \d/, 'when the carrier had it')
    await bubble(page, 'That one?').getByRole('button', { name: 'This is the box' }).click()
    await page.locator('.shown', { hasText: 'This is the box' }).waitFor({ state: 'attached' })
  })

  await t.test('places, cards, orders and the rest', async (t) => {
    const map = page.getByRole('link', { name: 'Open in OpenStreetMap' })
    t.match(
      await map.getAttribute('href'),
      /^https:\/\/www\.openstreetmap\.org\/\?mlat=52\.51628&mlon=13\.3777/,
    )
    t.match(await words(bubble(page, 'The Gate')), /Location The Gate Pariser Platz 52\.51628, 13\.37770/)
    t.match(await words(bubble(page, 'John Doe')), /Contact John Doe Acme \+13055550188/)
    t.match(await words(bubble(page, 'Lamp')), /Order ?2 × Lamp ?12\.50 EUR/)
    await bubble(page, 'can’t be shown here').waitFor()
    const links = bubble(page, 'See https').locator('a')
    t.equal(await links.count(), 1, 'only web addresses lead anywhere')
    t.equal(await links.first().textContent(), 'https://shop.example.com/o/20417?x=(1)')
    t.match(await links.first().getAttribute('rel'), /noopener noreferrer/)
    t.notOk(
      server.requests.some((request) => /shop|openstreetmap/.test(request)),
      'nothing is fetched for a preview',
    )
  })

  await t.test('a search goes from the newest back', async (t) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Search in chat' }).click()
    await page.getByRole('searchbox', { name: 'Search in this conversation' }).fill('the')
    await page
      .getByText('1 of 1')
      .or(page.getByText(/^1 of \d/))
      .waitFor()
    t.ok((await page.locator('mark').count()) > 0)
    t.same(await violations(page), [])
    await page.keyboard.press('Escape')
    await page.locator('mark').first().waitFor({ state: 'detached' })
  })
})

t.test('what customers and colleagues write stays text, wherever it stands', async (t) => {
  const server = await startServerOf(assets, t)
  const { model, thread } = server
  const attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
  const { id } = model.inbound({ text: attack, name: attack, designated: '101' })
  thread.files.set('evil', { contentType: 'application/pdf', bytes: Buffer.from('%PDF') })
  const first = model.messages.get(id)?.[0]?.id ?? ''
  model.say(id, { media: [file('evil', { title: `${attack}.pdf`, contentType: 'application/pdf' })] })
  model.say(id, { media: [file('evil2', { title: attack, state: 'failed', url: null, failure: attack })] })
  model.say(id, {
    kind: 'location',
    location: { latitude: 1, longitude: 2, name: attack, address: '"><svg onload=window.hacked=1>' },
  })
  const cards = [{ name: attack, organisation: attack, phones: [attack], emails: [attack] }]
  model.say(id, { kind: 'contact-cards', cards })
  model.say(id, { kind: 'order', order: [{ product: attack, quantity: 1, price: attack, currency: attack }] })
  model.say(id, { text: 'quoting', repliesTo: { id: first, preview: attack } })
  model.say(id, { text: `https://example.com/"onmouseover="window.hacked=1` })
  model.say(id, { text: 'javascript:window.hacked=1 data:text/html,<script>window.hacked=1</script>' })
  model.note(id, '102', attack)
  thread.groups = [
    {
      group: { ...support, number: '8001', name: attack },
      strategy: '',
      stale: false,
      people: [],
      foreign: [],
    },
  ]
  thread.ways = [
    wayOf('whatsapp', { usual: true, templates: true, window: { closesAt: inHours(-1), open: false } }),
  ]
  thread.templates = [{ name: attack, language: attack, text: attack, variables: [], category: null }]
  const page = await openPanel(t, server)
  await row(page, '<img').click()
  await bubble(page, 'quoting').waitFor()
  await page.getByRole('button', { name: 'Choose a template' }).click()
  await page.getByRole('radio').check()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Transfer Handler' }).click()
  await page.getByRole('tab', { name: 'Other groups' }).click()
  await page.getByRole('button', { name: /8001/ }).waitFor()
  await page.keyboard.press('Escape')
  t.equal(await page.locator('img[src=x], script:not([src]), svg[onload]').count(), 0)
  t.same(
    await page
      .locator('.message a')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol).sort()),
    ['http:', 'https:', 'https:'],
  )
  t.equal(await page.locator('[onmouseover]').count(), 0)
  t.equal(await page.evaluate(() => 'hacked' in window), false)
})

t.test('the composer', async (t) => {
  const server = await startServerOf(assets, t)
  const { model, thread } = server
  const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101', channel: 'whatsapp' })
  model.inbound({ from: '+13055550188', text: 'Hi', name: 'Marco Rossi', designated: '101' })
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').click()
  const tray = page.getByRole('list', { name: 'Attachments' })
  const named = (name: string, size = 12) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.alloc(size, 97),
  })

  await t.test('files by the button, pasted and dropped', async (t) => {
    await page.locator('input[type=file]').setInputFiles([named('one.txt'), named('two.txt')])
    await tray.getByRole('button', { name: 'Remove two.txt' }).click()
    const give = (kind: 'paste' | 'drop', name: string) =>
      page.locator(kind === 'paste' ? 'textarea' : 'parley-conversation-view').evaluate(
        (element, { kind, name }) => {
          const files = new DataTransfer()
          files.items.add(new File(['abc'], name, { type: 'text/plain' }))
          const facts = { bubbles: true, composed: true, cancelable: true }
          if (kind === 'paste')
            return element.dispatchEvent(new ClipboardEvent('paste', { ...facts, clipboardData: files }))
          element.dispatchEvent(new DragEvent('dragover', { ...facts, dataTransfer: files }))
          return element.dispatchEvent(new DragEvent('drop', { ...facts, dataTransfer: files }))
        },
        { kind, name },
      )
    await give('paste', 'pasted.txt')
    await give('drop', 'dropped.txt')
    for (const name of ['one', 'pasted', 'dropped'])
      await tray.getByRole('button', { name: `Remove ${name}.txt` }).waitFor()
    t.same(await violations(page), [])
    await row(page, 'Marco Rossi').click()
    await tray.waitFor({ state: 'detached' })
    await row(page, 'Jane Doe').click()
    await tray.waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await tray.waitFor({ state: 'detached' })
    await allSent(page)
    t.match(thread.uploads[0], { name: 'one.txt', byteLength: 12 })
    t.equal(thread.replies.at(-1)?.media?.length, 3)
  })

  await t.test('too many, and a connection that fails', async (t) => {
    await page
      .locator('input[type=file]')
      .setInputFiles(Array.from({ length: 11 }, (_, n) => named(`f${n}.txt`)))
    await page.getByText('A message carries 10 files at most.').waitFor()
    t.equal(await tray.getByRole('listitem').count(), 10)
    for (let n = 0; n < 10; n += 1)
      await tray
        .getByRole('button', { name: /^(Remove|Cancel)/ })
        .first()
        .click()
    await page.context().setOffline(true)
    await page.locator('input[type=file]').setInputFiles([named('late.txt')])
    await tray.getByRole('alert').waitFor()
    t.ok(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled())
    await page.context().setOffline(false)
    await tray.getByRole('button', { name: 'Try again' }).click()
    await tray.getByText('12 byte').waitFor()
    await tray.getByRole('button', { name: 'Remove late.txt' }).click()
  })

  await t.test('emoji by name, in either language, where the cursor stands', async (t) => {
    await field(page).fill('Thanks !')
    await field(page).press('ArrowLeft')
    await page.getByRole('button', { name: 'Emoji' }).click()
    await page.getByRole('searchbox', { name: 'Search emoji' }).fill('daumen')
    t.same(await violations(page), [])
    await page.keyboard.press('Enter')
    t.equal(await field(page).inputValue(), 'Thanks 👍!')
    await field(page).fill('')
  })

  await t.test('the way is chosen and remembered', async (t) => {
    t.equal(await page.getByRole('combobox', { name: 'Send by' }).count(), 0, 'no choice of one')
    thread.ways = [
      wayOf('whatsapp', { usual: true, window: { closesAt: inHours(5.5), open: true } }),
      wayOf('sms'),
    ]
    model.inbound({ text: 'Again', channel: 'whatsapp' })
    const picker = page.getByRole('combobox', { name: 'Send by' })
    await picker.waitFor()
    await page.getByText('WhatsApp: free answers for another 5 h').waitFor()
    await picker.selectOption({ label: `SMS from ${did}` })
    await field(page).fill('By SMS')
    await page.getByText('6 · 1 SMS').waitFor()
    await field(page).press('Enter')
    await bubble(page, 'By SMS').getByText('Waiting to be sent').waitFor()
    t.same(thread.replies.at(-1)?.via, { carrierId: 'cloud', channel: 'sms', did })
    await page.reload()
    await row(page, 'Jane Doe').click()
    await picker.waitFor()
    t.match(await picker.inputValue(), /^sms /)
    await picker.selectOption({ label: `WhatsApp from ${did}` })
  })

  await t.test('past the window only templates leave', async (t) => {
    const shut = { closesAt: inHours(-1), open: false }
    thread.ways = [wayOf('whatsapp', { usual: true, templates: true, window: shut }), wayOf('sms')]
    thread.templates = [
      {
        name: 'order_ready',
        language: 'en',
        text: 'Hello {{1}}, your {{2}} is ready.',
        variables: ['1', '2'],
        category: null,
      },
    ]
    model.inbound({ text: 'Old one', channel: 'whatsapp' })
    await page.getByText('WhatsApp takes free answers for 24 hours').waitFor()
    t.equal(await field(page).count(), 0)
    await page.getByRole('button', { name: 'Choose a template' }).click()
    const dialog = page.getByRole('dialog', { name: 'Choose a template' })
    await dialog.getByRole('radio', { name: /order_ready/ }).check()
    t.ok(await dialog.getByRole('button', { name: 'Send template' }).isDisabled())
    await dialog.getByLabel('Variable 1').fill('Jane')
    await dialog.getByLabel('Variable 2').fill('lamp')
    await dialog.getByText('Hello Jane, your lamp is ready.').waitFor()
    t.same(await violations(page), [])
    await dialog.getByRole('button', { name: 'Send template' }).click()
    await dialog.waitFor({ state: 'detached' })
    await allSent(page)
    t.match(thread.replies.at(-1)?.template, { name: 'order_ready', variables: { 1: 'Jane', 2: 'lamp' } })
    thread.ways = []
    model.inbound({ text: 'Free again', channel: 'whatsapp' })
    await field(page).waitFor()
  })

  await t.test('a colleague is mentioned in a note', async (t) => {
    await page.getByRole('button', { name: 'Write a note' }).click()
    const note = page.getByRole('textbox', { name: 'Note' })
    await note.pressSequentially('Ask @bo')
    await page.getByRole('option', { name: /Bob Brown/ }).waitFor()
    t.same(await violations(page), [])
    await note.press('Enter')
    t.equal(await note.inputValue(), 'Ask @Bob Brown ')
    await page.reload()
    await row(page, 'Jane Doe').click()
    t.equal(await note.inputValue(), 'Ask @Bob Brown ', 'a reload loses no note')
    await note.press('Enter')
    await bubble(page, 'Ask').locator('.mention', { hasText: '@Bob Brown' }).waitFor()
    await page.getByRole('button', { name: 'Reply instead' }).click()
  })

  await t.test('two answers do not cross unknowingly', async (t) => {
    const first = model.messages.get(id)?.[0]
    if (first === undefined) throw new Error('there is no message')
    await field(page).fill('Alice did not see that')
    // No event tells of it: as if the network had not brought it yet.
    model.messages.get(id)?.push({
      ...first,
      id: 'unseen',
      direction: 'out',
      text: 'Bob said this first',
      author: { kind: 'agent', extension: '102', name: 'Bob Brown' },
      at: new Date().toISOString(),
      state: 'sent',
    })
    await field(page).press('Enter')
    const mine = page.locator('.pending', { hasText: 'Alice did not see that' })
    await mine.getByText('Bob Brown answered this customer').waitFor()
    await mine.getByText('Bob said this first').waitFor()
    t.same(await violations(page), [])
    await mine.getByRole('button', { name: 'Send anyway' }).click()
    await mine.waitFor({ state: 'detached' })
    t.equal(model.messages.get(id)?.filter(({ text }) => text === 'Alice did not see that').length, 1)
    t.equal(thread.replies.at(-1)?.confirm, true)
  })

  await t.test('twenty replies without a network leave once each, in their order', async (t) => {
    await page.context().setOffline(true)
    for (let n = 0; n < 20; n += 1) {
      await field(page).fill(`offline ${n}.`)
      await field(page).press('Enter')
    }
    await page.getByText('Waits for the connection').first().waitFor()
    t.equal(await page.locator('.pending').count(), 20, 'all are there to be seen')
    await page.context().setOffline(false)
    await page.locator('.pending').first().waitFor({ state: 'detached' })
    await allSent(page)
    const sent = (model.messages.get(id) ?? []).flatMap(({ text }) => (/^offline/.test(text) ? [text] : []))
    t.same(
      sent,
      Array.from({ length: 20 }, (_, n) => `offline ${n}.`),
    )
  })
})

t.test('nothing that was being written is lost', async (t) => {
  const server = await startServerOf(assets, t)
  server.model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').click()
  const kept = async (what: string) => t.equal(await field(page).inputValue(), 'Half a sen', what)
  await field(page).pressSequentially('Half a sen')
  server.faults.down = true
  server.dropSockets()
  await page.getByText('No connection to Parley').waitFor()
  await kept('while Parley restarts')
  server.faults.down = false
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await page.getByText('No connection to Parley').waitFor({ state: 'detached' })
  await kept('after it')
  await page.context().setOffline(true)
  await kept('offline')
  await page.context().setOffline(false)
  server.faults.expired = true
  server.dropSockets()
  await page
    .getByText(/Your (session|sign-in) has expired/)
    .first()
    .waitFor()
  await kept('when the sign-in ran out')
  server.faults.expired = false
  await page.reload()
  await row(page, 'Jane Doe').click()
  await kept('and after signing in again')
  await field(page).press('End')
  await field(page).pressSequentially('tence')
  await field(page).press('Enter')
  await bubble(page, 'Half a sentence').getByText('Waiting to be sent').waitFor()
})

t.test('the menu', async (t) => {
  const server = await startServerOf(assets, t)
  const { model, thread } = server
  const { id } = model.inbound({ text: 'Hello', designated: '101' })
  thread.groups = [
    { group: support, strategy: 'x', stale: false, people: model.people, foreign: [] },
    {
      group: { ...support, number: '8001', name: 'Billing' },
      strategy: 'x',
      stale: false,
      people: model.people,
      foreign: [],
    },
  ]
  const page = await openPanel(t, server)
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name }).click()
  }
  await row(page, '+19542788086').click()

  await t.test('a name for the customer', async () => {
    await choose('Add contact name')
    await page.getByRole('textbox', { name: 'Name' }).fill('Jane Doe')
    await page.keyboard.press('Enter')
    await page.locator('.customer', { hasText: 'Jane Doe' }).waitFor()
  })

  await t.test('a link that leads back here', async (t) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await choose('Copy link')
    await page.locator('parley-status-line', { hasText: 'The link is copied.' }).waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    t.equal(link, `${server.url}agent#conversation=${id}`)
    await page.goto(`${server.url}agent`)
    await row(page, 'Jane Doe').waitFor()
    await page.goto(link)
    await page.getByRole('heading', { name: /^\+19542788086/ }).waitFor()
    t.match(await address(page), /#conversation=/)
  })

  await t.test('the whole of it as a file', async (t) => {
    for (let n = 0; n < 120; n += 1) model.reply(id, '101', `Reply ${n}.`, `key-${n}`)
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), choose(name)])
      return readFileSync(await download.path(), 'utf8')
    }
    const text = await saved('Export as text')
    t.match(text, /Conversation \+19542788086 \| Support Department\nJane Doe\n\n\S+ .*\(SMS\): Hello\n/)
    t.equal(text.match(/Reply \d+\./g)?.length, 120, 'all pages of it')
    const json = JSON.parse(await saved('Export as JSON')) as { messages: MessageWire[] }
    t.equal(json.messages.length, 121)
  })

  await t.test('to another group, and whom its strategy finds', async (t) => {
    await choose('Transfer Handler')
    const dialog = page.getByRole('dialog', { name: 'Transfer Handler' })
    await dialog.getByRole('tab', { name: 'Other groups' }).click()
    t.equal(await dialog.locator('.people button').count(), 1, 'not to where it is')
    t.same(await violations(page), [])
    await dialog.getByRole('button', { name: /Billing/ }).click()
    await dialog.getByRole('radio', { name: /Whom its strategy finds/ }).waitFor()
    t.same(await violations(page), [])
    await dialog.getByRole('button', { name: 'CONFIRM' }).click()
    await dialog.waitFor({ state: 'detached' })
    t.match(thread.handovers.at(-1), { toGroup: { kind: 'queue', number: '8001' } })
    t.notMatch(thread.handovers.at(-1), { to: /./ })
    model.setStatus(id, 'open')
  })

  await t.test('only supervisors reassign', async (t) => {
    await page.getByRole('button', { name: 'More actions' }).click()
    const reassign = page.getByRole('menuitem', { name: 'Reassign' })
    t.equal(await reassign.getAttribute('aria-disabled'), 'true')
    t.match(await words(reassign), /Only supervisors can reassign\./)
    await page.keyboard.press('Escape')
  })

  await t.test('a conversation of one’s own', async (t) => {
    await page.getByRole('button', { name: 'New conversation' }).click()
    const dialog = page.getByRole('dialog', { name: 'New conversation' })
    await dialog.getByLabel('To', { exact: false }).first().fill('12')
    await dialog.getByLabel('Message').fill('Your order is ready')
    t.same(await violations(page), [])
    await dialog.getByRole('button', { name: 'Send' }).click()
    await dialog.getByText('12 is not a number.').waitFor()
    await dialog.getByLabel('To', { exact: false }).first().fill('+13055550142')
    await dialog.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('heading', { name: '+13055550142 | Support Department' }).waitFor()
    await bubble(page, 'Your order is ready').waitFor()
  })
})

t.test('a conversation of ten thousand messages', async (t) => {
  const server = await startServerOf(assets, t)
  const { model } = server
  const { id } = model.inbound({
    text: 'The very first',
    name: 'Jane Doe',
    designated: '101',
    at: ago(20_001),
  })
  const first = model.messages.get(id)?.[0]
  if (first === undefined) throw new Error('there is no first message')
  const many = Array.from({ length: 9_999 }, (_, n) => ({
    ...first,
    id: `old-${n}`,
    text: `Message ${n}. ${'word '.repeat(n % 30)}`,
    at: ago(20_000 - n * 2).toISOString(),
  }))
  model.messages.set(id, [first, ...many])
  for (let n = 0; n < 29; n += 1) model.inbound({ text: `unread ${n}.` })
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').click()
  const scroller = page.getByRole('log')
  const drawn = () => scroller.locator('li').count()

  await t.test('begins at what is new', async (t) => {
    await page.locator('.new', { hasText: 'New' }).waitFor()
    const top = await page.locator('.new').evaluate((element) => {
      const scroller = element.closest('.scroller')
      return element.getBoundingClientRect().top - (scroller?.getBoundingClientRect().top ?? 0)
    })
    const height = await scroller.evaluate((element) => element.clientHeight)
    t.ok(top > 0 && top < height / 2, `${top} of ${height}`)
  })

  await t.test('comes by itself as one scrolls, and nothing jumps', async (t) => {
    await scroller.focus()
    let greatest = 0
    let worst = 0
    for (let step = 0; step < 60; step += 1) {
      const jumped = await scroller.evaluate(async (element) => {
        const frame = () =>
          new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
        element.scrollTop -= 300
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const rows = [...element.querySelectorAll('li.message')]
        const edge = element.getBoundingClientRect().top
        const seen = rows.find((row) => row.getBoundingClientRect().top > edge)
        const before = seen?.getBoundingClientRect().top ?? 0
        await frame()
        await new Promise((resolve) => setTimeout(resolve, 30))
        await frame()
        return seen?.isConnected === true ? Math.abs(seen.getBoundingClientRect().top - before) : 0
      })
      worst = Math.max(worst, jumped)
      greatest = Math.max(greatest, await drawn())
    }
    t.ok(worst <= 2, `the row one reads stays where it is (${worst} px)`)
    t.ok(greatest <= 200, `${greatest} rows are drawn at most`)
    t.ok((await page.evaluate(() => performance.getEntriesByType('resource').length)) > 5)
  })

  await t.test('all the way to its beginning', async (t) => {
    await page.waitForFunction(
      () => {
        const panel = document.querySelector('parley-agent-panel')
        const view = panel?.shadowRoot?.querySelector('parley-conversation-view')
        const timeline = view?.shadowRoot?.querySelector('parley-message-timeline')
        const element = timeline?.shadowRoot?.querySelector('.scroller')
        if (element == null) return false
        element.scrollTop = 0
        return /This is where the conversation begins/.test(element.textContent ?? '')
      },
      null,
      { timeout: 120_000, polling: 20 },
    )
    await bubble(page, 'The very first').waitFor()
    t.ok((await drawn()) <= 200)
    await t.resolves(page.getByText('New messages').waitFor({ state: 'detached' }))
    model.inbound({ text: 'And the newest' })
    await page.getByRole('button', { name: 'New messages' }).click()
    await bubble(page, 'And the newest').waitFor()
    t.ok((await drawn()) <= 200)
  })
})

t.test('opened at a message far back, and on from there', async (t) => {
  const server = await startServerOf(assets, t)
  const { model } = server
  const { id } = model.inbound({ text: 'first', name: 'Jane Doe', designated: '101', at: ago(5_000) })
  for (let n = 0; n < 400; n += 1) model.reply(id, '101', `Said ${n}.`, `key-${n}`, ago(4_000 - n))
  const wanted = model.messages.get(id)?.[150]
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').waitFor()
  await page
    .locator('parley-conversation-list')
    .evaluate(
      (list, detail) =>
        list.dispatchEvent(new CustomEvent('parley-open', { detail, bubbles: true, composed: true })),
      { id, byPointer: false, wanted: wanted?.id },
    )
  const shown = bubble(page, wanted?.text ?? '')
  await shown.waitFor()
  const log = await page.getByRole('log').boundingBox()
  const box = await shown.boundingBox()
  const top = (box?.y ?? 0) - (log?.y ?? 0)
  t.ok(top > 0 && top < (log?.height ?? 0), 'it is before one’s eyes')
  t.ok(
    server.requests.filter((request) => request.includes('/messages?')).length <= 3,
    'without reading all that came since',
  )
  model.inbound({ text: 'while reading back' })
  await page.waitForFunction(
    () => {
      const panel = document.querySelector('parley-agent-panel')
      const view = panel?.shadowRoot?.querySelector('parley-conversation-view')
      const timeline = view?.shadowRoot?.querySelector('parley-message-timeline')
      const element = timeline?.shadowRoot?.querySelector('.scroller')
      if (element == null) return false
      element.scrollTop = element.scrollHeight
      return /while reading back/.test(element.textContent ?? '')
    },
    null,
    { polling: 30 },
  )
  model.inbound({ text: 'and it goes on' })
  await bubble(page, 'and it goes on').waitFor()
})

t.test('the groups that the customer was with before', async (t) => {
  const server = await startServerOf(assets, t)
  const { model, thread } = server
  const before = model.inbound({
    text: 'Said to sales',
    from: '+15005550001',
    designated: '102',
    at: ago(60),
  })
  const { id } = model.inbound({ text: 'Said to support', name: 'Jane Doe', designated: '101', at: ago(10) })
  const sales = { ...support, number: '8001', name: 'Sales' }
  model.change(id, { continues: [{ id: before.id, group: sales }] })
  thread.timeline = [
    {
      kind: 'status',
      id: 's1',
      at: ago(11).toISOString(),
      sentence: 'x',
      actor: { kind: 'agent', name: 'Bob Brown' },
      note: 'Wants a refund',
      status: 'open',
      other: { id: before.id, group: sales },
    },
  ]
  const page = await openPanel(t, server)
  await row(page, 'Jane Doe').click()
  await bubble(page, 'Said to sales').waitFor()
  t.same(
    await page
      .locator('li:is(.group, .message)')
      .evaluateAll((rows) => rows.map((row) => (row.querySelector('.text') ?? row).textContent?.trim())),
    ['Before, in Sales', 'Said to sales', 'From here on in Support Department', 'Said to support'],
  )
  await page.getByText('Bob Brown transferred the customer here from Sales').waitFor()
  await page.getByText('Wants a refund').waitFor()
  await page.getByRole('button', { name: 'Open it' }).click()
  await page.getByRole('heading', { name: '+15005550001' }).waitFor()
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`nothing for axe to find, ${colorScheme}, narrow, from right to left, in German`, async (t) => {
    const server = await startServerOf(assets, t)
    sayEverything(server)
    server.thread.ways = [
      wayOf('whatsapp', { usual: true, window: { closesAt: inHours(5), open: true } }),
      wayOf('sms', { usable: false, obstacle: 'This carrier is switched off.' }),
      wayOf('sms', { carrierId: 'other', did: '+16313808001' }),
    ]
    const page = await openPanel(t, server, 'agent-101', {
      colorScheme,
      locale: 'de-DE',
      viewport: { width: 390, height: 760 },
    })
    await row(page, 'Jane Doe').click()
    await bubble(page, 'Lamp').waitFor()
    t.same(await violations(page), [], 'a conversation')
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl'
    })
    t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out')
    const title = page.getByRole('heading', { level: 2 }).locator('bdi')
    t.same(await title.allTextContents(), ['+19542788086', 'Support Department'], 'no + changes its side')
    t.same(await violations(page), [], 'from right to left')
    await page.getByRole('button', { name: 'Weitere Aktionen' }).click()
    t.same(await violations(page), [], 'its menu')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Emoji' }).click()
    t.same(await violations(page), [], 'emoji')
    const popup = await page.getByRole('dialog', { name: 'Emoji' }).boundingBox()
    t.ok((popup?.x ?? -1) >= 0 && (popup?.x ?? 0) + (popup?.width ?? 0) <= 390, 'within the screen')
  })
}
