import fc from 'fast-check'
import t from 'tap'
import { type CarrierAccount, isWebhookCarrier } from '../../module/app/ports/carriers.ts'
import type { SipMessenger, SipText, SipTextOutcome } from '../../module/app/ports/pbx.ts'
import { CarrierSettingsError } from '../../module/carriers/account-settings.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { carrierKinds, createCarrier } from '../../module/carriers/registry.ts'
import { splitText } from '../../module/carriers/sip-message/text-parts.ts'
import { asCarrierId, asConversationId, asMessageId } from '../../module/domain/ids.ts'
import type { Address } from '../../module/domain/message/address.ts'
import type { OutboundMessage } from '../../module/domain/message/message.ts'
import { bandwidthAccount } from './bandwidth/bandwidth-account.ts'
import { batchDescription, genericAccount, webhookSecret } from './generic/generic-account.ts'
import { keptLog } from './kept-log.ts'
import { signalWireAccount } from './signalwire/signalwire-account.ts'
import { telnyxAccount } from './telnyx/telnyx-account.ts'
import { accountSid, twilioAccount } from './twilio/twilio-account.ts'
import { whatsAppAccount } from './whatsapp-cloud/whatsapp-account.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const sent: SipText[] = []
let answer: () => Promise<SipTextOutcome> = async () => ({ kind: 'handed-over' })
const messenger: SipMessenger = {
  sendText(text) {
    sent.push(text)
    return answer()
  },
  onSpooled: () => () => {},
}
const deps = { messenger, publicUrl: 'https://pbx.example.com', readAddress, log: keptLog() }

const trunkAccount = (
  settings: Record<string, unknown> = {},
  secrets: Record<string, string> = {},
): CarrierAccount => ({
  id: asCarrierId('trunk1'),
  kind: 'sip-message',
  name: 'Trunk',
  enabled: true,
  settings: { trunk: 'trunk1', fromHost: 'pbx.example.com', ...settings },
  secrets,
})

const number = (value: string): Address => ({ kind: 'number', value })
const reply: OutboundMessage = {
  messageId: asMessageId('0190b2f0-0000-7000-8000-000000000001'),
  conversationId: asConversationId('0190b2f0-0000-7000-8000-000000000002'),
  channel: 'sip',
  from: number('+16313808000'),
  to: number('+19542788086'),
  content: { kind: 'text', text: 'Line one\r\nEvent: not one\n👋', media: [] },
}

const accounts = {
  twilio: twilioAccount(),
  signalwire: signalWireAccount(),
  bandwidth: bandwidthAccount(),
  generic: genericAccount(batchDescription, { webhookSecret }),
  'whatsapp-cloud': whatsAppAccount(),
  telnyx: telnyxAccount(),
  'sip-message': trunkAccount(),
}

t.test('every kind can be built', (t) => {
  for (const kind of carrierKinds) {
    const carrier = createCarrier(accounts[kind], deps)
    t.equal(carrier.id, accounts[kind].id)
    t.equal(isWebhookCarrier(carrier), kind !== 'sip-message')
  }
  t.end()
})

t.test('what Parley itself goes by may be set for every kind, and is checked', (t) => {
  for (const kind of carrierKinds) {
    const settings = { messagesPerSecond: 0.5, readReceipts: false, typing: true }
    const account = accounts[kind]
    t.equal(
      createCarrier({ ...account, settings: { ...account.settings, ...settings } }, deps).id,
      account.id,
    )
    for (const [name, value, sentence] of [
      ['messagesPerSecond', 0, /more than 0 and at most 1000/],
      ['messagesPerSecond', '5', /how many messages a second/],
      ['readReceipts', 'no', /true or false/],
      ['typing', 1, /true or false/],
      ['messagesPerSeconds', 5, /not a setting/],
    ] as const) {
      const wrong = { ...account, settings: { ...account.settings, [name]: value } }
      t.throws(() => createCarrier(wrong, deps), { path: `settings.${name}`, message: sentence })
    }
  }
  t.end()
})

