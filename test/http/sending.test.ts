import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import Database from 'better-sqlite3'
import t from 'tap'
import type { CarrierAccount, WebhookCarrier } from '../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { createCarrier } from '../../module/carriers/registry.ts'
import { usualGroupSettings } from '../../module/domain/directory/group-settings.ts'
import { asCarrierId, asExtension, asRuleId } from '../../module/domain/ids.ts'
import type { MessageContent } from '../../module/domain/message/message-content.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { usualDeadlineMs } from '../../module/http/routes/webhook-routes.ts'
import { createWebhookSelfTest } from '../../module/http/webhook-self-test.ts'
import { freeTcpPortFrom } from '../../module/lab/free-ports.ts'
import { createLog } from '../../module/log.ts'
import { batchDescription, genericAccount } from '../carriers/generic/generic-account.ts'
import { keptLog } from '../carriers/kept-log.ts'
import { bearer, createSampleSidecar, inbound, queue } from './sample-sidecar.ts'

const hour = 60 * 60 * 1000
const waId = asCarrierId('wa')
const account: CarrierAccount = {
  id: waId,
  kind: 'twilio',
  name: 'WhatsApp of the shop',
  enabled: true,
  settings: { accountSid: 'AC1' },
  secrets: { authToken: 'hush-hush-7731' },
}
const did = { kind: 'number', value: '+16313808000' } as const
const second = { kind: 'number', value: '+16313808001' } as const
let listed = 0

const carrier: WebhookCarrier = {
  id: waId,
  channels: ['sms', 'whatsapp'],
  numbers: [
    { channel: 'sms', did },
    { channel: 'whatsapp', did },
    { channel: 'sms', did: second },
  ],
  limits: { perSecond: 10, perPairMs: 0, longestText: 20, media: null, windowMs: { whatsapp: 24 * hour } },
  send: async () => ({ kind: 'taken', carrierMessageId: null, state: 'sent' }),
  templates: {
    async list() {
      listed += 1
      return [
        {
          name: 'shipped',
          language: 'en_US',
          text: 'Dear {{1}}, it left on {{2}}. Bye {{1}}',
          variables: ['1', '2'],
          category: 'utility',
        },
      ]
    },
  },
  probe: { check: async () => ({ kind: 'valid', expiresAt: Date.now() + 2 * 24 * hour }) },
  close: async () => {},
  receive(request) {
    const answer = { status: 200, contentType: 'text/plain', body: 'ok' }
    if (request.headers['x-proof'] !== 'ok') return { kind: 'refused', reason: 'no proof' }
    const text = Buffer.from(request.body).toString('utf8')
    if (text.startsWith('?')) return { kind: 'unreadable', reason: 'not JSON', answer }
    return {
      kind: 'content',
      inbound: [inbound({ carrierId: waId, channel: 'sms' })],
      reports: [],
      unread: text.startsWith('half') ? ['one of two messages is of no known type'] : [],
      answer,
    }
  },
}

const sidecarWith = (over: Partial<WebhookCarrier> = {}, options = {}) =>
  createSampleSidecar({ account, build: () => ({ ...carrier, ...over }), ...options })
type Sidecar = Awaited<ReturnType<typeof sidecarWith>>

const openedBy = async ({ receiveInbound }: Sidecar, over: Parameters<typeof inbound>[0] = {}) => {
  const receipt = await receiveInbound(inbound({ carrierId: waId, ...over }))
  if (receipt.kind !== 'committed') throw new Error(receipt.kind)
  return receipt
}

/** Messages alone: with no panel open there are alerts on phones besides. */
const claimed = async ({ store }: Sidecar) =>
  (await store.claimOutbox(Date.now(), 100)).filter(({ kind }) => kind === 'message')

let keys = 0
const post = (sidecar: Sidecar, url: string, payload?: object, who = '101') =>
  sidecar.app.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    headers: { ...bearer(who), 'idempotency-key': `key-number-${++keys}` },
    ...(payload === undefined ? {} : { payload }),
  })
