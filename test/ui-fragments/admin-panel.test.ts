import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import type { Role } from '../../module/app/people/access.ts'
import { asCarrierId, asRuleId } from '../../module/domain/ids.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { readManifest } from '../../module/manifest.ts'
import { buildFragments } from '../../ui-fragments/build.ts'
import { createSampleSidecar, inbound, queue, tokenFor } from '../http/sample-sidecar.ts'
import { until } from '../lab/until.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let browser: Browser

t.before(async () => {
  await buildFragments({})
  browser = await launchBrowser()
})
t.teardown(() => browser.close())

type Sample = Awaited<ReturnType<typeof createSampleSidecar>>

/** The real API over a PBX and a carrier that the test scripts. */
async function startSidecar(t: Test): Promise<Sample & { readonly origin: string }> {
  const sidecar = await createSampleSidecar({ fragments: readManifest().fragments })
  t.teardown(() => sidecar.close())
  return { ...sidecar, origin: await sidecar.app.listen({ host: '127.0.0.1', port: 0 }) }
}

/** A page of its own, which fails the test on whatever the browser complains about. */
async function openPanel(
  t: Test,
  { origin }: { readonly origin: string },
  {
    extension = null,
    roles = ['admin'],
    ...options
  }: BrowserContextOptions & { extension?: string | null; roles?: readonly Role[] } = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    const expected = /WebSocket connection|Failed to load resource/.test(message.text())
    if (message.type() === 'error' && !expected) complaints.push(message.text())
  })
  t.teardown(async () => {
    await context.close()
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join('; ')}`)
  })
  await page.goto(`${origin}/admin#token=${tokenFor(extension, roles)}`)
  return page
}

const go = (page: Page, place: string) =>
  page.getByRole('navigation').getByRole('button', { name: place }).click()

