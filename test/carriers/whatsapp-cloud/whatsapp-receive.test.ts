import fc from 'fast-check'
import t from 'tap'
import { WhatsAppAPI } from 'whatsapp-api-js'
import type { WebhookResult } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createWhatsAppCloudCarrier } from '../../../module/carriers/whatsapp-cloud/whatsapp-cloud-carrier.ts'
import { signingSecret } from '../../../module/carriers/whatsapp-cloud/whatsapp-signature.ts'
import type { MessageContent } from '../../../module/domain/message/message-content.ts'
import { testHostileWebhooks } from '../hostile-webhooks.ts'
import { keptLog } from '../kept-log.ts'
import {
  appSecret,
  change,
  contact,
  envelope,
  metaCall,
  metaJson,
  previousAppSecret,
  secondNumberId,
  textMessage,
  verifyToken,
  whatsAppAccount,
} from './whatsapp-account.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const carrier = createWhatsAppCloudCarrier(whatsAppAccount(), { readAddress, log: keptLog() })
const received = (body: object): WebhookResult => carrier.receive(metaCall(metaJson(body)))
const idOf = (number: number): string =>
  `wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQz${String(number).padStart(8, '0')}A=`
const id = idOf(1)

function contentOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result
}

/** The one message that a call with this in place of a text brings. */
function messageOf(part: object, value: object = { contacts: [contact] }) {
  const message = { from: '16505551234', id, timestamp: '1749416383', ...part }
  const result = contentOf(received(envelope(change({ ...value, messages: [message] }))))
  const [found] = result.inbound
  if (found === undefined) throw new Error(result.unread?.join() ?? 'no message')
  return found
}

testHostileWebhooks(t, {
  carrier,
  format: 'json',
  body: (samples) =>
    metaJson(
      envelope(
        change({
          contacts: [contact],
          messages: samples.map(({ number, text }) => textMessage(idOf(number), text)),
        }),
      ),
    ),
  call: (body, { key = 'current' } = {}) =>
    metaCall(body, { current: appSecret, previous: previousAppSecret, wrong: 'f'.repeat(32) }[key]),
  idOf,
  mostMessages: 1000,
  proof: 'covers-body',
  proofHeaders: ['x-hub-signature-256'],
  coversUrl: false,
  rotates: true,
  toleranceMs: null,
  unreadableStatus: 200,
})