const get = (sidecar: Sidecar, url: string, who = '101') =>
  sidecar.app.inject({ method: 'GET', url: `/api/v1${url}`, headers: bearer(who) })

t.test('WhatsApp’s window', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const sender = { kind: 'number', value: '+4915112345678' } as const
  const { conversationId } = await openedBy(sidecar, {
    channel: 'whatsapp',
    sender,
    receivedAt: Date.now() - 25 * hour,
  })
  const closed = (await get(sidecar, `/conversations/${conversationId}`)).json()
  t.match(closed.window, { open: false, closesAt: /^20/ })
  const refused = await post(sidecar, `/conversations/${conversationId}/messages`, { text: 'Hi' })
  t.equal(refused.statusCode, 422)
  t.match(refused.json(), { code: 'window-closed', detail: /24 hours.*Choose a template/ })

  const templates = await get(sidecar, `/conversations/${conversationId}/templates`)
  t.match(templates.json(), { items: [{ name: 'shipped', language: 'en_US', variables: ['1', '2'] }] })
  await get(sidecar, `/conversations/${conversationId}/templates`)
  t.equal(listed, 1, 'the carrier is not asked each time')
  for (const [template, detail] of [
    [{ name: 'lost', language: 'en_US' }, /no approved template lost/],
    [{ name: 'shipped', language: 'de' }, /no approved template shipped \(de\)/],
    [{ name: 'shipped', language: 'en_US', variables: { 1: 'Ann' } }, /Fill in 2/],
    [{ name: 'shipped', language: 'en_US', variables: { 1: 'Ann', 2: 'x', 3: 'y' } }, /no variable 3/],
  ] as const) {
    const answer = await post(sidecar, `/conversations/${conversationId}/messages`, { text: '', template })
    t.match([answer.statusCode, answer.json()], [422, { code: 'template', detail }])
  }
  const template = { name: 'shipped', language: 'en_US', variables: { 1: 'Ann', 2: 'Monday' } }
  const sent = await post(sidecar, `/conversations/${conversationId}/messages`, { text: '', template })
  t.match(
    [sent.statusCode, sent.json()],
    [
      201,
      {
        kind: 'template',
        text: 'Dear Ann, it left on Monday. Bye Ann',
        state: 'queued',
        channel: 'whatsapp',
      },
    ],
  )
  t.match(await claimed(sidecar), [{ message: { content: { kind: 'template', template } } }])

  await openedBy(sidecar, { channel: 'whatsapp', sender })
  t.match((await get(sidecar, `/conversations/${conversationId}`)).json().window, { open: true })
  t.equal((await post(sidecar, `/conversations/${conversationId}/messages`, { text: 'Hi' })).statusCode, 201)
})

t.test('the ways of a reply', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const { conversationId } = await openedBy(sidecar, { channel: 'sms' })
  await openedBy(sidecar, {
    channel: 'sms',
    did: second,
    sender: { kind: 'number', value: '+15550000009' },
  }).catch(() => null)
  const ways = await get(sidecar, `/conversations/${conversationId}/ways`)
  t.match(ways.json().items, [
    {
      channel: 'sms',
      did: did.value,
      usual: true,
      usable: true,
      window: null,
      carrier: 'WhatsApp of the shop',
    },
    { channel: 'whatsapp', did: did.value, usual: false, usable: true, window: { open: false } },
  ])
  t.equal(ways.json().items.length, 2, 'the number that no rule leads to this group from is none of its ways')
  const via = (channel: string, from: string) => ({ carrierId: waId, channel, did: from })
  const path = `/conversations/${conversationId}/messages`
  t.match((await post(sidecar, path, { text: 'x', via: via('sms', second.value) })).json(), {
    code: 'no-such-sender',
  })
  t.match((await post(sidecar, path, { text: 'x', via: via('whatsapp', did.value) })).json(), {
    code: 'window-closed',
  })
  t.match((await post(sidecar, path, { text: 'x', via: via('sms', did.value) })).json(), { channel: 'sms' })
  t.match((await post(sidecar, path, { text: 'x'.repeat(21) })).json(), {
    code: 'too-long',
    detail: /at most 20 characters, and yours has 21/,
  })
  t.equal(
    (await get(sidecar, `/conversations/${conversationId}/ways`, '103')).statusCode,
    404,
    'not his group',
  )
})

