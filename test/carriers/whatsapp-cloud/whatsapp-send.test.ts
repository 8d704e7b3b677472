import t from 'tap'
import { WhatsAppAPI } from 'whatsapp-api-js'
import {
  Audio,
  BodyComponent,
  BodyParameter,
  Document,
  HeaderComponent,
  HeaderParameter,
  Image,
  Template,
  Text,
  URLComponent,
  Video,
} from 'whatsapp-api-js/messages'
import type { ClientMessage } from 'whatsapp-api-js/types'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createWhatsAppCloudCarrier } from '../../../module/carriers/whatsapp-cloud/whatsapp-cloud-carrier.ts'
import { asConversationId, asMessageId } from '../../../module/domain/ids.ts'
import type { Address } from '../../../module/domain/message/address.ts'
import type {
  OutboundContent,
  OutboundMedia,
  OutboundMessage,
} from '../../../module/domain/message/message.ts'
import { answer, startFaultyServer } from '../faulty-server.ts'
import { keptLog } from '../kept-log.ts'
import { testSendFaults } from '../send-faults.ts'
import {
  accessToken,
  change,
  envelope,
  metaCall,
  metaJson,
  phoneNumberId,
  secondNumberId,
  textMessage,
  verifyToken,
  wabaId,
  whatsAppAccount,
} from './whatsapp-account.ts'

const number = (value: string): Address => ({ kind: 'number', value })
const messageId = asMessageId('0190b2f0-0000-7000-8000-000000000001')
const reply: OutboundMessage = {
  messageId,
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'whatsapp',
  from: number('+15550783881'),
  to: number('+16505551234'),
  content: { kind: 'text', text: 'Yes, 9–5 👋\nSee you & bye', media: [] },
}
const said = (content: OutboundContent): OutboundMessage => ({ ...reply, content })

const fake = await startFaultyServer()
t.teardown(() => fake.close())
const log = keptLog()
const started = (apiBase = fake.url, settings: object = {}) =>
  createWhatsAppCloudCarrier(whatsAppAccount({ settings: { ...whatsAppAccount().settings, ...settings } }), {
    readAddress: createAddressReader({ homeCountry: 'US' }),
    log,
    apiBase,
    deadlineMs: 400,
  })
const carrier = started()
const created = JSON.stringify({
  messaging_product: 'whatsapp',
  contacts: [{ input: '16505551234', wa_id: '16505551234' }],
  messages: [{ id: 'wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI=', message_status: 'accepted' }],
})
const sentBody = (): unknown => JSON.parse(fake.last().body)

t.test('the request', async (t) => {
  fake.behave(answer(200, created))
  t.same(await carrier.send(reply), {
    kind: 'taken',
    carrierMessageId: 'wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI=',
    state: 'accepted',
  })
  const request = fake.last()
  t.equal(request.method, 'POST')
  t.equal(request.path, `/v24.0/${phoneNumberId}/messages`)
  t.equal(request.headers.get('authorization'), `Bearer ${accessToken}`)
  t.equal(request.headers.get('content-type'), 'application/json')
  t.same(sentBody(), {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: '16505551234',
    type: 'text',
    text: { body: 'Yes, 9–5 👋\nSee you & bye' },
    biz_opaque_callback_data: messageId,
  })
  await started(fake.url, { apiVersion: 'v25.0' }).send({ ...reply, from: number('+15550783882') })
  t.equal(fake.last().path, `/v25.0/${secondNumberId}/messages`, 'from the other number, by another version')
  t.same(
    carrier.numbers?.map(({ did }) => did.value),
    ['+15550783881', '+15550783882'],
  )
})

const file: OutboundMedia = {
  url: 'https://pbx.example.com/parley/media/x?signature=y',
  contentType: 'image/jpeg',
  fileName: 'photo.jpg',
  byteLength: 100_000,
}
const withFile = (change: Partial<OutboundMedia>, text = ''): OutboundContent => ({
  kind: 'text',
  text,
  media: [{ ...file, ...change }],
})
const template = (variables: Readonly<Record<string, string>>): OutboundContent => ({
  kind: 'template',
  template: { name: 'order_update', language: 'en_US', variables },
  text: 'what the customer reads',
})

