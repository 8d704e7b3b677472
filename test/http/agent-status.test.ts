import t from 'tap'
import { signToken } from '../../module/app/people/session-token.ts'
import { bearer, createSampleSidecar, inbound, tokenKey } from './sample-sidecar.ts'

t.test('away for messages', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, receiveInbound, store } = sidecar
  const get = (url: string, who: object) =>
    app.inject({ method: 'GET', url: `/api/v1${url}`, headers: { ...who } })
  const put = (url: string, who: object, payload: object) =>
    app.inject({ method: 'PUT', url: `/api/v1${url}`, headers: { ...who }, payload })
  const alice = bearer('101')
  const bob = bearer('102')
  const admin = bearer(null, ['admin'])
  const supervisor = {
    authorization: `Bearer ${signToken(tokenKey, {
      sid: 's-frank',
      ext: '106',
      roles: ['agent', 'supervisor'],
      groups: ['queue/8000'],
      exp: Math.floor(Date.now() / 1000) + 600,
    })}`,
  }
  const soon = () => new Date(Date.now() + 60_000).toISOString()
  const person = async (extension: string) =>
    (await get('/groups/queue/8000', bob))
      .json()
      .people.find((one: { extension: string }) => one.extension === extension)

  await t.test('is an agent’s own to say', async (t) => {
    t.same((await get('/me/status', alice)).json(), {
      state: 'available',
      since: null,
      until: null,
      reason: null,
      by: null,
    })
    const until = soon()
    const away = await put('/me/status', alice, { state: 'away', reason: 'Lunch', until })
    t.equal(away.statusCode, 200)
    t.match(away.json(), { state: 'away', since: /Z$/, until, reason: 'Lunch', by: 'Alice Adams' })
    t.same((await get('/me/status', alice)).json(), away.json())
    t.match(await person('101'), {
      away: true,
      awayReason: 'Lunch',
      available: false,
      summary: 'Away for messages: Lunch',
    })
    t.match(await person('102'), { away: false, available: true })
    const receipt = await receiveInbound(inbound())
    const id = receipt.kind === 'committed' ? receipt.conversationId : ''
    const [decision] = (await get(`/conversations/${id}/decisions`, bob)).json().items
    t.match(decision, {
      winner: { extension: '102' },
      sentence: /Alice Adams \(away for messages: Lunch\)/,
      candidates: [{ extension: '101', excluded: 'away', reason: 'away for messages: Lunch' }, {}],
    })
    const longer = await put('/me/status', alice, { state: 'away' })
    t.match(longer.json(), { since: away.json().since, until: null, reason: null }, 'away all the while')
    t.match((await put('/me/status', alice, { state: 'available' })).json(), { state: 'available' })
    t.match(await person('101'), { away: false, available: true, summary: 'Phone only' })
    t.same(store.awayAgents(sidecar.pbxId), [])
  })

  await t.test('is a supervisor’s to say for the agents of his groups', async (t) => {
    const said = await put('/agents/101/status', supervisor, { state: 'away', reason: 'Ill' })
    t.match(said.json(), { state: 'away', by: 'Frank Fox' })
    t.match((await get('/me/status', alice)).json(), { state: 'away', reason: 'Ill', by: 'Frank Fox' })
    t.match((await get('/agents/101/status', admin)).json(), { state: 'away' })
    t.equal((await put('/me/status', alice, { state: 'available' })).statusCode, 200, 'and hers to take back')
    t.match((await put('/agents/103/status', admin, { state: 'away' })).json(), { by: 'Administrator' })
  })

  await t.test('is refused with a code and a sentence', async (t) => {
    const past = new Date(Date.now() - 1000).toISOString()
    const table: [string, Promise<{ statusCode: number; json(): object }>, number, string][] = [
      ['by a colleague', put('/agents/101/status', bob, { state: 'away' }), 403, 'not-a-supervisor'],
      ['asked by a colleague', get('/agents/101/status', bob), 403, 'not-a-supervisor'],
      ['of another group', put('/agents/103/status', supervisor, { state: 'away' }), 404, 'not-found'],
      ['of nobody', put('/agents/999/status', admin, { state: 'away' }), 404, 'not-found'],
      ['by who is no agent', put('/me/status', admin, { state: 'away' }), 403, 'not-an-agent'],
      ['until yesterday', put('/me/status', alice, { state: 'away', until: past }), 422, 'time-is-past'],
      [
        'until a second that no clock has',
        put('/me/status', alice, { state: 'away', until: '2099-12-31T23:59:60Z' }),
        422,
        'time-is-past',
      ],
      [
        'until some day',
        put('/me/status', alice, { state: 'away', until: 'Monday' }),
        400,
        'invalid-request',
      ],
      ['in two lines', put('/me/status', alice, { state: 'away', reason: 'a\nb' }), 400, 'invalid-request'],
      ['as something else', put('/me/status', alice, { state: 'gone' }), 400, 'invalid-request'],
      ['with more than is asked', put('/me/status', alice, { state: 'away', x: 1 }), 400, 'invalid-request'],
      ['of no extension', get('/agents/..%2f/status', admin), 400, 'invalid-request'],
    ]
    for (const [name, answer, status, code] of table) {
      const { statusCode, json } = await answer
      t.equal(statusCode, status, name)
      t.match(json(), { code, detail: /\.$/ }, name)
    }
    t.match((await get('/me/status', alice)).json(), { state: 'available' })
  })

  await t.test('can be asked of the simulator', async (t) => {
    const asked = await app.inject({
      method: 'POST',
      url: '/api/v1/rules/simulate',
      headers: { ...admin },
      payload: {
        did: '16313808000',
        sender: '+19540000001',
        channel: 'sms',
        presence: [
          { extension: '101', away: true },
          { extension: '102', away: false },
        ],
      },
    })
    t.match(asked.json(), { routed: { designated: { extension: '102' } } })
    t.match((await get('/me/status', alice)).json(), { state: 'available' }, 'which changes nothing')
  })
})
