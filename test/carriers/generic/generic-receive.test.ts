import { createHash, createHmac } from 'node:crypto'
import t from 'tap'
import {
  type Carrier,
  isWebhookCarrier,
  type WebhookCarrier,
  type WebhookRequest,
  type WebhookResult,
} from '../../../module/app/ports/carriers.ts'
import { callAt, testHostileWebhooks } from '../hostile-webhooks.ts'
import { batchDescription, generic, hook, previousWebhookSecret, webhookSecret } from './generic-account.ts'

function webhookOf(carrier: Carrier): WebhookCarrier {
  if (!isWebhookCarrier(carrier)) throw new Error('it has no webhook')
  return carrier
}

const post = (body: unknown, change: Partial<WebhookRequest> = {}): WebhookRequest => ({
  method: 'POST',
  url: `${hook}?key=${webhookSecret}`,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt: callAt,
  ...change,
})

function contentOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result
}

const number = (value: string) => ({ kind: 'number', value })

const voipMs = webhookOf(
  generic(
    { preset: 'voip-ms' },
    { webhookSecret, previousWebhookSecret, apiUser: 'ann@example.com', apiPassword: 'hunter2' },
  ),
)
const called = (query: string, key = webhookSecret): WebhookRequest => ({
  method: 'GET',
  url: `${hook}?key=${key}&${query}`,
  headers: {},
  body: new Uint8Array(),
  receivedAt: callAt,
})

t.test('VoIP.ms calls', (t) => {
  const query =
    'to=6313808000&from=9542788086&message=Is+it+open%3F+%F0%9F%91%8B+%26+more&id=1234567&date=2026-11-22+13%3A00%3A00&media='
  const { inbound, answer } = contentOf(voipMs.receive(called(query)))
  t.same(inbound, [
    {
      carrierId: 'own',
      carrierMessageId: '1234567',
      channel: 'sms',
      sender: number('+19542788086'),
      senderName: null,
      did: number('+16313808000'),
      content: { kind: 'text', text: 'Is it open? 👋 & more', media: [] },
      carrierAt: null,
      receivedAt: callAt,
    },
  ])
  t.same(answer, { status: 200, contentType: 'text/plain', body: 'ok' }, 'else it goes on calling')
  const mms = contentOf(
    voipMs.receive(
      called(
        'to=6313808000&from=12345&message=&id=9&media=https%3A%2F%2Fvoip.ms%2Fa.jpg,https%3A%2F%2Fvoip.ms%2Fb.png',
      ),
    ),
  ).inbound[0]
  t.same(mms?.content, {
    kind: 'text',
    text: '',
    media: [
      { url: 'https://voip.ms/a.jpg', contentType: null },
      { url: 'https://voip.ms/b.png', contentType: null },
    ],
  })
  t.same(mms?.sender, { kind: 'short-code', value: '12345' })
  t.match(voipMs.receive(called('to={TO}&from={FROM}&message={MESSAGE}&id={ID}')), {
    kind: 'content',
    inbound: [{ carrierMessageId: '{ID}' }],
  })
  t.match(voipMs.receive(called('to=6313808000&message=x&id=1')), {
    kind: 'unreadable',
    reason: /whom it is from/,
    answer: { status: 200, body: 'ok' },
  })
  t.match(voipMs.receive(called(`${query}&id=7`)), { kind: 'unreadable', reason: /several values/ })
  t.equal(voipMs.receive(called(query, 'wrong')).kind, 'refused')
  t.equal(voipMs.receive(called(query, `${webhookSecret}&key=${webhookSecret}`)).kind, 'refused', 'two keys')
  t.equal(voipMs.receive(called(query, previousWebhookSecret)).kind, 'content', 'while it is replaced')
  t.end()
})