t.test('whatsapp-api-js would send the same, byte for byte', async (t) => {
  const bodies: unknown[] = []
  const theirs = new WhatsAppAPI({
    token: accessToken,
    secure: false,
    v: 'v24.0',
    ponyfill: {
      fetch: async (_url, options) => {
        bodies.push(JSON.parse(String(options?.body)))
        return new Response(created)
      },
    },
  })
  const { url } = file
  const pdf = { contentType: 'application/pdf', fileName: 'Invoice 7.pdf' }
  const large = 6 * 1024 * 1024
  const table: readonly (readonly [string, OutboundContent, ClientMessage])[] = [
    ['a text', reply.content, new Text('Yes, 9–5 👋\nSee you & bye')],
    ['an image', withFile({}), new Image(url)],
    ['an image with words', withFile({}, 'This one?'), new Image(url, false, 'This one?')],
    ['a large image', withFile({ byteLength: large }), new Document(url, false, undefined, 'photo.jpg')],
    ['a video', withFile({ contentType: 'video/mp4' }, 'How to'), new Video(url, false, 'How to')],
    ['a sound', withFile({ contentType: 'audio/ogg; codecs=opus' }), new Audio(url)],
    ['a document', withFile(pdf, 'Here'), new Document(url, false, 'Here', 'Invoice 7.pdf')],
    [
      'an image that WhatsApp doesn’t show',
      withFile({ contentType: 'image/gif', fileName: 'x.gif' }),
      new Document(url, false, undefined, 'x.gif'),
    ],
    [
      'a type of every object',
      withFile({ contentType: 'constructor', fileName: 'x' }),
      new Document(url, false, undefined, 'x'),
    ],
    ['a template', template({}), new Template('order_update', 'en_US')],
    [
      'a template with numbers for names',
      template({ 2: 'Monday', 1: 'Ann', 10: 'j' }),
      new Template(
        'order_update',
        'en_US',
        new BodyComponent(new BodyParameter('Ann'), new BodyParameter('Monday'), new BodyParameter('j')),
      ),
    ],
    [
      'a template with words for names',
      template({ first_name: 'Ann', day: 'Monday' }),
      new Template(
        'order_update',
        'en_US',
        new BodyComponent(new BodyParameter('Ann', 'first_name'), new BodyParameter('Monday', 'day')),
      ),
    ],
    [
      'a template with a header and a button',
      template({ header_1: 'Order 7', 1: 'Ann', button_0: 'orders/7' }),
      new Template(
        'order_update',
        'en_US',
        new HeaderComponent(new HeaderParameter('Order 7')),
        new BodyComponent(new BodyParameter('Ann')),
        new URLComponent('orders/7'),
      ),
    ],
    [
      'a template with an image',
      template({ header_image: url }),
      new Template('order_update', 'en_US', new HeaderComponent(new HeaderParameter(new Image(url)))),
    ],
  ]
  fake.behave(answer(200, created))
  for (const [what, content, message] of table) {
    t.match(await carrier.send(said(content)), { kind: 'taken' }, what)
    await theirs.sendMessage(
      phoneNumberId,
      { phone: '16505551234', bsuid: '' },
      message,
      undefined,
      messageId,
    )
    const { recipient, ...body } = Object(bodies.at(-1))
    t.equal(recipient, '')
    t.same(normal(sentBody()), normal(body), what)
  }
  const user = 'US.13491208655302741918'
  await carrier.send({ ...reply, to: { kind: 'whatsapp-user', value: user } })
  await theirs.sendMessage(
    phoneNumberId,
    { bsuid: user },
    new Text('Yes, 9–5 👋\nSee you & bye'),
    undefined,
    messageId,
  )
  t.same(sentBody(), bodies.at(-1), 'to a user without a number')
})

/** Their button index is a number, ours a text: Meta's reference has both. */
const normal = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (key, inner) => (key === 'index' ? String(inner) : inner))

