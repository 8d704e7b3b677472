import type { AddressReader, WebhookAnswer, WebhookResult } from '../../app/ports/carriers.ts'
import type { DeliveryReport, ReportedState } from '../../domain/delivery.ts'
import { asMessageId, type CarrierId, type Millis } from '../../domain/ids.ts'
import type { InboundMessage } from '../../domain/message.ts'
import type { MediaRef } from '../../domain/message-content.ts'
import { displayName } from '../display-name.ts'
import { readTwilioAddress } from './twilio-address.ts'
import { twilioFailure } from './twilio-errors.ts'
import { AmbiguousParameter, type FormParameters, single } from './twilio-form.ts'

/** A call that Twilio surely made. */
export interface TwilioCall {
  readonly carrierId: CarrierId
  /** Of the form, or of the query when the webhook is set to GET. */
  readonly parameters: FormParameters
  /** Of the URL: what we wrote into the status callback comes back here. */
  readonly query: FormParameters
  readonly receivedAt: Millis
}

/** The name under which our message id travels in the status callback's query. */
export const messageParameter = 'message'

const noReply: WebhookAnswer = { status: 200, contentType: 'text/xml', body: '<Response/>' }
const sidShape = /^[A-Za-z0-9]{2,64}$/
const messageIdShape = /^[0-9a-f-]{36}$/
/** Twilio sends 10 at most. */
const mediaLimit = 20
const longestUrl = 2048

/** Statuses of messages to us: a report about them says nothing that we don't know. */
const inboundStatuses: ReadonlySet<string> = new Set(['receiving', 'received'])

const states: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ['queued', 'accepted'],
  ['accepted', 'accepted'],
  ['scheduled', 'accepted'],
  ['sending', 'accepted'],
  ['sent', 'sent'],
  ['partially_delivered', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'failed'],
  ['failed', 'failed'],
  ['canceled', 'failed'],
])

/** Undefined for a status that Twilio may yet invent. */
export const reportedState = (status: string): ReportedState | undefined => states.get(status)

/** Reads a call of either webhook: what it says, not where it came, tells a status from a message. */
export function readTwilioCall(call: TwilioCall, readAddress: AddressReader): WebhookResult {
  try {
    return readCall(call, readAddress)
  } catch (error) {
    if (error instanceof AmbiguousParameter) return unreadable(error.message)
    throw error
  }
}

function readCall(call: TwilioCall, readAddress: AddressReader): WebhookResult {
  const { parameters } = call
  const sid =
    single(parameters, 'MessageSid') ?? single(parameters, 'SmsMessageSid') ?? single(parameters, 'SmsSid')
  if (sid === undefined || !sidShape.test(sid))
    return unreadable('no MessageSid: this is not about a message')
  const status = statusOf(parameters)
  if (status !== undefined) return content([], readReport(call, sid, status))
  const inbound = readMessage(call, sid, readAddress)
  return typeof inbound === 'string' ? unreadable(inbound) : content([inbound], [])
}

/** A message to us bears a legacy `SmsStatus=received`, so that one counts only where nothing was said. */
function statusOf(parameters: FormParameters): string | undefined {
  const isMessage = parameters.has('Body') || parameters.has('NumMedia')
  const status =
    single(parameters, 'MessageStatus') ?? (isMessage ? undefined : single(parameters, 'SmsStatus'))
  return status !== undefined && isMessage && inboundStatuses.has(status) ? undefined : status
}

function readReport(
  { parameters, query }: TwilioCall,
  sid: string,
  status: string,
): readonly DeliveryReport[] {
  const state = reportedState(status)
  if (state === undefined) return []
  const ours = single(query, messageParameter)
  const code = Number.parseInt(single(parameters, 'ErrorCode') ?? '', 10)
  return [
    {
      carrierMessageId: sid,
      ...(ours !== undefined && messageIdShape.test(ours) ? { messageId: asMessageId(ours) } : {}),
      state,
      failure: state === 'failed' ? twilioFailure(Number.isNaN(code) ? null : code, null) : null,
    },
  ]
}

function readMessage(call: TwilioCall, sid: string, readAddress: AddressReader): InboundMessage | string {
  const { parameters } = call
  const sender = readTwilioAddress(single(parameters, 'From') ?? '', readAddress)
  const did = readTwilioAddress(single(parameters, 'To') ?? '', readAddress)
  if (sender === null || did === null) return 'the channel of From or To is not SMS or WhatsApp'
  if (!parameters.has('From') || !parameters.has('To')) return 'From or To is missing'
  const profileName = displayName(single(parameters, 'ProfileName') ?? '')
  return {
    carrierId: call.carrierId,
    carrierMessageId: sid,
    channel: sender.channel === 'whatsapp' || did.channel === 'whatsapp' ? 'whatsapp' : 'sms',
    sender: sender.address,
    senderName: profileName === '' ? null : profileName,
    did: did.address,
    content: { kind: 'text', text: readText(parameters), media: readMedia(parameters) },
    carrierAt: null,
    receivedAt: call.receivedAt,
  }
}

/** A pressed button and a shared place have no body of their own, yet the customer said something. */
function readText(parameters: FormParameters): string {
  const body = (single(parameters, 'Body') ?? '').replaceAll('\0', '')
  const said = body === '' ? (single(parameters, 'ButtonText') ?? '') : body
  const latitude = single(parameters, 'Latitude')
  const longitude = single(parameters, 'Longitude')
  if (!latitude || !longitude) return said
  const label = single(parameters, 'Label') || single(parameters, 'Address')
  const place = `Location: ${latitude}, ${longitude}${label ? ` (${label})` : ''}`
  return said === '' ? place : `${said}\n${place}`
}

function readMedia(parameters: FormParameters): readonly MediaRef[] {
  const count = Math.min(Number.parseInt(single(parameters, 'NumMedia') ?? '0', 10) || 0, mediaLimit)
  const media: MediaRef[] = []
  for (let index = 0; index < count; index++) {
    const url = single(parameters, `MediaUrl${index}`)
    // Whoever fetches it later sends our credentials along: nothing but https may ever stand here.
    if (url === undefined || url.length > longestUrl || !url.startsWith('https://') || !URL.canParse(url))
      continue
    media.push({ url, contentType: single(parameters, `MediaContentType${index}`)?.slice(0, 100) || null })
  }
  return media
}

const content = (inbound: readonly InboundMessage[], reports: readonly DeliveryReport[]): WebhookResult => ({
  kind: 'content',
  inbound,
  reports,
  answer: noReply,
})

/** An error status puts the call into Twilio's own debugger, where an administrator will look. */
const unreadable = (reason: string): WebhookResult => ({
  kind: 'unreadable',
  reason,
  answer: { status: 400, contentType: 'text/plain', body: 'Parley could not read this call.' },
})