t.test('the published vectors', (t) => {
  for (const [secret, body, signature] of [
    ['sesame', 'hello world', 'f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17'],
    [
      "It's a Secret to Everybody",
      'Hello, World!',
      '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    ],
  ] as const) {
    const header = `sha256=${signature}`
    t.equal(signingSecret(header, Buffer.from(body), [secret]), 0)
    t.equal(signingSecret(header, Buffer.from(body), ['other', secret]), 1, 'the secret before it')
    t.equal(signingSecret(header, Buffer.from(`${body} `), [secret]), -1)
    t.equal(signingSecret(header.toUpperCase(), Buffer.from(body), [secret]), -1)
  }
  t.end()
})

t.test('whatsapp-api-js verifies what we verify, and refuses what we refuse', async (t) => {
  const theirs = new WhatsAppAPI({ token: 't', appSecret, v: 'v24.0' })
  const bodies = fc.oneof(
    fc.json({ stringUnit: 'grapheme' }).map((text) => metaJson(JSON.parse(text))),
    fc.string({ unit: 'grapheme-ascii' }).map((text) => metaJson({ entry: [{ text }] })),
  )
  const property = fc.asyncProperty(bodies, fc.boolean(), async (body, right) => {
    const call = metaCall(body, right ? appSecret : previousAppSecret)
    const signature = String(call.headers['x-hub-signature-256'])
    const ours = signingSecret(signature, body, [appSecret]) === 0
    return ours === right && (await theirs.verifyRequestSignature(body.toString(), signature)) === right
  })
  await fc.assert(property, { numRuns: 300 })
  t.pass('of 300 bodies')
})

t.test('what whatsapp-api-js reads of a message, we read', async (t) => {
  const theirs = new WhatsAppAPI({ token: 't', appSecret, v: 'v24.0' })
  const body = envelope(change({ contacts: [contact], messages: [textMessage(id, 'Zoë 👋')] }))
  const raw = metaJson(body)
  const call = metaCall(raw)
  const ours = contentOf(carrier.receive(call)).inbound[0]
  theirs.on.message = ({ message, name, phoneID, from }) => {
    t.same(ours?.sender, { kind: 'number', value: `+${from}` })
    t.equal(ours?.carrierMessageId, message.id)
    t.equal(ours?.senderName, name)
    t.equal(phoneID, '106540352242922')
    t.equal(ours?.content.kind === 'text' && ours.content.text, message.type === 'text' && message.text.body)
  }
  await theirs.post(JSON.parse(raw.toString()), raw.toString(), String(call.headers['x-hub-signature-256']))
  t.plan(5)
})

t.test('the challenge when the URL is saved in Meta’s console', (t) => {
  const asked = (query: string) =>
    carrier.receive({
      method: 'GET',
      url: `https://pbx.example.com/parley/webhooks/whatsapp${query}`,
      headers: {},
      body: new Uint8Array(),
      receivedAt: 0,
    })
  const query = `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${verifyToken}`
  t.same(asked(query), {
    kind: 'content',
    inbound: [],
    reports: [],
    answer: { status: 200, contentType: 'text/plain', body: '1158201444' },
  })
  for (const wrong of [
    '',
    '?hub.mode=subscribe',
    query.replace('subscribe', 'unsubscribe'),
    query.replace(verifyToken, `${verifyToken}x`),
    query.replace(verifyToken, ''),
    query.replace('1158201444', ''),
    query.replace('1158201444', '%3Cscript%3E'),
    query.replace('1158201444', '1'.repeat(300)),
    query.replace('hub.verify_token', 'hub.verify_token[]'),
  ])
    t.equal(asked(wrong).kind, 'refused', wrong)
  t.end()
})

t.test('a text', (t) => {
  t.same(messageOf({ type: 'text', text: { body: 'Does it come in blue? 👋' } }), {
    carrierId: 'whatsapp',
    carrierMessageId: id,
    channel: 'whatsapp',
    sender: { kind: 'number', value: '+16505551234' },
    senderName: 'Sheena Nelson',
    did: { kind: 'number', value: '+15550783881' },
    content: { kind: 'text', text: 'Does it come in blue? 👋', media: [] },
    carrierAt: 1_749_416_383_000,
    receivedAt: 1_700_000_000_000,
  })
  const quoted = messageOf({
    type: 'text',
    text: { body: 'This one' },
    context: { from: '15550783881', id: 'wamid.before' },
  })
  t.equal(quoted.repliesTo, 'wamid.before')
  t.notOk('repliesTo' in messageOf({ type: 'text', text: { body: 'x' }, context: { forwarded: true } }))
  t.end()
})

const file = {
  id: '2754859441498128',
  mime_type: 'image/jpeg',
  sha256: 'x',
  url: 'https://lookaside.fbsbx.com/x',
}
const media = { url: '2754859441498128', contentType: 'image/jpeg' }

t.test('every type of message', (t) => {
  const unsupported = (what: string): MessageContent => ({ kind: 'unsupported', what })
  const choice = (
    text: string,
    payload: string | null,
    description: string | null = null,
  ): MessageContent => ({
    kind: 'choice',
    text,
    description,
    payload,
  })
  const table: readonly (readonly [string, object, MessageContent])[] = [
    [
      'an image',
      { type: 'image', image: { ...file, caption: 'Broken' } },
      { kind: 'text', text: 'Broken', media: [media] },
    ],
    [
      'a video',
      { type: 'video', video: { ...file, mime_type: 'video/mp4' } },
      { kind: 'text', text: '', media: [{ ...media, contentType: 'video/mp4' }] },
    ],
    [
      'a voice note',
      { type: 'audio', audio: { ...file, mime_type: 'audio/ogg; codecs=opus', voice: true } },
      { kind: 'text', text: '', media: [{ ...media, contentType: 'audio/ogg; codecs=opus', role: 'voice' }] },
    ],
    [
      'a sound file',
      { type: 'audio', audio: { ...file, mime_type: 'audio/mpeg', voice: false } },
      { kind: 'text', text: '', media: [{ ...media, contentType: 'audio/mpeg' }] },
    ],
    [
      'a document',
      {
        type: 'document',
        document: { ...file, mime_type: 'application/pdf', filename: 'in\r\nvoice.pdf', caption: 'Here' },
      },
      {
        kind: 'text',
        text: 'Here',
        media: [{ ...media, contentType: 'application/pdf', fileName: 'in voice.pdf' }],
      },
    ],
    [
      'a sticker',
      { type: 'sticker', sticker: { ...file, mime_type: 'image/webp', animated: false } },
      { kind: 'text', text: '', media: [{ ...media, contentType: 'image/webp', role: 'sticker' }] },
    ],
    ['a file that could not be taken', { type: 'image', errors: [{ code: 131052 }] }, unsupported('image')],
    [
      'a file with a path for an id',
      { type: 'image', image: { ...file, id: '../me' } },
      unsupported('image'),
    ],
    [
      'a file of no type',
      { type: 'image', image: { ...file, mime_type: 'a b' } },
      { kind: 'text', text: '', media: [{ ...media, contentType: null }] },
    ],
    [
      'a place',
      {
        type: 'location',
        location: { latitude: 37.44, longitude: -122.16, name: 'Shop', address: '1 Main St' },
      },
      { kind: 'location', latitude: 37.44, longitude: -122.16, name: 'Shop', address: '1 Main St' },
    ],
    [
      'a place in texts',
      { type: 'location', location: { latitude: '37.44', longitude: '-122.16' } },
      { kind: 'location', latitude: 37.44, longitude: -122.16, name: null, address: null },
    ],
    [
      'a place nowhere',
      { type: 'location', location: { latitude: 91, longitude: 0 } },
      unsupported('location'),
    ],
    [
      'contact cards',
      {
        type: 'contacts',
        contacts: [
          {
            name: { formatted_name: 'Ann Lee', first_name: 'Ann' },
            org: { company: 'Lee & Co' },
            phones: [{ phone: '+1 650 555 9999', wa_id: '16505559999', type: 'CELL' }, { wa_id: '1650' }, {}],
            emails: [{ email: 'ann@example.com', type: 'WORK' }],
          },
          { phones: [{ phone: '12345' }] },
        ],
      },
      {
        kind: 'contact-cards',
        cards: [
          {
            name: 'Ann Lee',
            organisation: 'Lee & Co',
            phones: ['+1 650 555 9999', '1650'],
            emails: ['ann@example.com'],
          },
          { name: '12345', organisation: null, phones: ['12345'], emails: [] },
        ],
      },
    ],
    ['no contact card', { type: 'contacts', contacts: [] }, unsupported('contacts')],
    [
      'a reply button',
      {
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: 'b1', title: 'Yes' } },
      },
      choice('Yes', 'b1'),
    ],
    [
      'a row of a list',
      {
        type: 'interactive',
        interactive: {
          type: 'list_reply',
          list_reply: { id: 'r1', title: 'Express', description: '2 days' },
        },
      },
      choice('Express', 'r1', '2 days'),
    ],
    [
      'a form',
      {
        type: 'interactive',
        interactive: {
          type: 'nfm_reply',
          nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t","name":"Ann","age":7}' },
        },
      },
      choice('Form', '{"flow_token":"t","name":"Ann","age":7}', 'name: Ann\nage: 7'),
    ],
    [
      'a form in no JSON',
      { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { response_json: '{' } } },
      choice('Form', '{'),
    ],
    [
      'an address',
      {
        type: 'interactive',
        interactive: {
          type: 'nfm_reply',
          nfm_reply: { name: 'address_message', body: 'Ann, 1 Main St', response_json: '{}' },
        },
      },
      choice('Ann, 1 Main St', '{}'),
    ],
    [
      'leave to call',
      {
        type: 'interactive',
        interactive: { type: 'call_permission_reply', call_permission_reply: { response: 'accept' } },
      },
      choice('Calls allowed', null),
    ],
    [
      'an interaction of tomorrow',
      { type: 'interactive', interactive: { type: 'dance' } },
      unsupported('interactive'),
    ],
    [
      'a template’s button',
      { type: 'button', button: { text: 'Stop', payload: 'STOP' } },
      choice('Stop', 'STOP'),
    ],
    [
      'a reaction',
      { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '❤️' } },
      { kind: 'reaction', emoji: '❤️', refersTo: 'wamid.x' },
    ],
    [
      'a reaction taken back',
      { type: 'reaction', reaction: { message_id: 'wamid.x' } },
      { kind: 'reaction', emoji: null, refersTo: 'wamid.x' },
    ],
    [
      'a reaction taken back, as older versions say it',
      { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '' } },
      { kind: 'reaction', emoji: null, refersTo: 'wamid.x' },
    ],
    ['a reaction to nothing', { type: 'reaction', reaction: { emoji: '❤️' } }, unsupported('reaction')],
    [
      'an order',
      {
        type: 'order',
        order: {
          catalog_id: '1',
          text: 'Please wrap it',
          product_items: [
            { product_retailer_id: 'di9ozbzfi4', quantity: 2, item_price: 7.99, currency: 'USD' },
            { product_retailer_id: 'x', quantity: 'many', item_price: '<b>', currency: 'us' },
          ],
        },
      },
      {
        kind: 'order',
        text: 'Please wrap it',
        items: [
          { product: 'di9ozbzfi4', quantity: 2, price: '7.99', currency: 'USD' },
          { product: 'x', quantity: 1, price: null, currency: null },
        ],
      },
    ],
    [
      'a new number',
      {
        type: 'system',
        system: { body: 'Ann changed from 1650 to 1651', wa_id: '1651', type: 'user_changed_number' },
      },
      { kind: 'carrier-notice', text: 'Ann changed from 1650 to 1651' },
    ],
    [
      'a new identity',
      { type: 'system', system: { type: 'customer_identity_changed' } },
      { kind: 'carrier-notice', text: 'The customer’s WhatsApp identity changed.' },
    ],
    [
      'a chat opened',
      { type: 'request_welcome' },
      { kind: 'carrier-notice', text: 'The customer opened the chat for the first time.' },
    ],
    [
      'a poll',
      { type: 'unsupported', unsupported: { type: 'poll_creation' }, errors: [{ code: 131051 }] },
      unsupported('poll_creation'),
    ],
    ['unsupported', { type: 'unsupported', errors: [{ code: 131051 }] }, unsupported('message')],
    ['unknown', { type: 'unknown', errors: [{ code: 501 }] }, unsupported('message')],
    ['a type of tomorrow', { type: 'hologram', hologram: {} }, unsupported('hologram')],
    ['a type that is code', { type: '<script>' }, unsupported('message')],
    ['a type of every object', { type: 'constructor' }, unsupported('constructor')],
    ['no type', {}, unsupported('message')],
    ['a text without a text', { type: 'text' }, unsupported('text')],
    [
      'an edit',
      {
        type: 'edit',
        edit: { original_message_id: 'wamid.o', message: { type: 'text', text: { body: 'Tomorrow' } } },
      },
      { kind: 'edit', text: 'Tomorrow', refersTo: 'wamid.o' },
    ],
    [
      'an edit of a caption',
      {
        type: 'edit',
        edit: {
          original_message_id: 'wamid.o',
          message: { type: 'image', image: { ...file, caption: 'Red' } },
        },
      },
      { kind: 'edit', text: 'Red', refersTo: 'wamid.o' },
    ],
    ['an edit of nothing', { type: 'edit', edit: {} }, unsupported('edit')],
    [
      'a deletion',
      { type: 'revoke', revoke: { original_message_id: 'wamid.o' } },
      { kind: 'deletion', refersTo: 'wamid.o' },
    ],
    ['a deletion of nothing', { type: 'revoke' }, unsupported('revoke')],
  ]
  for (const [what, part, expected] of table) t.same(messageOf(part).content, expected, what)
  t.end()
})

