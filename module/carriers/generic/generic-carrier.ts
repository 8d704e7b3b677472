import type {
  AddressReader,
  Carrier,
  CarrierAccount,
  MediaSource,
  ProbeResult,
  SendLimits,
  WebhookCarrier,
} from '../../app/ports/carriers.ts'
import type { MessageId } from '../../domain/ids.ts'
import type { SendFailure } from '../../domain/message/delivery.ts'
import { CarrierSettingsError, readPart, readSettings } from '../account-settings.ts'
import { readJson } from '../api-answer.ts'
import { type ApiCall, basicAuth, callApi } from '../call-api.ts'
import { UnderWay } from '../under-way.ts'
import { allHold, anyHolds } from './condition.ts'
import { createContentIds } from './content-id.ts'
import {
  checkDescription,
  createDescriptionCheck,
  type DescriptionCheck,
  readAuthentication,
} from './description-check.ts'
import { type RequestOptions, readRequest, secretsOf } from './generic-request.ts'
import {
  type CarrierDescription,
  GenericSecretsSchema,
  type GenericSettings,
  GenericSettingsSchema,
} from './generic-schema.ts'
import { type GenericSender, own, sendGeneric } from './generic-send.ts'
import { createWebhookReader } from './generic-webhook.ts'
import { presets } from './presets/presets.ts'
import { fill } from './template.ts'
import { createWebhookProof, proofSecrets } from './webhook-proof.ts'

export interface GenericDeps {
  readonly publicUrl: string | null
  readonly readAddress: AddressReader
  /** Where every API is, for a test or a lab; else what the description says. */
  readonly apiBase?: string
  readonly deadlineMs?: number
}

const sendDeadlineMs = 15_000
const defaultLimits = { perSecond: 1, longestText: 160 } as const
/** Carriers repeat a call after seconds to minutes when its answer was lost. */
const defaultSameWithinSeconds = 120
/** A batch of texts; Meta's 3 MB are the most that anybody is known to send. */
const longestBodyBytes = 4 * 1024 * 1024
/** Node reads no request whose head is longer. */
const longestUrl = 16 * 1024
const messageNames: ReadonlySet<string> = new Set(['from', 'to', 'text', 'messageId', 'callback', 'media'])
const plainNames: ReadonlySet<string> = new Set(['from', 'to', 'messageId'])

/** A carrier that is described in configuration, by a preset or by hand. Throws `CarrierSettingsError`. */
export function createGenericCarrier(account: CarrierAccount, deps: GenericDeps): Carrier | WebhookCarrier {
  const settings = readSettings(account, GenericSettingsSchema)
  const secrets = readPart(account, 'secrets', GenericSecretsSchema)
  const check = createDescriptionCheck(account)
  const description = descriptionOf(account, settings, check)
  checkDescription(description, check)
  checkSecrets(description, secrets, check)

  const values = settings.values ?? {}
  const isValue = (name: string): boolean => {
    const [kind = '', key = '', ...rest] = name.split('.')
    if (rest.length > 0) return false
    if (kind === 'value') return own(values, key) !== null
    return kind === 'secret' && own(secrets, key) !== null
  }
  const requestOptions: RequestOptions = {
    mayUse: (name) => messageNames.has(name) || /^media\.\d$/.test(name) || isValue(name),
    isPlain: (name) => plainNames.has(name) || isValue(name),
    apiBase: deps.apiBase,
    deadlineMs: deps.deadlineMs ?? sendDeadlineMs,
  }
  const [channel = 'sms', ...otherChannels] = description.channels ?? []
  const limits = limitsOf(description)
  const failureOf = failureReader(description)
  const sender = senderOf(account, description, deps, { check, requestOptions, limits, values, failureOf })
  const underWay = new UnderWay()

  const carrier: Carrier = {
    id: account.id,
    channels: [channel, ...otherChannels],
    numbers:
      settings.numbers?.flatMap((number) =>
        [channel, ...otherChannels].map((its) => ({ channel: its, did: deps.readAddress(number) })),
      ) ?? null,
    limits,

    async send(message) {
      if (sender === null) return { kind: 'refused', failure: onlyReceives }
      return underWay.run(sendGeneric(message, sender))
    },

    media: mediaSource(description, check, requestOptions.isPlain, (name) =>
      accountValue(name, values, secrets),
    ),
    ...probeOf(description, check, requestOptions, (name) => accountValue(name, values, secrets)),

    /** Every send ends by its own deadline: cutting one short would make it unknown. */
    async close() {
      await underWay.settled()
    },
  }
  const { webhook } = description
  if (webhook === undefined) return carrier

  const refuses = createWebhookProof(webhook.authentication, account, check)
  const read = createWebhookReader({
    carrierId: account.id,
    webhook,
    channel,
    readAddress: deps.readAddress,
    failureOf: (code) => failureOf(code, null),
    contentId: createContentIds((webhook.sameWithinSeconds ?? defaultSameWithinSeconds) * 1000),
  })
  return {
    ...carrier,
    receive(request) {
      if (!webhook.methods.includes(request.method))
        return { kind: 'refused', reason: `the call is a ${request.method}` }
      if (request.url.length > longestUrl) return { kind: 'refused', reason: 'the address is too long' }
      if (request.body.byteLength > longestBodyBytes)
        return { kind: 'refused', reason: 'the body is too large' }
      const reason = refuses(request)
      return reason === null ? read(request) : { kind: 'refused', reason }
    },
  } satisfies WebhookCarrier
}