const flowroute = webhookOf(
  generic({ preset: 'flowroute' }, { webhookSecret, accessKey: 'k', secretKey: 's' }),
)
/** As Flowroute's pages show it. */
const flowrouteMessage = {
  data: {
    id: 'mdr2-39cadeace66e11e7aff806cd7f24ba2d',
    type: 'message',
    attributes: {
      amount_nanodollars: 4_000_000,
      body: 'Hi there',
      direction: 'inbound',
      from: '19542788086',
      is_mms: true,
      message_encoding: 0,
      message_type: 'longcode',
      status: 'delivered',
      timestamp: '2026-11-22T13:00:00.25Z',
      to: '16313808000',
    },
    relationships: { media: { data: [{ id: 'm1', type: 'media' }] } },
  },
  included: [
    {
      attributes: {
        file_name: 'photo.jpg',
        file_size: 5,
        mime_type: 'image/jpeg',
        url: 'https://media.flowroute.com/m1',
      },
      id: 'm1',
      links: { self: 'https://api.flowroute.com/v2.1/media/m1' },
      type: 'media',
    },
  ],
  links: { self: 'https://api.flowroute.com/v2.1/messages/mdr2-39cadeace66e11e7aff806cd7f24ba2d' },
}

t.test('Flowroute calls', (t) => {
  t.same(contentOf(flowroute.receive(post(flowrouteMessage))).inbound, [
    {
      carrierId: 'own',
      carrierMessageId: 'mdr2-39cadeace66e11e7aff806cd7f24ba2d',
      channel: 'sms',
      sender: number('+19542788086'),
      senderName: null,
      did: number('+16313808000'),
      content: {
        kind: 'text',
        text: 'Hi there',
        media: [{ url: 'https://media.flowroute.com/m1', contentType: 'image/jpeg', fileName: 'photo.jpg' }],
      },
      carrierAt: Date.parse('2026-11-22T13:00:00.250Z'),
      receivedAt: callAt,
    },
  ])
  const { direction: _, ...attributes } = flowrouteMessage.data.attributes
  const older = { data: { ...flowrouteMessage.data, attributes } }
  t.equal(contentOf(flowroute.receive(post(older))).inbound.length, 1, 'without a direction')
  const typed = { 'content-type': 'application/vnd.api+json; charset=utf-8' }
  t.equal(contentOf(flowroute.receive(post(older, { headers: typed }))).inbound.length, 1)
  const ours = '0190b2f0-0000-7000-8000-000000000001'
  const receipt = (status: string) => ({
    data: {
      id: 'mdr2-1',
      type: 'delivery_receipt',
      attributes: { status, status_code: 5, level: 2, timestamp: '2026-11-22T13:00:00Z' },
    },
  })
  const reports = (status: string, url = `${hook}/status?message=${ours}&key=${webhookSecret}`) =>
    contentOf(flowroute.receive(post(receipt(status), { url }))).reports
  t.same(reports('delivered'), [
    { carrierMessageId: 'mdr2-1', messageId: ours, state: 'delivered', failure: null },
  ])
  t.match(reports('undeliverable'), [
    { state: 'failed', failure: { code: 'carrier-error', carrierCode: '5' } },
  ])
  t.match(reports('message buffered'), [{ state: 'accepted' }])
  t.same(reports('dreaming'), [])
  t.notOk('messageId' in (reports('delivered', `${hook}?message=x&key=${webhookSecret}`)[0] ?? {}))
  t.end()
})

