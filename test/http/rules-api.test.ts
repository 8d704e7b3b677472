import t from 'tap'
import type { RuleWire } from '../../module/contract/api/rules.ts'
import { asConversationId, groupKey } from '../../module/domain/ids.ts'
import { bearer, createSampleSidecar, inbound, ringGroup } from './sample-sidecar.ts'

const body = {
  name: 'Sales',
  enabled: true,
  dids: ['631-380-8001'],
  channels: ['sms'],
  destination: { kind: 'ring-group', number: '600' },
}
const support = {
  ...body,
  name: 'Support',
  channels: null,
  dids: ['16313808000'],
  destination: { kind: 'queue', number: '8000' },
}
const whole = {
  ...body,
  dids: ['6313808100-6313808199', '70007; 18005550199'],
  carriers: ['scripted'],
  senders: '954*******; 100-200; ACME; US.13491208655302741918',
  hours: {
    kind: 'weekly',
    timeZone: 'America/New_York',
    days: { mon: '09:00-12:30; 13:30-18:00', fri: '22:00-06:00' },
    holidays: [{ from: '2026-12-24', to: '2026-12-26', name: 'Christmas' }],
  },
  outside: { kind: 'hold', autoReply: 'We are closed.' },
  overrides: { strategy: 'linear', cap: 3, sticky: { kind: 'when-unavailable', afterMinutes: 10 } },
}

async function startApi(t: { teardown(done: () => Promise<void>): unknown }) {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const headers = bearer(null, ['admin'])
  const call = (
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
    as: object = headers,
  ) =>
    sidecar.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...as },
      ...(payload === undefined ? {} : { payload }),
    })
  return { ...sidecar, call }
}

