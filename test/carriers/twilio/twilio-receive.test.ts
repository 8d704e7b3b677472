import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import twilio from 'twilio'
import type { WebhookRequest, WebhookResult } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../../module/carriers/twilio/twilio-carrier.ts'
import { readForm } from '../../../module/carriers/twilio/twilio-form.ts'
import { signingToken } from '../../../module/carriers/twilio/twilio-signature.ts'
import { testHostileWebhooks } from '../hostile-webhooks.ts'
import { keptLog } from '../kept-log.ts'
import { authToken, twilioAccount } from './twilio-account.ts'

/** Twilio's own library is the opponent: it signs, we verify. */
const { getExpectedTwilioSignature, validateRequest } = twilio

const readAddress = createAddressReader({ homeCountry: 'US' })
const publicUrl = 'https://pbx.example.com/parley'
const hook = `${publicUrl}/webhooks/twilio-main`
const previousAuthToken = 'the-token-before'
const carrier = createTwilioCarrier(twilioAccount({ secrets: { authToken, previousAuthToken } }), {
  publicUrl,
  readAddress,
  log: keptLog(),
})

type Fields = readonly (readonly [string, string])[]

const vendorParams = (fields: Fields): Record<string, string | string[]> => {
  const params: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of fields) {
    const known = params[name]
    params[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]
  }
  return params
}

const encode = (fields: Fields): Buffer =>
  Buffer.from(new URLSearchParams(fields.map(([name, value]) => [name, value])).toString())

interface Call {
  readonly url?: string
  readonly token?: string
  readonly change?: Partial<WebhookRequest>
}

/** A request as Twilio makes it, then changed. */
function called(fields: Fields, { url = hook, token = authToken, change = {} }: Call = {}): WebhookRequest {
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': getExpectedTwilioSignature(token, url, vendorParams(fields)),
    },
    body: encode(fields),
    receivedAt: 1_700_000_000_000,
    ...change,
  }
}

const sms: Fields = [
  ['ToCountry', 'US'],
  ['MessageSid', 'SM00000000000000000000000000000001'],
  ['SmsMessageSid', 'SM00000000000000000000000000000001'],
  ['SmsStatus', 'received'],
  ['NumMedia', '0'],
  ['NumSegments', '1'],
  ['AccountSid', 'AC0123456789abcdef0123456789abcdef'],
  ['From', '+19542788086'],
  ['To', '+16313808000'],
  ['Body', 'Is it open on Saturday? 👋 & more=less'],
  ['ApiVersion', '2010-04-01'],
]

const replaced = (fields: Fields, changes: Record<string, string | null>): Fields => [
  ...fields.filter(([name]) => !(name in changes)),
  ...Object.entries(changes).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
]

/** The one message a call must have brought. */
function messageOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  const [message] = result.inbound
  if (message === undefined) throw new Error('no message')
  return message
}

function reportsOf(result: WebhookResult) {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result.reports
}

const sidOf = (number: number): string => `SM${String(number).padStart(32, '0')}`

t.test('the published vectors', (t) => {
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
  for (const [caller, signature] of [
    ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
    ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
  ] as const) {
    const form = readForm(
      new URLSearchParams({
        CallSid: 'CA1234567890ABCDE',
        Caller: caller,
        Digits: '1234',
        From: caller,
        To: '+18005551212',
      }).toString(),
    )
    const request = { url, signature, parameters: form, body: new Uint8Array() }
    t.equal(signingToken(request, ['12345']), 0)
    t.equal(signingToken(request, ['other', '12345']), 1, 'the token before it, during a rotation')
    t.equal(signingToken(request, ['12346']), -1)
    t.equal(signingToken({ ...request, url: `${url}3` }, ['12345']), -1)
  }
  t.end()
})