t.test('sending again', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const { conversationId } = await openedBy(sidecar, { channel: 'sms' })
  const first = (await post(sidecar, `/conversations/${conversationId}/messages`, { text: 'Hi' })).json()
  t.match((await post(sidecar, `/messages/${first.id}/send-again`)).json(), { code: 'not-sendable-again' })
  const [item] = await claimed(sidecar)
  if (item === undefined) throw new Error('nothing to send')
  const outcome = { kind: 'unknown', reason: 'lost' } as const
  await sidecar.store.settleOutbox(item.id, { kind: 'done', outcome }, Date.now())
  t.equal((await post(sidecar, `/messages/${first.id}/send-again`, undefined, '103')).statusCode, 404)
  const once = { ...bearer('101'), 'idempotency-key': 'the-same-key' }
  const url = `/api/v1/messages/${first.id}/send-again`
  const again = await sidecar.app.inject({ method: 'POST', url, headers: once })
  t.match([again.statusCode, again.json()], [201, { text: 'Hi', state: 'queued', againOf: first.id }])
  const repeated = await sidecar.app.inject({ method: 'POST', url, headers: once })
  t.match([repeated.statusCode, repeated.json()], [201, { id: again.json().id }], 'a double click is one')
  const other = await post(sidecar, `/messages/${first.id}/send-again`, undefined, '102')
  t.match(
    [other.statusCode, other.json()],
    [409, { code: 'sent-again-already' }],
    'nor do two people send it twice',
  )
  t.equal((await claimed(sidecar)).length, 1)
})

t.test('sending again with files, by whoever of the group does it', async (t) => {
  const limits = { ...carrier.limits, media: { most: 3, longestBytes: 1000 } }
  const sidecar = await sidecarWith({ limits })
  t.teardown(sidecar.close)
  const { conversationId } = await openedBy(sidecar, { channel: 'sms' })
  const path = `/conversations/${conversationId}/messages`
  const upload = async (name: string) =>
    (
      await sidecar.app.inject({
        method: 'POST',
        url: `/api/v1/uploads?name=${name}`,
        headers: { ...bearer('101'), 'content-type': 'application/octet-stream' },
        payload: `words of ${name}`,
      })
    ).json().id
  const media = [await upload('a.txt'), await upload('b.txt')]
  const first = (await post(sidecar, path, { text: 'Here', media })).json()
  const [item] = await claimed(sidecar)
  if (item === undefined) throw new Error('nothing to send')
  const outcome = { kind: 'unknown', reason: 'lost' } as const
  await sidecar.store.settleOutbox(item.id, { kind: 'done', outcome }, Date.now())
  t.match(
    (await post(sidecar, path, { text: 'mine', media }, '102')).json(),
    { code: 'media' },
    'another’s files are nobody’s to send otherwise',
  )
  const again = await post(sidecar, `/messages/${first.id}/send-again`, undefined, '102')
  t.match([again.statusCode, again.json()], [201, { text: 'Here', state: 'queued', againOf: first.id }])
  const names = (message: { media: readonly { fileName: string; state: string }[] }) =>
    message.media.map(({ state, ...each }) => [state, JSON.stringify(each).includes('.txt')])
  t.same(names(again.json()), names(first))
  const [second] = await claimed(sidecar)
  t.match(second, {
    message: { content: { kind: 'text', media: [{ fileName: 'a.txt' }, { fileName: 'b.txt' }] } },
  })
})