t.test('senders without a number', (t) => {
  const user = 'US.13491208655302741918'
  const anonymous = { from: undefined, type: 'text', text: { body: 'Hi' } }
  const known = { contacts: [{ profile: { name: 'Zoë', username: 'zoe' }, user_id: user }] }
  t.match(messageOf({ ...anonymous, from_user_id: user }, known), {
    sender: { kind: 'whatsapp-user', value: user },
    senderName: 'Zoë',
  })
  t.same(messageOf(anonymous, known).sender.value, user, 'named in the contact alone')
  t.same(messageOf({ ...anonymous, from_user_id: user }, {}).sender.value, user, 'without a contact')
  t.same(messageOf({ ...anonymous, from: user }, {}).sender.kind, 'whatsapp-user', 'in the place of a number')
  const shared = 'US.ENT.11815799212886844830'
  t.same(messageOf({ ...anonymous, from_user_id: shared }, {}).sender.value, shared)
  const both = { contacts: [{ ...contact, user_id: user }] }
  t.same(messageOf({ ...anonymous, from: '16505551234', from_user_id: user }, both).sender, {
    kind: 'number',
    value: '+16505551234',
  })
  t.same(
    messageOf({ ...anonymous, from: '5215512345678' }, {}).sender.value,
    '+5215512345678',
    'a number that is not valid is kept',
  )
  const username = { contacts: [{ profile: { username: 'zoe' }, user_id: user }] }
  t.equal(messageOf({ ...anonymous, from_user_id: user }, username).senderName, 'zoe')
  const others = { contacts: [contact, { ...contact, wa_id: '1', profile: { name: 'Eve' } }] }
  t.equal(
    messageOf({ type: 'text', text: { body: 'x' } }, others).senderName,
    'Sheena Nelson',
    'his own name',
  )
  t.equal(
    messageOf({ type: 'text', text: { body: 'x' }, from: '16505550000' }, others).senderName,
    null,
    'and nobody else’s',
  )
  t.end()
})

