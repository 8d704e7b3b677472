import { PassThrough } from 'node:stream'
import t from 'tap'
import type { CarrierAccount, WebhookCarrier } from '../../module/app/ports/carriers.ts'
import { asCarrierId, asExtension } from '../../module/domain/ids.ts'
import type { MessageContent } from '../../module/domain/message-content.ts'
import { usualDeadlineMs } from '../../module/http/webhook-routes.ts'
import { createWebhookSelfTest } from '../../module/http/webhook-self-test.ts'
import { createLog } from '../../module/log.ts'
import { bearer, createSampleSidecar, inbound } from './sample-sidecar.ts'

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
  const put = (secrets: object, name = 'A') =>
    sidecar.app.inject({
      method: 'PUT',
      url: '/api/v1/carriers/wa',
      headers: bearer(null, ['admin']),
      payload: { kind: 'twilio', name, enabled: true, settings: {}, secrets },
    })
  answers.push((await put({ authToken: 'planted-4711' })).body, (await put({})).body)
  t.equal(sidecar.store.carriers()[0]?.secrets.authToken, 'planted-4711', 'left out keeps what is stored')
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
