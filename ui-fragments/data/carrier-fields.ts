import type { CarrierDraft } from './api-client.ts'

/** One thing to be filled in for a kind of carrier. The server checks it; this says what belongs there. */
export interface CarrierField {
  readonly name: string
  readonly label: string
  readonly hint: string
  /** `numbers-with-ids`: a line for each, `106540352242922 +16313808000`. */
  readonly form: 'text' | 'list' | 'numbers-with-ids' | 'secret' | 'choice'
  readonly required: boolean
  readonly choices?: ReadonlyArray<readonly [value: string, words: string]>
}

export const carrierKinds = [
  ['twilio', 'Twilio (SMS and WhatsApp)'],
  ['whatsapp-cloud', 'WhatsApp Cloud (Meta)'],
  ['telnyx', 'Telnyx (SMS and MMS)'],
  ['bandwidth', 'Bandwidth (SMS and MMS)'],
  ['signalwire', 'SignalWire (SMS and MMS)'],
  ['sip-message', 'SIP trunk (SIP MESSAGE)'],
] as const
export type CarrierKind = (typeof carrierKinds)[number][0]

const field = (
  name: string,
  label: string,
  hint: string,
  form: CarrierField['form'] = 'text',
  required = false,
  choices: CarrierField['choices'] = [],
): CarrierField => ({ name, label, hint, form, required, choices })

export const carrierFields: Readonly<Record<CarrierKind, readonly CarrierField[]>> = {
  twilio: [
    field('accountSid', 'Account SID', 'From the Twilio console: AC and 32 characters', 'text', true),
    field(
      'authToken',
      'Auth token',
      'From the Twilio console. It is stored sealed and never shown again.',
      'secret',
      true,
    ),
    field('numbers', 'Numbers', 'This account’s numbers, one a line: +16313808000', 'list'),
    field('messagingServiceSid', 'Messaging Service SID', 'Only if you send by one: MG and 32 characters'),
  ],
  'whatsapp-cloud': [
    field('wabaId', 'WhatsApp Business account id', 'Digits, from the WhatsApp Manager', 'text', true),
    field(
      'phoneNumbers',
      'Phone numbers',
      'One a line: its phone number id, a space, and the number: 106540352242922 +16313808000',
      'numbers-with-ids',
      true,
    ),
    field(
      'accessToken',
      'Access token',
      'Of a system user. It is stored sealed and never shown again.',
      'secret',
      true,
    ),
    field('appSecret', 'App secret', 'From Meta’s console, App settings, Basic', 'secret', true),
    field('previousAppSecret', 'Previous app secret', 'Only while it is being reset', 'secret'),
    field('verifyToken', 'Verify token', 'A word of your own, entered in Meta’s console too', 'secret', true),
    field('apiVersion', 'Graph API version', 'Only if you need another than Parley’s: v24.0'),
  ],
  telnyx: [
    field('publicKey', 'Public key', 'From the Telnyx portal, Keys & Credentials', 'text', true),
    field('previousPublicKey', 'Previous public key', 'Only while it is being replaced'),
    field(
      'apiKey',
      'API key',
      'From the Telnyx portal. It is stored sealed and never shown again.',
      'secret',
      true,
    ),
    field('numbers', 'Numbers', 'This account’s numbers, one a line: +16313808000', 'list'),
    field('messagingProfileId', 'Messaging profile id', 'Only if you send by names'),
  ],
  bandwidth: [
    field('accountId', 'Account id', 'From the Bandwidth dashboard: digits', 'text', true),
    field('applicationId', 'Application id', 'Of the messaging application', 'text', true),
    field('user', 'API user', 'From the Bandwidth dashboard', 'secret', true),
    field('password', 'API password', 'It is stored sealed and never shown again.', 'secret', true),
    field('webhookUser', 'Callback user', 'As entered in the messaging application', 'secret', true),
    field('webhookPassword', 'Callback password', 'As entered in the messaging application', 'secret', true),
    field('numbers', 'Numbers', 'This account’s numbers, one a line: +16313808000', 'list'),
  ],
  signalwire: [
    field('space', 'Space', 'Without https://: example.signalwire.com', 'text', true),
    field('projectId', 'Project id', 'From the API page of your space', 'text', true),
    field('apiToken', 'API token', 'With the Messaging scope', 'secret', true),
    field('signingKey', 'Signing key', 'From the API page of your space', 'secret', true),
    field('previousSigningKey', 'Previous signing key', 'Only while it is being replaced', 'secret'),
    field('numbers', 'Numbers', 'This project’s numbers, one a line: +16313808000', 'list'),
  ],
  'sip-message': [
    field('trunk', 'PJSIP endpoint of the trunk', 'As “pjsip show endpoints” lists it', 'text', true),
    field(
      'fromHost',
      'Host in From',
      'The domain or address that the provider expects, with a port if it wants one',
      'text',
      true,
    ),
    field('numberFormat', 'How the trunk writes numbers', '', 'choice', false, [
      ['', 'As the module decides'],
      ['plus', '+16313808000'],
      ['digits', '16313808000'],
      ['national', '6313808000'],
    ]),
    field('countryCode', 'Country code', 'What national numbers lack: 1 for the US'),
    field('sources', 'Addresses the trunk sends from', 'One a line: 192.0.2.7', 'list'),
    field('numbers', 'Numbers', 'This trunk’s numbers, one a line: +16313808000', 'list'),
  ],
}

/** What a person typed, as the API wants it. A secret left empty stays as it is stored. */
export function carrierDraft(
  kind: CarrierKind,
  typed: {
    readonly name: string
    readonly enabled: boolean
    readonly values: Readonly<Record<string, string>>
  },
): CarrierDraft {
  const settings: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const { name, form } of carrierFields[kind]) {
    const value = (typed.values[name] ?? '').trim()
    if (value === '') continue
    if (form === 'secret') secrets[name] = value
    else settings[name] = settingOf(form, value)
  }
  const draft = { kind, name: typed.name.trim(), enabled: typed.enabled, settings }
  return Object.keys(secrets).length === 0 ? draft : { ...draft, secrets }
}

function settingOf(form: CarrierField['form'], value: string): unknown {
  if (form === 'list') return listOf(value)
  if (form !== 'numbers-with-ids') return value
  return value
    .split('\n')
    .map((line) => listOf(line))
    .filter((words) => words.length > 0)
    .map(([id = '', number = '']) => ({ id, number }))
}

/** A stored setting as text to edit. */
export const settingText = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(itemText).join('\n')
    : value === undefined || value === null
      ? ''
      : String(value)

const itemText = (item: unknown): string =>
  typeof item === 'object' && item !== null ? Object.values(item).map(String).join(' ') : String(item)

/** Lines, or several on one line with commas or spaces between. */
export const listOf = (text: string): string[] => text.split(/[\s,;]+/).filter((item) => item !== '')

/** An account's id stands in its webhook URL: from its name, made unlike the others. */
export function carrierIdOf(name: string, taken: readonly string[]): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'carrier'
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? plain : `${plain}-${number}`
    if (!taken.includes(id)) return id
  }
}
