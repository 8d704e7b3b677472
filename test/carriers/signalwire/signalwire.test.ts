import { RestClient } from '@signalwire/compatibility-api'
import t from 'tap'
import twilio from 'twilio'
import type { WebhookRequest } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createSignalWireCarrier } from '../../../module/carriers/signalwire/signalwire-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, startFaultyServer } from '../faulty-server.ts'
import { callAt, testHostileWebhooks } from '../hostile-webhooks.ts'
import { keptLog } from '../kept-log.ts'
import { testSendFaults } from '../send-faults.ts'
import { projectId, signalWireAccount } from './signalwire-account.ts'

const server = await startFaultyServer()
t.teardown(() => server.close())
const readAddress = createAddressReader({ homeCountry: 'US' })
const publicUrl = 'https://pbx.example.com/parley'
const hook = `${publicUrl}/webhooks/signalwire-main`
const started = (apiBase = server.url, change = {}) =>
  createSignalWireCarrier(signalWireAccount(change), {
    publicUrl,
    readAddress,
    log: keptLog(),
    apiBase,
    deadlineMs: 400,
  })
const carrier = started()

/** SignalWire signs as Twilio does; its own library judges, as it would on a customer's server. */
const sign = twilio.getExpectedTwilioSignature
const fieldsOf = (body: Uint8Array): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(Buffer.from(body).toString()))

function called(body: Uint8Array, key = 'PSKkey', url = hook): WebhookRequest {
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      // What is so large is refused unseen, and signing it takes the library minutes.
      'x-signalwire-signature': sign(key, url, body.length > 200_000 ? {} : fieldsOf(body)),
    },
    body,
    receivedAt: callAt,
  }
}
const sms = (change: Record<string, string> = {}) =>
  Buffer.from(
    new URLSearchParams({
      MessageSid: '8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c01',
      AccountSid: projectId,
      From: '+19542788086',
      To: '+16313808000',
      Body: 'Is it open? 👋',
      NumMedia: '0',
      ...change,
    }).toString(),
  )

t.test('what SignalWire’s own library accepts, we accept, and nothing else', (t) => {
  for (const url of [hook, `${hook}/status?message=1`, 'https://pbx.example.com:8443/hook']) {
    const request = called(sms(), 'PSKkey', url)
    const signature = String(request.headers['x-signalwire-signature'])
    t.ok(RestClient.validateRequest('PSKkey', signature, url, fieldsOf(request.body)))
    t.equal(carrier.receive(request).kind, 'content', url)
    t.notOk(RestClient.validateRequest('PSKother', signature, url, fieldsOf(request.body)))
    t.equal(carrier.receive(called(sms(), 'PSKother', url)).kind, 'refused')
  }
  t.equal(carrier.receive(called(sms(), 'PTtoken')).kind, 'refused', 'the API token signs nothing')
  t.equal(carrier.receive(called(sms(), 'PSKbefore')).kind, 'content', 'the key before, while it is replaced')
  const { 'x-signalwire-signature': signature, ...headers } = called(sms()).headers
  const asTwilio = { ...called(sms()), headers: { ...headers, 'x-twilio-signature': signature } }
  t.equal(carrier.receive(asTwilio).kind, 'refused')
  t.end()
})