t.test('an account that can’t work says where and what', (t) => {
  const table: readonly (readonly [CarrierAccount, string, RegExp])[] = [
    [twilioAccount({ kind: 'pigeon' }), 'kind', /one of: twilio, .*sip-message/],
    [twilioAccount({ kind: 'constructor' }), 'kind', /one of/],
    [twilioAccount({ settings: {} }), 'settings.accountSid', /missing: it must be the Account SID/],
    [twilioAccount({ settings: { accountSid: 'AC1' } }), 'settings.accountSid', /must be the Account SID/],
    [twilioAccount({ settings: { accountSid: 7 } }), 'settings.accountSid', /must be the Account SID/],
    [twilioAccount({ settings: { accountSid, acountSid: 'x' } }), 'settings.acountSid', /not a setting/],
    [
      twilioAccount({ settings: { accountSid, numbers: '+1' } }),
      'settings.numbers',
      /a list of this account/,
    ],
    [
      twilioAccount({ settings: { accountSid, numbers: ['+16313808000', 'x'] } }),
      'settings.numbers.1',
      /a number in full/,
    ],
    [
      twilioAccount({ settings: { accountSid, messagingServiceSid: 'SM1' } }),
      'settings.messagingServiceSid',
      /MG and 32/,
    ],
    [twilioAccount({ secrets: {} }), 'secrets.authToken', /missing/],
    [twilioAccount({ secrets: { authToken: 'hunter2 hunter2' } }), 'secrets.authToken', /without spaces/],
    [
      twilioAccount({ secrets: { authToken: 'a', previousAuthToken: '' } }),
      'secrets.previousAuthToken',
      /auth token/,
    ],
    [whatsAppAccount({ settings: { wabaId: '102290129340398' } }), 'settings.phoneNumbers', /is missing/],
    [
      whatsAppAccount({ settings: { wabaId: '102290129340398', phoneNumbers: [{ id: '1', number: 'x' }] } }),
      'settings.phoneNumbers.0.id',
      /phone number id/,
    ],
    [
      whatsAppAccount({
        settings: {
          wabaId: '102290129340398',
          phoneNumbers: [
            { id: '106540352242922', number: '+15550783881' },
            { id: '106540352242923', number: '+15550783881' },
          ],
        },
      }),
      'settings.phoneNumbers.1',
      /twice/,
    ],
    [
      whatsAppAccount({ secrets: { accessToken: 'hunter2 hunter2', appSecret: 'x', verifyToken: 'y' } }),
      'secrets.accessToken',
      /access token/,
    ],
    [telnyxAccount({ settings: { publicKey: 'x' } }), 'settings.publicKey', /Keys & Credentials/],
    [
      telnyxAccount({ settings: { publicKey: `${'A'.repeat(42)}B=` } }),
      'settings.publicKey',
      /44 characters/,
    ],
    [telnyxAccount({ secrets: { apiKey: 'hunter2 hunter2' } }), 'secrets.apiKey', /API key/],
    [trunkAccount({ trunk: 'a b' }), 'settings.trunk', /PJSIP endpoint/],
    [trunkAccount({ trunk: 'trunk1\r\nAction: Originate' }), 'settings.trunk', /PJSIP endpoint/],
    [trunkAccount({ trunk: 'trunk1\n' }), 'settings.trunk', /PJSIP endpoint/],
    [trunkAccount({ fromHost: 'x>;y' }), 'settings.fromHost', /host/],
    [trunkAccount({ numberFormat: 'roman' }), 'settings.numberFormat', /plus .* digits .* national/],
    [trunkAccount({ numberFormat: 'national' }), 'settings.countryCode', /national needs it/],
    [trunkAccount({}, { password: 'hunter2' }), 'secrets.password', /not a setting/],
  ]
  for (const [account, path, sentence] of table) {
    try {
      createCarrier(account, deps)
      t.fail(`${path} was accepted`)
    } catch (error) {
      t.type(error, CarrierSettingsError)
      t.match(error, { code: 'carrier-settings', path, message: sentence })
      t.match(error, { message: `Carrier "${account.id}": ${path} ` })
      t.notMatch(String(error), /hunter2|Originate/, 'without the value')
    }
  }
  t.throws(
    () => createCarrier(twilioAccount(), { ...deps, publicUrl: 'pbx.example.com' }),
    /publicUrl must be/,
  )
  t.end()
})

t.test('a reply over a trunk', async (t) => {
  const carrier = createCarrier(trunkAccount(), deps)
  t.same(carrier.channels, ['sip'])
  t.same(
    await carrier.send(reply),
    { kind: 'taken', carrierMessageId: null, state: 'accepted' },
    'never delivered',
  )
  t.same(sent.at(-1), {
    to: 'pjsip:PJSIP/+19542788086@trunk1',
    from: 'sip:+16313808000@pbx.example.com',
    text: 'Line one\r\nEvent: not one\n👋',
  })
  const spelled = async (settings: Record<string, unknown>, change: Partial<OutboundMessage> = {}) => {
    await createCarrier(trunkAccount(settings), deps).send({ ...reply, ...change })
    return `${sent.at(-1)?.to} ${sent.at(-1)?.from}`
  }
  t.equal(
    await spelled({ numberFormat: 'digits' }),
    'pjsip:PJSIP/19542788086@trunk1 sip:16313808000@pbx.example.com',
  )
  const national = { numberFormat: 'national', countryCode: '1' }
  t.equal(await spelled(national), 'pjsip:PJSIP/9542788086@trunk1 sip:6313808000@pbx.example.com')
  t.match(
    await spelled(national, { to: number('+442071838750') }),
    /PJSIP\/442071838750@/,
    'a foreign number in full',
  )
  t.match(await spelled({}, { to: { kind: 'short-code', value: '12345' } }), /PJSIP\/12345@/)
  t.match(await spelled({ fromHost: '10.0.0.1:5080' }), /@10\.0\.0\.1:5080$/)
})

