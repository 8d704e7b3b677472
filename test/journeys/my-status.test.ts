import type { Page } from 'playwright-core'
import t from 'tap'
import { asExtension, asGroupNumber, asPbxId, groupKey } from '../../module/domain/ids.ts'
import { until } from '../lab/until.ts'
import { startDesk } from './start-desk.ts'

const did = '16313808000'
const queue = groupKey({ pbxId: asPbxId('main'), kind: 'queue', number: asGroupNumber('8000') })

t.test('an agent sets her status in the panel, and the PBX follows', { timeout: 110_000 }, async (t) => {
  const desk = await startDesk(t)
  const { carrier, pbx } = desk
  await Promise.all([desk.phone('101'), desk.phone('102')])
  const alice = await desk.open('agent', '101')
  const bob = await desk.open('agent', '102')
  for (const page of [alice, bob]) await page.getByRole('button', { name: 'Unassigned' }).waitFor()
  const memberOf = (extension: string) =>
    desk
      .sidecar()
      .pbx.snapshot()
      .directory.groups.get(queue)
      ?.members.find((member) => member.extension === asExtension(extension))
  const row = (page: Page, words: string) => page.locator('nav [data-id]', { hasText: words })
  const text = async (from: string, words: string) => {
    t.equal((await carrier.sendText({ from, to: did, text: words })).code, 202)
    await row(alice, words).waitFor()
  }
  const pane = alice.getByRole('dialog', { name: 'My status' })

  await text('+19542788086', 'The first')
  t.match(await row(alice, 'The first').textContent(), /@Alice Adams/, 'she is first in turn')

  await t.test('a pause by the panel is a pause in the queue', async (t) => {
    await alice.getByRole('button', { name: /^Alice Adams/ }).click()
    await pane.getByLabel('Reason (optional): Support Department').fill('Lunch')
    await pane.getByRole('button', { name: 'Pause in Support Department' }).click()
    await pane.getByText('Paused: Lunch').first().waitFor()
    await until('the PBX knows it', () => memberOf('101')?.paused === true)
    t.equal(memberOf('101')?.pausedReason, 'Lunch')
    t.match(await pbx.cli('queue show 8000'), /101@from-queue\/n.*paused:Lunch/i)
    await text('+14155550132', 'The second')
    t.match(await row(alice, 'The second').textContent(), /@Bob Brown/, 'the next goes to him')
    await text('+12125550188', 'The third')
    t.match(await row(alice, 'The third').textContent(), /@Bob Brown/, 'and the one after')
  })

  await t.test('what the PBX does shows in the panel', async () => {
    await pbx.cli('queue unpause member Local/101@from-queue/n queue 8000')
    await pane.getByRole('button', { name: 'Pause in Support Department' }).waitFor()
  })

  await t.test('away for messages leaves the queue alone', async (t) => {
    await pane.getByLabel('Reason (optional)', { exact: true }).fill('Writing')
    await pane.getByRole('button', { name: 'Go away' }).click()
    await pane.getByRole('button', { name: 'I am back' }).waitFor()
    t.equal(memberOf('101')?.paused, false)
    await text('+13055550109', 'The fourth')
    t.match(await row(alice, 'The fourth').textContent(), /@Bob Brown/)
    await bob.getByRole('searchbox').fill('fourth')
    await bob.locator('mark', { hasText: 'fourth' }).waitFor()
    await row(bob, 'The fourth').click()
    await bob.locator('.message', { hasText: 'The fourth' }).waitFor()
    await pane.getByRole('button', { name: 'I am back' }).click()
    await pane.getByRole('button', { name: 'Go away' }).waitFor()
  })

  t.same(desk.complaints, [], 'no page threw')
})
