import { Configuration, type InboundCallback, MessagesApi, type StatusCallback } from 'bandwidth-sdk'
import t from 'tap'
import type { CarrierAccount, WebhookRequest, WebhookResult } from '../../../module/app/ports/carriers.ts'
import { CarrierSettingsError } from '../../../module/carriers/account-settings.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import {
  type BandwidthDeps,
  createBandwidthCarrier,
} from '../../../module/carriers/bandwidth/bandwidth-carrier.ts'
import { asCarrierId, asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, type Behaviour, startFaultyServer } from '../faulty-server.ts'
import { callAt, testHostileWebhooks } from '../hostile-webhooks.ts'
import { testSendFaults } from '../send-faults.ts'
import { applicationId, bandwidthAccount } from './bandwidth-account.ts'

const server = await startFaultyServer()
t.teardown(() => server.close())
const readAddress = createAddressReader({ homeCountry: 'US' })
const started = (deps: Partial<BandwidthDeps> = {}, change: Partial<CarrierAccount> = {}) =>
  createBandwidthCarrier(bandwidthAccount(change), {
    readAddress,
    apiBase: server.url,
    deadlineMs: 400,
    ...deps,
  })
const carrier = started()
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const json = (value: unknown) =>
  Buffer.from(JSON.stringify(value, (_, part) => (part instanceof Set ? [...part] : part)))

const called = (body: Uint8Array, authorization = basic('hook:hook-password')): WebhookRequest => ({
  method: 'POST',
  url: 'https://pbx.example.com/parley/webhooks/bandwidth-main',
  headers: { 'content-type': 'application/json; charset=utf-8', authorization },
  body,
  receivedAt: callAt,
})
function contentOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result
}
const number = (value: string) => ({ kind: 'number', value }) as const

/** Typed by the vendor's own models, so that nothing here is of our own invention. */
const received: InboundCallback = {
  type: 'message-received',
  time: '2026-11-22T13:00:00.123Z',
  description: 'Incoming message received',
  to: '+16313808000',
  message: {
    id: '14762070468292kw2fuqty55yp2b2',
    time: '2026-11-22T13:00:00.123Z',
    to: new Set(['+16313808000']),
    from: '+19542788086',
    text: 'Is it open? 👋',
    applicationId,
    owner: '+16313808000',
    direction: 'in',
    segmentCount: 1,
  },
}
const receive = (...events: readonly unknown[]) => carrier.receive(called(json(events)))

t.test('an SMS, an MMS and what RCS brings', (t) => {
  t.same(contentOf(receive(received)), {
    kind: 'content',
    inbound: [
      {
        carrierId: 'bandwidth-main',
        carrierMessageId: '14762070468292kw2fuqty55yp2b2',
        channel: 'sms',
        sender: number('+19542788086'),
        senderName: null,
        did: number('+16313808000'),
        content: { kind: 'text', text: 'Is it open? 👋', media: [] },
        carrierAt: Date.parse('2026-11-22T13:00:00.123Z'),
        receivedAt: callAt,
      },
    ],
    reports: [],
    answer: { status: 200, contentType: 'text/plain', body: 'ok' },
  })
  const message = (
    change: Partial<InboundCallback['message']>,
    type: InboundCallback['type'] = 'message-received',
  ) => contentOf(receive({ ...received, type, message: { ...received.message, ...change } })).inbound[0]
  const media = [
    'https://messaging.bandwidth.com/api/v2/users/123/media/1/0/a.smil',
    'https://messaging.bandwidth.com/api/v2/users/123/media/1/1/photo.jpg',
    'http://169.254.169.254/',
  ]
  t.same(message({ media, text: undefined as unknown as string })?.content, {
    kind: 'text',
    text: '',
    media: [{ url: media[1], contentType: null }],
  })
  t.same(message({ from: '12345' })?.sender, { kind: 'short-code', value: '12345' })
  t.same(
    message({ locationResponse: { latitude: 40.7, longitude: -73.1 } }, 'requested-location-response')
      ?.content,
    {
      kind: 'location',
      latitude: 40.7,
      longitude: -73.1,
      name: null,
      address: null,
    },
  )
  t.match(
    message({ locationResponse: { latitude: 400, longitude: 0 } }, 'requested-location-response')?.content,
    {
      kind: 'unsupported',
    },
  )
  const chosen = message(
    { suggestionResponse: { text: 'Yes', postbackData: 'yes-1', pairedMessageId: 'm-0' } },
    'suggestion-response',
  )
  t.match(chosen, { repliesTo: 'm-0', content: { kind: 'choice', text: 'Yes', payload: 'yes-1' } })
  const two = { ...received, message: { ...received.message, id: 'second' } }
  const mixed = contentOf(receive(received, two, { type: 'dance' }, 7))
  t.equal(mixed.inbound.length, 2, 'a list of several')
  t.same(mixed.unread, ['an event is of no kind that is known'])
  t.end()
})

