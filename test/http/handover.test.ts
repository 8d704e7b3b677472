import t from 'tap'
import { signToken } from '../../module/app/people/session-token.ts'
import { asExtension, groupKey } from '../../module/domain/ids.ts'
import { bearer, createSampleSidecar, inbound, queue, tokenFor, tokenKey } from './sample-sidecar.ts'

t.test('handing conversations over', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, receiveInbound, store } = sidecar
  const headers = (who: object, key?: string) => ({
    ...who,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  })
  const get = (url: string, who: object) =>
    app.inject({ method: 'GET', url: `/api/v1${url}`, headers: headers(who) })
  const post = (url: string, who: object, payload: object = {}, key?: string) =>
    app.inject({ method: 'POST', url: `/api/v1${url}`, headers: headers(who, key), payload })
  const put = (url: string, who: object, payload: object) =>
    app.inject({ method: 'PUT', url: `/api/v1${url}`, headers: headers(who), payload })
  const alice = bearer('101')
  const bob = bearer('102')
  const carol = bearer('103')
  const supervisor = bearer('102', ['agent', 'supervisor'])
  const admin = bearer(null, ['admin'])
  const texted = async (sender: string, over = {}) => {
    const receipt = await receiveInbound(inbound({ sender: { kind: 'number', value: sender }, ...over }))
    if (receipt.kind !== 'committed') throw new Error(receipt.kind)
    return receipt.conversationId
  }

  await t.test('is refused with a code and a sentence', async (t) => {
    const id = await texted('+19540000001')
    const table: [string, Promise<{ statusCode: number; json(): object }>, number, object][] = [
      [
        'by somebody else',
        post(`/conversations/${id}/transfer`, bob, { to: '102' }),
        403,
        { code: 'not-designated', designated: { extension: '101', name: 'Alice Adams' } },
      ],
      ['to nobody', post(`/conversations/${id}/transfer`, alice, {}), 400, { code: 'invalid-request' }],
      [
        'to a stranger',
        post(`/conversations/${id}/transfer`, alice, { to: '103' }),
        422,
        { code: 'not-a-member' },
      ],
      [
        'to a stranger of another group',
        post(`/conversations/${id}/transfer`, alice, {
          toGroup: { kind: 'ring-group', number: '600' },
          to: '101',
        }),
        422,
        { code: 'not-a-member' },
      ],
      [
        'to its own group',
        post(`/conversations/${id}/transfer`, alice, { toGroup: { kind: 'queue', number: '8000' } }),
        422,
        { code: 'same-group' },
      ],
      [
        'to a group that is none',
        post(`/conversations/${id}/transfer`, alice, { toGroup: { kind: 'queue', number: '8888' } }),
        404,
        { code: 'not-found' },
      ],
      [
        'of nothing',
        post('/conversations/nothing/transfer', alice, { to: '102' }),
        404,
        { code: 'not-found' },
      ],
      [
        'by an agent for others',
        post(`/conversations/${id}/reassign`, alice, { to: '102' }),
        403,
        { code: 'not-a-supervisor' },
      ],
      [
        'to a stranger by a supervisor',
        post(`/conversations/${id}/reassign`, supervisor, { to: '103' }),
        422,
        { code: 'not-a-member' },
      ],
      [
        'in bulk by an agent',
        post('/conversations/reassign', alice, { from: '106', to: '101' }),
        403,
        { code: 'not-a-supervisor' },
      ],
      ['of nothing in bulk', post('/conversations/reassign', admin, { to: null }), 400, {}],
      ['for an outsider', get(`/conversations/${id}/timeline`, bearer('106')), 404, { code: 'not-found' }],
      ['settings by an agent', get('/groups/queue/8000/settings', alice), 403, { code: 'not-a-supervisor' }],
      ['settings of others', get('/groups/ring-group/600/settings', supervisor), 404, { code: 'not-found' }],
    ]
    for (const [name, answer, status, body] of table) {
      const { statusCode, json } = await answer
      t.equal(statusCode, status, name)
      t.match(json(), { ...body, detail: /\.$/ }, name)
    }
    t.equal((await post(`/conversations/${id}/transfer`, alice, { to: '102', version: 1 })).statusCode, 200)
    const stale = await post(`/conversations/${id}/transfer`, alice, { to: '102', version: 1 })
    t.equal(stale.statusCode, 409)
    t.match(stale.json(), {
      code: 'stale-version',
      current: 2,
      changedBy: 'Alice Adams',
      changedAt: /Z$/,
      detail: /Alice Adams changed this conversation .*Bob Brown is designated now/,
    })
  })

  await t.test('to another group takes the customer along', async (t) => {
    const id = await texted('+19540000002')
    const first = (await get(`/conversations/${id}`, alice)).json()
    const by = first.designated.extension === '101' ? alice : bob
    const there = { toGroup: { kind: 'ring-group', number: '600' }, note: 'about an invoice' }
    const closed = (await post(`/conversations/${id}/transfer`, by, there)).json()
    t.match(closed, { status: 'closed', continuedIn: String })
    const later = closed.continuedIn
    t.match((await get(`/conversations/${later}`, carol)).json(), {
      group: { kind: 'ring-group', number: '600' },
      designated: { extension: '103' },
      status: 'open',
      continues: [{ id, group: { number: '8000' } }],
      waitingSince: String,
    })
    t.match(
      (await get(`/conversations/${id}/messages`, carol)).json().items[0],
      { text: 'Hello' },
      'she reads on',
    )
    t.equal((await post(`/conversations/${id}/take`, carol)).statusCode, 404, 'and can do nothing there')
    t.equal(await texted('+19540000002'), later, 'what comes to the old group goes to the new one')
    const said = await post(`/conversations/${later}/messages`, carol, { text: 'Yes' }, 'answer-by-carol')
    t.match(said.json(), { did: '+16313808000' }, 'and she answers from the number that was texted')
    const line = (await get(`/conversations/${later}/timeline`, carol)).json().items
    t.match(line[0], {
      kind: 'designation',
      sentence: /transferred this customer here from another group, with the note “about an invoice”\. Carol/,
    })
    t.match(line[1], { kind: 'status', other: { id }, note: 'about an invoice' })
    t.match((await get(`/conversations/${id}/timeline`, bob)).json().items[0], {
      sentence: /transferred the customer to Ring group 600.*goes on there/,
    })
    t.equal((await post(`/conversations/${later}/close`, carol)).statusCode, 200)
    t.equal(await texted('+19540000002'), id, 'until that conversation closes')
    t.match((await get(`/conversations/${id}`, bob)).json(), { status: 'open', continuedIn: null })
  })

  await t.test('supervisors reassign, one and many', async (t) => {
    const ids = [await texted('+19540000003'), await texted('+19540000004'), await texted('+19540000005')]
    const to = await post(`/conversations/${ids[0]}/reassign`, supervisor, { to: '102', note: 'please' })
    t.match(to.json(), { designated: { extension: '102' } })
    t.match((await get(`/conversations/${ids[0]}/timeline`, alice)).json().items[0], {
      sentence: 'Bob Brown reassigned this conversation to Bob Brown (102), with the note “please”.',
      note: 'please',
    })
    const all = await post('/conversations/reassign', admin, { from: '102', to: '101' })
    t.match(all.json(), { items: all.json().items.map(() => ({ done: true })) })
    t.equal(store.designatedTo(groupKey(queue), asExtension('102')).length, 0)
    const some = await post('/conversations/reassign', admin, { ids: [ids[1], 'nothing'], to: null })
    t.match(some.json(), {
      reassigned: 1,
      items: [{ done: true }, { done: false, code: 'not-found', sentence: /\.$/ }],
    })
    t.match(
      (await get(`/conversations/${ids[1]}`, admin)).json().designated,
      { extension: '102' },
      'the strategy looks among the others',
    )
    const only = {
      authorization: `Bearer ${tokenFor('106', ['supervisor'])}`,
    }
    t.equal((await get('/conversations', only)).json().items.length, 0, 'a supervisor of no group sees none')
  })

  await t.test('an agent starts a conversation, once for a key', async (t) => {
    const body = {
      to: '+1 954 000 0006',
      group: { kind: 'queue', number: '8000' },
      text: 'Your order is here',
    }
    const started = await post('/conversations', alice, body, 'start-one-key')
    t.equal(started.statusCode, 201)
    t.match(started.json(), {
      customer: { address: '+19540000006' },
      designated: { extension: '101' },
      lastMessage: { direction: 'out', preview: 'Your order is here' },
    })
    const again = await post('/conversations', alice, body, 'start-one-key')
    t.equal(again.json().id, started.json().id)
    const { id } = started.json()
    t.equal((await get(`/conversations/${id}/messages`, alice)).json().items.length, 1, 'sent once')
    t.match((await post('/conversations', bob, body, 'start-by-bob')).json(), {
      status: 409,
      code: 'already-designated',
      designated: { extension: '101' },
    })
    t.match(
      (await post('/conversations', alice, { ...body, from: '+15550001111' }, 'start-from-else')).json(),
      {
        status: 422,
        code: 'no-such-sender',
      },
    )
    t.match((await post('/conversations', alice, { ...body, to: 'ACME' }, 'start-to-a-name')).json(), {
      status: 422,
      code: 'cannot-be-answered',
    })
    t.equal((await post('/conversations', carol, body, 'start-elsewhere')).statusCode, 404)
    t.equal(await texted('+19540000006'), id, 'the answer comes to the same conversation')
    t.match((await get(`/conversations/${id}`, alice)).json(), { designated: { extension: '101' } })
  })

  await t.test('who is no member of the group is never designated', async (t) => {
    const frank = {
      authorization: `Bearer ${signToken(tokenKey, {
        sid: 's-frank',
        ext: '106',
        roles: ['agent', 'supervisor'],
        groups: ['queue/8000'],
        exp: Math.floor(Date.now() / 1000) + 600,
      })}`,
    }
    const { presence } = sidecar.scripted
    sidecar.scripted.change({ presence: new Map() })
    const id = await texted('+19540000008')
    t.match((await post(`/conversations/${id}/take`, frank)).json(), {
      status: 422,
      code: 'not-a-member',
      detail: /106 is not a member/,
    })
    const said = await post(`/conversations/${id}/messages`, frank, { text: 'One moment' }, 'frank-helps-out')
    t.equal(said.statusCode, 201, 'a supervisor may lend a hand')
    t.equal((await get(`/conversations/${id}`, alice)).json().designated, null)
    sidecar.scripted.change({ presence })
  })

  await t.test('two who write at once are told of each other', async (t) => {
    const id = await texted('+19540000009')
    const [asked] = (await get(`/conversations/${id}/messages`, alice)).json().items
    const reply = (who: object, key: string, body: object) =>
      post(`/conversations/${id}/messages`, who, { text: 'Yes', ...body }, key)
    t.equal((await reply(alice, 'alice-is-first', { seen: asked.id })).statusCode, 201)
    t.equal((await reply(alice, 'alice-goes-on', { seen: asked.id })).statusCode, 201, 'her own don’t count')
    const late = await reply(bob, 'bob-is-second', { seen: asked.id })
    t.equal(late.statusCode, 409)
    t.match(late.json(), {
      code: 'answered-meanwhile',
      changedBy: 'Alice Adams',
      changedAt: /Z$/,
      detail: /^Alice Adams answered this customer (just now|\d seconds? ago)\. Read that first/,
    })
    t.equal((await reply(bob, 'bob-is-second', { seen: asked.id, confirm: true })).statusCode, 201)
    const [last] = (await get(`/conversations/${id}/messages`, bob)).json().items
    t.equal((await reply(alice, 'alice-has-seen', { seen: last.id })).statusCode, 201)
    t.equal((await reply(bob, 'bob-asks-nobody', {})).statusCode, 201, 'as before, where nothing is said')
    t.equal((await reply(bob, 'bob-makes-it-up', { seen: 'nothing' })).json().code, 'not-found')
    t.equal(
      (await reply(alice, 'alice-is-first', { seen: asked.id })).statusCode,
      201,
      'a repeated request gets its answer, whatever came since',
    )
  })

  await t.test('settings are kept by version and hold', async (t) => {
    const usual = (await get('/groups/queue/8000/settings', supervisor)).json()
    t.match(usual, {
      version: 0,
      sticky: { kind: 'when-unavailable', afterMinutes: 10 },
      cap: null,
      mayReply: 'any-member',
      closeAfterMinutes: 1440,
      remindAfterMinutes: null,
      escalateAfterMinutes: null,
    })
    const wanted = { ...usual, cap: 50, mayReply: 'designated-only', sticky: { kind: 'keep' } }
    t.match((await put('/groups/queue/8000/settings', supervisor, wanted)).json(), { ...wanted, version: 1 })
    t.match((await put('/groups/queue/8000/settings', admin, wanted)).json(), {
      status: 409,
      code: 'stale-settings',
      current: 1,
    })
    const spoken = { ...wanted, version: 1, autoReply: 'We are all out. Back soon.' }
    t.match((await put('/groups/queue/8000/settings', admin, spoken)).json(), { ...spoken, version: 2 })
    const { autoReply: _, ...silent } = { ...wanted, version: 2 }
    t.match(
      (await put('/groups/queue/8000/settings', admin, silent)).json(),
      { version: 3, autoReply: 'We are all out. Back soon.' },
      'an auto-reply that is left out stays',
    )
    t.match((await put('/groups/queue/8000/settings', admin, { ...wanted, version: 3 })).json(), {
      autoReply: null,
    })
    t.equal(
      (await put('/groups/queue/8000/settings', admin, { ...wanted, autoReply: '' })).statusCode,
      400,
      'nothing is null, not an empty text',
    )
    const wrong = await put('/groups/queue/8000/settings', admin, { ...wanted, version: 4, strategy: 'fair' })
    t.match(wrong.json(), { status: 400, detail: /rrmemory/ })
    const id = await texted('+19540000007')
    const has = (await get(`/conversations/${id}`, alice)).json().designated.extension
    const other = has === '101' ? bob : alice
    t.match((await post(`/conversations/${id}/messages`, other, { text: 'I' }, 'not-his-key')).json(), {
      status: 403,
      code: 'not-designated',
      designated: { extension: has },
    })
    t.match((await post(`/conversations/${id}/close?version=99`, admin)).json(), { code: 'stale-version' })
    t.equal((await post(`/conversations/${id}/close`, admin)).statusCode, 200, 'an administrator closes any')
  })
})
