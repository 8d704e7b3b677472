import fc from 'fast-check'
import t from 'tap'
import Telnyx from 'telnyx'
import type { WebhookRequest, WebhookResult } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTelnyxCarrier } from '../../../module/carriers/telnyx/telnyx-carrier.ts'
import { testHostileWebhooks } from '../hostile-webhooks.ts'
import { keptLog } from '../kept-log.ts'
import {
  finalizedEvent,
  previousKey,
  publicKeyOf,
  receivedEvent,
  signingKey,
  strangersKey,
  telnyxAccount,
  telnyxCall,
} from './telnyx-account.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const deps = { publicUrl: 'https://pbx.example.com/parley', readAddress, log: keptLog() }
const carrier = createTelnyxCarrier(telnyxAccount(), deps)
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const received = (event: object): WebhookResult => carrier.receive(telnyxCall(bytes(event)))
const idOf = (number: number): string => `7ee4241c-f127-47e5-9c34-${String(number).padStart(12, '0')}`

function contentOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result
}

function messageOf(payload: object) {
  const [message] = contentOf(received(receivedEvent(payload))).inbound
  if (message === undefined) throw new Error('no message')
  return message
}

testHostileWebhooks(t, {
  carrier,
  format: 'json',
  body: ([sample]) => bytes(receivedEvent({ id: idOf(sample?.number ?? 0), text: sample?.text ?? '' })),
  call: (body, { key = 'current', signedAt } = {}) =>
    telnyxCall(body, {
      key: { current: signingKey, previous: previousKey, wrong: strangersKey }[key],
      ...(signedAt === undefined ? {} : { signedAt }),
    }),
  idOf,
  mostMessages: 1,
  proof: 'covers-body',
  proofHeaders: ['telnyx-signature-ed25519', 'telnyx-timestamp'],
  coversUrl: false,
  rotates: true,
  toleranceMs: 300_000,
  unreadableStatus: 200,
})

t.test('what Telnyx’s library accepts, we accept; what it refuses, we refuse', async (t) => {
  const theirs = new Telnyx({ apiKey: 'k', publicKey: publicKeyOf(signingKey) })
  /** Their clock is the real one, and ours is that of the request. */
  const judged = async (call: WebhookRequest) => {
    const headers = Object.fromEntries(
      Object.entries(call.headers).map(([name, value]) => [name, String(value)]),
    )
    const theirsSays = await theirs.webhooks.unwrap(Buffer.from(call.body).toString(), { headers }).then(
      () => 'content',
      () => 'refused',
    )
    return [theirsSays, carrier.receive(call).kind]
  }
  const now = Date.now()
  const calls = fc.record({
    text: fc.string({ unit: 'grapheme' }),
    key: fc.constantFrom(signingKey, signingKey, strangersKey),
    ageMs: fc.constantFrom(0, 0, 60_000, -60_000, 400_000, -400_000, 86_400_000),
    spoil: fc.constantFrom('', '', 'body', 'signature', 'timestamp'),
  })
  let accepted = 0
  const property = fc.asyncProperty(calls, async ({ text, key, ageMs, spoil }) => {
    const honest = telnyxCall(bytes(receivedEvent({ text })), { key, signedAt: now - ageMs })
    const { 'telnyx-signature-ed25519': signature, 'telnyx-timestamp': timestamp } = honest.headers
    const call: WebhookRequest = {
      ...honest,
      receivedAt: now,
      body: spoil === 'body' ? Buffer.concat([honest.body, Buffer.from(' ')]) : honest.body,
      headers: {
        ...honest.headers,
        ...(spoil === 'signature' ? { 'telnyx-signature-ed25519': `A${String(signature).slice(1)}` } : {}),
        ...(spoil === 'timestamp' ? { 'telnyx-timestamp': String(Number(timestamp) + 1) } : {}),
      },
    }
    const [says, weSay] = await judged(call)
    if (weSay === 'content') accepted += 1
    return says === weSay
  })
  await fc.assert(property, { numRuns: 300 })
  t.ok(accepted > 20, `${accepted} of 300 were good`)
})

