import type { Page } from 'playwright-core'
import t from 'tap'
import { until } from '../lab/until.ts'
import { live, startDesk } from './start-desk.ts'

const customer = '+19542788086'
const did = '16313808000'

t.test('a customer texts, the designated agent answers', { timeout: 110_000 }, async (t) => {
  const desk = await startDesk(t)
  const { carrier, pbx } = desk
  await Promise.all([desk.phone('101'), desk.phone('102')])
  const alice = await desk.open('agent', '101')
  const bob = await desk.open('agent', '102')
  const frank = await desk.open('agent', '106')
  for (const page of [alice, bob, frank]) await page.getByRole('button', { name: 'Unassigned' }).waitFor()
  const text = (words: string) => carrier.sendText({ from: customer, to: did, text: words })
  const row = (page: Page) => page.locator('nav [data-id]').first()
  const bubble = (page: Page, words: string) => page.locator('.message', { hasText: words })

  await t.test('red on her screen, blue on his, nothing elsewhere', async (t) => {
    t.equal((await text('Hello, where is my order?')).code, 202)
    await row(alice).waitFor()
    await row(bob).waitFor()
    t.match(await row(alice).textContent(), 'Support Department', 'the group goes by its name')
    t.match(await row(alice).textContent(), /@Alice Adams.*Hello, where is my order\?/s)
    const colour = (page: Page) =>
      row(page)
        .locator('.mention')
        .first()
        .evaluate((element) => getComputedStyle(element).color)
    const [red, blue] = [await colour(alice), await colour(bob)].map(
      (rgb) => rgb.match(/\d+/g)?.map(Number) ?? [],
    )
    t.ok((red?.[0] ?? 0) > (red?.[2] ?? 0) + 60, `${red} is red`)
    t.ok((blue?.[2] ?? 0) > (blue?.[0] ?? 0) + 60, `${blue} is blue`)
    await until('her title counts one', async () => /^\(1\)/.test(await alice.title()))
    t.notMatch(await bob.title(), /^\(\d/, 'only the designated agent is alerted')
    t.equal(await frank.locator('nav [data-id]').count(), 0, 'who is no member sees nothing')
  })

  await t.test('her answer reaches the customer through the trunk', async (t) => {
    await row(alice).click()
    await bubble(alice, 'Hello, where is my order?').waitFor()
    await alice.getByRole('textbox', { name: 'Reply' }).fill('It leaves today — naïve “quotes” & all.')
    await alice.keyboard.press('Enter')
    const received = await carrier.texts.next()
    t.equal(received.text, 'It leaves today — naïve “quotes” & all.')
    t.match(received.from, '+16313808000', 'from the number that was texted')
    t.match(received.to, customer)
    await bubble(alice, 'It leaves today').locator('.state.accepted').waitFor()
    await row(bob).click()
    await bubble(bob, 'It leaves today').waitFor()
    t.match(await bubble(bob, 'It leaves today').textContent(), 'Alice Adams', 'he sees that she answered')
  })

  await t.test('the group follows a transfer', async (t) => {
    await alice.getByRole('button', { name: 'More actions' }).click()
    await alice.getByRole('menuitem', { name: /Transfer handler/i }).click()
    const dialog = alice.getByRole('dialog')
    await dialog.getByText('Bob Brown').click()
    await dialog.getByRole('button', { name: /confirm/i }).click()
    await dialog.waitFor({ state: 'hidden' })
    await text('Anybody there?')
    await bubble(bob, 'Anybody there?').waitFor()
    t.match(await bubble(bob, 'Anybody there?').locator('.mention').getAttribute('class'), /\bme\b/)
    t.notMatch(await bubble(alice, 'Anybody there?').locator('.mention').getAttribute('class'), /\bme\b/)
    t.match(await bubble(alice, 'Anybody there?').textContent(), '@Bob Brown')
  })

  await t.test('a killed PBX blinds no panel and loses no answer', async (t) => {
    await pbx.kill9()
    await until('the outage shows', () => desk.sidecar().pbx.snapshot().freshness === 'stale')
    await bob.reload()
    await row(bob).click()
    await bubble(bob, 'Anybody there?').waitFor()
    await bob.getByRole('textbox', { name: 'Reply' }).fill('Yes, I am.')
    await bob.keyboard.press('Enter')
    await bubble(bob, 'Yes, I am.').locator('.state.queued, .state.sending').first().waitFor()
    await pbx.start()
    await live(desk.sidecar())
    t.equal((await carrier.texts.next(20_000)).text, 'Yes, I am.')
    await bubble(bob, 'Yes, I am.').locator('.state.accepted').waitFor()
    await text('Thank you')
    await bubble(bob, 'Thank you').waitFor()
  })

  await t.test('a restarted sidecar picks up where it was', async (t) => {
    await bob.getByRole('textbox', { name: 'Reply' }).fill('A draft that must')
    await desk.restartSidecar()
    await text('One more thing')
    await bubble(bob, 'One more thing').waitFor()
    t.equal(await bubble(bob, 'Thank you').count(), 1, 'nothing stands twice')
    t.equal(await bob.getByRole('textbox', { name: 'Reply' }).inputValue(), 'A draft that must')
  })

  t.same(desk.complaints, [], 'no page threw')
})
