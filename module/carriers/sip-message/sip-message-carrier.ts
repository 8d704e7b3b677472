import { type Static, Type } from 'typebox'
import type { Log } from '../../app/ports/ambient.ts'
import type { Carrier, CarrierAccount, SendLimits } from '../../app/ports/carriers.ts'
import type { SipMessenger, SipTextOutcome } from '../../app/ports/pbx.ts'
import type { Address } from '../../domain/message/address.ts'
import type { SendFailureCode, SendOutcome } from '../../domain/message/delivery.ts'
import { CarrierSettingsError, readPart, readSettings, Text } from '../account-settings.ts'
import { splitText } from './text-parts.ts'

const closed = { additionalProperties: false }
const OwnNumber = Text('a number such as +16313808000, or a short code', '^\\+?[0-9]{3,15}$')
const Source = Text('an IP address, with or without a port: 192.0.2.7', '^[0-9A-Fa-f.:\\[\\]]{2,50}$')

export const SipMessageSettingsSchema = Type.Object(
  {
    trunk: Text(
      'the name of the trunk’s PJSIP endpoint, as `pjsip show endpoints` lists it',
      '^[A-Za-z0-9_.-]{1,80}$',
    ),
    fromHost: Text(
      'the host that stands in From, with a port if the carrier wants one',
      '^[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$',
    ),
    numberFormat: Type.Optional(
      Type.Union([Type.Literal('plus'), Type.Literal('digits'), Type.Literal('national')], {
        description:
          'how the trunk spells numbers: plus (+16313808000), digits (16313808000) or national (6313808000)',
      }),
    ),
    countryCode: Type.Optional(
      Text('the country code that national numbers lack, 1 for the US', '^[1-9][0-9]{0,2}$'),
    ),
    sources: Type.Optional(
      Type.Array(Source, { description: 'a list of the addresses that this trunk sends from' }),
    ),
    numbers: Type.Optional(Type.Array(OwnNumber, { description: 'a list of this trunk’s numbers' })),
    longestBytes: Type.Optional(
      Type.Integer({
        description:
          'how many bytes of text the trunk takes in one message, from 70 to 30000; longer texts go in parts',
        minimum: 70,
        maximum: 30_000,
      }),
    ),
  },
  closed,
)
export type SipMessageSettings = Static<typeof SipMessageSettingsSchema>

export interface SipMessageDeps {
  readonly messenger: SipMessenger
  readonly log: Log
}

const trunkLimits: SendLimits = { perSecond: 30, perPairMs: 0, longestText: 1600, media: null, windowMs: {} }

/**
 * How long a message waits when Asterisk doesn't know the trunk. Nothing was sent, and a trunk is gone for a moment
 * while the PBX applies its configuration; one whose name is wrong fails with the outbox's own limit, its reason shown.
 */
const missingTrunkRetryMs = 30_000