t.test('BulkVS calls', (t) => {
  const bulkvs = webhookOf(generic({ preset: 'bulkvs' }, { webhookSecret, apiUser: 'u', apiPassword: 'p' }))
  const sms = { From: '19542788086', To: ['16313808000'], Message: 'Is+it+open%3F+100%25' }
  const messageOf = (body: unknown, receivedAt = callAt) =>
    contentOf(bulkvs.receive(post(body, { receivedAt }))).inbound[0]
  const first = messageOf(sms)
  t.match(first, {
    sender: number('+19542788086'),
    did: number('+16313808000'),
    content: { kind: 'text', text: 'Is it open? 100%', media: [] },
  })
  t.match(messageOf({ ...sms, Message: '100% sure' }), { content: { text: '100% sure' } }, 'not encoded')
  const files = ['https://s3.aws.com/1.smil', 'https://s3.aws.com/2.jpg', 'https://s3.aws.com/3.txt']
  t.same(messageOf({ ...sms, Message: '', MediaURLs: files })?.content, {
    kind: 'text',
    text: '',
    media: [
      { url: 'https://s3.aws.com/2.jpg', contentType: null },
      { url: 'https://s3.aws.com/3.txt', contentType: null },
    ],
  })
  t.same(contentOf(bulkvs.receive(post({ ...sms, DeliveryReceipt: true }))).inbound, [], 'a receipt')

  const id = first?.carrierMessageId
  const hash = createHash('sha256')
    .update(JSON.stringify(['19542788086', '16313808000', 'Is it open? 100%', []]))
    .digest('hex')
  t.equal(id, `${hash.slice(0, 40)}-${Math.floor(callAt / 120_000).toString(36)}`)
  t.equal(messageOf(sms, callAt + 119_000)?.carrierMessageId, id, 'the same call again')
  t.not(messageOf(sms, callAt + 120_000)?.carrierMessageId, id, 'the same words later are another message')
  t.not(messageOf({ ...sms, From: '19542788087' })?.carrierMessageId, id)
  const anew = webhookOf(generic({ preset: 'bulkvs' }, { webhookSecret, apiUser: 'u', apiPassword: 'p' }))
  t.equal(contentOf(anew.receive(post(sms))).inbound[0]?.carrierMessageId, id, 'after a restart too')
  t.end()
})

t.test('a list of messages in one call', (t) => {
  const carrier = webhookOf(generic(batchDescription, { webhookSecret }))
  const call = (results: unknown) => signed(Buffer.from(JSON.stringify({ results })), webhookSecret, callAt)
  const message = {
    messageId: 'm-1',
    from: '19542788086',
    to: '6313808000',
    text: 'a\0b',
    receivedAt: '2026-11-22T13:00:00.000+0000',
    contact: { name: 'Zoë\r\n\u202eO’Neill' },
    context: { id: 'm-0' },
    files: [
      { url: 'https://files.example.com/1', type: 'image/png', name: 'a.png' },
      { url: 'http://169.254.169.254/', type: 'image/png', name: 'b.png' },
    ],
  }
  const ours = '0190b2f0-0000-7000-8000-000000000001'
  const result = contentOf(
    carrier.receive(
      call([
        message,
        { messageId: 'r-1', callbackData: ours, status: { groupName: 'DELIVERED' } },
        { messageId: 'r-2', status: { groupName: 'REJECTED' }, error: { id: 5 } },
        { messageId: 'r-3', status: { groupName: 'MAYBE' } },
        { ...message, messageId: 'm-2', to: null },
        { ...message, messageId: 'm 3\n' },
        7,
      ]),
    ),
  )
  t.match(result.inbound, [
    {
      carrierMessageId: 'm-1',
      senderName: 'Zoë O’Neill',
      repliesTo: 'm-0',
      carrierAt: Date.parse('2026-11-22T13:00:00Z'),
      content: {
        text: 'ab',
        media: [{ url: 'https://files.example.com/1', contentType: 'image/png', fileName: 'a.png' }],
      },
    },
  ])
  t.equal(result.inbound.length, 1)
  t.same(result.reports, [
    { carrierMessageId: 'r-1', messageId: ours, state: 'delivered', failure: null },
    {
      carrierMessageId: 'r-2',
      state: 'failed',
      failure: { code: 'opted-out', carrierCode: '5', sentence: 'The customer has opted out.' },
    },
  ])
  t.same(result.unread, [
    'it does not say which number it is to',
    'it has no usable id',
    'it does not say whom it is from',
  ])
  t.same(result.answer, { status: 204, contentType: 'text/plain', body: '' })
  const many = Array.from({ length: 5001 }, (_, index) => ({ ...message, messageId: `m-${index}` }))
  const most = contentOf(carrier.receive(call(many)))
  t.equal(most.inbound.length, 5000)
  t.same(most.unread, ['it holds more than 5000 events'], 'what is left over is told')
  t.match(carrier.receive(call([])), { kind: 'unreadable', answer: { status: 200, body: 'not read' } })
  t.end()
})

