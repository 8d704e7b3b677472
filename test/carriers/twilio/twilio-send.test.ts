import { createServer } from 'node:net'
import t from 'tap'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../../module/carriers/twilio/twilio-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message.ts'
import { keptLog } from '../kept-log.ts'
import { answer, type Behaviour, startFakeTwilio } from './fake-twilio.ts'
import { accountSid, authToken, twilioAccount } from './twilio-account.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const messageId = asMessageId('0190b2f0-0000-7000-8000-000000000001')
const reply: OutboundMessage = {
  messageId,
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: { kind: 'number', value: '+16313808000' },
  to: { kind: 'number', value: '+19542788086' },
  content: { kind: 'text', text: 'Yes, 9–5 👋\nSee you & bye', media: [] },
}

const fake = await startFakeTwilio()
t.teardown(() => fake.close())
const started = (
  apiBase = fake.url,
  settings: object = {},
  publicUrl: string | null = 'https://pbx.example.com/parley/',
) =>
  createTwilioCarrier(twilioAccount({ settings: { accountSid, ...settings } }), {
    publicUrl,
    readAddress,
    log: keptLog(),
    apiBase,
    deadlineMs: 400,
  })
const carrier = started()
const created = '{"sid":"SM00000000000000000000000000000009","status":"queued","error_code":null}'

t.test('the request', async (t) => {
  fake.behave(answer(201, created))
  t.same(await carrier.send(reply), {
    kind: 'taken',
    carrierMessageId: 'SM00000000000000000000000000000009',
    state: 'accepted',
  })
  const request = fake.seen.at(-1)
  t.equal(request?.line, `POST /2010-04-01/Accounts/${accountSid}/Messages.json HTTP/1.1`)
  t.equal(
    request?.headers.get('authorization'),
    `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
  )
  t.equal(request?.headers.get('content-type'), 'application/x-www-form-urlencoded')
  t.same(Object.fromEntries(request?.form ?? []), {
    To: '+19542788086',
    From: '+16313808000',
    Body: 'Yes, 9–5 👋\nSee you & bye',
    StatusCallback: `https://pbx.example.com/parley/webhooks/twilio-main/status?message=${messageId}`,
  })

  const form = () => Object.fromEntries(fake.seen.at(-1)?.form ?? [])
  const service = 'MG0123456789abcdef0123456789abcdef'
  const serviced = started(fake.url, { messagingServiceSid: service }, null)
  await serviced.send(reply)
  t.same(form(), {
    To: '+19542788086',
    From: '+16313808000',
    Body: reply.content.text,
    MessagingServiceSid: service,
  })
  await serviced.send({ ...reply, channel: 'whatsapp' })
  t.match(form(), { To: 'whatsapp:+19542788086', From: 'whatsapp:+16313808000' })
  t.notOk('MessagingServiceSid' in form(), 'a messaging service is for SMS')
  await serviced.send({
    ...reply,
    channel: 'whatsapp',
    to: { kind: 'whatsapp-user', value: 'IN.2081978709342942' },
  })
  t.equal(form().To, 'whatsapp:IN.2081978709342942')
  await serviced.send({ ...reply, from: { kind: 'short-code', value: '12345' } })
  t.equal(form().From, '12345')
})

