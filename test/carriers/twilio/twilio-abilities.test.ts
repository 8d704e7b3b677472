import t from 'tap'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../../module/carriers/twilio/twilio-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { OutboundMessage } from '../../../module/domain/message/message.ts'
import { answer, startFaultyServer } from '../faulty-server.ts'
import { keptLog } from '../kept-log.ts'
import { accountSid, authToken, twilioAccount } from './twilio-account.ts'

const server = await startFaultyServer()
t.teardown(() => server.close())
const readAddress = createAddressReader({ homeCountry: 'US' })
const sentAt = Date.parse('2026-11-22T13:00:00Z')
const started = (now = sentAt + 600_000, apiBase = server.url) =>
  createTwilioCarrier(twilioAccount(), {
    publicUrl: null,
    readAddress,
    log: keptLog(),
    apiBase,
    deadlineMs: 400,
    now: () => now,
  })
const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
const photo = {
  url: 'https://pbx.example.com/media/1?sig=x&y=1',
  contentType: 'image/png',
  fileName: 'a.png',
  byteLength: 9,
}
const reply: OutboundMessage = {
  messageId: asMessageId('0190b2f0-0000-7000-8000-000000000001'),
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sms',
  from: { kind: 'number', value: '+16313808000' },
  to: { kind: 'number', value: '+19542788086' },
  content: { kind: 'text', text: 'See you at 5', media: [] },
}
const other = { ...reply, messageId: asMessageId('0190b2f0-0000-7000-8000-000000000009') }
const created = (sid: string) => `{"sid":"${sid}","status":"queued","error_code":null}`

t.test('files', async (t) => {
  const carrier = started()
  server.behave(answer(201, created('SM1')))
  await carrier.send({ ...reply, content: { kind: 'text', text: 'Look', media: [photo, photo] } })
  t.same(server.last().form.getAll('MediaUrl'), [photo.url, photo.url])
  t.equal(server.last().form.get('Body'), 'Look')
  const alone = { kind: 'text', text: '', media: [photo] } as const
  await carrier.send({ ...reply, channel: 'whatsapp', content: alone })
  t.notOk(server.last().form.has('Body'), 'no empty caption')
  const two = { ...alone, media: [photo, photo] }
  t.match(await carrier.send({ ...reply, channel: 'whatsapp', content: two }), {
    kind: 'refused',
    failure: { code: 'media', sentence: /one by one/ },
  })
  t.same(await carrier.media?.locate({ url: 'https://api.twilio.com/ME1', contentType: null }), {
    kind: 'at',
    url: 'https://api.twilio.com/ME1',
    headers: { authorization: credentials },
    credentialHosts: ['api.twilio.com'],
  })
})

t.test('what became of a message', async (t) => {
  const item = (change: object = {}) => ({
    sid: 'SM7',
    body: 'See you at 5',
    status: 'delivered',
    error_code: null,
    date_created: 'Sun, 22 Nov 2026 13:00:01 +0000',
    ...change,
  })
  const asked = async (messages: unknown, carrier = started(), status = 200, message = reply) => {
    server.behave(answer(status, JSON.stringify({ messages })))
    return carrier.inquiry?.ask(message, sentAt)
  }
  t.same(await asked([item({ sid: 'SM6', body: 'Hello' }), item()]), {
    kind: 'found',
    report: { carrierMessageId: 'SM7', messageId: reply.messageId, state: 'delivered', failure: null },
  })
  const url = new URL(server.last().path, server.url)
  t.equal(url.pathname, `/2010-04-01/Accounts/${accountSid}/Messages.json`)
  t.same([url.searchParams.get('To'), url.searchParams.get('From')], ['+19542788086', '+16313808000'])
  t.equal(server.last().headers.get('authorization'), credentials)
  t.match(await asked([item({ body: 'Sent from your Twilio trial account - See you at 5' })]), {
    kind: 'found',
  })
  t.match(await asked([item({ status: 'failed', error_code: 21610 })]), {
    kind: 'found',
    report: { state: 'failed', failure: { code: 'opted-out' } },
  })
  t.match(await asked([item(), item({ sid: 'SM8' })]), { kind: 'no-answer', reason: /several/ })
  t.same(await asked([]), { kind: 'never-taken' })
  t.same(await asked([item({ body: 'Hello' })]), { kind: 'never-taken' })
  t.same(
    await asked([item({ date_created: 'Sun, 22 Nov 2026 12:59:01 +0000' })]),
    { kind: 'never-taken' },
    'an earlier one',
  )
  t.match(await asked([], started(sentAt + 20_000)), { kind: 'no-answer', reason: /early/ })
  const many = Array.from({ length: 50 }, () => item({ body: 'x' }))
  t.match(await asked(many), { kind: 'no-answer', reason: /reach back/ })
  t.match(await asked([], started(), 500), { kind: 'no-answer' })
  t.match(await asked('x'), { kind: 'no-answer' })
  const template = {
    kind: 'template',
    template: { name: 'a', language: 'en', variables: {} },
    text: 'Hi',
  } as const
  t.match(await asked([], started(), 200, { ...reply, content: template }), { kind: 'no-answer' })
  const gone = started(sentAt, 'http://no-such-host.invalid').inquiry
  t.match(await gone?.ask(reply, sentAt), { kind: 'no-answer' })

  const carrier = started()
  server.behave(answer(201, created('SM7')))
  await carrier.send(other)
  t.same(await asked([item()], carrier), { kind: 'never-taken' }, 'the one of that text was another message')
  t.match(await asked([item(), item({ sid: 'SM8' })], carrier), { report: { carrierMessageId: 'SM8' } })
})