t.test('starting a conversation outside the window takes a template', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const body = {
    to: '+4915112345678',
    group: { kind: 'queue', number: '8000' },
    from: did.value,
    channel: 'whatsapp',
    text: 'Hello',
  }
  t.match((await post(sidecar, '/conversations', body)).json(), { code: 'window-closed' })
  const template = { name: 'shipped', language: 'en_US', variables: { 1: 'Ann', 2: 'Monday' } }
  const wrong = { ...template, variables: { 1: 'Ann' } }
  t.match((await post(sidecar, '/conversations', { ...body, text: '', template: wrong })).json(), {
    code: 'template',
    detail: /Fill in 2/,
  })
  const started = await post(sidecar, '/conversations', { ...body, text: '', template })
  t.match(
    [started.statusCode, started.json()],
    [201, { lastMessage: { preview: 'Dear Ann, it left on Monday. Bye Ann' }, window: { open: false } }],
  )
  t.match(await claimed(sidecar), [
    { message: { channel: 'whatsapp', from: did, content: { kind: 'template', template } } },
  ])
  t.match((await post(sidecar, '/conversations', { ...body, text: ' ' })).json(), { code: 'empty-message' })
  const ways = (await get(sidecar, '/groups/queue/8000/ways')).json().items
  t.same(
    ways.map((way: { channel: string; did: string; templatesOnly: boolean }) => [
      way.channel,
      way.did,
      way.templatesOnly,
    ]),
    [
      ['sms', did.value, false],
      ['whatsapp', did.value, true],
    ],
    'not the number whose answers would go elsewhere',
  )
  t.match(
    (await post(sidecar, '/conversations', { ...body, channel: 'sms', from: second.value })).json(),
    { code: 'no-such-sender' },
    'nor can it be typed',
  )
  const templatesOf = (query: string, who = '101') =>
    get(sidecar, `/groups/queue/8000/templates?carrierId=wa&channel=whatsapp&did=${query}`, who)
  t.match((await templatesOf(encodeURIComponent(did.value))).json(), { items: [{ name: 'shipped' }] })
  t.match((await templatesOf(encodeURIComponent(second.value))).json(), { code: 'no-such-sender' })
  t.equal((await templatesOf(encodeURIComponent(did.value), '103')).statusCode, 404, 'not his group')
  t.equal((await get(sidecar, '/groups/queue/8000/ways', '103')).statusCode, 404)
  t.match(
    (await post(sidecar, '/conversations', { ...body, from: second.value, text: '', template })).json(),
    { code: 'no-such-sender' },
    'that number is none of WhatsApp',
  )
})

t.test('a rule with a range of numbers offers those of them that the carrier has', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const { conversationId } = await openedBy(sidecar, { channel: 'sms' })
  const offered = async () =>
    (await get(sidecar, `/conversations/${conversationId}/ways`))
      .json()
      .items.map((way: { did: string; channel: string }) => `${way.channel} ${way.did}`)
  t.same(await offered(), [`sms ${did.value}`, `whatsapp ${did.value}`])
  await sidecar.store.saveRule({
    id: asRuleId('range'),
    name: 'A block of numbers',
    position: 1,
    enabled: true,
    dids: [{ kind: 'range', of: 'number', from: '+16313808001', to: '+16313808099' }],
    channels: null,
    destination: queue,
    ...ruleDefaults,
  })
  t.same(await offered(), [`sms ${did.value}`, `whatsapp ${did.value}`, `sms ${second.value}`])
  const via = { carrierId: waId, channel: 'sms', did: second.value }
  const sent = await post(sidecar, `/conversations/${conversationId}/messages`, { text: 'x', via })
  t.match(sent.json(), { did: second.value })
})

t.test('an auto-reply that could not leave is not queued', async (t) => {
  const log = keptLog()
  const sidecar = await sidecarWith({}, { log: Object.assign(createLog('silent'), log) })
  t.teardown(sidecar.close)
  const awayFor = async (autoReply: string) => {
    const { version } = sidecar.store.groupSettings(queue)
    await sidecar.store.saveGroupSettings(queue, { ...usualGroupSettings, autoReply }, version || null)
  }
  // Nobody is reachable.
  sidecar.scripted.change({ presence: new Map() })
  let customer = 0
  const repliesTo = async (over: Parameters<typeof inbound>[0]) => {
    const sender = { kind: 'number', value: `+1954000010${customer++}` } as const
    const { conversationId } = await openedBy(sidecar, { sender, ...over })
    return sidecar.store
      .messages(conversationId, null, 10)
      .items.filter(({ direction }) => direction === 'out')
      .map(({ content }) => content.kind === 'text' && content.text)
  }
  await awayFor('We call back.')
  t.same(await repliesTo({ channel: 'whatsapp' }), ['We call back.'])
  const yesterday = Date.now() - 25 * hour
  t.same(
    await repliesTo({ channel: 'whatsapp', carrierAt: yesterday }),
    [],
    'its carrier brought it a day late',
  )
  t.same(await repliesTo({ channel: 'sms', carrierAt: yesterday }), ['We call back.'])
  await awayFor('We call you back tomorrow.')
  t.same(await repliesTo({ channel: 'sms' }), [], 'longer than the carrier takes')
  t.match(
    log.lines.filter(({ sentence }) => sentence === 'An auto-reply was left out').map(({ facts }) => facts),
    [
      { carrierId: waId, code: 'window-closed' },
      { carrierId: waId, code: 'too-long' },
    ],
  )
})