t.test('several numbers and accounts in one call; what is not ours is counted', (t) => {
  const messages = (key: string) => ({ contacts: [contact], messages: [textMessage(key, 'x')] })
  const result = contentOf(
    received(
      envelope(
        change(messages('wamid.1')),
        change(messages('wamid.2'), secondNumberId),
        change(messages('wamid.3'), '999999999999999'),
        change(messages('wamid.4'), '<b>'),
        { field: 'account_update', value: { event: 'VERIFIED_ACCOUNT' } },
        { field: 'x'.repeat(1000), value: {} },
        change({ errors: [{ code: 130429, title: 'Rate limit hit' }] }),
        change({
          contacts: [contact],
          messages: [{ ...textMessage('wamid.5', 'x'), id: undefined }, null, 7],
        }),
        change({ messages: [{ ...textMessage('wamid.6', 'x'), from: 'me' }] }),
      ),
    ),
  )
  t.same(
    result.inbound.map(({ carrierMessageId, did }) => [carrierMessageId, did.value]),
    [
      ['wamid.1', '+15550783881'],
      ['wamid.2', '+15550783882'],
    ],
  )
  t.equal(result.answer.status, 200)
  t.same(result.unread, [
    'The phone number id 999999999999999 is not one of this account. Add it to its phone numbers.',
    'The phone number id (none) is not one of this account. Add it to its phone numbers.',
    'Parley does not read the webhook field account_update.',
    'Parley does not read the webhook field (without a name).',
    'WhatsApp reports error 130429.',
    'A message has no id.',
    'A message is not an object.',
    'A message has neither the number nor the user id of its sender.',
  ])
  t.end()
})