const ours = '0190b2f0-0000-7000-8000-000000000001'

t.test('statuses and errors', (t) => {
  const report = (type: string, errorCode?: number, tag = ours) => {
    const status: Omit<StatusCallback, 'type'> = {
      time: '2026-11-22T13:00:01Z',
      to: '+19542788086',
      description: 'x',
      ...(errorCode === undefined ? {} : { errorCode }),
      message: {
        id: 'out-1',
        owner: '+16313808000',
        applicationId,
        time: '2026-11-22T13:00:00Z',
        segmentCount: 1,
        direction: 'out',
        to: new Set(['+19542788086']),
        from: '+16313808000',
        text: '',
        tag,
      },
    }
    return contentOf(receive({ ...status, type })).reports
  }
  for (const [type, state] of [
    ['message-sending', 'accepted'],
    ['message-sent', 'sent'],
    ['message-delivered', 'delivered'],
    ['message-read', 'read'],
  ] as const)
    t.same(report(type), [{ carrierMessageId: 'out-1', messageId: ours, state, failure: null }])
  t.same(report('message-dreamt'), [])
  t.notOk('messageId' in (report('message-sent', undefined, "'; --")[0] ?? {}), 'no tag of ours')
  for (const [code, expected] of [
    [4775, 'opted-out'],
    [4720, 'invalid-recipient'],
    [4432, 'unreachable'],
    [4702, 'unreachable'],
    [4403, 'invalid-sender'],
    [4795, 'invalid-sender'],
    [4770, 'content-refused'],
    [4751, 'too-long'],
    [4411, 'media'],
    [4452, 'credentials'],
    [4360, 'expired'],
    [9902, 'carrier-error'],
    [5600, 'carrier-error'],
  ] as const)
    t.match(report('message-failed', code), [
      { state: 'failed', failure: { code: expected, carrierCode: String(code), sentence: /\w/ } },
    ])
  t.match(report('message-failed'), [{ failure: { code: 'carrier-error', carrierCode: null } }])
  t.end()
})

const reply: OutboundMessage = {
  messageId: asMessageId(ours),
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: number('+16313808000'),
  to: number('+19542788086'),
  content: {
    kind: 'text',
    text: 'Yes "9–5" 👋\nbye',
    media: [
      { url: 'https://pbx.example.com/m/1', contentType: 'image/png', fileName: 'a.png', byteLength: 9 },
    ],
  },
}
const accepted = JSON.stringify({
  id: '1589228074636lm4k2je7j7jklbn2',
  owner: '+16313808000',
  direction: 'out',
})

t.test('what we send is what Bandwidth’s own library sends', async (t) => {
  server.behave(answer(202, accepted))
  t.same(await carrier.send(reply), {
    kind: 'taken',
    carrierMessageId: '1589228074636lm4k2je7j7jklbn2',
    state: 'accepted',
  })
  const mine = server.last()
  const library = new MessagesApi(
    new Configuration({ username: 'api', password: 'api-password', basePath: `${server.url}/api/v2` }),
  )
  await library.createMessage('5500001', {
    applicationId,
    to: new Set(['+19542788086']),
    from: '+16313808000',
    text: reply.content.text,
    media: ['https://pbx.example.com/m/1'],
    tag: ours,
  })
  const theirs = server.last()
  t.same(
    [mine.method, mine.path, mine.headers.get('authorization'), JSON.parse(mine.body)],
    [theirs.method, theirs.path, theirs.headers.get('authorization'), JSON.parse(theirs.body)],
  )
  await carrier.send({ ...reply, content: { kind: 'text', text: 'x', media: [] } })
  t.notOk('media' in JSON.parse(server.last().body))
})