t.test('credentials', async (t) => {
  const probed = async (status: number, body = '{}') => {
    server.behave(answer(status, body))
    return started().probe?.check()
  }
  t.same(await probed(200, '{"status":"active"}'), { kind: 'valid', expiresAt: null })
  t.equal(server.last().path, `/2010-04-01/Accounts/${accountSid}.json`)
  t.match(await probed(200, '{"status":"suspended"}'), { kind: 'invalid', sentence: /suspended/ })
  t.match(await probed(401), { kind: 'invalid', sentence: /Twilio console/ })
  t.match(await probed(500), { kind: 'unreachable' })
})

t.test('templates', async (t) => {
  const content = (change: object = {}) => ({
    sid: `HX${'a'.repeat(32)}`,
    friendly_name: 'order',
    language: 'en',
    variables: { '1': 'Ann' },
    types: { 'twilio/quick-reply': { body: 'Hello {{1}}, your order {{2}} is ready, {{1}}.', actions: [] } },
    approval_requests: { name: 'order_ready', category: 'UTILITY', status: 'approved' },
    ...change,
  })
  const carrier = started()
  server.behave((socket, request) => {
    const second = request.path.includes('Page=1')
    const next = `${server.url}/v1/ContentAndApprovals?PageSize=100&Page=1`
    const body = second
      ? { contents: [content({ sid: `HX${'b'.repeat(32)}`, language: 'de' })], meta: { next_page_url: null } }
      : {
          contents: [
            content(),
            content({ approval_requests: { name: 'x', status: 'rejected' } }),
            content({ sid: 'evil' }),
            7,
          ],
          meta: { next_page_url: next },
        }
    answer(200, JSON.stringify(body))(socket, request)
  })
  const did = { kind: 'number', value: '+16313808000' } as const
  const expected = {
    name: 'order_ready',
    language: 'en',
    text: 'Hello {{1}}, your order {{2}} is ready, {{1}}.',
    variables: ['1', '2'],
    category: 'utility',
  }
  t.same(await carrier.templates?.list(did), [expected, { ...expected, language: 'de' }])
  const use = { name: 'order_ready', language: 'de', variables: { '1': 'Ann "x"', '2': '77' } }
  const message = {
    ...reply,
    channel: 'whatsapp',
    content: { kind: 'template', template: use, text: 'Hallo' },
  } as const
  server.behave(answer(201, created('MM1')))
  t.match(await carrier.send(message), { kind: 'taken', carrierMessageId: 'MM1' })
  const { form } = server.last()
  t.equal(form.get('ContentSid'), `HX${'b'.repeat(32)}`)
  t.same(JSON.parse(form.get('ContentVariables') ?? ''), { '1': 'Ann "x"', '2': '77' })
  t.notOk(form.has('Body'))
  const unknown = { ...message, content: { ...message.content, template: { ...use, name: 'none' } } }
  t.match(await carrier.send(unknown), { kind: 'refused', failure: { code: 'template' } })

  server.behave(answer(500, '{}'))
  await t.rejects(Promise.resolve(started().templates?.list(did)), /Try again later/)
  t.match(
    await started().send(message),
    { kind: 'not-processed' },
    'nothing was sent: the list could not be had',
  )
  const far = {
    contents: [],
    meta: { next_page_url: 'https://evil.example.com/v1/ContentAndApprovals?Page=2' },
  }
  server.behave(answer(200, JSON.stringify(far)))
  const before = server.seen.length
  await started().templates?.list(did)
  t.equal(server.seen.length - before, 1, 'our credentials go nowhere else')
})