t.test('messages and statuses', (t) => {
  t.match(carrier.receive(called(sms())), {
    kind: 'content',
    inbound: [
      {
        carrierId: 'signalwire-main',
        carrierMessageId: '8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c01',
        channel: 'sms',
        sender: { kind: 'number', value: '+19542788086' },
        content: { kind: 'text', text: 'Is it open? 👋' },
      },
    ],
    answer: { status: 200, contentType: 'text/xml' },
  })
  const media = sms({
    NumMedia: '1',
    MediaUrl0: 'https://example.signalwire.com/m/1',
    MediaContentType0: 'image/webp',
  })
  t.match(carrier.receive(called(media)), {
    inbound: [
      { content: { media: [{ url: 'https://example.signalwire.com/m/1', contentType: 'image/webp' }] } },
    ],
  })
  const status = (MessageStatus: string, ErrorCode = '') =>
    carrier.receive(
      called(
        Buffer.from(new URLSearchParams({ MessageSid: 'ab-1', MessageStatus, ErrorCode }).toString()),
        'PSKkey',
        `${hook}/status?message=0190b2f0-0000-7000-8000-000000000001`,
      ),
    )
  t.match(status('delivered'), {
    reports: [
      { carrierMessageId: 'ab-1', messageId: '0190b2f0-0000-7000-8000-000000000001', state: 'delivered' },
    ],
  })
  t.match(status('undelivered', '30007'), { reports: [{ failure: { code: 'content-refused' } }] })
  t.match(status('failed', '30034'), {
    reports: [{ failure: { code: 'invalid-sender', sentence: /SignalWire/ } }],
  })
  t.end()
})

const reply: OutboundMessage = {
  messageId: asMessageId('0190b2f0-0000-7000-8000-000000000001'),
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: { kind: 'number', value: '+16313808000' },
  to: { kind: 'number', value: '+19542788086' },
  content: { kind: 'text', text: 'Yes 👋', media: [] },
}
const created = '{"sid":"8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c02","status":"queued","error_code":null}'

t.test('the request', async (t) => {
  server.behave(answer(201, created))
  t.same(await carrier.send(reply), {
    kind: 'taken',
    carrierMessageId: '8f0c3c51-8f1a-4d8e-bd0e-2a8b8b6f1c02',
    state: 'accepted',
  })
  const { path, form, headers } = server.last()
  t.equal(path, `/api/laml/2010-04-01/Accounts/${projectId}/Messages.json`)
  t.equal(headers.get('authorization'), `Basic ${Buffer.from(`${projectId}:PTtoken`).toString('base64')}`)
  t.same(Object.fromEntries(form), {
    To: '+19542788086',
    From: '+16313808000',
    Body: 'Yes 👋',
    StatusCallback: `${hook}/status?message=${reply.messageId}`,
  })
  server.behave(answer(401, '{}'))
  t.match(await carrier.send(reply), {
    failure: { code: 'credentials', sentence: /SignalWire does not accept/ },
  })
  t.match(await carrier.probe?.check(), { kind: 'invalid', sentence: /SignalWire/ })
  t.equal(server.last().path, `/api/laml/2010-04-01/Accounts/${projectId}.json`)
  t.match(await carrier.media?.locate({ url: 'https://x', contentType: null }), {
    credentialHosts: ['example.signalwire.com'],
  })
  t.equal(carrier.templates, undefined)
  for (const [change, path] of [
    [{ settings: { space: 'evil.example.com', projectId } }, 'settings.space'],
    [{ settings: { space: 'https://a.signalwire.com', projectId } }, 'settings.space'],
    [{ settings: { space: 'a.signalwire.com', projectId: 'x' } }, 'settings.projectId'],
    [{ secrets: { apiToken: 'PT' } }, 'secrets.signingKey'],
  ] as const)
    t.throws(() => started(server.url, change), { path, message: /must be|missing/ })
})

testSendFaults(t, {
  server,
  send: (apiBase) => started(apiBase).send(reply),
  accepted: { status: 201, body: created },
})

testHostileWebhooks(t, {
  carrier,
  format: 'form',
  body: ([first]) => sms({ MessageSid: `in-${first?.number}`, Body: first?.text ?? '' }),
  call: (body, { key = 'current' } = {}) =>
    called(body, { current: 'PSKkey', previous: 'PSKbefore', wrong: 'wrong' }[key]),
  idOf: (number) => `in-${number}`,
  mostMessages: 1,
  proof: 'covers-body',
  proofHeaders: ['x-signalwire-signature'],
  coversUrl: true,
  rotates: true,
  toleranceMs: null,
  unreadableStatus: 400,
})
