import t from 'tap'
import { bearer, createSampleSidecar, inbound } from './sample-sidecar.ts'

t.test('the API', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store, receiveInbound } = sidecar
  const get = (url: string, headers: object) =>
    app.inject({ method: 'GET', url: `/api/v1${url}`, headers: { ...headers } })
  const post = (url: string, headers: object, payload: object = {}) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, headers: { ...headers }, payload })
  const alice = bearer('101')
  const bob = bearer('102')
  const outsider = bearer('106')
  const admin = bearer(null, ['admin'])

  const receipt = await receiveInbound(inbound())
  const id = receipt.kind === 'committed' ? receipt.conversationId : ''

  await t.test('lists what I may see and nothing else', async (t) => {
    const hers = (await get('/conversations', alice)).json()
    t.equal(hers.items.length, 1)
    t.match(hers.items[0], {
      id,
      customer: { address: '+19542788086', answerable: true },
      group: { kind: 'queue', number: '8000', name: 'Support Department' },
      designated: { extension: '101', name: 'Alice Adams' },
      status: 'open',
      channels: ['sms'],
      lastMessage: { direction: 'in', preview: 'Hello', mention: { extension: '101', name: 'Alice Adams' } },
    })
    t.type(hers.cursor, 'string')
    t.equal((await get('/conversations?filter=mine', bob)).json().items.length, 0)
    t.equal((await get('/conversations?filter=all', bob)).json().items.length, 1)
    t.equal((await get('/conversations', outsider)).json().items.length, 0)
    t.equal((await get('/conversations', admin)).json().items.length, 1)
    for (const path of [
      `/conversations/${id}`,
      `/conversations/${id}/messages`,
      `/conversations/${id}/decisions`,
    ]) {
      const refused = await get(path, outsider)
      t.equal(refused.statusCode, 404, `${path} does not exist for an outsider`)
      t.equal(refused.json().code, 'not-found')
    }
    t.equal((await get('/groups/queue/8000', outsider)).statusCode, 404)
  })

  await t.test('shows messages and the decision behind them', async (t) => {
    const { items } = (await get(`/conversations/${id}/messages`, bob)).json()
    t.match(items[0], {
      direction: 'in',
      channel: 'sms',
      did: '+16313808000',
      text: 'Hello',
      mention: '101',
      mentionName: 'Alice Adams',
      state: null,
    })
    const [decision] = (await get(`/conversations/${id}/decisions`, bob)).json().items
    t.match(decision, {
      cause: 'opened',
      winner: { extension: '101' },
      sentence: /Alice Adams \(101\) was designated/,
    })
    t.equal(decision.candidates.length, 2)
    t.same((await get(`/decisions/${decision.id}`, bob)).json(), decision)
    t.equal((await get(`/decisions/${decision.id}`, outsider)).statusCode, 404)
  })

  await t.test('answers once for one key', async (t) => {
    const headers = { ...bob, 'idempotency-key': 'key-00000001' }
    const first = await post(`/conversations/${id}/messages`, headers, { text: 'Good morning' })
    t.equal(first.statusCode, 201)
    t.match(first.json(), {
      direction: 'out',
      text: 'Good morning',
      state: 'queued',
      author: { kind: 'agent', extension: '102', name: 'Bob Brown' },
    })
    const second = await post(`/conversations/${id}/messages`, headers, { text: 'Good morning' })
    t.equal(second.json().id, first.json().id, 'a double click is one message')
    const reused = await post(`/conversations/${id}/messages`, headers, { text: 'Something else' })
    t.equal(reused.statusCode, 409)
    t.equal(reused.json().code, 'idempotency-key-reused')
    t.equal(
      (await post(`/conversations/${id}/messages`, bob, { text: 'x' })).statusCode,
      400,
      'without a key',
    )
    const cut = { ...bob, 'idempotency-key': 'key-00000002' }
    t.equal(
      (await post(`/conversations/${id}/messages`, cut, { text: 'one\0two' })).statusCode,
      400,
      'Asterisk would send the half before the NUL alone',
    )
    t.equal(
      (
        await post(
          `/conversations/${id}/messages`,
          { ...bob, 'idempotency-key': 'key-00000002' },
          { text: '  ' },
        )
      ).json().code,
      'empty-message',
    )
    t.equal(
      (
        await post(
          `/conversations/${id}/messages`,
          { ...admin, 'idempotency-key': 'key-00000003' },
          { text: 'x' },
        )
      ).json().code,
      'not-an-agent',
    )
    const list = (await get('/conversations', alice)).json()
    t.equal(list.items[0].designated.extension, '101', 'a reply by another changes no designation')
    t.equal(list.items[0].waitingSince, null, 'nobody waits any more')
  })

  await t.test('transfers for the designated agent alone, once', async (t) => {
    const version = (await get(`/conversations/${id}`, alice)).json().version
    const byBob = await post(`/conversations/${id}/transfer`, bob, { to: '102' })
    t.equal(byBob.statusCode, 403)
    t.match(byBob.json(), {
      code: 'not-designated',
      designated: { extension: '101', name: 'Alice Adams' },
      detail: /Alice Adams/,
    })
    t.match((await post(`/conversations/${id}/transfer`, alice, { to: '106' })).json(), {
      status: 422,
      code: 'not-a-member',
    })
    const done = await post(`/conversations/${id}/transfer`, alice, {
      to: '102',
      version,
      note: 'Knows the case',
    })
    t.equal(done.statusCode, 200)
    t.match(done.json(), { designated: { extension: '102', name: 'Bob Brown' }, version: version + 1 })
    const stale = await post(`/conversations/${id}/transfer`, bob, { to: '101', version })
    t.match(stale.json(), { status: 409, code: 'stale-version', current: version + 1, detail: /Bob Brown/ })
    t.equal((await post('/conversations/nope/transfer', alice, { to: '102' })).statusCode, 404)
    await receiveInbound(inbound({ content: { kind: 'text', text: 'Still there?', media: [] } }))
    t.equal(
      (await get(`/conversations/${id}/messages`, bob)).json().items[0].mention,
      '102',
      'the sender follows',
    )
    t.match((await get(`/conversations/${id}/decisions`, bob)).json().items[0], {
      cause: 'transfer',
      note: 'Knows the case',
    })
  })

  await t.test('takes, closes and reopens', async (t) => {
    t.match((await post(`/conversations/${id}/take`, alice)).json(), {
      status: 409,
      code: 'already-designated',
    })
    t.match((await post(`/conversations/${id}/close`, alice)).json(), { status: 403, code: 'not-designated' })
    t.match((await post(`/conversations/${id}/close`, bob)).json(), { status: 'closed' })
    t.equal((await get('/conversations?filter=all', bob)).json().items.length, 0)
    t.equal((await get('/conversations?filter=closed', bob)).json().items.length, 1)
    t.match((await post(`/conversations/${id}/reopen`, bob)).json(), {
      status: 'open',
      designated: { extension: '102' },
    })
  })

  await t.test('tells an agent nothing of what administrators send', async (t) => {
    const shapeless = { method: 'PUT', url: '/api/v1/rules/x', headers: alice, payload: {} } as const
    t.equal((await app.inject(shapeless)).statusCode, 403, 'before it tells what a right request looks like')
  })

  await t.test('lets an administrator set rules and carriers', async (t) => {
    const rule = {
      name: 'Sales',
      position: 1,
      enabled: true,
      dids: ['631-380-8001'],
      channels: ['sms'],
      destination: { kind: 'ring-group', number: '600' },
    }
    const saved = await app.inject({ method: 'PUT', url: '/api/v1/rules/r2', headers: admin, payload: rule })
    t.match(saved.json(), { id: 'r2', dids: ['+16313808001'], destination: { name: 'Ring group 600' } })
    t.equal((await get('/rules', admin)).json().items.length, 2)
    const wrong = await app.inject({
      method: 'PUT',
      url: '/api/v1/rules/r3',
      headers: admin,
      payload: { ...rule, colour: 'red' },
    })
    t.equal(wrong.statusCode, 400)
    t.equal((await app.inject({ method: 'DELETE', url: '/api/v1/rules/r2', headers: admin })).statusCode, 204)
    t.equal((await app.inject({ method: 'DELETE', url: '/api/v1/rules/r2', headers: admin })).statusCode, 404)

    t.match((await get('/doctor', admin)).json(), {
      healthy: false,
      findings: [{ code: 'clock', state: 'fail', sentence: 'It is late.', todo: 'date' }],
    })
    const carriers = await get('/carriers', admin)
    t.notMatch(carriers.body, 'hush', 'secrets are write-only')
    t.equal(carriers.json().items[0].webhookUrl, 'https://pbx.example.com/parley/webhooks/scripted')
    const kept = await app.inject({
      method: 'PUT',
      url: '/api/v1/carriers/scripted',
      headers: admin,
      payload: { kind: 'twilio', name: 'Renamed', enabled: true, settings: {} },
    })
    t.equal(kept.json().name, 'Renamed')
    t.same(store.carriers()[0]?.secrets, { authToken: 'hush' }, 'secrets left out are kept')
  })

  await t.test('keeps what no rule takes', async (t) => {
    await receiveInbound(inbound({ did: { kind: 'short-code', value: '70007' } }))
    t.match((await get('/unrouted', admin)).json().items, [
      { did: '70007', sender: '+19542788086', text: 'Hello' },
    ])
  })

  await t.test('takes webhooks only with proof, raw and by name', async (t) => {
    const call = (
      proof: string,
      payload: string,
      carrier = 'scripted',
      type = 'application/x-www-form-urlencoded',
    ) =>
      app.inject({
        method: 'POST',
        url: `/webhooks/${carrier}`,
        headers: { 'x-proof': proof, 'content-type': type },
        payload,
      })
    const before = store.lastSeq()
    t.equal((await call('no', '[]')).statusCode, 403)
    t.equal((await call('ok', '[]', 'nobody')).statusCode, 403, 'a stranger cannot tell which carriers exist')
    t.equal(store.lastSeq(), before)
    t.equal((await call('ok', '{')).statusCode, 200)
    const taken = await call('ok', JSON.stringify([inbound()]))
    t.equal(taken.statusCode, 200)
    t.equal(taken.body, '<Response/>')
    t.ok(store.lastSeq() > before)
    const { body: metrics } = await app.inject('/metrics')
    t.match(metrics, /parley_webhook_calls_total\{result="refused"\} 2/)
    t.equal((await call('ok', 'x'.repeat(5_000_000))).statusCode, 413)
  })

  await t.test('is healthy and describes itself', async (t) => {
    t.same((await app.inject('/health/live')).json(), { status: 'ok' })
    t.match((await app.inject('/health/ready')).json(), { status: 'degraded', ami: 'up', ari: 'down' })
    const document = (await app.inject('/api/v1/openapi.json')).json()
    t.equal(document.openapi, '3.1.0')
    t.ok(document.paths['/api/v1/conversations/{id}/transfer'].post.requestBody)
    t.ok(document.paths['/api/v1/me'].get.responses.default.content['application/problem+json'])
    t.same(document.paths['/health/live'].get.security, [], 'needs no token')
    t.match((await app.inject('/nowhere')).json(), { status: 404, code: 'no-such-address' })
    t.match((await app.inject('/api/v1/conversations/%ff')).json(), { status: 400, code: 'invalid-address' })
    const foreign = Buffer.from('another-database:1').toString('base64url')
    for (const list of [
      '/conversations?after=',
      `/conversations/${id}/messages?before=`,
      '/unrouted?before=',
    ])
      for (const cursor of [foreign, 'x', ''])
        t.match(
          (await get(list + cursor, admin)).json(),
          { status: 400, code: 'unknown-cursor' },
          list + cursor,
        )
    t.match((await get('/me', alice)).json(), {
      extension: '101',
      name: 'Alice Adams',
      groups: [{ name: 'Support Department' }, { kind: 'extension' }],
    })
    t.match((await get('/groups', alice)).json().items[0].people, [
      { extension: '101', summary: 'Phone only', available: true },
    ])
    t.match((await get('/system', admin)).json().pbx.ari, { state: 'down', sentence: 'Start it.' })
  })
})
