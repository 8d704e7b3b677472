import type { AddressReader, WebhookAnswer, WebhookResult } from '../../app/ports/carriers.ts'
import { asMessageId, type CarrierId, type Millis } from '../../domain/ids.ts'
import type { DeliveryReport, ReportedState } from '../../domain/message/delivery.ts'
import type { Channel, InboundMessage } from '../../domain/message/message.ts'
import type { MediaRef, MessageContent } from '../../domain/message/message-content.ts'
import { displayName } from '../display-name.ts'
import { cleanText } from '../json-webhook.ts'
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
  /** Whose call it is, as people call it. */
  readonly vendor: string
}

/** The name under which our message id travels in the status callback's query. */
export const messageParameter = 'message'

const noReply: WebhookAnswer = { status: 200, contentType: 'text/xml', body: '<Response/>' }
/** SignalWire's are UUIDs. */
const sidShape = /^[A-Za-z0-9-]{2,64}$/
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
  { parameters, query, vendor }: TwilioCall,
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
      failure: state === 'failed' ? twilioFailure(Number.isNaN(code) ? null : code, null, vendor) : null,
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
  const channel = sender.channel === 'whatsapp' || did.channel === 'whatsapp' ? 'whatsapp' : 'sms'
  const repliesTo = single(parameters, 'OriginalRepliedMessageSid')
  return {
    carrierId: call.carrierId,
    carrierMessageId: sid,
    channel,
    sender: sender.address,
    senderName: profileName === '' ? null : profileName,
    did: did.address,
    content: readContent(parameters, channel),
    ...(repliesTo !== undefined && sidShape.test(repliesTo) ? { repliesTo } : {}),
    carrierAt: null,
    receivedAt: call.receivedAt,
  }
}

/** Types of WhatsApp messages that come as texts and files. */
const plainTypes: ReadonlySet<string> = new Set([
  'text',
  'image',
  'audio',
  'video',
  'document',
  'sticker',
  'contacts',
  'location',
  'button',
  'interactive',
])

function readContent(parameters: FormParameters, channel: Channel): MessageContent {
  const said = (name: string): string => cleanText(single(parameters, name) ?? '')
  const type = said('MessageType')
  const text = said('Body')
  const place = readPlace(said)
  if (place !== null) return place
  const button = said('ButtonText')
  if (button !== '')
    return { kind: 'choice', text: button, description: null, payload: said('ButtonPayload') || null }
  const row = said('ListTitle')
  if (row !== '')
    return {
      kind: 'choice',
      text: row,
      description: said('ListDescription') || null,
      payload: said('ListId') || null,
    }
  const media = readMedia(parameters, channel, type)
  if (text === '' && media.length === 0 && type !== '' && !plainTypes.has(type))
    return { kind: 'unsupported', what: /^[a-z_ ]{1,40}$/.test(type) ? type.replaceAll('_', ' ') : 'message' }
  return { kind: 'text', text, media }
}

/** Null where none was shared. Twilio writes degrees as decimal texts. */
function readPlace(said: (name: string) => string): MessageContent | null {
  const degrees = /^-?\d{1,3}(\.\d{1,20})?$/
  const [latitude, longitude] = [said('Latitude'), said('Longitude')]
  if (!degrees.test(latitude) || !degrees.test(longitude)) return null
  if (Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return null
  const label = said('Label')
  const words = [said('Address'), said('Body')].filter((part) => part !== '' && part !== label)
  return {
    kind: 'location',
    latitude: Number(latitude),
    longitude: Number(longitude),
    name: label || null,
    address: words.join('\n') || null,
  }
}

function readMedia(parameters: FormParameters, channel: Channel, messageType: string): readonly MediaRef[] {
  const count = Math.min(Number.parseInt(single(parameters, 'NumMedia') ?? '0', 10) || 0, mediaLimit)
  const media: MediaRef[] = []
  for (let index = 0; index < count; index++) {
    const url = single(parameters, `MediaUrl${index}`)
    // Whoever fetches it later sends our credentials along: nothing but https may ever stand here.
    if (url === undefined || url.length > longestUrl || !url.startsWith('https://') || !URL.canParse(url))
      continue
    const contentType = cleanText(single(parameters, `MediaContentType${index}`) ?? '').slice(0, 100) || null
    const role = channel === 'whatsapp' ? roleOf(contentType, messageType) : null
    media.push({ url, contentType, ...(role === null ? {} : { role }) })
  }
  return media
}

/** WhatsApp's stickers are WebP, its voice notes Ogg; Twilio says no more of them than that. */
function roleOf(contentType: string | null, messageType: string): 'sticker' | 'voice' | null {
  if (messageType === 'sticker' || contentType === 'image/webp') return 'sticker'
  return contentType?.startsWith('audio/ogg') === true ? 'voice' : null
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
