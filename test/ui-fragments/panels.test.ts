import { readFileSync, statSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { readManifest } from '../../module/manifest.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import type { ContractServer } from './contract-server.ts'
import {
  address,
  bubble,
  hue,
  openPanelIn,
  row,
  sounds,
  startServerOf,
  violations,
  words,
} from './panel-browser.ts'

const assets = t.testdir({})
let browser: Browser

t.before(async () => {
  browser = await launchBrowser()
})
t.teardown(() => browser.close())

const openPanel = (t: Test, server: ContractServer, who: string, options?: BrowserContextOptions) =>
  openPanelIn(browser, t, server, who, options)
const startServer = (t: Test) => startServerOf(assets, t)

t.test('the build', async (t) => {
  const built = await buildFragments({ outdir: assets })
  t.same(
    built.map(({ name, rebuilt }) => [name, rebuilt]),
    readManifest().fragments.map(({ name }) => [name, true]),
    'what module.json lists',
  )
  for (const { file } of built) {
    const bundle = readFileSync(file)
    t.ok(
      gzipSync(bundle, { level: 9 }).length < (/admin/.test(file) ? 90 : 60) * 1024,
      'small enough for a slow line',
    )
    t.notMatch(bundle.toString('utf8'), /\bimport\s*\(|^export /m, 'one plain script')
    t.ok(statSync(`${file}.map`).size > 0)
  }
  const again = await buildFragments({ outdir: assets })
  t.notOk(
    again.some(({ rebuilt }) => rebuilt),
    'nothing changed, nothing built',
  )
  const plain = await buildFragments({ outdir: assets, minify: false })
  t.ok(
    plain.every(({ rebuilt }) => rebuilt),
    'another way of building is a change',
  )
  await buildFragments({ outdir: assets })
})

t.test('among colleagues, without the customer', async (t) => {
  const server = await startServer(t)
  const { model } = server
  const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  model.inbound({ from: '+13055550188', text: 'Other matter', designated: '101' })
  model.inbound({ from: '+13055550188', text: 'And one more' })
  const alice = await openPanel(t, server, 'agent-101')
  const composer = alice.locator('parley-message-composer')

  await t.test('the server’s counts stand in the list', async (t) => {
    const badge = row(alice, '+13055550188').locator('.badge')
    await badge.waitFor()
    t.match(await words(badge), /^2 New for you/)
    t.match(await alice.title(), /^\(2\) /)
    await row(alice, 'Jane Doe').click()
    await row(alice, 'Jane Doe').locator('.badge').waitFor({ state: 'detached' })
    t.match(await alice.title(), /^\(1\) /)
    t.equal(model.personalOf(id, '101').unread, 0, 'and it was told')
  })

  await t.test('who else is here is said quietly', async (t) => {
    const bob = { extension: '102', name: 'Bob Brown' }
    server.tellWatching([{ conversationId: id, viewing: [bob], typing: [bob] }])
    const line = alice.locator('.watchers', { hasText: 'Bob Brown is writing…' })
    await line.waitFor()
    server.tellWatching([{ conversationId: id, viewing: [bob], typing: [] }])
    await alice.locator('.watchers', { hasText: 'Bob Brown is looking at this.' }).waitFor()
    t.same(await violations(alice), [])
  })

  await t.test('a slash brings canned replies, by keys alone', async (t) => {
    await composer.locator('textarea').fill('/h')
    const options = composer.locator('[role=option]')
    await options.nth(1).waitFor()
    t.equal(await options.count(), 2)
    t.same(await violations(alice), [])
    await composer.locator('textarea').press('ArrowDown')
    t.equal(await options.nth(1).getAttribute('aria-selected'), 'true')
    await composer.locator('textarea').press('Enter')
    t.equal(await composer.locator('textarea').inputValue(), 'We are open from nine to five.')
    t.equal(model.messages.get(id)?.length, 1, 'nothing was sent by choosing')
    await composer.locator('textarea').fill('/unknown')
    await composer.getByText('No canned reply begins so').waitFor()
    await composer.locator('textarea').fill('half a reply')
  })

  await t.test('a note looks like one, and stays apart from the reply', async (t) => {
    await composer.getByRole('button', { name: 'Write a note' }).click()
    const note = composer.getByRole('textbox', { name: 'Note' })
    t.equal(await note.inputValue(), '', 'the half reply is not in it')
    server.faults.refuseNotes = true
    await note.fill('Knows the director')
    await note.press('Enter')
    await alice.getByText('You may not write notes here.').waitFor()
    t.equal(await note.inputValue(), 'Knows the director', 'what was refused is not lost')
    server.faults.refuseNotes = false
    await note.press('Enter')
    const written = bubble(alice, 'Knows the director')
    await written.waitFor()
    t.match(await words(written), /Note, not sent to the customer/)
    t.ok((await written.getAttribute('class'))?.includes('note'))
    t.same(await violations(alice), [])
    await composer.getByRole('button', { name: 'Reply instead' }).click()
    t.equal(await composer.locator('textarea').inputValue(), 'half a reply')
    t.equal(model.messages.get(id)?.filter(({ direction }) => direction === 'out').length, 0)
  })

  await t.test('pins and mutes', async (t) => {
    await row(alice, '+13055550188').click()
    await alice.getByRole('button', { name: 'More actions' }).click()
    await alice.getByRole('menuitem', { name: 'Mute' }).click()
    await alice.getByRole('button', { name: 'More actions' }).click()
    await alice.getByRole('menuitem', { name: 'Unmute' }).waitFor()
    await alice.keyboard.press('Escape')
    await row(alice, 'Jane Doe').click()
    await alice.getByRole('button', { name: 'More actions' }).click()
    await alice.getByRole('menuitem', { name: 'Pin' }).click()
    await alice.getByRole('heading', { name: 'Pinned' }).waitFor()
    t.match(await words(alice.locator('.row').first()), /Jane Doe/)
  })

  await t.test('an opt-out closes the way to the customer, not that to colleagues', async (t) => {
    model.optOut(id)
    await alice.locator('.decision', { hasText: 'The customer opted out' }).waitFor()
    await composer.getByText('The customer opted out of messages from this number.').waitFor()
    await composer.getByRole('button', { name: 'Write a note' }).click()
    await composer.getByRole('textbox', { name: 'Note' }).waitFor()
    t.same(await violations(alice), [])
  })
})

t.test('two agents, one conversation', async (t) => {
  const server = await startServer(t)
  const { model } = server
  const { id } = model.inbound({ text: 'Hello, where is my lamp?', name: 'Jane Doe', designated: '101' })
  model.inbound({ from: '+13055550188', text: 'Other matter', designated: '103' })
  const [alice, bob] = await Promise.all([
    openPanel(t, server, 'agent-101'),
    openPanel(t, server, 'agent-102'),
  ])

  await t.test('the link signs in and leaves no trace', async (t) => {
    await row(alice, 'Jane Doe').waitFor()
    t.equal(await address(alice), `${server.url}agent`, 'the token is out of the address bar')
    t.notOk(
      server.requests.some((request) => request.includes('agent-101')),
      'and in no URL',
    )
    t.equal(server.hellos.length >= 1, true)
  })

  await t.test('red for the designated agent, blue for the other', async (t) => {
    t.equal(await words(row(alice, 'Jane Doe').locator('.mention')), '@Alice Adams')
    t.equal(await hue(row(alice, 'Jane Doe').locator('.mention')), 'red')
    t.equal(await hue(row(bob, 'Jane Doe').locator('.mention')), 'blue')
    await row(alice, 'Jane Doe').click()
    await row(bob, 'Jane Doe').click()
    for (const page of [alice, bob]) {
      t.match(await words(bubble(page, 'where is my lamp').locator('.bubble')), /^@Alice Adams/)
      t.equal(await words(page.locator('header h2')), '+19542788086 | Support Department')
    }
    t.equal(await hue(bubble(alice, 'where is my lamp').locator('.mention')), 'red')
    t.equal(await hue(bubble(bob, 'where is my lamp').locator('.mention')), 'blue')
    await bob.getByText('Alice Adams (101) is designated. You may reply').waitFor()
  })

  await t.test('a reply appears on both, with how far it came', async (t) => {
    const field = alice.getByRole('textbox', { name: 'Reply' })
    t.ok(
      await field.evaluate((element) => element.matches(':focus')),
      'a click on the row is enough to write',
    )
    await field.pressSequentially('First line')
    await field.press('Shift+Enter')
    await field.pressSequentially('second line')
    await alice.getByText('22 · 1 SMS').waitFor()
    await field.press('Enter')
    await bubble(bob, 'second line').waitFor()
    t.equal(await field.inputValue(), '')
    t.match(await bubble(alice, 'second line').getAttribute('class'), /mine/)
    t.match(await bubble(bob, 'second line').getAttribute('class'), /colleague/)
    t.match(await words(bubble(bob, 'second line')), /^Alice Adams/)
    const sent = model.messages.get(id)?.at(-1)
    t.equal(sent?.text, 'First line\nsecond line')
    model.settle(id, sent?.id ?? '', 'delivered')
    await bubble(alice, 'second line').getByText('Delivered').waitFor()
    model.settle(id, sent?.id ?? '', 'failed', 'This phone can’t be reached.')
    await bubble(bob, 'second line').getByText('This phone can’t be reached.').waitFor()
    t.equal(await alice.locator('.message.mine').count(), 1, 'one bubble, whatever came first')
  })

  await t.test('the alert is for its agent alone', async (t) => {
    await row(alice, '+13055550188').click()
    await row(bob, '+13055550188').click()
    model.inbound({ text: 'Still there?' })
    await row(bob, 'Still there?').waitFor()
    await alice.waitForFunction(() => document.title === '(1) Messages')
    t.match(await words(row(alice, 'Jane Doe')), /New for you/)
    await alice.getByText('New message for you: Jane Doe').waitFor({ state: 'attached' })
    t.equal(await bob.title(), 'Messages')
    t.equal(await sounds(alice), 2, 'a sound of two notes for her')
    t.equal(await sounds(bob), 0, 'none for him')
    await row(alice, 'Jane Doe').click()
    await alice.waitForFunction(() => document.title === 'Messages')
    const before = await sounds(alice)
    model.inbound({ text: 'I am at the door' })
    await bubble(alice, 'I am at the door').waitFor()
    t.equal(await sounds(alice), before, 'quiet while she looks at it')
    t.equal(await alice.title(), 'Messages')
  })

  await t.test('a new customer is named in the alert', async (t) => {
    model.inbound({ from: '+14155550111', name: 'Sam Lee', text: 'Brand new', designated: '101' })
    await alice.getByText('New message for you: Sam Lee').waitFor({ state: 'attached' })
    t.equal(await alice.title(), '(1) Messages')
    await row(alice, 'Sam Lee').click()
    await row(alice, 'Jane Doe').click()
  })

  await t.test('presence is live', async () => {
    await alice.getByRole('tab', { name: 'People (4)' }).click()
    await alice.locator('parley-people-list').getByText('On a call').waitFor()
    model.people = model.people.map((person) =>
      person.extension === '102' ? { ...person, call: 'idle', summary: 'Available' } : person,
    )
    server.tellPresence()
    await alice.locator('parley-people-list').getByText('On a call').waitFor({ state: 'detached' })
    await alice.getByRole('tab', { name: 'Messages' }).click()
  })

  await t.test('what one may not do says why', async (t) => {
    await row(bob, 'Jane Doe').click()
    await bob.getByRole('button', { name: 'More actions' }).click()
    const transfer = bob.getByRole('menuitem', { name: 'Transfer Handler' })
    t.equal(await transfer.getAttribute('aria-disabled'), 'true')
    t.match(await words(transfer), /Only the designated agent can do this, and that is Alice Adams \(101\)\./)
    await bob.keyboard.press('Escape')
  })

  await t.test('a transfer by keyboard alone', async (t) => {
    await alice.getByRole('button', { name: 'More actions' }).focus()
    await alice.keyboard.press('Enter')
    await alice.getByRole('menuitem', { name: 'Transfer Handler' }).waitFor()
    await alice.keyboard.press('Enter')
    const confirm = alice.getByRole('button', { name: 'CONFIRM' })
    t.ok(await confirm.isDisabled(), 'nobody is chosen yet')
    await alice.keyboard.type('Deniz')
    await alice.keyboard.press('ArrowDown')
    await alice.getByText('Deniz Demir is not available now (Paused: Lunch).', { exact: false }).waitFor()
    await alice.keyboard.press('Shift+Tab')
    await alice.keyboard.press('ControlOrMeta+A')
    await alice.keyboard.type('Bob')
    await alice.keyboard.press('ArrowDown')
    await alice.keyboard.press('Tab')
    await alice.keyboard.type('Speaks Spanish')
    await alice.keyboard.press('Tab')
    await alice.keyboard.press('Tab')
    t.ok(await confirm.evaluate((element) => element.matches(':focus')))
    await alice.keyboard.press('Enter')
    await bob.getByText('Transferred to you by Alice Adams').waitFor()
    await bob.getByText('Speaks Spanish').waitFor()
    await alice.getByText('Transferred to Bob Brown by Alice Adams').waitFor()
    t.equal(await alice.getByRole('dialog').count(), 0)
    t.equal(model.get(id).designated?.extension, '102')
    model.inbound({ text: 'Gracias' })
    await bubble(bob, 'Gracias').waitFor()
    await bubble(alice, 'Gracias').waitFor()
    t.equal(await hue(bubble(bob, 'Gracias').locator('.mention')), 'red')
    t.equal(await hue(bubble(alice, 'Gracias').locator('.mention')), 'blue')
    t.equal(
      await hue(bubble(alice, 'where is my lamp').locator('.mention')),
      'red',
      'an old mention never changes',
    )
  })

  await t.test('why', async (t) => {
    await alice.getByRole('button', { name: 'Why me?' }).click()
    const dialog = alice.getByRole('dialog', { name: 'Why me?' })
    await dialog.getByText('Alice Adams (101) was designated', { exact: false }).waitFor()
    t.match(await words(dialog.getByRole('row', { name: /Carla Costa/ })), /Not available/)
    t.match(await words(dialog.getByRole('row', { name: /Alice Adams/ })), /Designated/)
    await alice.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  await t.test('lost and found: the line says so, and nothing is missed', async () => {
    server.faults.refuseLive = true
    server.dropSockets()
    await alice.getByText('No connection to Parley').waitFor()
    model.inbound({ text: 'Said while you were away' })
    server.faults.refuseLive = false
    await alice.evaluate(() => window.dispatchEvent(new Event('online')))
    await bubble(alice, 'Said while you were away').waitFor()
    await alice.getByText('No connection to Parley').waitFor({ state: 'detached' })
    server.faults.stale = true
    server.tellPresence()
    await alice.getByText('The PBX is not answering').waitFor()
    server.faults.stale = false
    server.tellPresence()
    await alice.getByText('The PBX is not answering').waitFor({ state: 'detached' })
  })

  await t.test('closing, reopening and taking', async () => {
    await bob.getByRole('button', { name: 'More actions' }).click()
    await bob.getByRole('menuitem', { name: 'Close conversation' }).click()
    await bob.getByText('This conversation is closed. Reopen it first.').waitFor()
    await row(bob, 'Jane Doe').waitFor({ state: 'detached' })
    await bob.getByRole('button', { name: 'Closed', exact: true }).click()
    await row(bob, 'Jane Doe').waitFor()
    await bob.getByRole('button', { name: 'Reopen' }).click()
    await bob.getByRole('textbox', { name: 'Reply' }).waitFor()
    model.inbound({ from: '+12125550199', text: 'Anyone?', designated: null })
    await bob.getByRole('button', { name: 'Unassigned 1' }).click()
    await row(bob, '+12125550199').getByText('Waiting under 1 min').waitFor()
    await row(bob, '+12125550199').click()
    await bob.getByRole('button', { name: 'Take' }).click()
    await bob.getByText('Taken by you').waitFor()
    await row(bob, '+12125550199').waitFor({ state: 'detached' })
  })
})

t.test('what customers write stays text', async (t) => {
  const server = await startServer(t)
  const attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
  server.model.inbound({ text: attack, name: '"><svg onload=window.hacked=1>', designated: '101' })
  const page = await openPanel(t, server, 'agent-101')
  await row(page, '+19542788086').click()
  await bubble(page, attack).waitFor()
  t.match(await words(bubble(page, attack)), attack)
  t.equal(await words(page.locator('.customer')), '"><svg onload=window.hacked=1>')
  t.equal(await page.locator('.message img, .message script, .customer svg').count(), 0)
  await page.getByRole('textbox', { name: 'Reply' }).fill(attack)
  await page.keyboard.press('Enter')
  await page.locator('.mine', { hasText: 'onerror' }).waitFor()
  t.equal(await page.evaluate(() => 'hacked' in window), false)
})

t.test('drafts, blocked senders and reloads', async (t) => {
  const server = await startServer(t)
  server.model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  server.model.inbound({ from: '+13055550188', text: 'Hi', name: 'Marco Rossi', designated: '101' })
  server.model.inbound({ from: 'ACME', text: 'Offer', designated: '101', answerable: false })
  const page = await openPanel(t, server, 'agent-101')
  const field = page.getByRole('textbox', { name: 'Reply' })
  await row(page, 'Jane Doe').click()
  await field.fill('Half a sen')
  await row(page, 'Marco Rossi').click()
  await page.getByRole('heading', { name: '+13055550188' }).waitFor()
  t.equal(await field.inputValue(), '', 'each conversation has its own')
  await page.reload()
  await row(page, 'Jane Doe').click()
  t.equal(await field.inputValue(), 'Half a sen', 'still signed in, and nothing is lost')

  await row(page, 'ACME').click()
  await page.getByText('ACME is a name, not a number, so it can’t be answered.').waitFor()
  t.equal(await field.count(), 0)

  await row(page, 'Jane Doe').click()
  server.faults.loseReplyAnswers = 1
  await field.fill('Sent once')
  await field.press('Enter')
  await page.reload()
  await row(page, 'Jane Doe').click()
  const retry = page.getByRole('button', { name: 'Try again' })
  await retry.click()
  await retry.waitFor({ state: 'detached' })
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => !key.startsWith('parley.unsent')))
  const sent = [...server.model.messages.values()].flat().filter(({ text }) => text === 'Sent once')
  t.equal(sent.length, 1, 'a reply that a reload interrupted is sent once')

  server.faults.expired = true
  server.dropSockets()
  await page
    .getByText(/Your (session|sign-in) has expired/)
    .first()
    .waitFor()
  const context = await browser.newContext()
  t.teardown(() => context.close())
  const stranger = await context.newPage()
  await stranger.goto(`${server.url}agent`)
  await stranger.getByText('Open this panel from the PBX’s portal').waitFor()
})

t.test('at home in a page of 10 px and serif, on a narrow screen', async (t) => {
  const server = await startServer(t)
  server.model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const page = await openPanel(t, server, 'agent-101', { viewport: { width: 390, height: 720 } })
  await row(page, 'Jane Doe').waitFor()
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('html { font: 10px serif } body { text-transform: uppercase; line-height: 3 }')
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  })
  const looks = await row(page, 'Jane Doe')
    .locator('.who')
    .evaluate((element) => {
      const { fontSize, fontFamily, textTransform } = getComputedStyle(element)
      return { fontSize, fontFamily, textTransform }
    })
  t.match(looks, { fontSize: '14px', fontFamily: /system-ui/, textTransform: 'none' })
  t.equal(await page.locator('parley-conversation-view').isVisible(), false, 'the list alone')
  await row(page, 'Jane Doe').focus()
  await page.keyboard.press('Enter')
  await bubble(page, 'Hello').waitFor()
  t.equal(await row(page, 'Jane Doe').isVisible(), false, 'then the conversation alone')
  t.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, 'nothing sticks out')
  t.ok(
    await page
      .getByRole('button', { name: 'Back to the conversations' })
      .evaluate((element) => element.matches(':focus')),
    'and the focus with it',
  )
  await page.keyboard.press('Enter')
  t.ok(await row(page, 'Jane Doe').evaluate((element) => element.matches(':focus')), 'back where one was')
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`nothing for axe to find, ${colorScheme}`, async (t) => {
    const server = await startServer(t)
    const { model } = server
    const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
    const failed = model.reply(id, '101', 'Failed one', 'key-1')
    model.settle(id, failed.id, 'failed', 'This phone can’t be reached.')
    model.settle(id, model.reply(id, '102', 'From Bob', 'key-2').id, 'unknown')
    model.settle(id, model.reply(id, '101', 'Read one', 'key-3').id, 'read')
    model.inbound({ text: 'To Alice' })
    model.inbound({ from: '+12125550199', text: 'Waiting', designated: null })
    model.inbound({ from: '+13055550188', text: 'To Bob', designated: '102', notice: 'Its text is lost.' })
    const clean = async (page: Page, what: string) => t.same(await violations(page), [], what)

    const page = await openPanel(t, server, 'agent-101', { colorScheme })
    await row(page, 'Jane Doe').click()
    await bubble(page, 'To Alice').waitFor()
    await page.getByRole('textbox', { name: 'Reply' }).fill('Hi 🙂')
    await clean(page, 'a conversation of mine')
    await page.getByRole('button', { name: 'More actions' }).click()
    await clean(page, 'the menu')
    await page.getByRole('menuitem', { name: 'Transfer Handler' }).click()
    await page.getByRole('radio', { name: /Deniz/ }).check()
    await clean(page, 'the transfer dialog')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Why me?' }).click()
    await page.getByRole('table').waitFor()
    await clean(page, 'a decision')
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: /People/ }).click()
    await clean(page, 'people')
    await row(page, '+12125550199').click()
    await page.getByRole('button', { name: 'Take' }).waitFor()
    server.faults.stale = true
    server.tellPresence()
    await page.getByText('The PBX is not answering').waitFor()
    await clean(page, 'a waiting conversation, the PBX away')
  })
}
