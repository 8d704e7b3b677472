import t from 'tap'
import Telnyx from 'telnyx'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTelnyxCarrier } from '../../../module/carriers/telnyx/telnyx-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { Address } from '../../../module/domain/message/address.ts'
import type { OutboundMedia, OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, startFaultyServer } from '../faulty-server.ts'
import { keptLog } from '../kept-log.ts'
import { testSendFaults } from '../send-faults.ts'
import { apiKey, telnyxAccount } from './telnyx-account.ts'

const number = (value: string): Address => ({ kind: 'number', value })
const messageId = asMessageId('0190b2f0-0000-7000-8000-000000000001')
const file: OutboundMedia = {
  url: 'https://pbx.example.com/parley/media/x?signature=y',
  contentType: 'image/jpeg',
  fileName: 'photo.jpg',
  byteLength: 100_000,
}
const reply: OutboundMessage = {
  messageId,
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: number('+16313808000'),
  to: number('+19542788086'),
  content: { kind: 'text', text: 'Yes, 9–5 👋\nSee you & bye', media: [] },
}

const fake = await startFaultyServer()
t.teardown(() => fake.close())
const log = keptLog()
const started = (
  apiBase = fake.url,
  settings: object = {},
  publicUrl: string | null = 'https://pbx.example.com/parley/',
) =>
  createTelnyxCarrier(telnyxAccount({ settings: { ...telnyxAccount().settings, ...settings } }), {
    publicUrl,
    readAddress: createAddressReader({ homeCountry: 'US' }),
    log,
    apiBase,
    deadlineMs: 400,
  })
const carrier = started()
const id = '40385f64-5717-4562-b3fc-2c963f66afa6'
const created = (status = 'queued', more: object = {}): string =>
  JSON.stringify({
    data: { record_type: 'message', id, to: [{ phone_number: '+19542788086', status }], errors: [], ...more },
  })
const sentBody = (): unknown => JSON.parse(fake.last().body)

t.test('the request, which is what Telnyx’s library would send', async (t) => {
  fake.behave(answer(200, created()))
  const theirs = new Telnyx({ apiKey, baseURL: `${fake.url}/v2`, maxRetries: 0 })
  const statusUrl = `https://pbx.example.com/parley/webhooks/telnyx/status?message=${messageId}`
  const profile = '4000eba1-a0c0-4563-9925-b25e842a7cb6'
  const text = 'Yes, 9–5 👋\nSee you & bye'
  const pair = { from: '+16313808000', to: '+19542788086' }
  const media = { kind: 'text', text: '', media: [file, file] } as const
  const table: readonly (readonly [string, () => Promise<unknown>, Telnyx.MessageSendParams])[] = [
    ['a text', () => carrier.send(reply), { ...pair, text, webhook_url: statusUrl }],
    [
      'files',
      () => carrier.send({ ...reply, content: media }),
      { ...pair, media_urls: [file.url, file.url], webhook_url: statusUrl },
    ],
    ['without a way back', () => started(fake.url, {}, null).send(reply), { ...pair, text }],
    [
      'by a profile',
      () => started(fake.url, { messagingProfileId: profile }, null).send(reply),
      { ...pair, text, messaging_profile_id: profile },
    ],
    [
      'from a name',
      () => started(fake.url, {}, null).send({ ...reply, from: { kind: 'name', value: 'ACME' } }),
      { ...pair, from: 'ACME', text },
    ],
  ]
  for (const [what, send, params] of table) {
    t.same(await send(), { kind: 'taken', carrierMessageId: id, state: 'accepted' }, what)
    const [ours, our] = [fake.last(), sentBody()]
    const { data } = await theirs.messages.send(params)
    t.same(our, sentBody(), what)
    t.equal(data?.id, id)
    for (const part of ['authorization', 'content-type'])
      t.equal(ours.headers.get(part), fake.last().headers.get(part), part)
    t.same([ours.method, ours.path], [fake.last().method, fake.last().path])
  }
})

