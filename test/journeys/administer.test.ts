import t from 'tap'
import { until } from '../lab/until.ts'
import { startDesk } from './start-desk.ts'

t.test('an administrator sets Parley up on a real PBX', { timeout: 110_000 }, async (t) => {
  const desk = await startDesk(t)
  const { store } = desk.sidecar()
  for (const { id, version } of store.ruleSet().rules) await store.deleteRule(id, version)
  await desk.phone('101')
  const page = await desk.open('admin', null)
  const steps = page.getByRole('region', { name: 'Get started' })
  const step = (title: string) => steps.locator('li', { hasText: title })
  const go = (place: string) => page.getByRole('navigation').getByRole('button', { name: place }).click()

  await t.test('it leads to what is missing', async (t) => {
    await step('Reach the PBX').getByText('AMI and ARI are connected').waitFor()
    t.match(await step('Add a carrier').getAttribute('class'), /done/)
    t.match(await step('Write the first rule').getAttribute('class'), /todo/)
    t.match(await step('Send a test message').getAttribute('class'), /todo/)
    await step('Write the first rule').getByRole('button', { name: 'Add rule' }).click()
  })

  await t.test('the first rule, with what the PBX says of its group', async (t) => {
    await page.getByRole('button', { name: 'Add rule' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('Support')
    await form.getByRole('button', { name: /^Add \+?16313808000/ }).click()
    await form.getByLabel('Destination').selectOption('queue/8000')
    await form.getByText('available now:').waitFor()
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    const simulator = page.getByRole('region', { name: 'What if…' })
    await simulator.getByLabel('This number is texted').fill('16313808000')
    await simulator.getByLabel('By').fill('+19542788086')
    await simulator.getByLabel('Channel').selectOption('sip')
    await simulator.getByRole('button', { name: 'Simulate' }).click()
    await simulator.getByText('Support Department (queue 8000)').waitFor()
    t.equal(store.unrouted(null, 1).items.length, 0)
  })

  await t.test('the first text turns the last step green and is overseen', async (t) => {
    await go('Overview')
    t.equal(
      (await desk.carrier.sendText({ from: '+19542788086', to: '16313808000', text: 'Hello' })).code,
      202,
    )
    await page.getByRole('row', { name: /\+19542788086/ }).waitFor()
    await until(
      'the last step is done, or all of them are and the list steps aside',
      async () =>
        (await steps.count()) === 0 ||
        /done/.test((await step('Send a test message').getAttribute('class')) ?? ''),
    )
    await page.getByRole('button', { name: 'Read +19542788086' }).click()
    await page.getByRole('dialog').getByText('Hello').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('checkbox', { name: 'Choose +19542788086' }).check()
    await page.getByLabel('Give 1 to').selectOption('102')
    await page.getByRole('button', { name: 'Reassign', exact: true }).click()
    await page.getByRole('row', { name: /\+19542788086.*Bob Brown/ }).waitFor()
  })

  t.same(desk.complaints, [], 'no page threw')
})
