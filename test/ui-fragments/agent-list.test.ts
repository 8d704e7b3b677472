import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import { sales } from './contract-model.ts'
import { setStage, signalsOf, violations } from './open-panel.ts'

const row = (page: Page, who: string): Locator => page.locator('.row', { hasText: who })
const rows = (page: Page): Locator => page.locator('.row')
const focusedRow = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement
    while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement
    return active?.querySelector('.who')?.textContent ?? ''
  })

t.test('a long list', { timeout: 90_000 }, async (t) => {
  const stage = await setStage(t)
  const { model } = stage.server
  const many = 3000
  for (let n = 1; n <= many; n++)
    model.inbound({ from: `+1305${String(n).padStart(7, '0')}`, text: `Matter ${n}`, designated: '102' })
  const page = await stage.open('agent-101', await stage.context())
  await rows(page).first().waitFor()
  const scroller = page.locator('.scroller').first()

  await t.test('draws what is near, and says how much there is', async (t) => {
    t.ok((await rows(page).count()) < 40, `${await rows(page).count()} rows in the page`)
    await page.getByRole('button', { name: 'All 999+' }).waitFor()
    const item = page.locator('li[aria-posinset="1"]')
    t.match(await item.textContent(), 'Matter 3000')
    t.equal(await item.getAttribute('aria-setsize'), '-1', 'more than anybody counts')
    await page.getByRole('button', { name: 'Mine' }).click()
    await page.getByText('Nothing is designated to you.').waitFor()
    await page.getByRole('button', { name: 'All 999+' }).click()
  })

  await t.test('goes on by scrolling, and stays where one reads', async (t) => {
    for (const top of [6000, 20_000, 40_000]) {
      await page.waitForFunction(
        (wanted) => {
          const panel = document.querySelector('parley-agent-panel')?.shadowRoot
          const list = panel?.querySelector('parley-conversation-list')?.shadowRoot
          const box = list?.querySelector('.scroller')
          if (box == null) return false
          box.scrollTop = wanted
          return Math.abs(box.scrollTop - wanted) < 2
        },
        top,
        { polling: 50 },
      )
    }
    const seen = () =>
      scroller.evaluate((box) => {
        const edge = box.getBoundingClientRect().top
        const first = [...box.querySelectorAll('.row')].find((one) => one.getBoundingClientRect().top >= edge)
        return [
          first?.querySelector('.who')?.textContent,
          Math.round((first?.getBoundingClientRect().top ?? 0) - edge),
        ]
      })
    await rows(page).first().waitFor()
    const before = await seen()
    t.ok((await rows(page).count()) < 60)
    for (let n = 0; n < 5; n++)
      model.inbound({ from: `+1777000000${n}`, text: 'Brand new', designated: '102' })
    await page.waitForFunction(() => true)
    await scroller.evaluate(
      (box) =>
        new Promise((resolve) => {
          const start = performance.now()
          const look = () =>
            performance.now() - start > 1500 || box.scrollTop > 40_000 + 4 * 76
              ? resolve(true)
              : requestAnimationFrame(look)
          look()
        }),
    )
    t.same(await seen(), before, 'news above moves nothing')
  })

  await t.test('is walked by keys, beyond what is loaded', async (t) => {
    await scroller.evaluate((box) => {
      box.scrollTop = 0
    })
    await row(page, '+17770000004').focus()
    await page.keyboard.press('ArrowDown')
    t.equal(await focusedRow(page), '+17770000003')
    await page.keyboard.press('End')
    await page.waitForFunction(() => true)
    const last = await focusedRow(page)
    t.not(last, '')
    await page.keyboard.press('ArrowDown')
    await page.waitForFunction((was) => {
      let active = document.activeElement
      while (active?.shadowRoot?.activeElement != null) active = active.shadowRoot.activeElement
      const now = active?.querySelector('.who')?.textContent
      return now != null && now !== '' && now !== was
    }, last)
    await page.keyboard.press('Home')
    t.equal(await focusedRow(page), '+17770000004')
    await scroller.evaluate((box) => {
      box.scrollTop = 9000
    })
    await page.waitForFunction(() => true)
    t.equal(await focusedRow(page), '+17770000004', 'the focus stays on what was scrolled away')
    await scroller.evaluate((box) => {
      box.scrollTop = 0
    })
    await row(page, '+17770000002').focus()
    model.inbound({ from: '+17770000002', text: 'Up I go' })
    await row(page, 'Up I go').waitFor()
    await page.waitForFunction(() => true)
    t.equal(await focusedRow(page), '+17770000002', 'and on a row that moved')
  })
})