t.test('what wants no answer', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const { conversationId, messageId } = await openedBy(sidecar, {
    carrierMessageId: 'wamid.1',
    channel: 'whatsapp',
  })
  await post(sidecar, `/conversations/${conversationId}/messages`, { text: 'Hi' })
  const before = sidecar.store.conversation(conversationId)
  const contents: readonly MessageContent[] = [
    { kind: 'reaction', emoji: '👍', refersTo: 'wamid.1' },
    { kind: 'edit', text: 'Hallo', refersTo: 'wamid.1' },
    { kind: 'deletion', refersTo: 'wamid.unknown' },
    { kind: 'carrier-notice', text: 'The number changed.' },
  ]
  for (const content of contents)
    await openedBy(sidecar, { channel: 'whatsapp', content, did: second }).catch(() => null)
  for (const content of contents) await openedBy(sidecar, { channel: 'whatsapp', content })
  const after = sidecar.store.conversation(conversationId)
  t.same(
    [after?.waitingSince, after?.version, after?.lastInbound],
    [null, before?.version, before?.lastInbound],
  )
  const { items } = (await get(sidecar, `/conversations/${conversationId}/messages`)).json()
  t.match(items, [
    { kind: 'carrier-notice', repliesTo: null, mention: null },
    { kind: 'deletion', repliesTo: null },
    { kind: 'edit', repliesTo: { id: messageId, preview: 'Hello' } },
    { kind: 'reaction', repliesTo: { id: messageId, preview: 'Hello' }, mention: null },
  ])
  await post(sidecar, `/conversations/${conversationId}/close`)
  await openedBy(sidecar, {
    channel: 'whatsapp',
    content: { kind: 'reaction', emoji: '❤', refersTo: 'wamid.1' },
  })
  t.equal(sidecar.store.conversation(conversationId)?.status, 'closed', 'it opens nothing again')
  const stranger = { kind: 'number', value: '+15550001234' } as const
  const alone = await openedBy(sidecar, {
    sender: stranger,
    content: { kind: 'reaction', emoji: '❤', refersTo: 'x' },
  })
  t.match(sidecar.store.conversation(alone.conversationId), {
    status: 'closed',
    designated: null,
    waitingSince: null,
  })
  await openedBy(sidecar, { sender: stranger })
  t.match(sidecar.store.conversation(alone.conversationId), {
    status: 'open',
    designated: asExtension('102'),
  })
})

t.test('the customer’s app is told when the designated agent has read, and by nobody else', async (t) => {
  const read: string[] = []
  const sidecar = await sidecarWith({ readReceipts: { markRead: async (id) => void read.push(id) } })
  t.teardown(sidecar.close)
  const { conversationId, messageId } = await openedBy(sidecar, { carrierMessageId: 'wamid.r' })
  const url = `/conversations/${conversationId}/read`
  t.equal((await post(sidecar, url, { through: messageId }, '102')).statusCode, 200)
  t.same(read, [])
  t.equal((await post(sidecar, url, { through: messageId }, '101')).statusCode, 200)
  t.same(read, ['wamid.r'])
})