const onlyReceives: SendFailure = {
  code: 'carrier-error',
  carrierCode: null,
  sentence: 'This carrier is set up for receiving only. Choose another one to send by.',
}

/** The preset, or what stands in the settings themselves; never a mixture that nobody could foresee. */
function descriptionOf(
  account: CarrierAccount,
  { preset, numbers: _, values: __, ...own }: GenericSettings,
  check: DescriptionCheck,
): CarrierDescription {
  if (preset === undefined) return own
  const [mixed] = Object.keys(own)
  if (mixed !== undefined)
    check.fail(`settings.${mixed}`, `comes with the preset ${preset}. Leave one of the two out.`)
  // Through the same schema as anything else: a preset that is wrong must say where.
  return readPart({ ...account, settings: presets[preset] }, 'settings', GenericSettingsSchema)
}

function checkSecrets(
  description: CarrierDescription,
  secrets: Readonly<Record<string, string>>,
  check: DescriptionCheck,
): void {
  const proof =
    description.webhook === undefined
      ? { needed: [], possible: [] }
      : proofSecrets(description.webhook.authentication)
  const needed = new Set([...proof.needed, ...secretsOf(description)])
  for (const name of needed) {
    if (!Object.hasOwn(secrets, name)) check.fail(`secrets.${name}`, 'is missing: this carrier needs it.')
  }
  for (const name of Object.keys(secrets)) {
    if (!needed.has(name) && !proof.possible.includes(name))
      check.fail(`secrets.${name}`, 'is not a secret of this carrier.')
  }
}

function accountValue(
  name: string,
  values: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): string | null {
  const [kind, key = ''] = name.split('.')
  if (kind === 'value') return own(values, key)
  return kind === 'secret' ? own(secrets, key) : null
}

function limitsOf({ limits, sending, channels }: CarrierDescription): SendLimits {
  const sendsFiles = sending?.requests.some(({ carries = 'any' }) => carries === 'files') === true
  return {
    perSecond: limits?.perSecond ?? defaultLimits.perSecond,
    perPairMs: 0,
    longestText: limits?.longestText ?? defaultLimits.longestText,
    media: sendsFiles
      ? { most: limits?.mostFiles ?? 1, longestBytes: limits?.longestFileBytes ?? 1024 * 1024 }
      : null,
    windowMs: channels?.includes('whatsapp') === true ? { whatsapp: 24 * 60 * 60 * 1000 } : {},
  }
}

function failureReader({ failures = {} }: CarrierDescription) {
  return (code: string | null, status: number | null): SendFailure => {
    const known = code !== null && Object.hasOwn(failures, code) ? failures[code] : undefined
    const carrierCode = code?.slice(0, 100) ?? null
    if (known !== undefined) return { ...known, carrierCode }
    if (status === 401 || status === 403) {
      const sentence =
        'The carrier does not accept the account. Ask the administrator to check its credentials.'
      return { code: 'credentials', carrierCode, sentence }
    }
    const word = carrierCode ?? (status === null ? '' : `HTTP ${status}`)
    const which = word === '' ? '' : ` (${word.replace(/[^\x20-\x7e]/g, '')})`
    return {
      code: 'carrier-error',
      carrierCode,
      sentence: `The carrier refused it${which}. Send it again later.`,
    }
  }
}