t.test('search and filters', { timeout: 90_000 }, async (t) => {
  const stage = await setStage(t)
  const { model, faults } = stage.server
  model.groups = [...model.groups, sales]
  const jane = model.inbound({ text: 'Where is my lamp?', name: 'Jane Doe', designated: '101' })
  for (let n = 0; n < 120; n++) model.reply(jane.id, '101', `Line ${n}`, `key-${n}`)
  model.inbound({ from: '+13055550188', text: 'A lamp for sale', designated: '102', group: sales })
  model.inbound({ from: '+447700900123', text: 'Hello', channel: 'whatsapp', designated: null })
  model.inbound({ from: '+447700900124', text: 'By trunk', channel: 'sip', designated: '101' })

  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await stage.open('agent-101', await stage.context({ colorScheme }))
    const field = page.getByRole('searchbox')
    await row(page, 'Jane Doe').waitFor()

    await t.test(`finds, ${colorScheme}`, async (t) => {
      await field.pressSequentially('lamp')
      await page.locator('mark').first().waitFor()
      t.same(await page.locator('mark').allTextContents(), ['lamp', 'lamp'])
      await page.getByRole('heading', { name: 'Messages', level: 2 }).waitFor()
      t.match(await page.locator('[role=status]', { hasText: 'results' }).textContent(), '2 results')
      t.same(await violations(page), [])
      await field.fill('jane')
      await page.getByRole('heading', { name: 'Conversations', level: 2 }).waitFor()
      await field.fill('nothing like it')
      await page.getByText('Nothing was found for “nothing like it”.').waitFor()
      t.same(await violations(page), [])
      faults.refuseSearch = true
      await field.fill('lam')
      await page.getByRole('alert').getByText('The search did not work. Parley is restarting.').waitFor()
      faults.refuseSearch = false
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.locator('mark').first().waitFor()
    })

    await t.test(`opens at the message, by keys, ${colorScheme}`, async (t) => {
      await field.fill('where is')
      await page.locator('mark', { hasText: 'Where is' }).waitFor()
      await field.press('ArrowDown')
      t.equal(await focusedRow(page), 'Jane Doe')
      await page.keyboard.press('Enter')
      const found = page.locator('.message', { hasText: 'Where is my lamp?' })
      await found.waitFor()
      await page.waitForFunction(() => {
        const panel = document.querySelector('parley-agent-panel')?.shadowRoot
        const view = panel?.querySelector('parley-conversation-view')?.shadowRoot
        const timeline = view?.querySelector('parley-message-timeline')?.shadowRoot
        const box = timeline?.querySelector('.scroller')?.getBoundingClientRect()
        const shown = [...(timeline?.querySelectorAll('.message') ?? [])].find((one) =>
          one.textContent?.includes('Where is my lamp?'),
        )
        const at = shown?.getBoundingClientRect()
        return box !== undefined && at !== undefined && at.top >= box.top - 1 && at.bottom <= box.bottom + 1
      })
      await field.focus()
      await field.press('Escape')
      t.equal(await field.inputValue(), '')
      await row(page, '+447700900123').waitFor()
      t.pass()
    })
  }

  await t.test('filters on the server', async (t) => {
    const page = await stage.open('agent-101', await stage.context())
    await row(page, 'Jane Doe').waitFor()
    const filters = page.getByRole('group', { name: 'Channel' })
    await filters.getByRole('button', { name: 'WhatsApp' }).click()
    await row(page, '+13055550188').waitFor({ state: 'detached' })
    t.same(await page.locator('.who').allTextContents(), ['+447700900123'])
    await page.getByRole('button', { name: 'All 1' }).waitFor()
    await filters.getByRole('button', { name: 'SMS' }).click()
    await row(page, '+447700900124').waitFor()
    await page.getByRole('button', { name: 'All 3' }).waitFor()
    await page.getByRole('combobox', { name: 'Group' }).selectOption({ label: 'Sales' })
    await row(page, 'Jane Doe').waitFor({ state: 'detached' })
    t.same(await page.locator('.who').allTextContents(), ['+13055550188'])
    await page.getByRole('button', { name: 'All 1' }).waitFor()
    t.ok(stage.server.requests.some((request) => request.includes('channel=sms&group=ring-group%2F600')))
  })
})