function signed(body: Uint8Array, key: string, at: number): WebhookRequest {
  const stamp = String(Math.floor(at / 1000))
  const mac = createHmac('sha256', key).update(`${stamp}.`).update(body).digest('base64')
  return {
    method: 'POST',
    url: hook,
    headers: { 'content-type': 'application/json', 'x-signature': `v1=${mac}`, 'x-timestamp': stamp },
    body,
    receivedAt: callAt,
  }
}

t.test('every way to prove a call', (t) => {
  const body = '{"id":"1","from":"+19542788086","to":"+16313808000","text":"x"}'
  const events = [{ is: 'message', id: 'id', from: 'from', to: 'to', text: 'text' }]
  const secrets = { webhookSecret, previousWebhookSecret }
  const kind = (
    authentication: unknown,
    change: Partial<WebhookRequest>,
    its: Record<string, string> = secrets,
  ) =>
    webhookOf(generic({ webhook: { methods: ['POST'], body: 'json', authentication, events } }, its)).receive(
      post(body, {
        url: hook,
        ...change,
        headers: { 'content-type': 'application/json', ...change.headers },
      }),
    ).kind
  for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
    for (const encoding of ['hex', 'base64'] as const) {
      const authentication = { kind: 'hmac', header: 'X-Sig', algorithm, encoding }
      for (const key of [webhookSecret, previousWebhookSecret]) {
        const mac = createHmac(algorithm, key).update(body).digest(encoding)
        t.equal(kind(authentication, { headers: { 'x-sig': mac } }), 'content', `${algorithm} ${encoding}`)
        t.equal(kind(authentication, { headers: { 'x-sig': `${mac}0` } }), 'refused')
        t.equal(kind(authentication, { headers: { 'x-sig': mac }, url: `${hook}x` }), 'content')
      }
      const other = createHmac(algorithm, 'other').update(body).digest(encoding)
      t.equal(kind(authentication, { headers: { 'x-sig': other } }), 'refused')
    }
  }
  const overUrl = {
    kind: 'hmac',
    header: 'X-Sig',
    algorithm: 'sha256',
    encoding: 'hex',
    signed: '{{url}}{{body}}',
  }
  const mac = createHmac('sha256', webhookSecret)
    .update(hook + body)
    .digest('hex')
  t.equal(kind(overUrl, { headers: { 'x-sig': mac } }), 'content')
  t.equal(kind(overUrl, { headers: { 'x-sig': mac.toUpperCase() } }), 'content', 'hexadecimal has no case')
  t.equal(kind(overUrl, { headers: { 'x-sig': mac }, url: `${hook}?a` }), 'refused')

  const basicSecrets = { webhookUser: 'carrier', webhookPassword: 'pass:word' }
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const withBasic = (authorization: string | undefined) =>
    kind({ kind: 'basic' }, { headers: { authorization } }, basicSecrets)
  t.equal(withBasic(basic('carrier:pass:word')), 'content')
  for (const wrong of [
    basic('carrier:pass'),
    basic('carrier:'),
    basic(''),
    'Basic',
    '',
    undefined,
    'Bearer x',
  ])
    t.equal(withBasic(wrong), 'refused', String(wrong))

  t.equal(kind({ kind: 'bearer' }, { headers: { authorization: `Bearer ${webhookSecret}` } }), 'content')
  t.equal(kind({ kind: 'bearer' }, { headers: { authorization: 'Bearer ' } }), 'refused')
  const token = { kind: 'bearer', header: 'X-Token' }
  t.equal(kind(token, { headers: { 'x-token': previousWebhookSecret } }), 'content')
  t.equal(kind(token, { headers: { 'x-token': [webhookSecret] } }), 'refused')

  t.equal(kind({ kind: 'path' }, { url: `${hook}/${webhookSecret}` }), 'content')
  t.equal(kind({ kind: 'path' }, { url: `${hook}/${webhookSecret}?x=1` }), 'content')
  for (const url of [
    hook,
    `${hook}/`,
    `${hook}/status`,
    `${hook}?${webhookSecret}`,
    `${hook}/${webhookSecret}/`,
  ])
    t.equal(kind({ kind: 'path' }, { url }), 'refused', url)
  t.end()
})