/** What axe finds on the whole page, shadow trees included. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
    { resultTypes: ['violations'] } satisfies RunOptions,
  )
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  )
}

const addRule = (sidecar: Sample, id: string, did: string, enabled = true) =>
  sidecar.store.saveRule({
    id: asRuleId(id),
    name: id,
    position: sidecar.store.ruleSet().rules.length,
    enabled,
    dids: [{ kind: 'number', value: did }],
    channels: null,
    destination: queue,
    ...ruleDefaults,
  })

t.test('rules: written whole, ordered, switched, deleted', async (t) => {
  const sidecar = await startSidecar(t)
  await addRule(sidecar, 'Sales', '+16313808001')
  const page = await openPanel(t, sidecar)
  await go(page, 'Rules')
  await page.getByRole('heading', { name: 'Support' }).waitFor()
  await page.getByText('2 of 2 available').first().waitFor()

  await t.test('a rule with everything', async (t) => {
    await page.getByRole('button', { name: 'Add rule' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('<img src=x onerror=alert(1)>')
    await form.getByLabel('DIDs').fill('+16313808100-+16313808199')
    await form.getByRole('checkbox', { name: 'SIP' }).uncheck()
    await form.getByLabel('Senders').fill('1954*******')
    await form.getByText('Would match +19545550123').waitFor()
    t.match(await form.locator('#examples').textContent(), /would not match \+1955/)
    await form.getByLabel('Senders').fill('19+54***')
    await form.locator('#examples.wrong').waitFor()
    await form.getByLabel('Senders').fill('1954*******; ACME')
    await form.getByText('+19545550123, ACME').waitFor()
    await form.getByRole('radio', { name: 'A schedule' }).check()
    await form.getByLabel('Time zone').fill('America/New_York')
    await form.getByLabel('Monday').fill('09:00-12:00; 13:00-18:00')
    await form.getByRole('button', { name: 'Add holiday' }).click()
    await form.getByLabel('Name of the holiday').fill('Christmas')
    await form.getByLabel('First day').fill('2026-12-25')
    await form.getByLabel('Destination in these hours').selectOption('queue/8000')
    await form.getByLabel('Outside these hours').selectOption('hold')
    await form.getByLabel('Say by itself').fill('We are closed.')
    await form.getByText('Otherwise than the group').click()
    await form.getByLabel('Strategy').selectOption('leastrecent')
    await form.getByLabel('Open conversations an agent, at most').fill('5')
    await form.getByLabel('The designated agent').selectOption('keep')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    const [, , rule] = sidecar.store.ruleSet().rules
    t.match(rule, {
      name: '<img src=x onerror=alert(1)>',
      dids: [{ kind: 'range', from: '+16313808100', to: '+16313808199' }],
      channels: ['sms', 'whatsapp'],
      hours: { kind: 'weekly', timeZone: 'America/New_York' },
      outside: { kind: 'hold', autoReply: 'We are closed.' },
      overrides: { strategy: 'leastrecent', cap: 5, sticky: { kind: 'keep' } },
    })
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>' }).waitFor()
    t.equal(await page.locator('img').count(), 0, 'a name is text')
    await page.getByText('Hold, saying “We are closed.”').waitFor()
    await page.locator('.finding').first().waitFor()
  })

  await t.test('what is not saved is not lost by Escape', async () => {
    await page.getByRole('button', { name: 'Edit Sales' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('Shop')
    await page.keyboard.press('Escape')
    await form.getByText('What you changed is not saved.').waitFor()
    await form.getByRole('button', { name: 'Keep editing' }).click()
    t.equal(await form.getByLabel('Name', { exact: true }).inputValue(), 'Shop')
    await page.keyboard.press('Escape')
    await form.getByRole('button', { name: 'Discard changes' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Edit Sales' }).click()
    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })
  })

  await t.test('the order changes by keyboard and by dragging', async (t) => {
    const names = () => sidecar.store.ruleSet().rules.map(({ name }) => name.slice(0, 7))
    await page.getByRole('button', { name: 'Move Sales up' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Sales is now number 1 of 3.').waitFor({ state: 'attached' })
    t.same(names(), ['Sales', 'Support', '<img sr'])
    t.equal(
      await page.evaluate(() => {
        let active = document.activeElement
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement
        return active?.getAttribute('aria-label')
      }),
      'Move Sales down',
      'the keyboard stays with the rule',
    )
    await page.locator('.rules .item').nth(2).locator('.grip').dragTo(page.locator('.rules .item').first())
    await until('the last stands first', () => names()[0] === '<img sr')
  })

  await t.test('a switch and a deletion', async () => {
    await page.getByRole('switch', { name: 'Enabled: Sales' }).uncheck()
    await page.locator('.item.off', { hasText: 'Sales' }).waitFor()
    await page.getByRole('button', { name: 'Delete Sales' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await page.locator('.item', { hasText: 'Sales' }).waitFor({ state: 'detached' })
  })
})

t.test('the simulator tells why', async (t) => {
  const sidecar = await startSidecar(t)
  const page = await openPanel(t, sidecar)
  await go(page, 'Rules')
  const simulator = page.getByRole('region', { name: 'What if…' })
  await simulator.getByLabel('By').fill('+19542788086')
  await simulator.getByRole('button', { name: 'Simulate' }).click()
  await simulator.getByText('takes it.').waitFor()
  await simulator.getByText('Support Department (queue 8000)').waitFor()
  await simulator.getByText('@Alice Adams').waitFor()
  await simulator.getByLabel('This number is texted').fill('+16310000000')
  await simulator.getByRole('button', { name: 'Simulate' }).click()
  await simulator.getByText('takes it.').waitFor({ state: 'detached' })
  t.equal(sidecar.store.unrouted(null, 10).items.length, 0, 'nothing was done')
})

t.test('two administrators edit one rule', async (t) => {
  const sidecar = await startSidecar(t)
  const [mine, theirs] = [await openPanel(t, sidecar), await openPanel(t, sidecar)]
  const edit = async (page: Page, name: string) => {
    await page.getByRole('button', { name: `Edit ${name}` }).click()
    return page.getByRole('dialog')
  }
  for (const page of [mine, theirs]) await go(page, 'Rules')
  const form = await edit(mine, 'Support')
  const other = await edit(theirs, 'Support')
  await other.getByLabel('Name', { exact: true }).fill('Help desk')
  await other.getByLabel('Senders').fill('ACME')
  await other.getByRole('button', { name: 'Save' }).click()
  await other.waitFor({ state: 'detached' })
  await form.getByLabel('Name', { exact: true }).fill('Service')
  await form.getByRole('checkbox', { name: 'SIP' }).uncheck()
  await form.getByRole('button', { name: 'Save' }).click()

  const row = (part: string) => form.getByRole('row', { name: new RegExp(`^${part}`) })
  await row('Name').waitFor()
  t.match(await row('Name').textContent(), /Both.*Service.*Help desk/s)
  t.notOk(await row('DIDs').isVisible(), 'what nobody changed is not asked')
  t.ok(
    await row('Senders')
      .getByRole('radio', { name: /theirs/ })
      .isChecked(),
    'theirs where I changed nothing',
  )
  t.ok(await row('Channels').getByRole('radio', { name: /mine/ }).isChecked())
  await row('Name')
    .getByRole('radio', { name: /theirs/ })
    .check()
  t.same(await violations(mine), [])
  await form.getByRole('button', { name: 'Save this choice' }).click()
  await form.waitFor({ state: 'detached' })
  t.match(sidecar.store.ruleSet().rules[0], {
    name: 'Help desk',
    senders: [{ kind: 'name', value: 'ACME' }],
    channels: ['sms', 'whatsapp'],
  })

  const mineAgain = await edit(mine, 'Help desk')
  await mineAgain.getByLabel('Name', { exact: true }).fill('Mine')
  await sidecar.store.deleteRule(asRuleId('r1'))
  await mineAgain.getByRole('button', { name: 'Save' }).click()
  await mineAgain.getByText('deleted this rule meanwhile').waitFor()
  await mineAgain.getByRole('button', { name: 'Save it as a new rule' }).click()
  await mineAgain.waitFor({ state: 'detached' })
  t.match(sidecar.store.ruleSet().rules, [{ name: 'Mine' }])
})

t.test('carriers', async (t) => {
  const sidecar = await startSidecar(t)
  const page = await openPanel(t, sidecar)
  await go(page, 'Carriers')
  await page.getByRole('button', { name: 'Add carrier' }).click()
  const form = page.getByRole('dialog')
  await form.getByText('Not: files, word of delivery').waitFor()
  await form.getByRole('button', { name: /^Twilio/ }).click()
  await form.getByLabel('Name', { exact: true }).fill('Twilio main')
  await form.getByLabel('Account SID').fill('AC00000000000000000000000000000000')
  await form.getByLabel('Auth token').fill('s3cret')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  const card = page.locator('.carrier', { hasText: 'Twilio main' })
  await card.getByText('https://pbx.example.com/parley/webhooks/twilio-main').waitFor()
  await card.getByText('Active numbers').waitFor()
  const stored = () => sidecar.store.carriers().find(({ id }) => id === 'twilio-main')

  await page.getByRole('button', { name: 'Edit Twilio main' }).click()
  t.equal(await form.getByLabel('Auth token').inputValue(), '', 'a secret is never shown again')
  await form.getByLabel('Numbers').fill('+16313808000')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  t.match(stored(), { settings: { numbers: ['+16313808000'] }, secrets: { authToken: 's3cret' } })

  await page.getByRole('button', { name: 'Keys of Twilio main' }).click()
  await form.getByLabel('New auth token').fill('n3wer')
  await form.getByRole('button', { name: 'Replace' }).click()
  await form.getByRole('button', { name: 'Drop the old keys' }).waitFor()
  t.same(stored()?.secrets, { authToken: 'n3wer', previousAuthToken: 's3cret' })
  await form.getByRole('button', { name: 'Drop the old keys' }).click()
  await form.getByRole('button', { name: 'Drop the old keys' }).waitFor({ state: 'detached' })
  t.same(stored()?.secrets, { authToken: 'n3wer' })
  await page.keyboard.press('Escape')

  await page.getByRole('switch', { name: 'Enabled: Twilio main' }).uncheck()
  await card.getByText('Disabled').waitFor()
  await page.getByRole('button', { name: 'Test Scripted' }).click()
  await page.getByRole('button', { name: 'Test Scripted', disabled: false }).waitFor()

  await sidecar.store.keepRaw({
    carrierId: asCarrierId('twilio-main'),
    at: Date.now(),
    reason: 'Its body was no form.',
    contentType: 'text/plain',
    body: new TextEncoder().encode('hush <script>alert(1)</script>'),
  })
  await page.getByRole('button', { name: 'Unread calls of Twilio main' }).click()
  await form.getByText('Its body was no form.').waitFor()
  t.notMatch(await form.textContent(), 'hush')
  await form.getByRole('button', { name: 'Show its words' }).click()
  await form.getByText('hush <script>alert(1)</script>').waitFor()
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Delete Twilio main' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await card.waitFor({ state: 'detached' })
  t.equal(stored(), undefined)
})

t.test('a supervisor oversees his groups', async (t) => {
  const sidecar = await startSidecar(t)
  const text = (from: string, words: string) =>
    sidecar.receiveInbound(
      inbound({ sender: { kind: 'number', value: from }, content: { kind: 'text', text: words, media: [] } }),
    )
  await text('+19542788086', 'First <b>bold</b>')
  await text('+14155550132', 'Second')
  const boss = await openPanel(t, sidecar, { extension: '101', roles: ['agent', 'supervisor'] })
  const entries = boss.getByRole('navigation').getByRole('button')
  await entries.first().waitFor()
  t.same(await entries.allInnerTexts(), ['Overview', 'Groups'], 'what is for administrators is not there')
  await boss.getByText('First <b>bold</b>').waitFor()
  t.equal(await boss.getByRole('table', { name: '' }).locator('b').count(), 0)

  await text('+12125550188', 'Third, live')
  await boss.getByText('Third, live').waitFor()
  const agents = boss.getByRole('region', { name: 'Agents' })
  await agents
    .getByRole('row', { name: /Alice Adams/ })
    .getByText('Phone only')
    .waitFor()

  const bob = await browser.newPage()
  t.teardown(() => bob.close())
  await bob.goto(`${sidecar.origin}/agent#token=${tokenFor('102')}`)
  await bob.locator('nav [data-id]', { hasText: '+19542788086' }).click()
  await boss.getByRole('button', { name: 'Read +19542788086' }).click()
  const dialog = boss.getByRole('dialog')
  await dialog.getByText('First <b>bold</b>').waitFor()
  await text('+19542788086', 'And another')
  await dialog.getByText('And another').waitFor()
  t.notMatch(await bob.locator('body').innerText(), /Alice Adams (is )?(also )?(looking|viewing|reading)/i)
  await dialog.getByLabel('Internal note').fill('Be kind')
  await dialog.getByRole('button', { name: 'Add note' }).click()
  await dialog.locator('li.note', { hasText: 'Be kind' }).waitFor()
  await boss.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })

  await boss.getByRole('checkbox', { name: 'Choose all' }).check()
  await boss.getByLabel('Give 3 to').selectOption('102')
  await boss.getByRole('button', { name: 'Reassign', exact: true }).click()
  await until('Bob has them all', async () =>
    (await agents.getByRole('row', { name: /Bob Brown/ }).innerText()).endsWith('3'),
  )

  await go(boss, 'Groups')
  await boss.getByRole('button', { name: 'Settings of Support Department' }).click()
  await dialog.getByLabel('Open conversations an agent, at most').fill('7')
  await dialog.getByLabel('When nobody is available').fill('Soon.')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  t.match(sidecar.store.groupSettings(queue).settings, { cap: 7, autoReply: 'Soon.' })

  const agent = await openPanel(t, sidecar, { extension: '102', roles: ['agent'] })
  await agent.getByText('for administrators and supervisors').waitFor()
})

t.test('unrouted messages are sent on', async (t) => {
  const sidecar = await startSidecar(t)
  const lost = (did: string, text: string) =>
    sidecar.receiveInbound(
      inbound({ did: { kind: 'number', value: did }, content: { kind: 'text', text, media: [] } }),
    )
  await lost('+16313808001', 'Is anybody there?')
  await lost('+16313808002', 'Hello?')
  const page = await openPanel(t, sidecar)
  await go(page, 'Unrouted')
  const item = page.locator('.item', { hasText: 'Is anybody there?' })
  await item.getByRole('button', { name: /^Send the message/ }).click()
  await item.getByLabel('To').selectOption('queue/8000')
  await item.getByRole('button', { name: 'Send on' }).click()
  await item.waitFor({ state: 'detached' })
  await addRule(sidecar, 'Other', '+16313808002')
  await page.getByRole('button', { name: 'Apply the rules to all' }).click()
  await page.getByText('1 sent on, 0 left.').waitFor()
  await page.getByText('Every message found its rule.').waitFor()
})

t.test('an installation that is new is led by the hand', async (t) => {
  const sidecar = await startSidecar(t)
  await sidecar.store.deleteRule(asRuleId('r1'))
  await sidecar.carriers.remove(asCarrierId('scripted'))
  const page = await openPanel(t, sidecar)
  const steps = page.getByRole('region', { name: 'Get started' })
  const step = (title: string) => steps.locator('li', { hasText: title })
  await step('Add a carrier').getByRole('button', { name: 'Add carrier' }).waitFor()
  t.match(await step('Write the first rule').getAttribute('class'), /todo/)
  t.match(await step('Send a test message').getAttribute('class'), /todo/)
  t.match(await step('Let texts of trunks').getAttribute('class'), /done/)
  await step('Write the first rule').getByRole('button', { name: 'Add rule' }).click()
  await page.getByRole('heading', { name: 'Message rules' }).waitFor()
  await go(page, 'Overview')
  await sidecar.receiveInbound(inbound())
  await addRule(sidecar, 'First', '+16313808000')
  await page.reload()
  await step('Write the first rule').getByText('takes +16313808000').waitFor()
  t.match(await step('Send a test message').getAttribute('class'), /done/)
})

t.test('housekeeping', async (t) => {
  const sidecar = await startSidecar(t)
  const page = await openPanel(t, sidecar)
  const form = page.getByRole('dialog')
  const attack = '<img src=x onerror=alert(1)>'

  await t.test('opt-outs with their reasons', async (t) => {
    await go(page, 'Opt-outs')
    await page.getByText('Nobody has opted out.').waitFor()
    await page.getByRole('button', { name: 'Add opt-out' }).click()
    await page.getByRole('textbox', { name: 'Customer', exact: true }).fill('+19542788086')
    await page.getByRole('textbox', { name: 'DID' }).fill('+16313808000')
    await page.getByLabel('Reason, kept for good').fill(attack)
    await page.getByRole('button', { name: 'Save' }).click()
    const row = page.getByRole('row', { name: /\+19542788086/ })
    await row.getByText(attack).waitFor()
    t.equal(sidecar.store.optOuts(null, 10).items.length, 1)
    await page.getByRole('searchbox').fill('+12125550000')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('This customer has not opted out.').waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: 'Search' }).click()
    await row.getByRole('button', { name: /^Allow/ }).click()
    await page.getByLabel('Reason, kept for good').fill('He asked')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Nobody has opted out.').waitFor()
  })

  await t.test('canned replies with a preview', async (t) => {
    await go(page, 'Canned replies')
    await page.getByRole('button', { name: 'Add reply' }).click()
    await form.getByLabel('Title').fill('Greeting')
    await form.getByLabel('Shortcut').fill('hello')
    await form.getByLabel('For').selectOption('queue/8000')
    await form.getByLabel('Text').fill(`${attack} {{x}} `)
    await form.getByRole('button', { name: '{customer.name}' }).click()
    await form.getByText(`${attack} {x} Jane Doe`).waitFor()
    await form.getByLabel('Text').fill('Hi {nobody.name}')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('alert').waitFor()
    await form.getByLabel('Text').fill('Hi {customer.name}, this is {agent.name}.')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByText('Hi {customer.name}, this is {agent.name}.').waitFor()
    t.match(sidecar.store.cannedReplies(), [{ shortcut: 'hello', group: { number: '8000' } }])
    await page.getByRole('button', { name: 'Delete Greeting' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No canned reply yet.').waitFor()
  })

  await t.test('contacts by hand and from a file', async (t) => {
    await go(page, 'Contacts')
    await page.getByRole('button', { name: 'Add contact' }).click()
    await page.getByRole('textbox', { name: 'Number', exact: true }).fill('+19542788086')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Jane Doe')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /Jane Doe/ }).waitFor()
    const csv = `address,name,note\n+14155550132,"${attack}",\n+19542788086,Jane Roe,good\n,nobody,\n`
    await page.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    })
    const trial = page.getByRole('region', { name: 'Import' })
    await trial.getByText('3 rows: 1 new, 1 changed, 0 as they are').waitFor()
    await trial.getByText(/^Line 4: /).waitFor()
    t.equal(sidecar.store.contacts.contacts(null, 10).items.length, 1, 'only tried')
    await trial.getByRole('button', { name: 'Import the others' }).click()
    await page.getByRole('row', { name: /Jane Roe/ }).waitFor()
    await page.getByText(attack).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ])
    t.match(readFileSync(await download.path(), 'utf8'), /Jane Roe/)
    await page.getByRole('button', { name: 'Delete Jane Roe' }).click()
    await page.getByRole('row', { name: /Jane Roe/ }).waitFor({ state: 'detached' })
  })

  await t.test('keys are shown once', async (t) => {
    await go(page, 'API keys')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByLabel('Name').fill('Reports')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText('Choose at least one thing').waitFor()
    await page.getByRole('checkbox', { name: 'conversations:read' }).check()
    await page.getByRole('checkbox', { name: 'Support Department (queue 8000)' }).check()
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    const key = (await page.getByLabel('API key', { exact: true }).textContent()) ?? ''
    const answer = await fetch(`${sidecar.origin}/api/v1/conversations`, {
      headers: { authorization: `Bearer ${key}` },
    })
    t.equal(answer.status, 200, 'it opens what it is for')
    await answer.body?.cancel()
    await page.getByRole('button', { name: 'I have it' }).click()
    t.notMatch(await page.content(), key)
    await page.getByRole('button', { name: 'Revoke Reports' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('Revoked', { exact: true }).waitFor()
  })

  await t.test('people and their sessions', async (t) => {
    const away = await openPanel(t, sidecar, { extension: '102', roles: ['agent', 'supervisor'] })
    await away.getByRole('heading', { name: 'Overview' }).waitFor()
    await go(page, 'People')
    await page.getByRole('button', { name: 'Roles of Carol Clark' }).click()
    await form.getByRole('checkbox', { name: /^Supervisor/ }).check()
    await form.getByRole('checkbox', { name: /Support Department/ }).check()
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await page
      .getByRole('row', { name: /Carol Clark/ })
      .getByText('Oversees Support Department')
      .waitFor()
    await page.getByRole('button', { name: 'Sessions of Bob Brown' }).click()
    await page.getByRole('heading', { name: 'Sessions of Bob Brown' }).waitFor()
    await page.getByRole('button', { name: 'End the session of Bob Brown' }).click()
    await page.getByText('Ended by Administrator').waitFor()
    await away.getByText(/ended/).first().waitFor()
  })

  await t.test('everything is in the log', async (t) => {
    await go(page, 'Audit log')
    await page.getByText('Made the API key “Reports” for conversations:read.').waitFor()
    await page.getByLabel('What').selectOption('contact')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('Made the API key').waitFor({ state: 'detached' })
    await page.getByText('Added the contact +19542788086.').waitFor()
    await page.getByLabel('Until').fill('2020-01-01')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByText('Nothing of the kind was done.').waitFor()
    t.equal(await page.locator('img').count(), 0)
  })
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`accessible in ${colorScheme}, on a phone too`, async (t) => {
    const sidecar = await startSidecar(t)
    await addRule(sidecar, 'Shadowed', '+16313808000')
    await addRule(sidecar, 'Off', '+16313808009', false)
    await sidecar.receiveInbound(inbound())
    await sidecar.receiveInbound(inbound({ did: { kind: 'number', value: '+16310000000' } }))
    const page = await openPanel(t, sidecar, { colorScheme })
    const clean = async (what: string) => t.same(await violations(page), [], what)
    await page.getByText('It is late.').waitFor()
    await clean('the overview')
    await page.getByRole('button', { name: 'Read +19542788086' }).click()
    await page.getByRole('dialog').getByText('Hello').waitFor()
    await clean('a conversation read along')
    await page.keyboard.press('Escape')
    await go(page, 'Rules')
    await page.locator('.finding').first().waitFor()
    await clean('rules')
    await page.getByRole('button', { name: 'Edit Off' }).click()
    await page.getByRole('radio', { name: 'A schedule' }).check()
    await page.getByRole('button', { name: 'Add holiday' }).click()
    await page.getByText('Otherwise than the group').click()
    await clean('a rule with a schedule')
    await page.keyboard.press('Escape')
    await page.getByText('What you changed is not saved.').waitFor()
    await clean('a question before leaving')
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await go(page, 'Carriers')
    await clean('carriers')
    await page.getByRole('button', { name: 'Add carrier' }).click()
    await clean('kinds of carriers')
    await page.getByRole('button', { name: /^Another carrier/ }).click()
    await clean('a carrier by its description')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Keys of Scripted' }).click()
    await clean('keys')
    await page.keyboard.press('Escape')
    await go(page, 'Groups')
    await page.getByRole('button', { name: 'Settings of Support Department' }).click()
    await page.getByLabel('Who may reply').waitFor()
    await clean('settings of a group')
    await page.keyboard.press('Escape')
    await go(page, 'Unrouted')
    await page.getByRole('button', { name: /^Send the message/ }).click()
    await clean('unrouted messages')

    for (const place of ['People', 'Opt-outs', 'Canned replies', 'Contacts', 'Audit log', 'API keys']) {
      await go(page, place)
      await page.getByRole('heading', { level: 2, name: place }).waitFor()
      const add = page.getByRole('button', { name: /^(Add|Create|Roles of Alice)/ })
      if ((await add.count()) > 0) await add.first().click()
      await clean(place)
      await page.keyboard.press('Escape')
    }

    await page.setViewportSize({ width: 390, height: 800 })
    for (const place of [
      'Overview',
      'Rules',
      'Carriers',
      'Groups',
      'Unrouted',
      'People',
      'Opt-outs',
      'Contacts',
      'Audit log',
      'API keys',
    ]) {
      await go(page, place)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      t.ok(wide <= 0, `${place} fits a phone`)
    }
  })
}