t.test('every answer, and what it says of the message', async (t) => {
  const error = (code: number) => JSON.stringify({ code, message: 'x', more_info: 'https://…', status: 400 })
  const table: readonly (readonly [string, Behaviour, object])[] = [
    ['201 sent', answer(201, created.replace('queued', 'sent')), { kind: 'taken', state: 'sent' }],
    [
      '201 with a status of tomorrow',
      answer(201, created.replace('queued', 'dreaming')),
      { kind: 'taken', state: 'accepted' },
    ],
    ['200 with an id', answer(200, created), { kind: 'taken' }],
    [
      '201 failed at once',
      answer(201, '{"sid":"SM1","status":"failed","error_code":30007}'),
      { kind: 'refused', failure: { code: 'content-refused', carrierCode: '30007' } },
    ],
    ['201 with garbage', answer(201, '<html>hello'), { kind: 'unknown' }],
    ['201 with nothing', answer(201, ''), { kind: 'unknown' }],
    ['201 with null', answer(201, 'null'), { kind: 'unknown' }],
    ['201 without an id', answer(201, '{"status":"queued"}'), { kind: 'unknown' }],
    [
      '201 with an id that is none',
      answer(201, '{"sid":"../../etc","status":"queued"}'),
      { kind: 'unknown' },
    ],
    [
      '201 with a megabyte',
      answer(201, JSON.stringify({ sid: 'SM1', pad: 'x'.repeat(1 << 20) })),
      { kind: 'unknown' },
    ],
    ['429', answer(429, error(20429)), { kind: 'not-processed', retryAfterMs: null }],
    [
      '429 with Retry-After',
      answer(429, error(20429), { 'Retry-After': '7' }),
      { kind: 'not-processed', retryAfterMs: 7000 },
    ],
    [
      '429 with a date',
      answer(429, '', { 'Retry-After': 'Fri, 31 Dec 2027 23:59:59 GMT' }),
      { kind: 'not-processed', retryAfterMs: null },
    ],
    [
      '429 for a year',
      answer(429, '', { 'Retry-After': '31536000' }),
      { kind: 'not-processed', retryAfterMs: 3_600_000 },
    ],
    [
      '429 with garbage',
      answer(429, '<html>', { 'Retry-After': '-1' }),
      { kind: 'not-processed', retryAfterMs: null },
    ],
    ['400 with 20429', answer(400, error(20429)), { kind: 'not-processed' }],
    ['400, its queue is full', answer(400, error(21611)), { kind: 'not-processed' }],
    [
      'opted out',
      answer(400, error(21610)),
      { kind: 'refused', failure: { code: 'opted-out', carrierCode: '21610', sentence: /STOP/ } },
    ],
    [
      'no such number',
      answer(400, error(21211)),
      { kind: 'refused', failure: { code: 'invalid-recipient' } },
    ],
    ['not a mobile', answer(400, error(21614)), { kind: 'refused', failure: { code: 'invalid-recipient' } }],
    ['not ours', answer(400, error(21606)), { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['not a sender', answer(400, error(21659)), { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['too long', answer(400, error(21617)), { kind: 'refused', failure: { code: 'too-long' } }],
    [
      'outside the window',
      answer(400, error(63016)),
      { kind: 'refused', failure: { code: 'content-refused', sentence: /24 hours/ } },
    ],
    ['wrong token', answer(401, error(20003)), { kind: 'refused', failure: { code: 'credentials' } }],
    [
      '401 from a proxy',
      answer(401, '<html>'),
      { kind: 'refused', failure: { code: 'credentials', carrierCode: null } },
    ],
    ['404', answer(404, error(20404)), { kind: 'refused', failure: { code: 'credentials' } }],
    [
      'a code nobody knows',
      answer(400, error(55555)),
      { kind: 'refused', failure: { code: 'carrier-error', carrierCode: '55555', sentence: /55555/ } },
    ],
    [
      '400 with garbage',
      answer(400, 'nope'),
      { kind: 'refused', failure: { code: 'carrier-error', carrierCode: null } },
    ],
    ['a redirect', answer(307, '', { Location: `${fake.url}/elsewhere` }), { kind: 'refused' }],
    ['408', answer(408, ''), { kind: 'unknown' }],
    ['500', answer(500, error(20500)), { kind: 'unknown' }],
    ['502', answer(502, '<html>'), { kind: 'unknown' }],
    ['503', answer(503, '', { 'Retry-After': '5' }), { kind: 'unknown' }],
    ['silence', () => {}, { kind: 'unknown', reason: /400 ms/ }],
    ['a reset after the request', (socket) => socket.resetAndDestroy(), { kind: 'unknown' }],
    ['a close after the request', (socket) => socket.end(), { kind: 'unknown' }],
    ['not HTTP', (socket) => socket.end('220 smtp.example.com ESMTP\r\n'), { kind: 'unknown' }],
    ['half a status line', (socket) => socket.end('HTTP/1.1 2'), { kind: 'unknown' }],
    ['a reset inside a 201', cutShort(201, created, 'reset'), { kind: 'unknown' }],
    ['a close inside a 201', cutShort(201, created, 'end'), { kind: 'unknown' }],
    ['a 201 that never ends', cutShort(201, created, 'hang'), { kind: 'unknown' }],
    ['a reset inside a 429', cutShort(429, created, 'reset'), { kind: 'not-processed' }],
    ['a 429 that never ends', cutShort(429, created, 'hang'), { kind: 'not-processed' }],
  ]
  for (const [what, behaviour, expected] of table) {
    fake.behave(behaviour)
    const before = fake.seen.length
    t.match(await carrier.send(reply), expected, what)
    t.equal(fake.seen.length - before, 1, 'sent once, whatever the answer')
  }
})

/** Promises a whole body and delivers half of it. */
function cutShort(status: number, body: string, then: 'reset' | 'end' | 'hang'): Behaviour {
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`, () => {
      // Later, or the reset would take back what was written.
      if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 30)
      if (then === 'end') socket.end()
    })
  }
}

t.test('what never reached Twilio is safe to send again', async (t) => {
  const port = await freePort()
  const refused = await started(`http://127.0.0.1:${port}`).send(reply)
  t.match(refused, { kind: 'not-processed', reason: /ECONNREFUSED/, retryAfterMs: null })
  const unknownHost = await started('http://no-such-host.invalid').send(reply)
  t.match(unknownHost, { kind: 'not-processed', reason: /ENOTFOUND|EAI_AGAIN/ })
  const before = fake.seen.length
  const handshake = await started(fake.url.replace('http:', 'https:')).send(reply)
  t.match(handshake, { kind: 'not-processed' }, 'a TLS handshake that nobody answers')
  t.equal(fake.seen.length, before, 'and no request was seen')
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

t.test('a connection that is closing is never used again', async (t) => {
  // The classic trap: the server ends an idle connection just as a pooled client writes the next request to it.
  fake.behave((socket, request) => {
    answer(201, created, { Connection: 'keep-alive' })(socket, request)
    socket.end()
  })
  const before = fake.connections()
  for (let count = 0; count < 5; count++) {
    const { kind } = await carrier.send(reply)
    t.equal(kind, 'taken')
  }
  t.equal(fake.connections() - before, 5)
})

t.test('what can’t be sent is refused before anything is sent', async (t) => {
  const before = fake.seen.length
  const refusals = [
    [{ ...reply, to: { kind: 'name', value: 'ACME' } }, 'invalid-recipient'],
    [{ ...reply, to: { kind: 'whatsapp-user', value: 'IN.2081978709342942' } }, 'invalid-recipient'],
    [{ ...reply, channel: 'whatsapp', to: { kind: 'short-code', value: '12345' } }, 'invalid-recipient'],
    [{ ...reply, to: { kind: 'number', value: '+1954\r\nX: 1' } }, 'invalid-recipient'],
    [{ ...reply, from: { kind: 'number', value: 'javascript:' } }, 'invalid-sender'],
    [{ ...reply, channel: 'sip' }, 'invalid-sender'],
  ] as const
  for (const [message, code] of refusals) {
    t.match(await carrier.send(message), { kind: 'refused', failure: { code, carrierCode: null } })
  }
  t.equal(fake.seen.length, before)
})

t.test('closing waits for what is being sent', async (t) => {
  const closing = started()
  fake.behave((socket, request) => setTimeout(() => answer(201, created)(socket, request), 50))
  const sending = closing.send(reply)
  await closing.close()
  const outcome = await Promise.race([sending, Promise.resolve('still under way')])
  t.match(outcome, { kind: 'taken' })
})