/** Texts by SIP MESSAGE over a trunk of the PBX. Throws `CarrierSettingsError`. */
export function createSipMessageCarrier(
  account: CarrierAccount,
  { messenger, log }: SipMessageDeps,
): Carrier {
  const settings = readSettings(account, SipMessageSettingsSchema)
  readPart(account, 'secrets', Type.Object({}, closed))
  if (settings.numberFormat === 'national' && settings.countryCode === undefined) {
    throw new CarrierSettingsError(
      account,
      'settings.countryCode',
      'is missing: numberFormat national needs it, 1 for the US.',
    )
  }

  async function handOver(from: string, to: string, text: string): Promise<SendOutcome> {
    try {
      return outcomeOf(
        await messenger.sendText({
          to: `pjsip:PJSIP/${to}@${settings.trunk}`,
          from: `sip:${from}@${settings.fromHost}`,
          text,
        }),
        settings.trunk,
      )
    } catch (error) {
      // The messenger's contract has no exceptions: one says nothing of what Asterisk got.
      log.error({ err: error, carrierId: account.id }, 'A text could not be handed to the PBX')
      return { kind: 'unknown', reason: 'the link to the PBX failed while the text was handed over' }
    }
  }

  /** One part after the other, so that they arrive in their order as far as that is ours to say. */
  async function send(from: string, to: string, text: string): Promise<SendOutcome> {
    const parts = splitText(text, settings.longestBytes ?? Number.POSITIVE_INFINITY)
    let done = 0
    for (const part of parts) {
      const outcome = await handOver(from, to, part)
      if (outcome.kind !== 'taken') {
        if (done === 0) return outcome
        // Sending it all again would send the first parts twice.
        const why = 'reason' in outcome ? outcome.reason : outcome.failure.sentence
        return { kind: 'unknown', reason: `only ${done} of ${parts.length} parts were handed over: ${why}` }
      }
      done += 1
    }
    // Asterisk says so whatever the other end answers, so it is never more than this.
    return { kind: 'taken', carrierMessageId: null, state: 'accepted' }
  }

  return {
    id: account.id,
    channels: ['sip'],
    numbers:
      settings.numbers?.flatMap((number) => {
        const did = ownNumber(number, settings)
        return did === null ? [] : [{ channel: 'sip' as const, did }]
      }) ?? null,
    limits: trunkLimits,
    async send(message) {
      const from = spell(message.from, settings)
      if (from === null)
        return refuse(
          'invalid-sender',
          'This business number cannot send texts by the trunk. Choose another one.',
        )
      const to = spell(message.to, settings)
      if (to === null)
        return refuse('invalid-recipient', 'The trunk reaches telephone numbers and short codes only.')
      return send(from, to, message.content.text)
    },
    // Nothing is kept open: the link to the PBX belongs to the messenger.
    async close() {},
  }
}

/** A number as the settings spell it: in full, or as the trunk does. Null for what the trunk alone understands. */
function ownNumber(text: string, { countryCode }: SipMessageSettings): Address | null {
  if (/^\d{3,8}$/.test(text)) return { kind: 'short-code', value: text }
  if (text.startsWith('+')) return { kind: 'number', value: text }
  // Without a country code, digits can only be a number in full.
  const national = countryCode !== undefined && !text.startsWith(countryCode)
  return { kind: 'number', value: `+${national ? countryCode : ''}${text}` }
}

/** The address as the trunk spells it; null for what is no number. Digits only, so nothing can break out of the URI. */
function spell(address: Address, { numberFormat = 'plus', countryCode }: SipMessageSettings): string | null {
  if (address.kind === 'short-code') return /^\d{3,8}$/.test(address.value) ? address.value : null
  if (address.kind !== 'number' || !/^\+\d{5,15}$/.test(address.value)) return null
  const digits = address.value.slice(1)
  switch (numberFormat) {
    case 'plus':
      return address.value
    case 'digits':
      return digits
    case 'national':
      return countryCode !== undefined && digits.startsWith(countryCode)
        ? digits.slice(countryCode.length)
        : digits
    default:
      return numberFormat satisfies never
  }
}

function outcomeOf(outcome: SipTextOutcome, trunk: string): SendOutcome {
  switch (outcome.kind) {
    case 'handed-over':
      return { kind: 'taken', carrierMessageId: null, state: 'accepted' }
    case 'link-down':
      return { kind: 'not-processed', reason: 'the PBX is not answering', retryAfterMs: null }
    case 'no-such-endpoint':
      return {
        kind: 'not-processed',
        reason: `the PBX has no reachable trunk ${trunk}: ${outcome.reason}`,
        retryAfterMs: missingTrunkRetryMs,
      }
    case 'unknown':
      return { kind: 'unknown', reason: outcome.reason }
    default:
      return outcome satisfies never
  }
}

const refuse = (code: SendFailureCode, sentence: string): SendOutcome => ({
  kind: 'refused',
  failure: { code, carrierCode: null, sentence },
})