t.test('what Twilio’s library signs, we accept; with one character changed, neither of us does', (t) => {
  const name = fc.oneof(
    fc.constantFrom('Body', 'From', 'To', 'MediaUrl0', 'a', 'A', '', '10', '9'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  )
  const value = fc.oneof(
    fc.constant(''),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const forms = fc.array(fc.tuple(name, value), { maxLength: 12 })
  const urls = fc.constantFrom(
    hook,
    `${hook}/status?message=0190b2f0-0000-7000-8000-000000000001`,
    'https://pbx.example.com:443/hook',
    'https://pbx.example.com:8443/hook?a=1&b=%20x',
    'http://pbx.example.com:80/hook',
    'http://10.0.0.1/hook?',
    'https://[2001:db8::1]/hook',
  )
  const property = fc.property(forms, urls, fc.string({ minLength: 1 }), (fields, url, token) => {
    const params = vendorParams(fields)
    const signature = getExpectedTwilioSignature(token, url, params)
    const request = { url, signature, parameters: readForm(encode(fields).toString()), body: encode(fields) }
    const changed: Fields = [...fields, ['Zz', 'x']]
    return (
      validateRequest(token, signature, url, params) &&
      signingToken(request, [token]) === 0 &&
      signingToken(request, [`${token}x`]) === -1 &&
      signingToken({ ...request, parameters: readForm(encode(changed).toString()) }, [token]) === -1
    )
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }))
  t.end()
})

t.test('with and without the port', (t) => {
  const cases = [
    ['https://pbx.example.com/hook', 'https://pbx.example.com:443/hook'],
    ['https://pbx.example.com:443/hook', 'https://pbx.example.com/hook'],
    ['http://pbx.example.com/hook', 'http://pbx.example.com:80/hook'],
    ['https://pbx.example.com:8443/hook', 'https://pbx.example.com/hook'],
    ['https://[2001:db8::1]/hook', 'https://[2001:db8::1]:443/hook'],
  ] as const
  for (const [ours, signed] of cases) {
    const signature = getExpectedTwilioSignature(authToken, signed, vendorParams(sms))
    const request = { url: ours, signature, parameters: readForm(encode(sms).toString()), body: encode(sms) }
    t.equal(signingToken(request, [authToken]), 0, `${ours} signed as ${signed}`)
    t.ok(validateRequest(authToken, signature, ours, vendorParams(sms)), 'and the library agrees')
  }
  const other = getExpectedTwilioSignature(authToken, 'https://pbx.example.com:444/hook', {})
  const request = {
    url: 'https://pbx.example.com/hook',
    signature: other,
    parameters: new Map(),
    body: new Uint8Array(),
  }
  t.equal(signingToken(request, [authToken]), -1, 'another port is another URL')
  t.end()
})

t.test('bodySHA256 signs the URL and pins the raw body', (t) => {
  const body = encode(sms)
  const url = `${hook}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`
  const request = called([], { url, change: { body } })
  t.equal(messageOf(carrier.receive(request)).carrierMessageId, 'SM00000000000000000000000000000001')
  t.equal(
    carrier.receive({ ...request, body: Buffer.concat([body, Buffer.from('x')]) }).kind,
    'refused',
    'another body',
  )
  const twice = `${url}&bodySHA256=00`
  t.equal(carrier.receive(called([], { url: twice, change: { body } })).kind, 'refused', 'two hashes')
  const json = Buffer.from('{"a":1}')
  const jsonUrl = `${hook}?bodySHA256=${createHash('sha256').update(json).digest('hex')}`
  const jsonCall = called([], { url: jsonUrl, change: { body: json } })
  const headers = { ...jsonCall.headers, 'content-type': 'application/json' }
  t.equal(carrier.receive({ ...jsonCall, headers }).kind, 'unreadable', 'signed, and not about a message')
  t.end()
})

t.test('an SMS', (t) => {
  t.same(carrier.receive(called(sms)), {
    kind: 'content',
    inbound: [
      {
        carrierId: 'twilio-main',
        carrierMessageId: 'SM00000000000000000000000000000001',
        channel: 'sms',
        sender: { kind: 'number', value: '+19542788086' },
        senderName: null,
        did: { kind: 'number', value: '+16313808000' },
        content: { kind: 'text', text: 'Is it open on Saturday? 👋 & more=less', media: [] },
        carrierAt: null,
        receivedAt: 1_700_000_000_000,
      },
    ],
    reports: [],
    answer: { status: 200, contentType: 'text/xml', body: '<Response/>' },
  })
  t.equal(
    carrier.receive(called(sms, { token: previousAuthToken })).kind,
    'content',
    'signed with the token before',
  )
  const query = `${hook}?${encode(sms).toString()}`
  const get = called([], { url: query, change: { method: 'GET', body: new Uint8Array() } })
  t.equal(messageOf(carrier.receive(get)).carrierMessageId, 'SM00000000000000000000000000000001', 'by GET')
  const shortCode = messageOf(carrier.receive(called(replaced(sms, { From: '12345' }))))
  t.same(shortCode.sender, { kind: 'short-code', value: '12345' })
  const alphanumeric = messageOf(carrier.receive(called(replaced(sms, { From: 'ACME' }))))
  t.same(alphanumeric.sender, { kind: 'name', value: 'ACME' })
  const empty = messageOf(carrier.receive(called(replaced(sms, { Body: '' }))))
  t.same(empty.content, { kind: 'text', text: '', media: [] })
  const nul = messageOf(carrier.receive(called(replaced(sms, { Body: 'a\0b' }))))
  t.same(nul.content, { kind: 'text', text: 'ab', media: [] }, 'a NUL would cut the text in the database')
  t.end()
})

t.test('media', (t) => {
  const media = (changes: Record<string, string>) => {
    const { content } = messageOf(carrier.receive(called(replaced(sms, changes))))
    return content.kind === 'text' ? content.media : null
  }
  const url = 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1'
  t.same(media({ NumMedia: '2', MediaUrl0: url, MediaContentType0: 'image/jpeg', MediaUrl1: `${url}2` }), [
    { url, contentType: 'image/jpeg' },
    { url: `${url}2`, contentType: null },
  ])
  t.same(media({ NumMedia: '1', MediaUrl0: url, MediaUrl1: url })?.length, 1, 'no more than NumMedia says')
  t.same(
    media({
      NumMedia: '3',
      MediaUrl0: 'file:///etc/passwd',
      MediaUrl1: 'http://169.254.169.254/',
      MediaUrl2: 'https://',
    }),
    [],
  )
  t.same(media({ NumMedia: '999999999', MediaUrl0: url })?.length, 1)
  t.same(media({ NumMedia: '-1', MediaUrl0: url }), [])
  t.same(media({ NumMedia: 'many', MediaUrl0: url }), [])
  t.end()
})

t.test('WhatsApp', (t) => {
  const whatsapp = replaced(sms, {
    From: 'whatsapp:+5215512345678',
    To: 'whatsapp:+16313808000',
    ProfileName: 'Zoë\r\n\u202EO’Neill',
    WaId: '5215512345678',
    SomethingNew: 'from tomorrow',
  })
  const message = messageOf(carrier.receive(called(whatsapp)))
  t.equal(message.channel, 'whatsapp')
  t.same(message.sender, { kind: 'number', value: '+5215512345678' })
  t.same(message.did, { kind: 'number', value: '+16313808000' })
  t.equal(message.senderName, 'Zoë O’Neill')
  const user = messageOf(
    carrier.receive(called(replaced(whatsapp, { From: 'whatsapp:IN.2081978709342942' }))),
  )
  t.same(user.sender, { kind: 'whatsapp-user', value: 'IN.2081978709342942' })
  const contentOf = (changes: Record<string, string>) =>
    messageOf(carrier.receive(called(replaced(whatsapp, changes)))).content
  t.same(contentOf({ Body: '', ButtonText: 'Yes, call me', ButtonPayload: 'call-1' }), {
    kind: 'choice',
    text: 'Yes, call me',
    description: null,
    payload: 'call-1',
  })
  t.match(contentOf({ Body: 'Blue', ListTitle: 'Blue', ListId: 'b', ListDescription: 'Like the sky' }), {
    kind: 'choice',
    text: 'Blue',
    description: 'Like the sky',
    payload: 'b',
  })
  const shop = { Latitude: '40.7', Longitude: '-73.1', Label: 'Shop', Address: '1 Main St' }
  t.same(contentOf({ Body: 'Here', ...shop }), {
    kind: 'location',
    latitude: 40.7,
    longitude: -73.1,
    name: 'Shop',
    address: '1 Main St\nHere',
  })
  t.match(contentOf({ Body: '', Latitude: '40.7', Longitude: '-73.1' }), { name: null, address: null })
  for (const [Latitude, Longitude] of [
    ['91', '0'],
    ['0', '181'],
    ['x', '1'],
    ['1e9', '1'],
    ['', '1'],
  ] as const)
    t.match(contentOf({ Body: 'Here', Latitude, Longitude }), { kind: 'text', text: 'Here' })
  const MediaUrl0 = 'https://api.twilio.com/ME1'
  const fileOf = (MediaContentType0: string, MessageType: string) =>
    contentOf({ Body: '', NumMedia: '1', MediaUrl0, MediaContentType0, MessageType })
  t.match(fileOf('image/webp', 'sticker'), { media: [{ role: 'sticker' }] })
  t.match(fileOf('audio/ogg', 'audio'), { media: [{ role: 'voice' }] })
  t.same(fileOf('image/jpeg', 'image'), {
    kind: 'text',
    text: '',
    media: [{ url: MediaUrl0, contentType: 'image/jpeg' }],
  })
  t.same(contentOf({ Body: '', MessageType: 'order' }), { kind: 'unsupported', what: 'order' })
  t.same(contentOf({ Body: '', MessageType: 'x'.repeat(99) }), { kind: 'unsupported', what: 'message' })
  const quoting = called(
    replaced(whatsapp, { OriginalRepliedMessageSid: 'SM0000000000000000000000000000000a' }),
  )
  t.equal(messageOf(carrier.receive(quoting)).repliesTo, 'SM0000000000000000000000000000000a')
  t.notOk(
    'repliesTo' in messageOf(carrier.receive(called(replaced(whatsapp, { OriginalRepliedMessageSid: "'" })))),
  )
  t.equal(
    carrier.receive(called(replaced(sms, { From: 'messenger:1234' }))).kind,
    'unreadable',
    'another channel',
  )
  t.end()
})

t.test('status callbacks', (t) => {
  const ours = '0190b2f0-0000-7000-8000-000000000001'
  const url = `${hook}/status?message=${ours}`
  const status = (changes: Record<string, string | null>): Fields =>
    replaced(
      [
        ['MessageSid', 'SM00000000000000000000000000000002'],
        ['SmsSid', 'SM00000000000000000000000000000002'],
        ['SmsStatus', 'delivered'],
        ['MessageStatus', 'delivered'],
        ['From', '+16313808000'],
        ['To', '+19542788086'],
        ['AccountSid', 'AC0123456789abcdef0123456789abcdef'],
      ],
      changes,
    )
  const carrierMessageId = 'SM00000000000000000000000000000002'
  t.same(reportsOf(carrier.receive(called(status({}), { url }))), [
    { carrierMessageId, messageId: ours, state: 'delivered', failure: null },
  ])
  for (const [said, state] of [
    ['queued', 'accepted'],
    ['accepted', 'accepted'],
    ['scheduled', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'sent'],
    ['partially_delivered', 'sent'],
    ['read', 'read'],
  ] as const) {
    t.equal(
      reportsOf(carrier.receive(called(status({ MessageStatus: said }), { url })))[0]?.state,
      state,
      said,
    )
  }
  t.match(
    reportsOf(carrier.receive(called(status({ MessageStatus: 'undelivered', ErrorCode: '30007' }), { url }))),
    [{ state: 'failed', failure: { code: 'content-refused', carrierCode: '30007', sentence: /Rephrase/ } }],
  )
  t.match(
    reportsOf(carrier.receive(called(status({ MessageStatus: 'failed', ErrorCode: '98765' }), { url }))),
    [{ state: 'failed', failure: { code: 'carrier-error', carrierCode: '98765', sentence: /98765/ } }],
  )
  t.match(reportsOf(carrier.receive(called(status({ MessageStatus: 'canceled' }), { url }))), [
    { state: 'failed', failure: { code: 'carrier-error', carrierCode: null } },
  ])
  t.same(
    reportsOf(carrier.receive(called(status({ MessageStatus: 'teleported' }), { url }))),
    [],
    'a status of tomorrow',
  )
  t.same(
    reportsOf(carrier.receive(called(status({ MessageStatus: null }), { url })))[0]?.state,
    'delivered',
    'the older name',
  )
  t.notOk('messageId' in (reportsOf(carrier.receive(called(status({}))))[0] ?? {}), 'without our id')
  const forged = `${hook}/status?message=%27%3B--`
  t.notOk(
    'messageId' in (reportsOf(carrier.receive(called(status({}), { url: forged })))[0] ?? {}),
    'not an id of ours',
  )
  t.equal(
    messageOf(carrier.receive(called(sms, { url }))).channel,
    'sms',
    'what came says what it is, not where it came',
  )
  t.equal(reportsOf(carrier.receive(called(status({})))).length, 1, 'a status at the other webhook')
  t.end()
})

t.test('whatever is not surely Twilio’s is refused', (t) => {
  const signed = called(sms)
  const body = Buffer.from(signed.body)
  const { 'x-twilio-signature': signature } = signed.headers
  const with_ = (headers: WebhookRequest['headers']): WebhookRequest => ({
    ...signed,
    headers: { ...signed.headers, ...headers },
  })
  const table: readonly (readonly [string, WebhookRequest])[] = [
    ['an empty key', called(sms, { token: '' })],
    ['a signature of the same length', with_({ 'x-twilio-signature': `${'A'.repeat(27)}=` })],
    [
      'a signature that decodes to the same bytes',
      with_({ 'x-twilio-signature': sameBytes(String(signature)) }),
    ],
    ['a parameter added', { ...signed, body: Buffer.concat([body, Buffer.from('&Extra=1')]) }],
    ['a second Body', { ...signed, body: Buffer.concat([body, Buffer.from('&Body=Pay%20me')]) }],
    ['a second MessageSid', { ...signed, body: Buffer.concat([body, Buffer.from('&MessageSid=SM2')]) }],
    ['invalid UTF-8 in place of a character', { ...signed, body: Buffer.concat([body, Buffer.from('%ff')]) }],
    ['another query', { ...signed, url: `${hook}?message=1` }],
    ['another host', { ...signed, url: hook.replace('pbx', 'evil') }],
    ['http for https', { ...signed, url: hook.replace('https', 'http') }],
    ['another charset', with_({ 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' })],
    ['huge', called([...sms, ['Pad', 'x'.repeat(200_000)]])],
    [
      'a query hash that is not the body’s',
      called([], { url: `${hook}?bodySHA256=${'0'.repeat(64)}`, change: { body } }),
    ],
    ['an empty query hash', called([], { url: `${hook}?bodySHA256=`, change: { body } })],
  ]
  for (const [what, request] of table) {
    const result = carrier.receive(request)
    t.equal(result.kind, 'refused', what)
    t.notMatch(JSON.stringify(result), /Saturday|12345/, 'and the reason holds no text and no key')
  }
  t.equal(carrier.receive(signed).kind, 'content', 'while the request they were made of is fine')
  t.end()
})

/** Base64 of 20 bytes has two spare bits at its end: this sets them. */
function sameBytes(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const last = alphabet.indexOf(signature.charAt(26))
  return `${signature.slice(0, 26)}${alphabet.charAt(last ^ 1)}=`
}

testHostileWebhooks(t, {
  carrier,
  format: 'form',
  body: ([first]) =>
    encode(
      replaced(sms, { MessageSid: sidOf(first?.number ?? 0), Body: first?.text ?? '', SmsMessageSid: null }),
    ),
  call(body, { key = 'current' } = {}) {
    const token = { current: authToken, previous: previousAuthToken, wrong: 'wrong' }[key]
    // What is so large is refused unseen, and the library needs minutes to sign it.
    return body.length > 200_000
      ? called([], { token, change: { body } })
      : called([...new URLSearchParams(Buffer.from(body).toString())], { token, change: { body } })
  },
  idOf: sidOf,
  mostMessages: 1,
  proof: 'covers-body',
  proofHeaders: ['x-twilio-signature'],
  coversUrl: true,
  rotates: true,
  toleranceMs: null,
  unreadableStatus: 400,
})

t.test('what Twilio signed but nobody can read is answered with an error that its debugger shows', (t) => {
  const table: readonly (readonly [string, Fields])[] = [
    [
      'a call',
      [
        ['CallSid', 'CA1'],
        ['From', '+19542788086'],
        ['To', '+16313808000'],
      ],
    ],
    ['nothing', []],
    ['a sid with a quote', replaced(sms, { MessageSid: "SM'1" })],
    ['no From', replaced(sms, { From: null })],
    ['no To', replaced(sms, { To: null })],
    ['two different bodies', [...sms, ['Body', 'another']]],
    ['two different ids', [...sms, ['MessageSid', 'SM2']]],
  ]
  for (const [what, fields] of table) {
    t.match(
      carrier.receive(called(fields)),
      { kind: 'unreadable', answer: { status: 400, contentType: 'text/plain' } },
      what,
    )
  }
  t.equal(
    messageOf(carrier.receive(called([...sms, ['From', '+19542788086']]))).channel,
    'sms',
    'the same value twice is one',
  )
  t.end()
})

t.test('the previous token is noted once', (t) => {
  const log = keptLog()
  const rotating = createTwilioCarrier(twilioAccount({ secrets: { authToken, previousAuthToken } }), {
    publicUrl,
    readAddress,
    log,
  })
  rotating.receive(called(sms, { token: previousAuthToken }))
  rotating.receive(called(sms, { token: previousAuthToken }))
  t.equal(log.lines.length, 1)
  t.notMatch(JSON.stringify(log.lines), new RegExp(previousAuthToken))
  t.end()
})