t.test('what Telnyx’s library reads of an event, we read', (t) => {
  const theirs = new Telnyx({ apiKey: 'k' })
  const event = theirs.webhooks.unsafeUnwrap(JSON.stringify(receivedEvent()))
  const data = 'data' in event ? event.data : undefined
  if (data === undefined || !('event_type' in data) || data.event_type !== 'message.received')
    throw new Error('not read')
  const { payload } = data
  const message = messageOf({})
  t.equal(message.carrierMessageId, payload?.id)
  t.equal(message.sender.value, payload?.from?.phone_number)
  t.match(message.content, { text: payload?.text })
  t.end()
})

t.test('a message', (t) => {
  t.same(messageOf({}), {
    carrierId: 'telnyx',
    carrierMessageId: '7ee4241c-f127-47e5-9c34-3aac291f8058',
    channel: 'sms',
    sender: { kind: 'number', value: '+19542788086' },
    senderName: null,
    did: { kind: 'number', value: '+16313808000' },
    content: { kind: 'text', text: 'Hello, World!', media: [] },
    carrierAt: Date.parse('2019-01-23T18:10:01.234Z'),
    receivedAt: 1_700_000_000_000,
  })
  t.same(messageOf({ from: { phone_number: '12345' } }).sender, { kind: 'short-code', value: '12345' })
  t.same(messageOf({ from: { phone_number: 'ACME' } }).sender, { kind: 'name', value: 'ACME' })
  t.match(messageOf({ text: '' }).content, { text: '' })
  t.match(messageOf({ text: null }).content, { text: '' })
  t.equal(messageOf({ received_at: 'yesterday' }).carrierAt, null)
  t.equal(messageOf({ received_at: null }).carrierAt, Date.parse('2019-01-23T18:10:02.574Z'))
  t.end()
})

t.test('MMS', (t) => {
  const url = 'https://media.telnyx.com/7ee4241c/photo.jpg'
  const mms = (payload: object) => messageOf({ type: 'MMS', text: '', ...payload }).content
  t.same(mms({ media: [{ url, content_type: 'image/jpeg', sha256: 'x', size: 7 }, { url }] }), {
    kind: 'text',
    text: '',
    media: [
      { url, contentType: 'image/jpeg' },
      { url, contentType: null },
    ],
  })
  t.match(
    mms({ media: [{ url: 'http://169.254.169.254/' }, { url: 'file:///etc/passwd' }, { url: 7 }, null] }),
    { media: [] },
  )
  const many = mms({ media: Array.from({ length: 1000 }, () => ({ url })) })
  t.equal(many.kind === 'text' && many.media.length, 20)
  t.match(mms({ subject: 'Broken', text: 'See here' }), { text: 'Broken\nSee here' })
  t.match(mms({ subject: 'Broken' }), { text: 'Broken' })
  t.match(mms({ subject: 'Same', text: 'Same' }), { text: 'Same' })

  const group = (to: readonly object[], cc: readonly object[] = []) =>
    messageOf({ type: 'MMS', to, cc }).did.value
  const stranger = { phone_number: '+13125550001', status: 'delivered' }
  const ours = { phone_number: '+16313808000', status: 'delivered' }
  const alsoOurs = { phone_number: '+16313808001', status: 'webhook_delivered' }
  t.equal(group([stranger, ours]), '+16313808000', 'our number, wherever it stands')
  t.equal(group([stranger], [ours]), '+16313808000', 'in copy too')
  t.equal(group([stranger, ours, alsoOurs]), '+16313808001', 'of two the one that was called for')
  t.equal(group([stranger, { phone_number: '+13125550002', status: 'webhook_delivered' }]), '+13125550002')
  t.equal(group([stranger]), '+13125550001', 'a number that the settings don’t name yet')
  t.end()
})