t.test('every error, and what it says of the message', async (t) => {
  const error = (code: number) =>
    JSON.stringify({ error: { message: `(#${code}) x`, type: 'OAuthException', code, fbtrace_id: 'A' } })
  const table: readonly (readonly [string, number, number, object])[] = [
    ['outside the window', 400, 131047, { kind: 'refused', failure: { code: 'window-closed' } }],
    ['unreachable', 400, 131026, { kind: 'refused', failure: { code: 'unreachable' } }],
    ['the marketing cap', 400, 131049, { kind: 'refused', failure: { code: 'unreachable' } }],
    ['marketing stopped', 400, 131050, { kind: 'refused', failure: { code: 'template' } }],
    ['a file that can’t be fetched', 400, 131053, { kind: 'refused', failure: { code: 'media' } }],
    ['no such template', 404, 132001, { kind: 'refused', failure: { code: 'template' } }],
    ['values that don’t fit', 400, 132000, { kind: 'refused', failure: { code: 'template' } }],
    ['a paused template', 400, 132015, { kind: 'refused', failure: { code: 'template' } }],
    ['the token ended', 401, 190, { kind: 'refused', failure: { code: 'credentials', carrierCode: '190' } }],
    ['no right', 403, 200, { kind: 'refused', failure: { code: 'credentials' } }],
    ['locked', 403, 131031, { kind: 'refused', failure: { code: 'credentials', sentence: /locked/ } }],
    ['not registered', 400, 133010, { kind: 'refused', failure: { code: 'invalid-sender' } }],
    ['not on the list', 400, 131030, { kind: 'refused', failure: { code: 'invalid-recipient' } }],
    ['to itself', 400, 131021, { kind: 'refused', failure: { code: 'invalid-recipient' } }],
    ['unpaid', 400, 131042, { kind: 'refused', failure: { code: 'carrier-error', sentence: /charge/ } }],
    ['a code of tomorrow', 400, 139999, { kind: 'refused', failure: { carrierCode: '139999' } }],
    ['the app calls too often', 400, 4, { kind: 'not-processed', retryAfterMs: 60_000, holds: 'carrier' }],
    ['so does the account', 400, 80007, { kind: 'not-processed', holds: 'carrier' }],
    ['too fast', 429, 130429, { kind: 'not-processed', retryAfterMs: null, holds: 'carrier' }],
    ['reported as spam', 400, 131048, { kind: 'not-processed', retryAfterMs: 600_000, holds: 'carrier' }],
    ['too fast to one', 429, 131056, { kind: 'not-processed', retryAfterMs: 6000, holds: undefined }],
    ['maintenance', 400, 131057, { kind: 'not-processed' }],
    ['a fault of theirs', 500, 131000, { kind: 'unknown' }],
    ['a throttle that may have sent it', 500, 130429, { kind: 'unknown' }],
  ]
  for (const [what, status, code, expected] of table) {
    fake.behave(answer(status, error(code)))
    t.match(await carrier.send(reply), expected, what)
  }
  fake.behave(answer(200, '{"messages":[{"id":"../ x"}]}'))
  t.match(await carrier.send(reply), { kind: 'unknown' }, 'an id that is none')
  fake.behave(answer(429, error(131056), { 'Retry-After': '9' }))
  t.match(await carrier.send(reply), { retryAfterMs: 9000 }, 'their own time goes first')
})

testSendFaults(t, {
  server: fake,
  send: (apiBase) => started(apiBase).send(reply),
  accepted: { status: 200, body: created },
})

t.test('what can’t be sent is refused before anything is sent', async (t) => {
  const before = fake.seen.length
  const table: readonly (readonly [Partial<OutboundMessage>, string])[] = [
    [{ from: number('+15550000000') }, 'invalid-sender'],
    [{ channel: 'sms' }, 'invalid-sender'],
    [{ to: { kind: 'name', value: 'ACME' } }, 'invalid-recipient'],
    [{ to: { kind: 'short-code', value: '12345' } }, 'invalid-recipient'],
    [{ to: number('+1650\r\n1') }, 'invalid-recipient'],
    [{ to: { kind: 'whatsapp-user', value: 'US.1/../../me' } }, 'invalid-recipient'],
    [{ content: { kind: 'text', text: 'x'.repeat(4097), media: [] } }, 'too-long'],
    [{ content: withFile({}, 'x'.repeat(1025)) }, 'too-long'],
    [{ content: { kind: 'text', text: '', media: [file, file] } }, 'media'],
    [{ content: withFile({ contentType: 'audio/mpeg' }, 'words') }, 'media'],
    [{ content: withFile({ byteLength: 101 * 1024 * 1024 }) }, 'media'],
  ]
  for (const [change, code] of table)
    t.match(await carrier.send({ ...reply, ...change }), {
      kind: 'refused',
      failure: { code, carrierCode: null },
    })
  t.equal(fake.seen.length, before)
})