t.test('what the PBX says, and what that means', async (t) => {
  const carrier = createCarrier(trunkAccount(), deps)
  const outcome = (said: SipTextOutcome) => {
    answer = async () => said
    return carrier.send(reply)
  }
  t.match(await outcome({ kind: 'link-down' }), { kind: 'not-processed', retryAfterMs: null })
  t.match(await outcome({ kind: 'no-such-endpoint', reason: 'gone' }), {
    kind: 'not-processed',
    retryAfterMs: 30_000,
    reason: /trunk1: gone/,
  })
  t.match(await outcome({ kind: 'unknown', reason: 'lost' }), { kind: 'unknown', reason: 'lost' })
  answer = () => Promise.reject(new Error('bug'))
  t.match(await carrier.send(reply), { kind: 'unknown' })
  answer = async () => ({ kind: 'handed-over' })
})

t.test('nothing but digits ever stands in an address', async (t) => {
  const carrier = createCarrier(trunkAccount(), deps)
  const before = sent.length
  const hostile: readonly Address[] = [
    { kind: 'name', value: 'ACME' },
    { kind: 'whatsapp-user', value: 'IN.2081978709342942' },
    number('+1954\r\nAction: Originate'),
    number('+19542788086\n'),
    number('+1954@evil'),
    number('19542788086'),
    { kind: 'short-code', value: '123;x' },
  ]
  for (const address of hostile) {
    t.match(await carrier.send({ ...reply, to: address }), {
      kind: 'refused',
      failure: { code: 'invalid-recipient' },
    })
    t.match(await carrier.send({ ...reply, from: address }), {
      kind: 'refused',
      failure: { code: 'invalid-sender' },
    })
  }
  t.equal(sent.length, before)
  await carrier.close()
})

t.test('a text longer than the trunk takes goes in parts', async (t) => {
  const carrier = createCarrier(trunkAccount({ longestBytes: 70, numbers: ['+16313808000', '12345'] }), deps)
  t.same(carrier.numbers, [
    { channel: 'sip', did: number('+16313808000') },
    { channel: 'sip', did: { kind: 'short-code', value: '12345' } },
  ])
  const say = (text: string) => carrier.send({ ...reply, content: { kind: 'text', text, media: [] } })
  const before = sent.length
  const family = '👨\u200d👩\u200d👧\u200d👦'
  const text = `${'Zoë wörd '.repeat(12)}${family.repeat(6)}`
  t.same(await say(text), { kind: 'taken', carrierMessageId: null, state: 'accepted' })
  const parts = sent.slice(before).map((one) => one.text)
  t.ok(parts.length > 2)
  t.equal(parts.join(''), text, 'in order, and nothing is lost')
  for (const part of parts) t.ok(Buffer.byteLength(part) <= 70)
  t.ok(parts.every((part) => part.replaceAll(family, '').search(/\p{Emoji_Presentation}/u) < 0))

  let count = 0
  answer = async () => (++count < 3 ? { kind: 'handed-over' } : { kind: 'link-down' })
  t.match(await say(text), { kind: 'unknown', reason: /only 2 of \d parts.*not answering/ })
  answer = async () => ({ kind: 'link-down' })
  t.match(await say(text), { kind: 'not-processed' }, 'nothing had gone')
  answer = async () => ({ kind: 'handed-over' })
  t.throws(() => createCarrier(trunkAccount({ longestBytes: 10 }), deps), {
    path: 'settings.longestBytes',
    message: /from 70 to 30000/,
  })
})

t.test('parts of any text', (t) => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
  )
  const property = fc.property(texts, fc.integer({ min: 70, max: 200 }), (text, longestBytes) => {
    const parts = splitText(text, longestBytes)
    return (
      parts.join('') === text &&
      parts.every((part) => Buffer.byteLength(part) <= longestBytes) &&
      (text === '' || parts.every((part) => part !== '')) &&
      parts.every((part) => !text.isWellFormed() || part.isWellFormed())
    )
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
  t.same(splitText(`e${'\u0301'.repeat(100)}`, 70).join(''), `e${'\u0301'.repeat(100)}`)
  t.same(splitText('one two three', 9), ['one two ', 'three'])
  t.end()
})