t.test('rules over the API', async (t) => {
  const { call } = await startApi(t)

  await t.test('keep all their parts, read back as they are written', async (t) => {
    const saved = await call('PUT', '/rules/sales', whole)
    t.equal(saved.statusCode, 200, saved.body)
    const rule: RuleWire = saved.json()
    t.match(rule, {
      id: 'sales',
      version: 1,
      position: 1,
      dids: ['+16313808100-+16313808199', '70007', '+18005550199'],
      carriers: ['scripted'],
      senders: '+1954*******; 100-200; ACME; whatsapp-user:US.13491208655302741918',
      hours: {
        kind: 'weekly',
        days: { mon: '09:00-12:30; 13:30-18:00', fri: '22:00-06:00' },
        holidays: [{ from: '2026-12-24', to: '2026-12-26', name: 'Christmas', spans: '' }],
      },
      outside: { kind: 'hold', autoReply: 'We are closed.' },
      overrides: { strategy: 'linear', cap: 3, sticky: { kind: 'when-unavailable', afterMinutes: 10 } },
    })
    const { id, position, destination, ...terms } = rule
    const again = await call('PUT', `/rules/${id}`, {
      ...terms,
      destination: { kind: destination.kind, number: destination.number },
    })
    t.equal(again.statusCode, 200, again.body)
    t.same(again.json(), { ...rule, version: 2 }, 'and kept its place')
    t.equal(position, 1)
  })

  await t.test('refuse a stale edit with what is there now', async (t) => {
    const edit = { ...body, name: 'Mine', version: 2 }
    t.equal((await call('PUT', '/rules/sales', edit)).json().version, 3)
    const stale = await call('PUT', '/rules/sales', { ...edit, name: 'Yours' })
    t.equal(stale.statusCode, 409)
    t.match(stale.json(), {
      code: 'stale-rule',
      current: 3,
      rule: { id: 'sales', name: 'Mine', version: 3 },
      detail: /version 3/,
    })
    t.equal((await call('PUT', '/rules/sales', body)).statusCode, 409, 'nor is it created a second time')
    t.match((await call('PUT', '/rules/other', edit)).json(), { code: 'stale-rule', rule: null, status: 409 })
    t.match((await call('DELETE', '/rules/sales?version=2')).json(), { status: 409, current: 3 })
    const [first, second] = await Promise.all([
      call('PUT', '/rules/sales', { ...body, name: 'One', version: 3 }),
      call('PUT', '/rules/sales', { ...body, name: 'Two', version: 3 }),
    ])
    t.same([first?.statusCode, second?.statusCode], [200, 409], 'of two at once one wins')
  })

  await t.test('name the place of what can’t be understood', async (t) => {
    const weekly = (over: object) => ({ hours: { ...whole.hours, ...over } })
    const cases: [object, string, number, RegExp][] = [
      [{ dids: ['16313808000', '18005550199; 12'] }, 'dids[1]', 14, /“12” is no number/],
      [{ senders: '954*******; 9x4*******' }, 'senders', 14, /“x” can't stand beside/],
      [{ senders: '200-100' }, 'senders', 5, /below/],
      [weekly({ timeZone: 'Mars' }), 'hours.timeZone', 1, /no time zone/],
      [weekly({ days: { tue: '09:00-12:00; 8' } }), 'hours.days.tue', 14, /no span of time/],
      [weekly({ holidays: [{ from: '2026-02-30', name: 'x' }] }), 'hours.holidays[0].from', 1, /no date/],
      [{ hours: { kind: 'pbx', schedule: 'night' } }, 'hours.schedule', 1, /no schedule/],
      [{ overrides: { strategy: 'fastest' } }, 'overrides.strategy', 1, /no strategy/],
    ]
    for (const [over, path, position, detail] of cases) {
      const refused = await call('PUT', '/rules/new', { ...body, ...over })
      t.equal(refused.statusCode, 400, path)
      t.match(refused.json(), { code: 'invalid-rule', path, position, detail }, path)
    }
    t.equal((await call('PUT', '/rules/new', { ...body, colour: 'red' })).json().code, 'invalid-request')
    t.equal((await call('PUT', '/rules/new', { ...body, outside: { kind: 'hold' } })).statusCode, 400)
    t.equal((await call('GET', '/rules')).json().items.length, 2, 'nothing of it was stored')
  })

  await t.test('are put in order as a whole', async (t) => {
    const { version } = (await call('GET', '/rules')).json()
    const ordered = await call('POST', '/rules/order', { ids: ['sales', 'r1'], version })
    t.match(ordered.json(), {
      items: [
        { id: 'sales', position: 0, version: 4 },
        { id: 'r1', position: 1 },
      ],
    })
    t.equal(ordered.json().version, version + 1)
    t.match((await call('POST', '/rules/order', { ids: ['r1', 'sales'], version })).json(), {
      status: 409,
      code: 'stale-rules',
      current: version + 1,
    })
    for (const ids of [['r1'], ['r1', 'r1'], ['r1', 'nope'], ['r1', 'sales', 'sales']]) {
      const refused = await call('POST', '/rules/order', { ids, version: version + 1 })
      t.equal(refused.statusCode, 409, ids.join())
    }
  })

  await t.test('are checked', async (t) => {
    await call('PUT', '/rules/late', {
      ...body,
      name: 'Late',
      destination: { kind: 'queue', number: '9999' },
    })
    const { items } = (await call('GET', '/rules/lint')).json()
    t.match(
      items.filter(({ rules }: { rules: string[] }) => rules[0] === 'late'),
      [
        { code: 'shadowed', severity: 'error', rules: ['late', 'sales'], sentence: /never gets a message/ },
        { code: 'vanished-group', severity: 'error' },
        { code: 'unknown-did' },
      ],
    )
    t.equal((await call('DELETE', '/rules/late')).statusCode, 204)
  })

  await t.test('are an administrator’s alone', async (t) => {
    const alice = bearer('101')
    for (const [method, url, payload] of [
      ['GET', '/rules', undefined],
      ['GET', '/rules/lint', undefined],
      ['PUT', '/rules/x', body],
      ['DELETE', '/rules/r1', undefined],
      ['POST', '/rules/order', { ids: [], version: 0 }],
      ['POST', '/rules/simulate', { did: '1', sender: '1', channel: 'sms' }],
      ['POST', '/unrouted/route-matching', {}],
      ['POST', '/unrouted/x/route', { ruleId: 'r1' }],
    ] as const) {
      const refused = await call(method, url, payload, alice)
      t.equal(refused.json().code, 'not-an-administrator', `${method} ${url}`)
    }
  })
})

t.test('the simulator', async (t) => {
  const { call, store, scripted, receiveInbound } = await startApi(t)
  const ask = async (over: object = {}) =>
    (
      await call('POST', '/rules/simulate', {
        did: '16313808000',
        sender: '+19542788086',
        channel: 'sms',
        ...over,
      })
    ).json()
  await call('PUT', '/rules/a', {
    ...body,
    name: 'WhatsApp only',
    position: 0,
    dids: ['16313808000'],
    channels: ['whatsapp'],
  })
  await call('PUT', '/rules/r1', { ...support, position: 5, version: 1 })

  const before = store.lastSeq()
  t.match(await ask(), {
    rules: [
      { id: 'a', taken: false, reason: 'It is for whatsapp, and this message comes by sms.' },
      { id: 'r1', taken: true, reason: null },
    ],
    routed: {
      ruleId: 'r1',
      group: { kind: 'queue', number: '8000' },
      held: false,
      conversationId: null,
      designated: { extension: '101', name: 'Alice Adams' },
      kept: false,
      candidates: [{ extension: '101', tier: 'phone-only' }, { extension: '102' }],
    },
    sentence: /^“Support” takes it to Support Department\. Alice Adams \(101\) was designated/,
  })
  t.match(await ask({ presence: [{ extension: '101', dnd: 'on' }] }), {
    routed: { designated: { extension: '102' }, candidates: [{ excluded: 'dnd' }, {}] },
  })
  t.match(await ask({ presence: [{ extension: '102', panelOpen: true }] }), {
    routed: { designated: { extension: '102' } },
  })
  t.match(
    await ask({
      presence: [
        { extension: '101', paused: true },
        { extension: '102', loggedIn: false },
      ],
    }),
    {
      routed: { designated: null },
      sentence: /Nobody was available/,
    },
  )
  t.match(await ask({ did: '+12125550100' }), { routed: null, sentence: /None of the 2 rules/ })
  t.equal(store.lastSeq(), before, 'nothing happened')

  const { version } = (await call('GET', '/rules')).json().items.find(({ id }: { id: string }) => id === 'r1')
  const held = await call('PUT', '/rules/r1', {
    ...body,
    name: 'Support',
    version,
    channels: null,
    dids: ['16313808000'],
    destination: { kind: 'queue', number: '8000' },
    hours: whole.hours,
    outside: whole.outside,
  })
  t.equal(held.statusCode, 200, held.body)
  t.match(await ask({ at: '2026-01-05T10:00:00-05:00' }), {
    routed: { held: false, designated: { extension: '101' } },
    notes: [/open then by its weekly plan \(America\/New_York\)/],
  })
  t.match(await ask({ at: '2026-01-04T10:00:00-05:00' }), {
    routed: { held: true, autoReply: 'We are closed.', designated: null },
    sentence: /waits there, with nobody designated, until they begin/,
  })
  t.match(await ask({ at: '2026-12-25T10:00:00-05:00' }), {
    notes: [/holiday “Christmas” \(2026-12-24 to 2026-12-26\)/],
  })
  t.equal((await call('POST', '/rules/simulate', { did: '1', sender: '1', channel: 'fax' })).statusCode, 400)
  t.equal(
    (await call('POST', '/rules/simulate', { did: '1', sender: '1', channel: 'sms', at: 'noon' })).statusCode,
    400,
  )

  await call('DELETE', '/rules/r1')
  await call('PUT', '/rules/r1', {
    ...body,
    channels: null,
    dids: ['16313808000'],
    destination: { kind: 'queue', number: '8000' },
  })
  await receiveInbound(inbound())
  t.match(await ask(), {
    routed: { kept: true, designated: { extension: '101' }, conversationId: /./ },
    sentence: /designated for this customer already/,
  })
  scripted.change({ freshness: 'stale' })
  t.match(await ask({ sender: '+12125550123' }), { routed: { designated: null }, notes: [/not answering/] })
})

t.test('what was unrouted is sent on afterwards', async (t) => {
  const { call, store, receiveInbound } = await startApi(t)
  const lost = { kind: 'number', value: '+12125550100' } as const
  const came = Date.now() - 3 * 60 * 60 * 1000
  const message = (over: Parameters<typeof inbound>[0] = {}) =>
    inbound({ did: lost, receivedAt: came, ...over })
  const unrouted = async () => (await call('GET', '/unrouted')).json().items as { id: string; text: string }[]
  const idOf = async (text: string) => (await unrouted()).find((item) => item.text === text)?.id ?? 'none'
  const text = (words: string) => ({ kind: 'text', text: words, media: [] }) as const

  const one = message({ content: text('one') })
  await receiveInbound(one)
  await receiveInbound(message({ content: text('two') }))
  await receiveInbound(message({ content: text('three'), sender: { kind: 'number', value: '+12125550111' } }))
  const id = await idOf('one')

  const refusals: [string, object, number, string][] = [
    [`/unrouted/${id}/route`, { ruleId: 'nope' }, 404, 'not-found'],
    [`/unrouted/${id}/route`, { destination: { kind: 'queue', number: '9999' } }, 422, 'no-such-group'],
    [`/unrouted/${id}/route`, {}, 400, 'invalid-request'],
    ['/unrouted/nope/route', { ruleId: 'r1' }, 404, 'not-found'],
    ['/unrouted/nope/route', { destination: { kind: 'queue', number: '8000' } }, 404, 'not-found'],
  ]
  for (const [url, payload, status, code] of refusals) {
    t.match((await call('POST', url, payload)).json(), { status, code }, url)
  }
  t.equal((await unrouted()).length, 3, 'a refusal moves nothing')

  const routed = await call('POST', `/unrouted/${id}/route`, {
    destination: { kind: 'queue', number: '8000' },
  })
  t.equal(routed.statusCode, 200, routed.body)
  const { conversationId, messageId } = routed.json()
  t.equal(messageId, id, 'it is the same message')
  const conversation = store.conversation(conversationId)
  t.match(conversation, { designated: '101', waitingSince: came, ruleId: null, openedAt: came })
  t.match(store.message(messageId), { at: came, mention: { extension: '101' }, content: { text: 'one' } })
  const [decision] = store.decisions(conversationId, 5)
  t.ok((decision?.at ?? 0) > came + 60_000, 'it was decided now, not then')
  t.same(await receiveInbound(one), { kind: 'duplicate', messageId: id }, 'its dedupe key stays')
  t.equal(
    (await call('POST', `/unrouted/${id}/route`, { ruleId: 'r1' })).statusCode,
    404,
    'it is unrouted no more',
  )

  const both = await Promise.all(
    [1, 2, 3].map(async () => call('POST', `/unrouted/${await idOf('two')}/route`, { ruleId: 'r1' })),
  )
  t.same(both.map(({ statusCode }) => statusCode).sort(), [200, 404, 404], 'of three at once one moves it')
  t.equal(store.conversation(conversationId)?.ruleId, 'r1')

  t.same((await call('POST', '/unrouted/route-matching')).json(), { routed: 0, left: 1 }, 'no rule yet')
  await call('PUT', '/rules/lost', { ...body, channels: null, dids: ['+12125550100'] })
  for (const words of ['four', 'five']) {
    await receiveInbound(message({ content: text(words), did: { kind: 'short-code', value: '70007' } }))
  }
  t.same((await call('POST', '/unrouted/route-matching')).json(), { routed: 1, left: 2 })
  await call('PUT', '/rules/code', { ...body, channels: null, dids: ['70007'] })
  t.same((await call('POST', '/unrouted/route-matching')).json(), { routed: 2, left: 0 })
  const inGroup = store
    .conversations({
      groups: [groupKey(ringGroup)],
      status: 'all',
      designated: { kind: 'anyone' },
      channel: null,
      before: null,
      limit: 10,
    })
    .items.flatMap(({ id: each }) => store.messages(each, null, 10).items)
  t.same(
    inGroup.sort((a, b) => a.seq - b.seq).map(({ content }) => (content.kind === 'text' ? content.text : '')),
    ['three', 'four', 'five'],
    'in the order in which they came',
  )
})

t.test('a late message does not turn the way back, nor hear an old STOP again', async (t) => {
  const { call, store, receiveInbound } = await startApi(t)
  const lost = { kind: 'number', value: '+12125550100' } as const
  const stop = inbound({
    did: lost,
    receivedAt: Date.now() - 60_000,
    content: { kind: 'text', text: 'STOP', media: [] },
  })
  await receiveInbound(stop)
  const receivedAt = Date.now()
  await receiveInbound(
    inbound({ did: lost, receivedAt, content: { kind: 'text', text: 'START', media: [] } }),
  )
  const newer = await receiveInbound(inbound({ receivedAt }))
  const id = newer.kind === 'committed' ? newer.conversationId : 'none'
  await call('PUT', '/rules/lost', {
    ...body,
    channels: null,
    dids: ['+12125550100'],
    destination: { kind: 'queue', number: '8000' },
  })
  t.same((await call('POST', '/unrouted/route-matching')).json(), { routed: 2, left: 0 })
  const conversation = store.conversation(asConversationId(id))
  t.equal(conversation?.lastInbound?.did.value, '+16313808000', 'the newest message says where to answer')
  t.equal(conversation?.waitingSince, stop.receivedAt, 'he waits since the oldest one that nobody answered')
  const reply = await call(
    'POST',
    `/conversations/${id}/messages`,
    { text: 'Hello' },
    {
      ...bearer('101'),
      'idempotency-key': 'key-00000009',
    },
  )
  t.equal(reply.statusCode, 201, reply.body)
})