t.test('where a file lies', async (t) => {
  const { media } = carrier
  const locate = (url: string) => media?.locate({ url, contentType: 'image/jpeg' })
  const url = 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=2754859441498128&ext=1&hash=A'
  fake.behave(
    answer(200, JSON.stringify({ url, mime_type: 'image/jpeg', file_size: 7, id: '2754859441498128' })),
  )
  t.same(await locate('2754859441498128'), {
    kind: 'at',
    url,
    headers: { authorization: `Bearer ${accessToken}`, 'user-agent': 'Parley' },
    credentialHosts: ['graph.facebook.com', 'lookaside.fbsbx.com'],
  })
  t.equal(fake.last().path, '/v24.0/2754859441498128')
  t.equal(fake.last().headers.get('authorization'), `Bearer ${accessToken}`)
  const before = fake.seen.length
  t.match(await locate('../me?fields=id'), { kind: 'gone' })
  t.match(await locate('https://evil.example'), { kind: 'gone' })
  t.equal(fake.seen.length, before, 'nothing but an id is ever asked for')
  const expired = '{"error":{"code":100,"error_subcode":33,"message":"Unsupported get request"}}'
  for (const [status, body, kind] of [
    [400, expired, 'gone'],
    [404, '', 'gone'],
    [200, '{"url":"http://lookaside.fbsbx.com/x"}', 'retry'],
    [200, '{"url":"file:///etc/passwd"}', 'retry'],
    [200, '{"url":7}', 'retry'],
    [200, '<html>', 'retry'],
    [401, '{"error":{"code":190}}', 'retry'],
    [429, '', 'retry'],
    [500, '', 'retry'],
  ] as const) {
    fake.behave(answer(status, body))
    t.match(await locate('2754859441498128'), { kind }, `${status} ${body}`)
  }
  fake.behave((socket) => socket.resetAndDestroy())
  t.match(await locate('2754859441498128'), { kind: 'retry' })
})