t.test('statuses', (t) => {
  const ours = '0190b2f0-0000-7000-8000-000000000001'
  const carrierMessageId = '40385f64-5717-4562-b3fc-2c963f66afa6'
  const reports = (payload: object, type?: string) =>
    contentOf(received(finalizedEvent(payload, type))).reports
  const to = (status: string) => ({ to: [{ phone_number: '+19542788086', status }] })
  t.same(reports({}), [{ carrierMessageId, messageId: ours, state: 'delivered', failure: null }])
  for (const [status, state] of [
    ['queued', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['webhook_delivered', 'delivered'],
    ['delivery_unconfirmed', 'sent'],
  ] as const)
    t.match(reports(to(status), 'message.sent'), [{ state, failure: null }], status)
  for (const [status, code, failure] of [
    ['delivery_failed', '40001', { code: 'invalid-recipient', carrierCode: '40001', sentence: /landline/ }],
    ['delivery_failed', '40300', { code: 'opted-out' }],
    ['delivery_failed', '40002', { code: 'content-refused' }],
    ['delivery_failed', '40006', { code: 'unreachable' }],
    ['sending_failed', '40014', { code: 'expired' }],
    ['sending_failed', '40010', { code: 'invalid-sender', sentence: /registered/ }],
    ['sending_failed', '49999', { code: 'carrier-error', carrierCode: '49999', sentence: /49999/ }],
    ['expired', 40005, { code: 'expired', carrierCode: '40005' }],
  ] as const)
    t.match(
      reports({ ...to(status), errors: [{ code, title: 'x' }] }),
      [{ state: 'failed', failure }],
      `${code}`,
    )
  t.match(reports(to('delivery_failed')), [{ failure: { code: 'carrier-error', carrierCode: null } }])
  for (const url of [null, 7, 'no url', 'https://pbx.example.com/', "https://x/?message=';--"])
    t.notOk('messageId' in (reports({ webhook_url: url })[0] ?? {}), `${url}`)
  const forged: WebhookRequest = {
    ...telnyxCall(bytes(finalizedEvent({ webhook_url: null }))),
    url: `https://pbx.example.com/parley/webhooks/telnyx/status?message=${ours}`,
  }
  t.notOk(
    'messageId' in (contentOf(carrier.receive(forged)).reports[0] ?? {}),
    'the URL is not signed, so nothing is read out of it',
  )
  t.end()
})

t.test('what is not read is counted, and answered all the same', (t) => {
  const unread = (event: object) => {
    const { inbound, reports, answer, ...found } = contentOf(received(event))
    t.same([inbound, reports, answer.status], [[], [], 200])
    return found.unread
  }
  const status = { to: [{ status: 'teleported' }] }
  t.same(unread(finalizedEvent(status)), ['The status teleported is not known.'])
  t.same(unread(finalizedEvent({ to: [] })), ['The status (none) is not known.'])
  t.match(unread(receivedEvent({ type: 'WHATSAPP' })), [/WHATSAPP/])
  t.match(unread(receivedEvent({ type: 'RCS' })), [/RCS/])
  t.match(unread(finalizedEvent({}, '10dlc.campaign.update')), [/10dlc\.campaign\.update/])
  t.match(unread(finalizedEvent({}, '<script>')), [/without a name/])
  for (const [what, event] of [
    ['no id', receivedEvent({ id: null })],
    ['no sender', receivedEvent({ from: {} })],
    ['no recipient', receivedEvent({ to: [] })],
    ['a status without an id', finalizedEvent({ id: '' })],
    ['no event', { data: {} }],
    ['no payload', { data: { event_type: 'message.received', payload: null } }],
  ] as const)
    t.match(received(event), { kind: 'unreadable', answer: { status: 200 } }, what)
  t.end()
})

t.test('the previous key is noted once', (t) => {
  const log = keptLog()
  const rotating = createTelnyxCarrier(telnyxAccount(), { ...deps, log })
  const call = telnyxCall(bytes(receivedEvent()), { key: previousKey })
  rotating.receive(call)
  rotating.receive(call)
  t.equal(log.lines.length, 1)
  t.end()
})
