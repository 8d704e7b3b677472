import t from 'tap'
import { bearer, createSampleSidecar, inbound } from './sample-sidecar.ts'

const said = (text: string, over: Parameters<typeof inbound>[0] = {}) =>
  inbound({ content: { kind: 'text', text, media: [] }, ...over })

t.test('what is an agent’s own, and what is among colleagues', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store, receiveInbound } = sidecar
  const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, headers: object, payload?: object) =>
    app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  const alice = bearer('101')
  const bob = bearer('102')
  const outsider = bearer('106')
  const admin = bearer(null, ['admin'])
  let keys = 0
  const withKey = (headers: object) => ({ ...headers, 'idempotency-key': `key-0000${++keys}` })

  const messagesToSend = async () =>
    (await store.claimOutbox(Date.now(), 10)).filter(({ kind }) => kind === 'message')

  const first = await receiveInbound(said('Hello'))
  const id = first.kind === 'committed' ? first.conversationId : ''
  const second = await receiveInbound(said('Anybody?'))
  const secondId = second.kind === 'committed' ? second.messageId : ''
  const here = `/conversations/${id}`

  await t.test('counts what I have not read', async (t) => {
    const list = (await call('GET', '/conversations', alice)).json()
    t.match(list.items[0], { unread: 2, mentionsMe: 2, muted: false, pinned: false, optedOut: false })
    t.match(list.totals, {
      unreadMessages: 2,
      unreadConversations: 1,
      mentions: 2,
      mentioningConversations: 1,
    })
    t.match((await call('GET', here, bob)).json(), { unread: 2, mentionsMe: 0 })
    t.match((await call('GET', here, admin)).json(), { unread: 0, mentionsMe: 0 }, 'no agent')
    const read = await call('POST', `${here}/read`, alice, { through: secondId })
    t.same(read.json(), { unread: 0, mentionsMe: 0, muted: false, pinned: false })
    t.match((await call('GET', '/conversations', alice)).json().totals, { unreadMessages: 0, mentions: 0 })
    t.match((await call('GET', here, bob)).json(), { unread: 2 }, 'his own affair')
    for (const [who, body, status, code] of [
      [outsider, { through: secondId }, 404, 'not-found'],
      [alice, { through: 'nothing' }, 404, 'not-found'],
      [admin, { through: secondId }, 403, 'not-an-agent'],
      [alice, {}, 400, 'invalid-request'],
    ] as const)
      t.match((await call('POST', `${here}/read`, who, body)).json(), { status, code })
  })

  await t.test('pins and mutes for myself', async (t) => {
    await receiveInbound(said('Later', { sender: { kind: 'number', value: '+15550001111' } }))
    const order = async (who: object) =>
      (await call('GET', '/conversations', who)).json().items.map((each: { id: string }) => each.id === id)
    t.same(await order(alice), [false, true])
    t.match((await call('PUT', `${here}/preferences`, alice, { pinned: true })).json(), {
      pinned: true,
      muted: false,
    })
    t.match((await call('PUT', `${here}/preferences`, alice, { muted: true })).json(), {
      pinned: true,
      muted: true,
    })
    t.same(await order(alice), [true, false])
    t.same(await order(bob), [false, true])
    t.equal((await call('PUT', `${here}/preferences`, outsider, { pinned: true })).statusCode, 404)
    t.equal((await call('PUT', `${here}/preferences`, alice, { pinned: 'yes' })).statusCode, 400)
    await call('PUT', `${here}/preferences`, alice, { pinned: false, muted: false })
  })

  await t.test('keeps notes in the house', async (t) => {
    const written = await call('POST', `${here}/notes`, withKey(alice), {
      text: 'Be kind to him',
      mentions: ['102'],
    })
    t.equal(written.statusCode, 201)
    t.match(written.json(), {
      direction: 'note',
      channel: null,
      did: null,
      text: 'Be kind to him',
      mentions: [{ extension: '102', name: 'Bob Brown' }],
      author: { kind: 'agent', extension: '101' },
      state: null,
    })
    const messages = (await call('GET', `${here}/messages`, bob)).json().items
    t.same(
      messages.map((each: { direction: string }) => each.direction),
      ['note', 'in', 'in'],
    )
    t.match((await call('GET', here, bob)).json(), { mentionsMe: 1 })
    t.same(await messagesToSend(), [], 'nothing leaves')
    const refusals = [
      [outsider, { text: 'x' }, 404, 'not-found'],
      [admin, { text: 'x' }, 403, 'not-an-agent'],
      [alice, { text: '  ' }, 422, 'empty-message'],
      [alice, { text: 'x', mentions: ['106'] }, 422, 'not-a-member'],
      [alice, { text: 'x', to: '102' }, 400, 'invalid-request'],
    ] as const
    for (const [who, body, status, code] of refusals)
      t.match((await call('POST', `${here}/notes`, withKey(who), body)).json(), { status, code })
    t.equal((await call('POST', `${here}/notes`, alice, { text: 'x' })).statusCode, 400, 'without a key')
  })

  await t.test('fills in canned replies', async (t) => {
    const save = (name: string, body: object, who: object = admin) =>
      call('PUT', `/canned-replies/${name}`, who, {
        group: null,
        shortcut: name,
        title: name,
        text: 'Hi',
        ...body,
      })
    t.equal((await save('hello', {}, alice)).json().code, 'not-an-administrator')
    t.match((await save('hello', { text: 'Hello {customer.name}, {agent.name} here.' })).json(), {
      id: 'hello',
      group: null,
    })
    const queue = { kind: 'queue', number: '8000' }
    t.match((await save('bye', { group: queue, text: 'Bye from {group.name}, {did}' })).json().group, {
      name: 'Support Department',
    })
    await save('sales', { group: { kind: 'ring-group', number: '600' } })
    t.match((await save('bad', { text: 'Hello {customer.nam}' })).json(), {
      status: 422,
      code: 'unknown-variable',
      detail: /\{customer\.nam\} \(at character 7\)/,
    })
    t.match((await save('other', { shortcut: 'hello' })).json(), { status: 409, code: 'shortcut-taken' })
    t.equal((await save('upper', { shortcut: 'No Spaces' })).statusCode, 400)
    const filled = (await call('GET', `${here}/canned-replies`, alice)).json().items
    t.same(
      filled.map(({ shortcut, text }: { shortcut: string; text: string }) => [shortcut, text]),
      [
        ['bye', 'Bye from Support Department, +16313808000'],
        ['hello', 'Hello +19542788086, Alice Adams here.'],
      ],
      'those of the group and of all, filled in',
    )
    await save('bye-all', { shortcut: 'bye' })
    t.equal(
      (await call('GET', `${here}/canned-replies`, alice)).json().items.length,
      2,
      'the group’s own stands',
    )
    t.equal((await call('GET', `${here}/canned-replies`, outsider)).statusCode, 404)
    t.equal((await call('GET', '/canned-replies', admin)).json().items.length, 4)
    t.equal((await call('DELETE', '/canned-replies/bye-all', admin)).statusCode, 204)
    t.equal((await call('DELETE', '/canned-replies/bye-all', admin)).statusCode, 404)
  })

  await t.test('sends nothing to who opted out', async (t) => {
    const reply = () => call('POST', `${here}/messages`, withKey(alice), { text: 'Still here?' })
    await receiveInbound(said(' stop! '))
    t.match((await call('GET', here, bob)).json(), { optedOut: true })
    t.match((await reply()).json(), { status: 422, code: 'opted-out', detail: /opted out of messages from/ })
    const [note] = (await call('GET', `${here}/messages`, bob)).json().items
    t.match(note, { direction: 'note', author: { kind: 'pbx' }, text: /The customer opted out/ })
    t.match((await call('GET', '/opt-outs', admin)).json().items, [
      { customer: '+19542788086', did: '+16313808000', source: 'keyword' },
    ])
    t.equal((await call('GET', '/opt-outs', alice)).json().code, 'not-an-administrator')
    const change = { customer: '954-278-8086', did: '6313808000', optedOut: false, reason: 'called us' }
    t.equal((await call('PUT', '/opt-outs', alice, change)).statusCode, 403)
    t.equal((await call('PUT', '/opt-outs', admin, { ...change, reason: '' })).statusCode, 400)
    t.same((await call('PUT', '/opt-outs', admin, change)).json(), { changed: true, optedOut: false })
    t.same((await call('PUT', '/opt-outs', admin, change)).json(), { changed: false, optedOut: false })
    t.equal((await reply()).statusCode, 201)
    const history = await call(
      'GET',
      '/opt-outs/changes?customer=%2B19542788086&did=%2B16313808000',
      bearer('101', ['admin']),
    )
    t.match(history.json().items, [
      { optedOut: false, source: 'admin', by: 'Administrator', reason: 'called us' },
      { optedOut: true, source: 'keyword' },
    ])
    await call('PUT', '/opt-outs', admin, { ...change, optedOut: true })
    t.equal((await call('GET', '/opt-outs?customer=%2B19542788086', admin)).json().items.length, 1)
    t.same((await call('GET', '/opt-outs?customer=%2B15550001111', admin)).json().items, [])
    t.same(await messagesToSend(), [], 'nor what was queued before')
  })

  await t.test('describes all of it', async (t) => {
    const { paths } = (await app.inject('/api/v1/openapi.json')).json()
    for (const path of [
      '/conversations/{id}/read',
      '/conversations/{id}/preferences',
      '/conversations/{id}/notes',
      '/conversations/{id}/canned-replies',
      '/canned-replies/{id}',
      '/opt-outs',
    ])
      t.ok(paths[`/api/v1${path}`], path)
  })
})
