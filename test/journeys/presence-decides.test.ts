import t from 'tap'
import {
  asExtension,
  asGroupNumber,
  asPbxId,
  type ConversationId,
  groupKey,
} from '../../module/domain/ids.ts'
import { SoftPhone } from '../../module/lab/soft-phone.ts'
import { until } from '../lab/until.ts'
import { startDesk } from './start-desk.ts'

const did = '16313808000'
const queue = groupKey({ pbxId: asPbxId('main'), kind: 'queue', number: asGroupNumber('8000') })

t.test('what happens at the PBX decides who answers texts', { timeout: 110_000 }, async (t) => {
  const desk = await startDesk(t)
  const { carrier, pbx } = desk
  const sidecar = desk.sidecar()
  const { store } = sidecar
  const presence = (extension: string) => sidecar.pbx.snapshot().presence.get(asExtension(extension))
  const memberOf = (extension: string) =>
    sidecar.pbx
      .snapshot()
      .directory.groups.get(queue)
      ?.members.find((member) => member.extension === extension)
  const designatedOf = (id: ConversationId) => store.conversation(id)?.designated ?? null
  const registered = (extension: string) =>
    until(`${extension} is registered`, () => presence(extension)?.registration === 'registered')
  const changed = async (what: string, at: number, condition: () => boolean) => {
    await until(what, condition)
    const tookMs = Date.now() - at
    t.ok(tookMs < 1000, `${what}: ${tookMs} ms`)
  }
  let serial = 0
  /** A text of a new customer; gives its conversation. */
  async function texted(): Promise<ConversationId> {
    const from = `+1954278${String(9000 + serial++)}`
    t.equal((await carrier.sendText({ from, to: did, text: 'Hello' })).code, 202)
    const found = () =>
      store
        .conversations({
          groups: [queue],
          status: 'open',
          designated: { kind: 'anyone' },
          channel: null,
          before: null,
          limit: 100,
        })
        .items.find(({ customer }) => customer.address.value === from)
    await until('the text is there', () => found() !== undefined)
    return known(found()?.id)
  }

  const second = await SoftPhone.open({
    extension: '101',
    password: pbx.credentials.phones['101'] ?? '',
    pbx: { host: '127.0.0.1', port: pbx.sipPort },
  })
  t.teardown(() => second.close())
  const alice = await desk.phone('101')
  await second.register()
  await registered('101')

  await t.test('each of her phones is rung, once', async (t) => {
    const id = await texted()
    t.equal(designatedOf(id), '101')
    const texts = await Promise.all([alice.texts.next(), second.texts.next()])
    for (const text of texts) t.match(text.text, /^\+1954278\d+ \| Support Department: Hello$/)
    const [back] = [await alice.sendText('parley', 'I am out, an auto-reply')]
    t.not(back.code, 200, 'what a phone answers by itself goes nowhere')
    t.equal(store.unrouted(null, 10).items.length, 0)
    t.equal(store.messages(id, null, 10).items.length, 1)
    await t.rejects(alice.texts.next(300), 'and rings nobody again')
  })

  const bob = await desk.phone('102')
  await registered('102')

  await t.test('a pause in the queue passes her over', async (t) => {
    await pbx.cli('queue pause member Local/101@from-queue/n queue 8000 reason lunch')
    await until('she is paused', () => memberOf('101')?.paused === true)
    t.equal(designatedOf(await texted()), '102')
    t.equal(designatedOf(await texted()), '102', 'and again')
  })

  await t.test('do-not-disturb leaves nobody, and its end drains what waits within a second', async (t) => {
    await pbx.cli('devstate change Custom:DND102 BUSY')
    await until('he is on DND', () => presence('102')?.dnd === 'on')
    const waiting = [await texted(), await texted()]
    for (const id of waiting) t.equal(designatedOf(id), null)
    const at = Date.now()
    await pbx.cli('devstate change Custom:DND102 NOT_INUSE')
    await changed('both are his', at, () => waiting.every((id) => designatedOf(id) === '102'))
    t.equal(store.decisions(known(waiting[0]), 10).length, 2, 'one failure, one success')
  })

  await t.test('whoever logs in to the queue gets what waits', async (t) => {
    const erin = await desk.phone('105')
    await registered('105')
    await pbx.cli('devstate change Custom:DND102 BUSY')
    await until('he is on DND', () => presence('102')?.dnd === 'on')
    const id = await texted()
    t.equal(designatedOf(id), null, 'she is allowed but not logged in')
    const at = Date.now()
    await pbx.cli(
      'queue add member Local/105@from-queue/n to 8000 penalty 3 as "Erin Evans" state_interface hint:105@ext-local',
    )
    await changed('it is hers', at, () => designatedOf(id) === '105')
    t.match((await erin.texts.next()).text, /Hello/, 'and her phone rings')
    await pbx.cli('queue remove member Local/105@from-queue/n from 8000')
    await until('she is logged out', () => memberOf('105')?.loggedIn === false)
    t.equal(designatedOf(id), '105', 'logging out takes nothing away')

    const waiting = await texted()
    t.equal(designatedOf(waiting), null)
    const { token } = desk.link('agent', '105')
    const inQueue = (act: string) =>
      fetch(`${desk.sidecar().url}/api/v1/me/queues/8000/${act}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      })
    const asked = Date.now()
    t.equal((await inQueue('login')).status, 200)
    await changed('what waits is hers by her panel’s word', asked, () => designatedOf(waiting) === '105')
    t.match(memberOf('105'), { loggedIn: true, penalty: 3 })
    t.equal((await inQueue('logout')).status, 200)
    await until('she is logged out', () => memberOf('105')?.loggedIn === false)
  })

  await t.test('a call makes him busy, and hanging up idle again', async (t) => {
    await pbx.cli('devstate change Custom:DND102 NOT_INUSE')
    await pbx.cli('queue unpause member Local/101@from-queue/n queue 8000')
    await until('both can be had', () => presence('102')?.dnd === 'off' && memberOf('101')?.paused === false)
    const panels = [await desk.open('agent', '101'), await desk.open('agent', '102')]
    for (const page of panels) await page.getByRole('button', { name: 'Unassigned' }).waitFor()
    await pbx.cli('channel originate Local/102@from-internal application Wait 60')
    const call = await bob.calls.next()
    call.answer()
    await until('he is on a call', () => presence('102')?.call === 'on-call')
    t.equal(designatedOf(await texted()), '101')
    t.equal(designatedOf(await texted()), '101', 'the idle one comes first')
    const at = Date.now()
    await call.hangUp()
    await changed('he is idle', at, () => presence('102')?.call === 'idle')
    t.equal(designatedOf(await texted()), '102')
    t.same(desk.complaints, [])
  })
})

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is not there')
  return value
}
