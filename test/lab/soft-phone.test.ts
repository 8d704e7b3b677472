import t from 'tap'
import { SoftPhone } from '../../module/lab/soft-phone.ts'
import { type Lab, startLab } from './start-lab.ts'
import { until } from './until.ts'

/** What the PBX knows of an extension: `Idle`, `Ringing` … */
async function stateOf({ pbx }: Lab, extension: string): Promise<string> {
  return /State:(\S+)/.exec(await pbx.cli(`core show hint ${extension}`))?.[1] ?? ''
}

const becomes = (lab: Lab, extension: string, state: string): Promise<void> =>
  until(`${extension} is ${state}`, async () => (await stateOf(lab, extension)) === state)

/** A text from the PBX to an endpoint, by ARI as Parley's account. */
async function sendFromPbx({ pbx }: Lab, to: string, text: string): Promise<number> {
  const { username, secret } = pbx.credentials.ari
  const response = await fetch(`http://127.0.0.1:${pbx.httpPort}/ari/endpoints/sendMessage`, {
    method: 'PUT',
    headers: { authorization: `Basic ${btoa(`${username}:${secret}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to, from: 'sip:16313808000@127.0.0.1', body: text, variables: {} }),
  })
  return response.status
}

t.test('a phone registers, and the PBX sees it ring, talk, hold and end', async (t) => {
  const lab = await startLab(t)
  t.equal(await stateOf(lab, '101'), 'Unavailable')
  const phone = await lab.phone('101')
  await becomes(lab, '101', 'Idle')
  await lab.pbx.setDoNotDisturb('101', true)
  await becomes(lab, '101', 'Busy')
  await lab.pbx.setDoNotDisturb('101', false)
  await becomes(lab, '101', 'Idle')

  await lab.pbx.cli('channel originate PJSIP/101 application Wait 60')
  const call = await phone.calls.next()
  call.ring()
  await becomes(lab, '101', 'Ringing')
  call.answer()
  await becomes(lab, '101', 'InUse')
  t.throws(() => call.ring(), /The call is talking/)
  await call.hangUp()
  await call.ended
  await becomes(lab, '101', 'Idle')
  await t.rejects(call.hold(), /The call is ended/)

  await lab.pbx.cli('channel originate PJSIP/101 application Wait 60')
  const second = await phone.calls.next()
  second.answer()
  await becomes(lab, '101', 'InUse')
  await lab.pbx.cli('channel request hangup all')
  await second.ended
  await becomes(lab, '101', 'Idle')

  await phone.unregister()
  t.notMatch(await lab.pbx.cli('pjsip show contacts'), /101\/sip:/)
  t.equal(await stateOf(lab, '101'), 'Idle', "FreePBX's hint hides it once do-not-disturb was switched off")
})

t.test('phones call each other, hold, and hear the other hang up', async (t) => {
  const lab = await startLab(t)
  const [caller, called] = [await lab.phone('101'), await lab.phone('102')]

  await lab.pbx.cli('channel originate PJSIP/101 extension 102@from-internal')
  const here = await caller.calls.next()
  here.answer()
  const there = await called.calls.next()
  t.equal(there.from, '101')
  there.ring()
  await becomes(lab, '102', 'Ringing')
  there.answer()
  await becomes(lab, '102', 'InUse')

  await here.hold()
  await becomes(lab, '102', 'Hold')
  await here.resume()
  await becomes(lab, '102', 'InUse')
  await here.hangUp()
  await there.ended
  await becomes(lab, '102', 'Idle')
})

t.test('the ring group rings all its phones, and the queue one', async (t) => {
  const lab = await startLab(t)
  const phones = [await lab.phone('101'), await lab.phone('102'), await lab.phone('103')]

  await lab.pbx.cli('channel originate Local/600@from-internal application Wait 60')
  const [first, ...others] = await Promise.all(phones.map((phone) => phone.calls.next()))
  for (const call of others) call.ring()
  first?.answer()
  await Promise.all(others.map((call) => call.ended))
  t.pass('the others stop when one answers')
  await first?.hangUp()

  for (const phone of phones) await becomes(lab, phone.extension, 'Idle')
  await lab.pbx.cli('channel originate Local/8000@from-internal application Wait 60')
  const call = await Promise.race(phones.slice(0, 2).map((phone) => phone.calls.next()))
  call.ring()
  await until('one member rings', async () => /\(Ringing\)/.test(await lab.pbx.cli('queue show 8000')))
  call.reject(486)
  await call.ended
})

t.test(
  'texts from the PBX arrive at phones and at the carrier, once, and are answered as told',
  async (t) => {
    const lab = await startLab(t)
    const phone = await lab.phone('101')
    const text = 'New message for you: "Grüße 😀"\nfrom +1954…'

    t.equal(await sendFromPbx(lab, 'pjsip:101', text), 202)
    t.match(await phone.texts.next(), { from: '16313808000', to: '101', text })

    t.equal(await sendFromPbx(lab, 'pjsip:PJSIP/+19542788086@trunk1', text), 202)
    t.match(await lab.carrier.texts.next(), { from: '16313808000', to: '+19542788086', text })

    phone.answerTextsWith(486)
    t.equal(await sendFromPbx(lab, 'pjsip:101', 'refused'), 202, 'Asterisk does not wait for the phone')
    t.equal((await phone.texts.next()).text, 'refused')
    lab.carrier.answerTextsWith('silence')
    t.equal(await sendFromPbx(lab, 'pjsip:PJSIP/12345@trunk1', 'unheard'), 202)
    await t.rejects(lab.carrier.texts.next(300), /No text for the carrier came within 300 ms/)

    t.equal(await sendFromPbx(lab, 'pjsip:102', 'nobody'), 404, 'a phone that is not registered')
    t.equal(phone.texts.seen.length, 2)
  },
)

t.test(
  'a wrong password is refused with a reason, and a registration outlives a restart of the PBX',
  async (t) => {
    const lab = await startLab(t)
    const pbx = { host: '127.0.0.1', port: lab.pbx.sipPort }
    const stranger = await SoftPhone.open({ extension: '105', password: 'wrong', pbx })
    t.teardown(() => stranger.close())
    await t.rejects(stranger.register(), {
      code: 'REGISTRATION_REFUSED',
      message: /^105 could not register: 401/,
    })
    t.equal((await stranger.sendText('101', 'let me in')).code, 401)

    const phone = await lab.phone('101')
    await lab.pbx.stop()
    await lab.pbx.start()
    t.equal(await sendFromPbx(lab, 'pjsip:101', 'still here'), 202)
    t.equal((await phone.texts.next()).text, 'still here')
  },
)