t.test('my status', { timeout: 90_000 }, async (t) => {
  const stage = await setStage(t)
  const { model, faults } = stage.server
  const page = await stage.open('agent-101', await stage.context())
  const me = page.getByRole('button', { name: /Alice Adams/ })
  await me.click()
  const pane = page.getByRole('dialog', { name: 'My status' })
  await pane.getByText('The PBX says: Available').waitFor()
  t.same(await violations(page), [])

  await pane.getByLabel('Reason (optional): Support Department').fill('Lunch')
  await pane.getByRole('button', { name: 'Pause in Support Department' }).click()
  await pane.getByText('Paused: Lunch').waitFor()
  t.match(model.myQueues, [{ paused: true, pausedReason: 'Lunch' }])
  faults.pbxAway = true
  await pane.getByRole('button', { name: 'Resume in Support Department' }).click()
  await pane.getByRole('alert').getByText('The PBX is not answering. Try again in a moment.').waitFor()
  t.same(await violations(page), [])
  faults.pbxAway = false
  await pane.getByRole('button', { name: 'Resume in Support Department' }).click()
  await pane.getByText('Logged in').waitFor()
  await pane.getByRole('button', { name: 'Log out of Support Department' }).click()
  await pane.getByRole('button', { name: 'Log in to Support Department' }).waitFor()

  await pane.getByLabel('Reason (optional)', { exact: true }).fill('Dentist')
  await pane.getByLabel('Back').selectOption({ label: 'In 1 h' })
  await pane.getByRole('button', { name: 'Go away' }).click()
  await pane.getByText(/Away until .*: Dentist/).waitFor()
  t.match(await me.textContent(), 'Away for messages: Dentist')
  await pane.getByRole('button', { name: 'I am back' }).click()
  await pane.getByRole('button', { name: 'Go away' }).waitFor()
  await page.keyboard.press('Escape')
  await pane.waitFor({ state: 'detached' })
  t.ok(await me.evaluate((element) => element.matches(':focus')), 'the focus comes back')

  model.myQueues = model.myQueues.map((queue) => ({ ...queue, loggedIn: true, paused: true }))
  model.people = model.people.map((one) =>
    one.extension === '101' ? { ...one, paused: true, pausedReason: 'Meeting', call: 'on-call' } : one,
  )
  stage.server.tellPresence()
  await page.locator('parley-status-menu').getByText('Paused: Meeting').waitFor()
  await me.click()
  await pane.getByRole('button', { name: 'Resume in Support Department' }).waitFor()
})

