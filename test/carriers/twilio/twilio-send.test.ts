import t from 'tap'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../../module/carriers/twilio/twilio-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, type Behaviour, startFaultyServer } from '../faulty-server.ts'
import { keptLog } from '../kept-log.ts'
import { testSendFaults } from '../send-faults.ts'
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

const fake = await startFaultyServer()
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
  t.equal(request?.method, 'POST')
  t.equal(request?.path, `/2010-04-01/Accounts/${accountSid}/Messages.json`)
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
    [
      '201 with an id that is none',
      answer(201, '{"sid":"../../etc","status":"queued"}'),
      { kind: 'unknown' },
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
      { kind: 'refused', failure: { code: 'window-closed', sentence: /24 hours/ } },
    ],
    ['wrong token', answer(401, error(20003)), { kind: 'refused', failure: { code: 'credentials' } }],
    ['404', answer(404, error(20404)), { kind: 'refused', failure: { code: 'credentials' } }],
    [
      'a code nobody knows',
      answer(400, error(55555)),
      { kind: 'refused', failure: { code: 'carrier-error', carrierCode: '55555', sentence: /55555/ } },
    ],
  ]
  for (const [what, behaviour, expected] of table) {
    fake.behave(behaviour)
    const before = fake.seen.length
    t.match(await carrier.send(reply), expected, what)
    t.equal(fake.seen.length - before, 1, 'sent once, whatever the answer')
  }
})

testSendFaults(t, {
  server: fake,
  send: (apiBase) => started(apiBase).send(reply),
  accepted: { status: 201, body: created },
  throttledBody: '{"code":20429}',
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