testHostileWebhooks(t, {
  carrier: webhookOf(generic(batchDescription, { webhookSecret, previousWebhookSecret })),
  format: 'json',
  body: (messages) =>
    Buffer.from(
      JSON.stringify({
        results: messages.map(({ number, text }) => ({
          messageId: `m-${number}`,
          from: '19542788086',
          to: '16313808000',
          text,
        })),
      }),
    ),
  call: (body, { key = 'current', signedAt = callAt } = {}) =>
    signed(body, { current: webhookSecret, previous: previousWebhookSecret, wrong: 'wrong' }[key], signedAt),
  idOf: (number) => `m-${number}`,
  mostMessages: 1000,
  proof: 'covers-body',
  proofHeaders: ['x-signature', 'x-timestamp'],
  coversUrl: false,
  rotates: true,
  toleranceMs: 300_000,
  unreadableStatus: 200,
})

t.test('VoIP.ms', (t) => {
  testHostileWebhooks(t, {
    carrier: voipMs,
    format: 'form',
    body: ([first]) =>
      Buffer.from(
        new URLSearchParams({
          to: '6313808000',
          from: '9542788086',
          message: first?.text ?? '',
          id: String(first?.number),
        }).toString(),
      ),
    call: (body, { key = 'current' } = {}) => {
      const secret = { current: webhookSecret, previous: previousWebhookSecret, wrong: 'wrong' }[key]
      return called(Buffer.from(body).toString('latin1'), secret)
    },
    idOf: String,
    mostMessages: 1,
    proof: 'names-caller',
    proofHeaders: [],
    coversUrl: false,
    rotates: true,
    toleranceMs: null,
    unreadableStatus: 200,
  })
  t.end()
})

t.test('Flowroute', (t) => {
  testHostileWebhooks(t, {
    carrier: flowroute,
    format: 'json',
    body: ([first]) =>
      Buffer.from(
        JSON.stringify({
          ...flowrouteMessage,
          data: {
            ...flowrouteMessage.data,
            id: `mdr2-${first?.number}`,
            attributes: { ...flowrouteMessage.data.attributes, body: first?.text },
          },
        }),
      ),
    call: (body, { key = 'current' } = {}) =>
      post('', { body, url: `${hook}?key=${key === 'wrong' ? 'wrong' : webhookSecret}` }),
    idOf: (number) => `mdr2-${number}`,
    mostMessages: 1,
    proof: 'names-caller',
    proofHeaders: [],
    coversUrl: true,
    rotates: false,
    toleranceMs: null,
    unreadableStatus: 200,
  })
  t.end()
})

t.test('BulkVS', (t) => {
  const from = (count: number) => `1954278${8000 + count}`
  const says = 'Is it open on Saturday? 👋 & more=less'
  testHostileWebhooks(t, {
    carrier: webhookOf(generic({ preset: 'bulkvs' }, { webhookSecret, apiUser: 'u', apiPassword: 'p' })),
    format: 'json',
    body: ([first]) =>
      Buffer.from(
        JSON.stringify({
          From: from(first?.number ?? 0),
          To: ['16313808000'],
          Message: encodeURIComponent(first?.text ?? ''),
        }),
      ),
    call: (body, { key = 'current' } = {}) =>
      post('', { body, url: `${hook}?key=${key === 'wrong' ? 'wrong' : webhookSecret}` }),
    // It names none: the content within two minutes is the message.
    idOf: (count) => {
      const content = JSON.stringify([from(count), '16313808000', says, []])
      const hash = createHash('sha256').update(content).digest('hex')
      return `${hash.slice(0, 40)}-${Math.floor(callAt / 120_000).toString(36)}`
    },
    mostMessages: 1,
    proof: 'names-caller',
    proofHeaders: [],
    coversUrl: true,
    rotates: false,
    toleranceMs: null,
    unreadableStatus: 200,
  })
  t.end()
})