t.test('alerts', { timeout: 90_000 }, async (t) => {
  const stage = await setStage(t)
  const { model } = stage.server
  model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const context = await stage.context()
  const tabs = [
    await stage.open('agent-101', context),
    await stage.open('agent-101', context),
    await stage.open('agent-101', context),
  ]
  const total = async () => {
    const all = await Promise.all(tabs.map(signalsOf))
    const sum = (of: 'sounds' | 'notifications' | 'asked') => all.reduce((count, one) => count + one[of], 0)
    return { sounds: sum('sounds'), notifications: sum('notifications'), asked: sum('asked') }
  }
  const [first, second] = tabs as [Page, Page, Page]

  await t.test('nothing is asked on load', async (t) => {
    t.same(await total(), { sounds: 0, notifications: 0, asked: 0 })
    t.equal(await first.getByText('You just missed a message').count(), 0)
  })

  await t.test('settings', async (t) => {
    await first.getByRole('button', { name: 'Alerts' }).click()
    const pane = first.getByRole('dialog', { name: 'Alerts' })
    t.same(await violations(first), [])
    await pane.getByRole('combobox', { name: /^Sound/ }).selectOption({ label: 'Bell' })
    await pane.getByRole('button', { name: 'Try it' }).click()
    await first.waitForFunction(
      () => (window as unknown as { signals: { sounds: number } }).signals.sounds > 0,
    )
    await pane.getByRole('button', { name: 'Allow notifications' }).click()
    await pane.getByText('Allowed').waitFor()
    t.equal((await total()).asked, 1, 'by the button alone')
    await first.keyboard.press('Escape')
    t.match(await first.evaluate(() => localStorage.getItem('parley.alerts')), '"sound":"bell"')
  })

  await t.test('three tabs, one sound and one notification', async (t) => {
    for (const page of tabs) {
      // A touch of the page is what lets it sound.
      await page.keyboard.press('Shift')
      await page.evaluate(() => {
        const { Notification } = window as unknown as { Notification: { permission: string } }
        Notification.permission = 'granted'
      })
    }
    const before = await total()
    model.inbound({ text: 'One for you' })
    for (const page of tabs) await page.waitForFunction(() => document.title.startsWith('(1)'))
    await first.waitForFunction(() =>
      document.querySelector('link[rel=icon]')?.getAttribute('href')?.startsWith('data:image/png'),
    )
    const rang = async () => {
      const now = await total()
      return { sounds: now.sounds - before.sounds, notifications: now.notifications - before.notifications }
    }
    const deadline = Date.now() + 8000
    while ((await rang()).notifications === 0 && Date.now() < deadline)
      await first.waitForFunction(() => true)
    // Two notes are one sound of the bell; what a second tab would add comes within its patience.
    await second.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)))
    t.same(await rang(), { sounds: 2, notifications: 1 })
  })

  await t.test('quiet for all while one tab looks at it', async (t) => {
    await first.bringToFront()
    await row(first, 'Jane Doe').click()
    await first.waitForFunction(() => document.title === 'Messages')
    const before = await total()
    model.inbound({ text: 'Seen at once' })
    await first.locator('.message', { hasText: 'Seen at once' }).waitFor()
    await second.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1200)))
    t.same(await total(), before)
  })
})

t.test('a sign-in that expires in mid-typing', { timeout: 90_000 }, async (t) => {
  const stage = await setStage(t)
  const { model, faults } = stage.server
  const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const page = await stage.open('agent-101', await stage.context())
  await row(page, 'Jane Doe').click()
  const field = page.getByRole('textbox', { name: 'Reply' })
  await field.pressSequentially('Half a sen')
  faults.expired = true
  stage.server.dropSockets()
  await page.getByText('Your session has expired.').waitFor()
  await field.pressSequentially('tence, and more')
  t.equal(await field.inputValue(), 'Half a sentence, and more', 'one may go on writing')
  model.inbound({ text: 'Said meanwhile' })
  faults.expired = false
  await page.evaluate(() => {
    location.hash = '#token=agent-101.2'
  })
  await page.getByText('Your session has expired.').waitFor({ state: 'detached' })
  await page.locator('.message', { hasText: 'Said meanwhile' }).waitFor()
  t.equal(await field.inputValue(), 'Half a sentence, and more')
  await field.press('Enter')
  await page.locator('.message.mine', { hasText: 'Half a sentence, and more' }).waitFor()
  t.equal(model.messages.get(id)?.filter(({ direction }) => direction === 'out').length, 1)

  await t.test('somebody else who signs in here gets nothing of it', async (t) => {
    await field.fill('Half of Alice’s next')
    faults.expired = true
    stage.server.dropSockets()
    await page.getByText('Your session has expired.').waitFor()
    await field.press('Enter')
    await page.locator('.pending').waitFor()
    faults.expired = false
    await page.evaluate(() => {
      location.hash = '#token=agent-102'
    })
    await page
      .getByRole('button', { name: /Bob Brown/ })
      .first()
      .waitFor()
    t.equal(await page.locator('parley-message-composer').count(), 0, 'nothing is open')
    await row(page, 'Jane Doe').click()
    await page.locator('.message', { hasText: 'Said meanwhile' }).waitFor()
    t.equal(await page.locator('.pending').count(), 0)
    t.equal(model.messages.get(id)?.filter(({ direction }) => direction === 'out').length, 1)
  })
})