t.test('webhooks', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const call = (payload: string) =>
    sidecar.app.inject({
      method: 'POST',
      url: '/webhooks/wa',
      headers: { 'x-proof': 'ok', 'content-type': 'application/json' },
      payload,
    })
  t.equal((await call('?{"name":"Eve 47"}')).statusCode, 200, 'the carrier need not repeat it')
  t.equal((await call('half {"pin": 1234}')).statusCode, 200)
  t.equal((await call('{}')).statusCode, 200)
  const admin = { headers: bearer(null, ['admin']) }
  const raw = await sidecar.app.inject({ method: 'GET', url: '/api/v1/carriers/wa/raw-events', ...admin })
  t.match(raw.json().items, [
    { reason: 'one of two messages is of no known type', body: 'xxxx {"pin": 0000}' },
    { reason: 'not JSON', body: '?{"name":"xxx 00"}' },
  ])
  t.equal(raw.json().items.length, 2)
  const [, whole] = raw.json().items
  const one = await sidecar.app.inject({
    method: 'GET',
    url: `/api/v1/carriers/wa/raw-events/${whole.n}`,
    ...admin,
  })
  t.equal(one.json().body, '?{"name":"Eve 47"}')
  t.equal((await get(sidecar, '/carriers/wa/raw-events')).statusCode, 403, 'no agent reads them')
  for (let n = 0; n < 210; n++)
    await sidecar.store.keepRaw({
      carrierId: waId,
      at: n,
      reason: 'r',
      contentType: null,
      body: new Uint8Array(300_000),
    })
  const kept = sidecar.store.rawEvents(waId)
  t.same([kept.length, kept[0]?.body.byteLength, kept[0]?.byteLength], [200, 256 * 1024, 300_000])
})

t.test('a carrier is answered in time though nothing can be stored', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const commit = sidecar.store.commitInbound
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  Object.assign(sidecar.store, {
    commitInbound: async (...request: Parameters<typeof commit>) => {
      await held
      return commit(...request)
    },
  })
  const answer = await sidecar.app.inject({
    method: 'POST',
    url: '/webhooks/wa',
    headers: { 'x-proof': 'ok', 'content-type': 'application/json' },
    payload: '{}',
  })
  t.equal(answer.statusCode, 503, 'not acknowledged, since it is not on disk')
  t.ok(usualDeadlineMs < 2000)
  release()
})

t.test('a database that another process holds', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const call = () =>
    sidecar.app.inject({
      method: 'POST',
      url: '/webhooks/wa',
      headers: { 'x-proof': 'ok', 'content-type': 'application/json' },
      payload: '{}',
    })
  await sidecar.app.ready()
  const other = new Database(join(sidecar.folder, 'parley.sqlite'))
  t.teardown(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const started = performance.now()
  const answered = call()
  let turns = 0
  for (let waits = true; waits; turns += 1) {
    waits = await Promise.race([
      answered.then(() => false),
      new Promise<true>((go) => setTimeout(go, 10, true)),
    ])
  }
  t.equal((await answered).statusCode, 503, 'the carrier is told to try again')
  // A loaded machine is given some time more; SQLite's own waiting would take 5 s.
  t.ok(performance.now() - started < 2 * usualDeadlineMs, 'in time')
  t.ok(turns > 20, `others were served meanwhile: ${turns} turns`)
  other.exec('ROLLBACK')
  t.equal((await call()).statusCode, 200)
  const { items } = (await get(sidecar, '/conversations')).json()
  const messages = (await get(sidecar, `/conversations/${items[0]?.id}/messages`)).json().items
  t.equal(messages.length, 2, 'and what came while it was held is stored too')
})