t.test('every answer, and what it says of the message', async (t) => {
  const error = (code: string | number) => JSON.stringify({ errors: [{ code, title: 'x', detail: 'y' }] })
  const table: readonly (readonly [string, number, string, object])[] = [
    ['sent at once', 200, created('sent'), { kind: 'taken', state: 'sent' }],
    ['a status of tomorrow', 200, created('dreaming'), { kind: 'taken', state: 'accepted' }],
    [
      'failed at once',
      200,
      created('sending_failed', { errors: [{ code: '40010' }] }),
      { kind: 'refused', failure: { code: 'invalid-sender', carrierCode: '40010' } },
    ],
    ['an id that is none', 200, '{"data":{"id":"../ x"}}', { kind: 'unknown' }],
    ['opted out', 409, error('40300'), { kind: 'refused', failure: { code: 'opted-out', sentence: /STOP/ } }],
    ['a code in a number', 409, error(40300), { kind: 'refused', failure: { carrierCode: '40300' } }],
    ['no number', 400, error('40310'), { kind: 'refused', failure: { code: 'invalid-recipient' } }],
    ['not ours', 400, error('40305'), { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['too long', 400, error('40302'), { kind: 'refused', failure: { code: 'too-long' } }],
    ['bad files', 400, error('40317'), { kind: 'refused', failure: { code: 'media' } }],
    ['filtered', 400, error('40322'), { kind: 'refused', failure: { code: 'content-refused' } }],
    ['wrong key', 401, error('10009'), { kind: 'refused', failure: { code: 'credentials' } }],
    ['no right', 403, '', { kind: 'refused', failure: { code: 'credentials' } }],
    ['a code of tomorrow', 422, error('49999'), { kind: 'refused', failure: { carrierCode: '49999' } }],
    ['too fast', 429, error('10011'), { kind: 'not-processed', holds: 'carrier' }],
    ['a full queue', 400, error('40318'), { kind: 'not-processed', holds: undefined }],
    ['a throttle that may have sent it', 500, error('10011'), { kind: 'unknown' }],
  ]
  for (const [what, status, body, expected] of table) {
    fake.behave(answer(status, body))
    t.match(await carrier.send(reply), expected, what)
  }
})

testSendFaults(t, {
  server: fake,
  send: (apiBase) => started(apiBase).send(reply),
  accepted: { status: 200, body: created() },
  throttledBody: '{"errors":[{"code":"10011","title":"Too many requests"}]}',
})

t.test('what can’t be sent is refused before anything is sent', async (t) => {
  const before = fake.seen.length
  const template = { name: 'x', language: 'en', variables: {} }
  const table: readonly (readonly [Partial<OutboundMessage>, string])[] = [
    [{ channel: 'whatsapp' }, 'invalid-sender'],
    [{ from: number('javascript:') }, 'invalid-sender'],
    [{ from: { kind: 'whatsapp-user', value: 'US.123' } }, 'invalid-sender'],
    [{ to: { kind: 'name', value: 'ACME' } }, 'invalid-recipient'],
    [{ to: { kind: 'whatsapp-user', value: 'US.123' } }, 'invalid-recipient'],
    [{ to: number('+1954\r\nX: 1') }, 'invalid-recipient'],
    [{ content: { kind: 'template', template, text: 'x' } }, 'template'],
    [{ content: { kind: 'text', text: 'x'.repeat(1531), media: [] } }, 'too-long'],
    [{ content: { kind: 'text', text: '', media: Array.from({ length: 11 }, () => file) } }, 'media'],
    [{ content: { kind: 'text', text: '', media: [{ ...file, byteLength: 1_000_001 }] } }, 'media'],
  ]
  for (const [change, code] of table)
    t.match(await carrier.send({ ...reply, ...change }), {
      kind: 'refused',
      failure: { code, carrierCode: null },
    })
  t.equal(fake.seen.length, before)
})

t.test('what became of a send whose answer never came', async (t) => {
  const record = (change: object) => ({
    record_type: 'message_detail_record',
    uuid: id,
    direction: 'outbound',
    cli: '+16313808000',
    cld: '+19542788086',
    status: 'delivered',
    delivery_status_webhook_url: `https://pbx.example.com/parley/webhooks/telnyx/status?message=${messageId}`,
    ...change,
  })
  const asked = (...records: readonly unknown[]) => {
    fake.behave(answer(200, JSON.stringify({ data: records, meta: {} })))
    return carrier.inquiry?.ask(reply, 0)
  }
  const other = record({ uuid: 'other', delivery_status_webhook_url: 'https://pbx.example.com/x' })
  t.same(await asked(null, 7, other, record({})), {
    kind: 'found',
    report: { carrierMessageId: id, messageId, state: 'delivered', failure: null },
  })
  const { path } = fake.last()
  const query = new URL(path, fake.url).searchParams
  t.same(Object.fromEntries(query), {
    'filter[record_type]': 'messaging',
    'filter[direction]': 'outbound',
    'filter[cli]': '+16313808000',
    'filter[cld]': '+19542788086',
    sort: '-created_at',
    'page[size]': '50',
  })
  t.match(await asked(record({ status: 'gw_reject', errors: ['40300'] })), {
    kind: 'found',
    report: { state: 'failed', failure: { code: 'opted-out' } },
  })
  t.match(await asked(record({ status: 'dlr_timeout' })), { report: { state: 'sent' } })
  t.match(await asked(other), { kind: 'no-answer' }, 'records come late: none is no proof')
  t.match(await asked(record({ status: 'teleported' })), { kind: 'no-answer' })
  for (const [status, body] of [
    [401, ''],
    [500, ''],
    [200, '<html>'],
  ] as const) {
    fake.behave(answer(status, body))
    t.match(await carrier.inquiry?.ask(reply, 0), { kind: 'no-answer' })
  }
  fake.behave((socket) => socket.resetAndDestroy())
  t.match(await carrier.inquiry?.ask(reply, 0), { kind: 'no-answer' })
  t.equal(started(fake.url, {}, null).inquiry, undefined, 'without a status URL nothing could be found')
})

t.test('files and credentials', async (t) => {
  const url = 'https://media.telnyx.com/x.jpg'
  t.same(await carrier.media?.locate({ url, contentType: null }), {
    kind: 'at',
    url,
    headers: {},
    credentialHosts: [],
  })
  t.match(await carrier.media?.locate({ url: 'file:///etc/passwd', contentType: null }), { kind: 'gone' })
  for (const [status, kind] of [
    [200, 'valid'],
    [401, 'invalid'],
    [403, 'invalid'],
    [500, 'unreachable'],
  ] as const) {
    fake.behave(answer(status, '{"data":[]}'))
    t.match(await carrier.probe?.check(), { kind }, `${status}`)
  }
  t.equal(fake.last().headers.get('authorization'), `Bearer ${apiKey}`)
  fake.behave(() => {})
  t.match(await carrier.probe?.check(), { kind: 'unreachable', reason: /400 ms/ })
})

t.test('closing waits for what is being sent, and no secret was told', async (t) => {
  const closing = started()
  fake.behave((socket, request) => setTimeout(() => answer(200, created())(socket, request), 50))
  const sending = closing.send(reply)
  await closing.close()
  t.match(await Promise.race([sending, Promise.resolve('still under way')]), { kind: 'taken' })
  t.notMatch(JSON.stringify(log.lines), new RegExp(apiKey))
})
