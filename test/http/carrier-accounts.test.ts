import t from 'tap'
import { asCarrierId } from '../../module/domain/ids.ts'
import { bearer, createSampleSidecar } from './sample-sidecar.ts'

const admin = bearer(null, ['admin'])

t.test('kinds of carriers, their keys and their end', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store } = sidecar
  const secrets = () => store.carriers().find(({ id }) => id === 'scripted')?.secrets
  const rotate = (payload: object, id = 'scripted') =>
    app.inject({ method: 'POST', url: `/api/v1/carriers/${id}/rotate-keys`, headers: admin, payload })

  const { items } = (await app.inject({ method: 'GET', url: '/api/v1/carrier-kinds', headers: admin })).json()
  const twilio = items.find(({ kind }: { kind: string }) => kind === 'twilio')
  t.match(twilio, {
    name: 'Twilio',
    channels: ['sms', 'whatsapp'],
    webhookPlace: /A message comes in/,
    settings: { properties: { accountSid: { description: /AC and 32/ } }, required: ['accountSid'] },
    secrets: { properties: { authToken: {}, previousAuthToken: {} } },
  })
  t.equal(items.length, 7)

  t.equal((await rotate({ secrets: { authToken: 'new' } })).statusCode, 204)
  t.same(secrets(), { authToken: 'new', previousAuthToken: 'hush' }, 'the old one stays good')
  t.equal((await rotate({ secrets: { authToken: 'new' } })).statusCode, 204)
  t.same(secrets(), { authToken: 'new', previousAuthToken: 'hush' }, 'the same once more costs nothing')
  t.equal((await rotate({ secrets: { authToken: '' } })).statusCode, 400)
  t.equal((await rotate({ secrets: { authToken: 'x' } }, 'nobody')).statusCode, 404)
  const shown = (await app.inject({ method: 'GET', url: '/api/v1/carriers', headers: admin })).json()
  t.same(shown.items[0].storedSecrets, ['authToken', 'previousAuthToken'])
  t.notMatch(JSON.stringify(shown), /hush|"new"/)

  const drop = () =>
    app.inject({ method: 'DELETE', url: '/api/v1/carriers/scripted/previous-keys', headers: admin })
  t.equal((await drop()).statusCode, 204)
  t.same(secrets(), { authToken: 'new' })

  const remove = () => app.inject({ method: 'DELETE', url: '/api/v1/carriers/scripted', headers: admin })
  t.equal((await remove()).statusCode, 204)
  t.equal(sidecar.carriers.find(asCarrierId('scripted')), undefined, 'out of work at once')
  t.same(store.carriers(), [])
  t.equal((await remove()).statusCode, 404)
})

t.test('what a sender mask would take', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const ask = (senders: string) =>
    sidecar.app.inject({
      method: 'POST',
      url: '/api/v1/rules/sender-examples',
      headers: admin,
      payload: { senders },
    })
  t.same((await ask('')).json(), { senders: '', matches: [], misses: [] })
  t.same((await ask('1954*******')).json(), {
    senders: '+1954*******',
    matches: ['+19545550123'],
    misses: ['+19555550123'],
  })
  const several = (await ask('100-200; 12345; ACME')).json()
  t.same(several.matches, ['100', '200', '12345'])
  t.ok(several.misses.length > 0)
  const wrong = await ask('+1631;19+54***')
  t.equal(wrong.statusCode, 400)
  t.match(wrong.json(), { code: 'invalid-rule', path: 'senders' })
})