t.test('a secret in the path', async (t) => {
  const lines: string[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  const webhookSecret = 'planted-in-the-path-4711'
  const { webhook, failures } = batchDescription
  const description = { webhook: { ...webhook, authentication: { kind: 'path' } }, failures }
  const readAddress = createAddressReader({ homeCountry: 'US' })
  const messenger = { sendText: async () => ({ kind: 'handed-over' }) as const, onSpooled: () => () => {} }
  const log = createLog('debug', stream)
  const sidecar = await createSampleSidecar({
    account: genericAccount(description, { webhookSecret }),
    build: (account) =>
      createCarrier(account, { messenger, publicUrl: 'https://pbx.example.com', readAddress, log }),
    log,
  })
  t.teardown(sidecar.close)
  const url = await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  const answers: string[] = []
  async function call(path: string, init: RequestInit = {}) {
    const answer = await fetch(`${url}/webhooks/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      ...init,
    })
    answers.push(await answer.text(), JSON.stringify([...answer.headers]))
    return answer.status
  }
  const message = { messageId: 'p-1', from: '19542788086', to: '16313808000', text: 'Hi' }
  const body = JSON.stringify({ results: [message] })
  t.equal(await call(`own/${webhookSecret}`, { body }), 204)
  t.equal((await get(sidecar, '/conversations')).json().items.length, 1)
  for (const path of ['own', 'own/', 'own/wrong', 'own/status', 'own/self-test', `else/${webhookSecret}`])
    t.equal(await call(path, { body }), 403, path)
  t.equal(await call(`own/${webhookSecret}/more`, { body }), 404)
  t.equal(await call(`own/${webhookSecret}%`, { body }), 400)
  t.equal(await call(`own/${webhookSecret}`, { method: 'PUT', body }), 404)
  t.equal(await call(`own/${webhookSecret}`, { body: 'x'.repeat(5 << 20) }).catch(() => 413), 413)
  t.equal(await call(`own/${webhookSecret}`, { body: `{"about": "${webhookSecret}", ` }), 200, 'unreadable')
  t.equal(await call(`own/${webhookSecret}?again=${webhookSecret}`, { method: 'GET' }), 403)
  const raw = await sidecar.app.inject({
    method: 'GET',
    url: '/api/v1/carriers/own/raw-events/1',
    headers: bearer(null, ['admin']),
  })
  t.match(raw.json(), { body: '{"about": "[secret]", ' })
  const failing = sidecar.store.commitInbound
  Object.assign(sidecar.store, { commitInbound: async () => Promise.reject(new Error('no disk')) })
  t.equal(await call(`own/${webhookSecret}`, { body: body.replace('p-1', 'p-2') }), 500)
  Object.assign(sidecar.store, { commitInbound: failing })
  t.ok(
    lines.some((line) => line.includes('A webhook call was refused')),
    'the log was heard',
  )
  t.notMatch(answers.join('\n') + lines.join('\n'), /planted-in-the-path/)
})

t.test('a secret in the query is not shown with what could not be read', async (t) => {
  const webhookSecret = 'planted.in~the-query'
  const readAddress = createAddressReader({ homeCountry: 'US' })
  const messenger = { sendText: async () => ({ kind: 'handed-over' }) as const, onSpooled: () => () => {} }
  const secrets = { webhookSecret, apiUser: 'ann@example.com', apiPassword: 'p&ss=1' }
  const sidecar = await createSampleSidecar({
    account: genericAccount({ preset: 'voip-ms' }, secrets),
    build: (account) =>
      createCarrier(account, {
        messenger,
        publicUrl: 'https://pbx.example.com',
        readAddress,
        log: keptLog(),
      }),
  })
  t.teardown(sidecar.close)
  const url = `/webhooks/own?key=${webhookSecret}&user=${encodeURIComponent('ann@example.com')}&message=Hi`
  t.equal((await sidecar.app.inject({ method: 'GET', url })).statusCode, 200)
  const raw = await sidecar.app.inject({
    method: 'GET',
    url: '/api/v1/carriers/own/raw-events/1',
    headers: bearer(null, ['admin']),
  })
  t.equal(raw.json().body, 'key=[secret]&user=[secret]&message=Hi')
})

t.test('a carrier’s health', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const admin = { headers: bearer(null, ['admin']) }
  const tested = await sidecar.app.inject({ method: 'POST', url: '/api/v1/carriers/wa/test', ...admin })
  t.match(tested.json(), { state: 'warn', sentence: /expires in 2 days/, errorRate: null, expiresAt: /^20/ })
  const list = await sidecar.app.inject({ method: 'GET', url: '/api/v1/carriers', ...admin })
  t.match(list.json().items, [{ id: 'wa', health: { state: 'warn' } }])
  t.equal(
    (await sidecar.app.inject({ method: 'POST', url: '/api/v1/carriers/no/test', ...admin })).statusCode,
    404,
  )
  t.match((await sidecar.app.inject({ method: 'GET', url: '/metrics' })).body, /parley_webhook_calls_total/)
})

t.test('the webhook self-test answers nobody but ourselves', async (t) => {
  const sidecar = await sidecarWith()
  t.teardown(sidecar.close)
  const url = await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  t.equal((await fetch(`${url}/webhooks/wa/self-test?nonce=${'0'.repeat(32)}`)).status, 404)
  t.match(await createWebhookSelfTest(url).call(waId), { works: false, sentence: /HTTP 404/ })
  t.match(await createWebhookSelfTest('http://127.0.0.1:1').call(waId), {
    works: false,
    sentence: /ECONNREFUSED|bad port/,
  })
  t.match(await createWebhookSelfTest(`${url}/elsewhere`).call(waId), { works: false })
})

t.test('the webhook self-test finds its way back', async (t) => {
  const port = await freeTcpPortFrom(30_000 + Math.floor(Math.random() * 5000))
  const publicUrl = `http://127.0.0.1:${port}`
  const sidecar = await sidecarWith({}, { publicUrl })
  t.teardown(sidecar.close)
  await sidecar.app.listen({ host: '127.0.0.1', port })
  t.same(await sidecar.selfTest.call(waId), {
    works: true,
    sentence: `${publicUrl} leads to this Parley.`,
  })
})

t.test('secrets stand in no answer and no log line', async (t) => {
  const lines: string[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  const log = createLog('debug', stream)
  const sidecar = await sidecarWith({}, { log })
  t.teardown(sidecar.close)
  await sidecar.app.ready()
  const paths = Object.entries(sidecar.app.swagger().paths ?? {})
  t.ok(paths.length > 30)
  const answers: string[] = []
  for (const [path, methods] of paths) {
    for (const method of Object.keys(methods ?? {})) {
      const url = path.replace(/\{id\}/g, 'wa').replace(/\{[a-z]+\}/gi, '1')
      const answer = await sidecar.app.inject({
        method: method.toUpperCase() as 'GET',
        url,
        headers: {
          ...bearer('101', ['admin', 'agent']),
          'idempotency-key': `key ${method} ${url}`.slice(0, 128),
        },
        ...(method === 'get'
          ? {}
          : { payload: { secrets: { authToken: 'planted-4711' }, settings: { authToken: 'planted-4711' } } }),
      })
      answers.push(answer.body + JSON.stringify(answer.headers))
    }
  }
  const put = (secrets: object, kind = 'twilio') =>
    sidecar.app.inject({
      method: 'PUT',
      url: '/api/v1/carriers/wa',
      headers: bearer(null, ['admin']),
      payload: { kind, name: 'A', enabled: true, settings: {}, secrets },
    })
  answers.push((await put({ authToken: 'planted-4711' })).body, (await put({})).body)
  t.equal(sidecar.store.carriers()[0]?.secrets.authToken, 'planted-4711', 'left out keeps what is stored')
  const stored = () => sidecar.store.carriers()[0]?.secrets
  answers.push((await put({ previousAuthToken: 'planted-4711-before' })).body)
  answers.push((await put({ previousAuthToken: null })).body)
  t.same(stored(), { authToken: 'planted-4711' }, 'after a rotation the old key is taken out')
  answers.push((await put({ apiKey: 'planted-4711' }, 'telnyx')).body)
  t.same(stored(), { apiKey: 'planted-4711' }, 'another kind has no use for those of the one before')
  // A line that is surely written.
  await sidecar.app.inject({
    method: 'POST',
    url: '/webhooks/nobody',
    payload: { authToken: 'planted-4711' },
  })
  const told = answers.join('\n') + lines.join('\n')
  t.notMatch(told, /hush-hush-7731|planted-4711/)
  t.ok(lines.length > 0, 'the log was heard')
})
