import type { SendLimits } from '../../app/ports/carriers.ts'
import type { MessageId } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { SendFailure, SendOutcome } from '../../domain/message/delivery.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import { refuse, sendOutcomeOf } from '../api-answer.ts'
import { type ApiResult, callApi } from '../call-api.ts'
import { allHold, anyHolds, type Scope } from './condition.ts'
import type { RequestBuilder, RequestValues } from './generic-request.ts'
import type { RequestDescription, SendingDescription } from './generic-schema.ts'
import { AmbiguousValue, readSource } from './source.ts'

export interface PreparedRequest {
  readonly description: RequestDescription
  readonly build: RequestBuilder
}

export interface GenericSender {
  readonly sending: SendingDescription
  readonly requests: readonly PreparedRequest[]
  readonly limits: SendLimits
  readonly values: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, string>>
  /** Where the carrier reports on a message; null when nobody outside can reach us. */
  readonly callback: (messageId: MessageId) => string | null
  readonly failureOf: (code: string | null, status: number | null) => SendFailure
}

/** Hands one message to the carrier, once. Never rejects. */
export async function sendGeneric(message: OutboundMessage, sender: GenericSender): Promise<SendOutcome> {
  const { content } = message
  if (content.kind === 'template') return refuse(failures.template)
  const from = spell(message.from, sender.sending)
  if (from === null) return refuse(wrongAddress('invalid-sender', message.from))
  const to = message.to.kind === 'name' ? null : spell(message.to, sender.sending)
  if (to === null) return refuse(wrongAddress('invalid-recipient', message.to))
  const { media } = sender.limits
  if (content.media.length > (media?.most ?? 0)) return refuse(failures.media)
  const prepared = requestFor(content.text, content.media.length > 0, sender.requests)
  if (prepared === null) return refuse(content.media.length > 0 ? failures.media : failures['too-long'])

  const call = prepared.build(valuesOf(message, from, to, sender))
  if (call === null) return refuse(failures['carrier-error'])
  const result = await callApi(call)
  return outcomeOf(result, prepared.description.id, sender)
}

function requestFor(
  text: string,
  withFiles: boolean,
  requests: readonly PreparedRequest[],
): PreparedRequest | null {
  const byteLength = Buffer.byteLength(text)
  const fits = ({ description: { carries = 'any', longestBytes } }: PreparedRequest): boolean =>
    (carries === 'any' || (carries === 'files') === withFiles) &&
    byteLength <= (longestBytes ?? Number.POSITIVE_INFINITY)
  // A long text without a file may still go the way of files (an MMS), where no request for texts takes it.
  const fitsAsFiles = ({ description: { carries = 'any', longestBytes } }: PreparedRequest): boolean =>
    !withFiles && carries === 'files' && byteLength <= (longestBytes ?? 0)
  return requests.find(fits) ?? requests.find(fitsAsFiles) ?? null
}

function valuesOf(message: OutboundMessage, from: string, to: string, sender: GenericSender): RequestValues {
  const { content } = message
  const urls = content.kind === 'text' ? content.media.map(({ url }) => url) : []
  return (name) => {
    const [kind = '', key = ''] = name.split('.')
    switch (kind) {
      case 'from':
        return from
      case 'to':
        return to
      case 'text':
        return content.text
      case 'messageId':
        return message.messageId
      case 'callback':
        return sender.callback(message.messageId)
      case 'media':
        return key === '' ? urls : (urls[Number(key)] ?? null)
      case 'value':
        return own(sender.values, key)
      case 'secret':
        return own(sender.secrets, key)
      default:
        return null
    }
  }
}

export const own = (record: Readonly<Record<string, string>>, key: string): string | null =>
  Object.hasOwn(record, key) ? (record[key] ?? null) : null

/** Digits only, so that a number can't be anything else than a number wherever it stands. */
function spell(
  address: Address,
  { numberFormat = 'plus', countryCode = '' }: SendingDescription,
): string | null {
  if (address.kind === 'short-code') return /^\d{3,8}$/.test(address.value) ? address.value : null
  if (address.kind === 'name') return /^[A-Za-z0-9 ]{1,11}$/.test(address.value) ? address.value : null
  if (address.kind !== 'number' || !/^\+\d{7,15}$/.test(address.value)) return null
  const digits = address.value.slice(1)
  switch (numberFormat) {
    case 'plus':
      return address.value
    case 'digits':
      return digits
    case 'national':
      return digits.startsWith(countryCode) ? digits.slice(countryCode.length) : digits
    default:
      return numberFormat satisfies never
  }
}

/** What a result says of the message: only an answer that surely says so makes it taken, refused or safe to repeat. */
function outcomeOf(result: ApiResult, idPath: string | undefined, sender: GenericSender): SendOutcome {
  const { sending, failureOf } = sender
  return sendOutcomeOf('The carrier', result, ({ status, retryAfterMs, body }) => {
    const scope: Scope = { item: body, call: { status } }
    const code = sending.code === undefined ? null : textOf(scope, sending.code)
    if (status === 429 || anyHolds(scope, sending.retry ?? [])) {
      const reason = `the carrier asks to send later (HTTP ${status})`
      return { kind: 'not-processed', reason, retryAfterMs, holds: 'carrier' }
    }
    if (anyHolds(scope, sending.refused ?? [])) return refuse(failureOf(code, null))
    if (status >= 200 && status < 300) {
      const id = idPath === undefined ? null : textOf(scope, idPath)
      const named = idPath === undefined || (id !== null && /^[\x21-\x7e]{1,200}$/.test(id))
      return named && allHold(scope, sending.taken ?? [])
        ? { kind: 'taken', carrierMessageId: id, state: 'accepted' }
        : {
            kind: 'unknown',
            reason: `the carrier answered HTTP ${status}, and nothing says what became of it`,
          }
    }
    // 408: whoever gave up waiting, part of the request may have gone through.
    if (status >= 300 && status < 500 && status !== 408) return refuse(failureOf(code, status))
    return { kind: 'unknown', reason: `the carrier answered HTTP ${status}` }
  })
}

function textOf(scope: Scope, place: string): string | null {
  try {
    return readSource(place)(scope)
  } catch (error) {
    // Several ids in one answer: none of them is surely this message's.
    if (error instanceof AmbiguousValue) return null
    throw error
  }
}

const failures = {
  template: {
    code: 'template',
    carrierCode: null,
    sentence: 'This carrier sends no templates. Write a text instead.',
  },
  media: {
    code: 'media',
    carrierCode: null,
    sentence: 'This carrier does not send these files. Send fewer, or a text alone.',
  },
  'too-long': {
    code: 'too-long',
    carrierCode: null,
    sentence: 'The text is longer than this carrier takes. Send it in parts.',
  },
  'carrier-error': {
    code: 'carrier-error',
    carrierCode: null,
    sentence: 'The request to the carrier could not be made. Ask the administrator to check its settings.',
  },
} as const satisfies Record<string, SendFailure>

const wrongAddress = (code: 'invalid-sender' | 'invalid-recipient', { value }: Address): SendFailure => ({
  code,
  carrierCode: null,
  sentence: `Messages cannot be sent ${code === 'invalid-sender' ? 'from' : 'to'} ${value}. Choose a number instead.`,
})