t.test('every answer, and what it says of the message', async (t) => {
  const fields = (fieldName: string) =>
    JSON.stringify({
      type: 'request-validation',
      description: 'x',
      fieldErrors: [{ fieldName, description: 'y' }],
    })
  const table: readonly (readonly [string, Behaviour, object])[] = [
    ['no id', answer(202, '{"owner":"+1"}'), { kind: 'unknown' }],
    ['an id that is none', answer(202, '{"id":"a b"}'), { kind: 'unknown' }],
    [
      'its queue is full',
      answer(429, '{"type":"max-message-queue-size-exceeded"}'),
      { kind: 'not-processed', holds: 'carrier' },
    ],
    [
      'a bad number',
      answer(400, fields('to[0]')),
      { kind: 'refused', failure: { code: 'invalid-recipient' } },
    ],
    ['a bad sender', answer(400, fields('from')), { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['too long', answer(400, fields('text')), { kind: 'refused', failure: { code: 'too-long' } }],
    ['a bad file', answer(400, fields('media[0]')), { kind: 'refused', failure: { code: 'media' } }],
    [
      'another thing',
      answer(400, '{"type":"request-validation","description":"x"}'),
      { kind: 'refused', failure: { code: 'carrier-error', carrierCode: 'request-validation' } },
    ],
    ['forbidden', answer(403, '{"type":"forbidden"}'), { kind: 'refused', failure: { code: 'credentials' } }],
  ]
  for (const [what, behaviour, expected] of table) {
    server.behave(behaviour)
    t.match(await carrier.send(reply), expected, what)
  }
  const before = server.seen.length
  const template = {
    kind: 'template',
    template: { name: 'x', language: 'en', variables: {} },
    text: '',
  } as const
  for (const [message, code] of [
    [{ ...reply, to: { kind: 'name', value: 'ACME' } }, 'invalid-recipient'],
    [{ ...reply, to: number('+1954\r\nX: 1') }, 'invalid-recipient'],
    [{ ...reply, to: { kind: 'whatsapp-user', value: 'IN.123' } }, 'invalid-recipient'],
    [{ ...reply, from: { kind: 'name', value: '123456789' } }, 'invalid-sender'],
    [{ ...reply, content: template }, 'template'],
  ] as const)
    t.match(await carrier.send(message), { kind: 'refused', failure: { code } })
  t.equal(server.seen.length, before)
})

testSendFaults(t, {
  server,
  send: (apiBase) => started({ apiBase }).send(reply),
  accepted: { status: 202, body: accepted },
  throttledBody: '{"type":"max-message-queue-size-exceeded"}',
})

t.test('what became of a message', async (t) => {
  const sentAt = Date.parse('2026-11-22T13:00:00Z')
  const asked = async (messages: unknown, status = 200, now = sentAt + 600_000) => {
    server.behave(answer(status, JSON.stringify({ totalCount: 0, pageInfo: {}, messages })))
    return started({ now: () => now }).inquiry?.ask(reply, sentAt)
  }
  const messageLength = reply.content.text.length
  const item = { messageId: 'found-1', messageStatus: 'SENT', messageLength, messageDirection: 'OUTBOUND' }
  t.same(await asked([item]), {
    kind: 'found',
    report: { carrierMessageId: 'found-1', messageId: ours, state: 'sent', failure: null },
  })
  const mine = new URL(server.last().path, server.url).searchParams
  const library = new MessagesApi(
    new Configuration({ username: 'api', password: 'api-password', basePath: `${server.url}/api/v2` }),
  )
  const known = new Set(mine.keys())
  await library.listMessages(
    '5500001',
    undefined,
    '+16313808000',
    '+19542788086',
    undefined,
    'OUTBOUND',
    undefined,
    undefined,
    undefined,
    '2026-11-22T12:59:00.000Z',
    '2026-11-22T13:10:00.000Z',
  )
  for (const [name, value] of new URL(server.last().path, server.url).searchParams)
    t.equal(mine.get(name), value, `${name}, as the library writes it`)
  t.ok(known.has('sourceTn'))
  t.match(await asked([{ ...item, messageStatus: 'UNDELIVERED', errorCode: 4720 }]), {
    kind: 'found',
    report: { state: 'failed', failure: { code: 'invalid-recipient' } },
  })
  t.match(
    await asked([item, { ...item, messageId: 'found-2' }]),
    { kind: 'no-answer' },
    'two of the same length',
  )
  t.match(await asked([{ ...item, messageLength: 1 }]), { kind: 'no-answer' }, 'one of another length')
  t.same(await asked([]), { kind: 'never-taken' })
  t.match(await asked([], 200, sentAt + 5000), { kind: 'no-answer', reason: /too early/ })
  t.match(await asked([], 500), { kind: 'no-answer' })
  t.match(await asked('x'), { kind: 'no-answer' })
})

t.test('credentials, files and settings', async (t) => {
  const probed = async (status: number) => {
    server.behave(answer(status, '{}'))
    return carrier.probe?.check()
  }
  t.same(await probed(200), { kind: 'valid', expiresAt: null })
  t.match(await probed(401), { kind: 'invalid', sentence: /account/ })
  t.match(await probed(503), { kind: 'unreachable' })
  t.match(await started({ apiBase: 'http://no-such-host.invalid' }).probe?.check(), { kind: 'unreachable' })
  t.same(await carrier.media?.locate({ url: 'https://messaging.bandwidth.com/x', contentType: null }), {
    kind: 'at',
    url: 'https://messaging.bandwidth.com/x',
    headers: { authorization: basic('api:api-password') },
    credentialHosts: ['messaging.bandwidth.com'],
  })
  const rotating = started(
    {},
    {
      secrets: {
        ...bandwidthAccount().secrets,
        webhookPassword: 'new',
        previousWebhookPassword: 'hook-password',
      },
    },
  )
  t.equal(rotating.receive(called(json([received]))).kind, 'content')
  t.equal(rotating.receive(called(json([received]), basic('hook:new'))).kind, 'content')
  const { webhookPassword: _, ...rest } = bandwidthAccount().secrets
  for (const [change, path] of [
    [{ settings: {} }, 'settings.accountId'],
    [{ settings: { accountId: '1', applicationId: 'x' } }, 'settings.applicationId'],
    [{ secrets: rest }, 'secrets.webhookPassword'],
    [{ secrets: { ...rest, webhookPassword: '' } }, 'secrets.webhookPassword'],
  ] as const) {
    try {
      started({}, change)
      t.fail(`${path} was accepted`)
    } catch (error) {
      t.type(error, CarrierSettingsError)
      t.match(error, { path })
    }
  }
  t.same(started({}, { settings: { accountId: '1', applicationId, numbers: ['+16313808000'] } }).numbers, [
    { channel: 'sms', did: number('+16313808000') },
  ])
  t.equal(bandwidthAccount().id, asCarrierId('bandwidth-main'))
  await carrier.close()
})

testHostileWebhooks(t, {
  carrier,
  format: 'json',
  body: (messages) =>
    json(
      messages.map(({ number, text }) => ({
        ...received,
        message: { ...received.message, id: `in-${number}`, text },
      })),
    ),
  call: (body, { key = 'current' } = {}) =>
    called(body, basic(key === 'wrong' ? 'hook:wrong' : 'hook:hook-password')),
  idOf: (number) => `in-${number}`,
  mostMessages: 500,
  proof: 'names-caller',
  proofHeaders: ['authorization'],
  coversUrl: false,
  rotates: false,
  toleranceMs: null,
  unreadableStatus: 200,
})