t.test('statuses', (t) => {
  const ours = '0190b2f0-0000-7000-8000-000000000001'
  const reports = (...statuses: readonly object[]) => contentOf(received(envelope(change({ statuses }))))
  const status = (said: string, more: object = {}) => ({
    id,
    status: said,
    timestamp: '1749416383',
    recipient_id: '16505551234',
    biz_opaque_callback_data: ours,
    ...more,
  })
  for (const [said, state] of [
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['played', 'read'],
  ] as const)
    t.same(reports(status(said)).reports, [{ carrierMessageId: id, messageId: ours, state, failure: null }])
  for (const [code, failure] of [
    [131047, { code: 'window-closed', carrierCode: '131047', sentence: /24 hours/ }],
    [131026, { code: 'unreachable', sentence: /SMS/ }],
    [131049, { code: 'unreachable', sentence: /marketing/ }],
    [131050, { code: 'template', sentence: /stopped marketing/ }],
    [131053, { code: 'media' }],
    [132001, { code: 'template' }],
    [190, { code: 'credentials', sentence: /access token/ }],
    [203, { code: 'credentials' }],
    [99999, { code: 'carrier-error', carrierCode: '99999', sentence: /99999/ }],
  ] as const)
    t.match(reports(status('failed', { errors: [{ code, title: 'x' }] })).reports, [
      { state: 'failed', failure },
    ])
  t.match(reports(status('failed')).reports, [{ failure: { code: 'carrier-error', carrierCode: null } }])
  t.same(reports(status('warning'), status('deleted')).reports, [])
  t.notOk('unread' in reports(status('warning')), 'known, and of no meaning here')
  t.match(reports(status('teleported')), { reports: [], unread: ['The status teleported is not known.'] })
  t.match(reports(status('toString')), { reports: [], unread: [/toString/] })
  t.match(reports({ status: 'sent' }), { reports: [], unread: [/no message id/] })
  t.notOk('messageId' in (reports(status('sent', { biz_opaque_callback_data: "';--" })).reports[0] ?? {}))
  t.notOk('messageId' in (reports({ id, status: 'sent' }).reports[0] ?? {}))
  const disordered = reports(status('read'), status('sent'), status('sent'), status('delivered'))
  t.same(
    disordered.reports.map(({ state }) => state),
    ['read', 'sent', 'sent', 'delivered'],
    'as they come: the store moves a message forward only',
  )
  t.end()
})

t.test('the previous app secret is noted once, without telling it', (t) => {
  const log = keptLog()
  const rotating = createWhatsAppCloudCarrier(whatsAppAccount(), { readAddress, log })
  const body = metaJson(envelope(change({ messages: [textMessage(id, 'x')] })))
  rotating.receive(metaCall(body, previousAppSecret))
  rotating.receive(metaCall(body, previousAppSecret))
  t.equal(log.lines.length, 1)
  t.notMatch(JSON.stringify(log.lines), new RegExp(previousAppSecret))
  t.end()
})