t.test('the templates that may be sent', async (t) => {
  const template = (name: string, components: readonly object[], more: object = {}) => ({
    name,
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components,
    id: '1',
    ...more,
  })
  const body = (text: string) => ({ type: 'BODY', text })
  const pages = [
    {
      data: [
        template('plain', [body('We are open again.')]),
        template('order_update', [
          { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
          body('Hello {{1}}, your order comes on {{2}}. Bye {{1}}'),
          { type: 'FOOTER', text: 'ACME' },
          {
            type: 'BUTTONS',
            buttons: [
              { type: 'QUICK_REPLY', text: 'Stop' },
              { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
              { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+1' },
            ],
          },
        ]),
        template('not_yet', [body('x')], { status: 'PENDING' }),
        template('code', [body('{{1}} is your code')], { category: 'AUTHENTICATION' }),
        template('carousel', [body('x'), { type: 'CAROUSEL', cards: [] }]),
        template('coupon', [body('x'), { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE' }] }]),
        null,
        7,
        { name: 'x' },
      ],
      paging: { cursors: { before: 'B', after: 'A/1 &' }, next: 'https://evil.example/steal' },
    },
    {
      data: [
        template('welcome', [{ type: 'HEADER', format: 'IMAGE' }, body('Hello {{first_name}}')], {
          language: 'de',
          category: 'MARKETING',
        }),
      ],
      paging: { cursors: { before: 'B', after: 'A2' } },
    },
  ]
  let page = 0
  fake.behave((socket, request) => answer(200, JSON.stringify(pages[page++]))(socket, request))
  const before = fake.seen.length
  t.same(await carrier.templates?.list(number('+15550783881')), [
    {
      name: 'plain',
      language: 'en_US',
      text: 'We are open again.',
      variables: [],
      category: 'utility',
    },
    {
      name: 'order_update',
      language: 'en_US',
      text: 'Order {{header_1}}\nHello {{1}}, your order comes on {{2}}. Bye {{1}}\nACME',
      variables: ['header_1', '1', '2', 'button_1'],
      category: 'utility',
    },
    {
      name: 'welcome',
      language: 'de',
      text: 'Hello {{first_name}}',
      variables: ['header_image', 'first_name'],
      category: 'marketing',
    },
  ])
  const asked = fake.seen.slice(before).map(({ path }) => new URL(path, fake.url))
  t.equal(asked.length, 2, 'the last page says that it is the last')
  t.equal(asked[0]?.pathname, `/v24.0/${wabaId}/message_templates`)
  t.equal(asked[1]?.searchParams.get('after'), 'A/1 &', 'and theirs is not the URL that is called')

  const listed = async () => carrier.templates?.list(number('+15550783881'))
  t.same(await carrier.templates?.list(number('+15550000000')), [], 'not our number')
  for (const [status, said] of [
    [401, '{"error":{"code":190}}'],
    [200, '<html>'],
    [500, ''],
  ] as const) {
    fake.behave(answer(status, said))
    await t.rejects(listed(), /WhatsApp does not list its templates/)
  }
  fake.behave((socket) => socket.resetAndDestroy())
  await t.rejects(listed(), /could not be reached/)
  fake.behave(answer(200, JSON.stringify(pages[0])))
  const endless = await carrier.templates?.list(number('+15550783881'))
  t.equal(endless?.length, 100, 'a list without an end is given one')
})

t.test('read receipts go through the number that the message came to', async (t) => {
  fake.behave(answer(200, '{"success":true}'))
  carrier.receive(
    metaCall(metaJson(envelope(change({ messages: [textMessage('wamid.two', 'x')] }, secondNumberId)))),
  )
  await carrier.readReceipts?.markRead('wamid.two')
  t.equal(fake.last().path, `/v24.0/${secondNumberId}/messages`)
  t.same(sentBody(), { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.two' })
  await carrier.readReceipts?.showTyping?.('wamid.two')
  t.match(sentBody(), { status: 'read', typing_indicator: { type: 'text' } })

  let tries = 0
  fake.behave((socket, request) =>
    (++tries === 1 ? answer(400, '{"error":{"code":100}}') : answer(200, '{"success":true}'))(
      socket,
      request,
    ),
  )
  await carrier.readReceipts?.markRead('wamid.of-last-week')
  t.equal(tries, 2, 'of a message that was forgotten, each number is asked')
  t.equal(fake.last().path, `/v24.0/${secondNumberId}/messages`)
  fake.behave((socket) => socket.resetAndDestroy())
  await carrier.readReceipts?.markRead('wamid.two')
  const before = fake.seen.length
  await carrier.readReceipts?.markRead('no id')
  t.equal(fake.seen.length, before)
})

t.test('whether Meta still takes the credentials', async (t) => {
  const answers = new Map<string, [number, string]>()
  fake.behave((socket, request) => {
    const [status, body] = answers.get(new URL(request.path, fake.url).pathname) ?? [404, '']
    answer(status, body)(socket, request)
  })
  const phone = (id: string, display: string) =>
    answers.set(`/v24.0/${id}`, [200, JSON.stringify({ id, display_phone_number: display })])
  phone(phoneNumberId, '+1 555-078-3881')
  phone(secondNumberId, '+1 555-078-3882')
  const debug = (data: object) => answers.set('/v24.0/debug_token', [200, JSON.stringify({ data })])
  const check = () => carrier.probe?.check()
  debug({ is_valid: true, expires_at: 0, data_access_expires_at: 0 })
  t.same(await check(), { kind: 'valid', expiresAt: null })
  t.equal(
    new URL(fake.last().path, fake.url).searchParams.get('input_token'),
    accessToken,
    'Meta alone is asked about it',
  )
  debug({ is_valid: true, expires_at: 1_800_000_000, data_access_expires_at: 1_790_000_000 })
  t.same(await check(), { kind: 'valid', expiresAt: 1_790_000_000_000 })
  answers.set('/v24.0/debug_token', [400, '{"error":{"code":100}}'])
  t.same(await check(), { kind: 'valid', expiresAt: null }, 'the numbers have answered')
  phone(secondNumberId, '+1 555-078-3999')
  t.match(await check(), { kind: 'invalid', sentence: /\+15550783999 .*phoneNumbers/ })
  answers.set(`/v24.0/${secondNumberId}`, [400, '{"error":{"code":100,"error_subcode":33}}'])
  t.match(await check(), { kind: 'invalid', sentence: new RegExp(secondNumberId) })
  answers.set(`/v24.0/${phoneNumberId}`, [401, '{"error":{"code":190}}'])
  t.match(await check(), { kind: 'invalid', sentence: /access token/ })
  answers.set(`/v24.0/${phoneNumberId}`, [503, '<html>'])
  t.match(await check(), { kind: 'unreachable', reason: /503/ })
  fake.behave(() => {})
  t.match(await check(), { kind: 'unreachable', reason: /400 ms/ })
})

t.test('closing waits for what is being sent, and no secret was told', async (t) => {
  const closing = started()
  fake.behave((socket, request) => setTimeout(() => answer(200, created)(socket, request), 50))
  const sending = closing.send(reply)
  await closing.close()
  t.match(await Promise.race([sending, Promise.resolve('still under way')]), { kind: 'taken' })
  t.notMatch(JSON.stringify(log.lines), new RegExp(`${accessToken}|${verifyToken}`))
})