interface SenderParts {
  readonly check: DescriptionCheck
  readonly requestOptions: RequestOptions
  readonly limits: SendLimits
  readonly values: Readonly<Record<string, string>>
  readonly failureOf: GenericSender['failureOf']
}

function senderOf(
  account: CarrierAccount,
  { sending, webhook }: CarrierDescription,
  { publicUrl }: GenericDeps,
  { check, requestOptions, ...parts }: SenderParts,
): GenericSender | null {
  if (sending === undefined) return null
  const requests = sending.requests.map((description, index) => ({
    description,
    build: readRequest(description, `settings.sending.requests.${index}`, check, requestOptions),
  }))
  return {
    ...parts,
    sending,
    requests,
    secrets: account.secrets,
    callback: callbackOf(account, publicUrl, webhook),
  }
}

function callbackOf(
  account: CarrierAccount,
  publicUrl: string | null,
  webhook: CarrierDescription['webhook'],
): (messageId: MessageId) => string | null {
  if (publicUrl === null || webhook === undefined) return () => null
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl)) {
    throw new CarrierSettingsError(
      account,
      'publicUrl',
      'must be the address under which the carrier reaches Parley: https://…',
    )
  }
  const { kind, parameter = '' } = webhook.authentication
  const secret = account.secrets.webhookSecret ?? ''
  const base = `${publicUrl.replace(/\/+$/, '')}/webhooks/${encodeURIComponent(account.id)}`
  const proof = kind === 'query' ? `&${parameter}=${encodeURIComponent(secret)}` : ''
  const step = kind === 'path' ? encodeURIComponent(secret) : 'status'
  return (messageId) => `${base}/${step}?message=${encodeURIComponent(messageId)}${proof}`
}

function mediaSource(
  { mediaAccess }: CarrierDescription,
  check: DescriptionCheck,
  mayUse: (name: string) => boolean,
  value: (name: string) => string | null,
): MediaSource {
  const path = 'settings.mediaAccess.authentication'
  const credentials = readAuthentication(mediaAccess?.authentication, path, check, mayUse)
  const [first, second] = credentials?.parts.map((part) => fill(part, value)) ?? []
  const headers: Record<string, string> = {}
  if (first != null)
    headers.authorization = credentials?.kind === 'basic' ? basicAuth(first, second ?? '') : `Bearer ${first}`
  const credentialHosts = mediaAccess?.hosts ?? []
  return { locate: async ({ url }) => ({ kind: 'at', url, headers, credentialHosts }) }
}

function probeOf(
  { probe, sending }: CarrierDescription,
  check: DescriptionCheck,
  options: RequestOptions,
  value: (name: string) => string | null,
): Pick<Carrier, 'probe'> {
  if (probe === undefined) return {}
  const build = readRequest(probe, 'settings.probe', check, { ...options, mayUse: options.isPlain })
  return {
    probe: {
      async check() {
        const call = build(value)
        if (call === null) return { kind: 'unreachable', reason: 'the request could not be made' }
        return probeResult(call, sending)
      },
    },
  }
}

async function probeResult(call: ApiCall, sending: CarrierDescription['sending']): Promise<ProbeResult> {
  const result = await callApi(call)
  if (result.kind !== 'answered') return { kind: 'unreachable', reason: result.reason }
  const { status } = result
  const scope = { item: readJson(result.body), call: { status } }
  const refused = anyHolds(scope, sending?.refused ?? [])
  if (status === 401 || status === 403 || refused) {
    const sentence =
      'The carrier does not accept the credentials. Check them, and that its API is enabled for this machine’s address.'
    return { kind: 'invalid', sentence }
  }
  const fine = status >= 200 && status < 300 && (!refused || allHold(scope, sending?.taken ?? []))
  return fine ? { kind: 'valid', expiresAt: null } : { kind: 'unreachable', reason: `HTTP ${status}` }
}
