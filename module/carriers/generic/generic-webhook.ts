import type { AddressReader, WebhookAnswer, WebhookRequest, WebhookResult } from '../../app/ports/carriers.ts'
import { asMessageId, type CarrierId } from '../../domain/ids.ts'
import type { DeliveryReport, ReportedState, SendFailure } from '../../domain/message/delivery.ts'
import type { Channel, InboundMessage } from '../../domain/message/message.ts'
import type { MediaRef } from '../../domain/message/message-content.ts'
import { displayName } from '../display-name.ts'
import { allHold, lookUp, type Scope } from './condition.ts'
import type { createContentIds } from './content-id.ts'
import type { EventDescription, WebhookDescription } from './generic-schema.ts'
import { AmbiguousValue, readSource, type Source } from './source.ts'
import { plainText } from './value-path.ts'

export interface WebhookReaderOptions {
  readonly carrierId: CarrierId
  readonly webhook: WebhookDescription
  /** The channel of a message whose description names none. */
  readonly channel: Channel
  readonly readAddress: AddressReader
  readonly failureOf: (code: string | null) => SendFailure
  readonly contentId: ReturnType<typeof createContentIds>
}

/** A part of a call that can't be read; the message says why, without a word of its content. */
class Unread extends Error {}

const mostEvents = 5000
const mostMedia = 20
const longestUrl = 2048
const messageIdShape = /^[0-9a-f-]{36}$/
const contentType = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,80}/i
const idShape = /^[\x21-\x7e]{1,200}$/
const ok: WebhookAnswer = { status: 200, contentType: 'text/plain', body: 'ok' }

type EventReader = { readonly event: EventDescription; readonly source: (name: SourceName) => Source }
type SourceName =
  | 'id'
  | 'from'
  | 'to'
  | 'text'
  | 'senderName'
  | 'repliesTo'
  | 'time'
  | 'ourId'
  | 'state'
  | 'code'

/** Reads calls as the description says. What can't be read is told apart; the rest of the call still counts. */
export function createWebhookReader(
  options: WebhookReaderOptions,
): (request: WebhookRequest) => WebhookResult {
  const { webhook } = options
  const answer = webhook.answer ?? ok
  // Answered as if all were well: an error would bring the same unreadable call again and again.
  const unreadableAnswer = webhook.unreadableAnswer ?? answer
  const readers = webhook.events.map(eventReader)

  return (request) => {
    const body = isTyped(request, webhook) ? readBody(request, webhook.body) : undefined
    if (body === undefined)
      return {
        kind: 'unreadable',
        reason: `the body is no ${webhook.body} in UTF-8, or its content type says otherwise`,
        answer: unreadableAnswer,
      }
    const call = { query: readForm(queryOf(request.url)), header: request.headers }
    const items = itemsOf(body, webhook.each, call)
    const inbound: InboundMessage[] = []
    const reports: DeliveryReport[] = []
    const unread: string[] = []
    for (const item of items.slice(0, mostEvents)) {
      const scope = { item, call }
      try {
        const reader = readers.find(({ event }) => allHold(scope, event.when ?? []))
        if (reader === undefined) throw new Unread('it fits none of the events that are described')
        if (reader.event.is === 'message') inbound.push(readMessage(reader, scope, request, options))
        if (reader.event.is === 'report') reports.push(...readReport(reader, scope, options))
      } catch (error) {
        if (!(error instanceof Unread || error instanceof AmbiguousValue)) throw error
        unread.push(error.message)
      }
    }
    if (items.length > mostEvents) unread.push(`it holds more than ${mostEvents} events`)
    if (items.length === 0) unread.push(`there is nothing at ${webhook.each ?? '.'}`)
    const [reason] = unread
    if (reason !== undefined && inbound.length === 0 && reports.length === 0)
      return { kind: 'unreadable', reason, answer: unreadableAnswer }
    return {
      kind: 'content',
      inbound,
      reports,
      ...(unread.length > 0 ? { unread: [...new Set(unread)] } : {}),
      answer,
    }
  }
}

function eventReader(event: EventDescription): EventReader {
  const sources = new Map<SourceName, Source>()
  return {
    event,
    source(name) {
      const known = sources.get(name)
      if (known !== undefined) return known
      const text = event[name]
      const source = text === undefined ? () => null : readSource(text)
      sources.set(name, source)
      return source
    },
  }
}

/** Undefined for what is not of its kind. */
function readBody({ body, url }: WebhookRequest, kind: WebhookDescription['body']): unknown {
  if (kind === 'query') return readForm(queryOf(url))
  try {
    const text = utf8.decode(body)
    if (kind === 'form') return readForm(text)
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch (error) {
    // Neither UTF-8 nor JSON: there is nothing to read.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const contentTypes: Readonly<Record<WebhookDescription['body'], RegExp>> = {
  json: /^application\/([a-z0-9.-]{1,60}\+)?json\s*(;\s*charset="?utf-8"?\s*)?$/i,
  form: /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i,
  // A GET has no body that could have a type.
  query: /^/,
}

function isTyped({ headers }: WebhookRequest, { body, anyContentType }: WebhookDescription): boolean {
  const type = headers['content-type']
  if (body === 'query' || anyContentType === true) return true
  return typeof type === 'string' && contentTypes[body].test(type)
}

/** Each name with its value, or with a list where it came more than once. */
function readForm(text: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    const known = form[name]
    if (known === undefined) form[name] = value
    else if (Array.isArray(known)) known.push(value)
    else form[name] = [known, value]
  }
  return form
}

const queryOf = (url: string): string => {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}

function itemsOf(body: unknown, each: string | undefined, call: unknown): readonly unknown[] {
  if (each === undefined) return [body]
  // One more than are read, so that what is left over is told and not lost in silence.
  return lookUp({ item: body, call }, each, mostEvents + 1).flatMap((value): readonly unknown[] =>
    Array.isArray(value) ? value : [value],
  )
}

function readMessage(
  { event, source }: EventReader,
  scope: Scope,
  { receivedAt }: WebhookRequest,
  options: WebhookReaderOptions,
): InboundMessage {
  const from = source('from')(scope)
  const to = source('to')(scope)
  if (from === null || from === '') throw new Unread('it does not say whom it is from')
  if (to === null || to === '') throw new Unread('it does not say which number it is to')
  const text = decode(source('text')(scope) ?? '', event.textEncoding).replaceAll('\0', '')
  const media = readMedia(event, scope)
  const given = event.id === undefined ? null : source('id')(scope)
  if (event.id !== undefined && (given === null || !idShape.test(given)))
    throw new Unread('it has no usable id')
  const name = displayName(source('senderName')(scope) ?? '')
  const repliesTo = source('repliesTo')(scope)
  return {
    carrierId: options.carrierId,
    carrierMessageId: given ?? options.contentId([from, to, text, media], receivedAt),
    channel: event.channel ?? options.channel,
    sender: options.readAddress(from),
    senderName: name === '' ? null : name,
    did: options.readAddress(to),
    content: { kind: 'text', text, media },
    ...(repliesTo !== null && idShape.test(repliesTo) ? { repliesTo } : {}),
    carrierAt: readTime(source('time')(scope), event.timeFormat),
    receivedAt,
  }
}

function decode(text: string, encoding: EventDescription['textEncoding']): string {
  if (encoding !== 'url') return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // A text with a bare % was not encoded after all.
    return text
  }
}

function readTime(text: string | null, format: EventDescription['timeFormat']): number | null {
  if (text === null || format === undefined) return null
  const time = format === 'iso' ? Date.parse(text) : Number(text) * (format === 'seconds' ? 1000 : 1)
  return Number.isFinite(time) && time > 0 && time < 1e14 ? Math.trunc(time) : null
}

function readMedia({ media }: EventDescription, scope: Scope): readonly MediaRef[] {
  if (media === undefined) return []
  const texts = (path: string | undefined): readonly (string | null)[] =>
    path === undefined ? [] : lookUp(scope, path).map(plainText)
  const types = texts(media.types)
  const names = texts(media.names)
  const urls = media.urls
    .flatMap((path) => texts(path))
    .flatMap((text) =>
      text === null ? [] : media.separator === undefined ? [text] : text.split(media.separator),
    )
  const refs: MediaRef[] = []
  urls.forEach((raw, index) => {
    const url = raw.trim()
    // Whoever fetches it later may send credentials along: nothing but https may ever stand here.
    if (url.length > longestUrl || !url.startsWith('https://') || !URL.canParse(url)) return
    const path = new URL(url).pathname.toLowerCase()
    if (media.skip?.some((ending) => path.endsWith(ending)) === true) return
    const fileName = displayName(names[index] ?? '')
    refs.push({
      url,
      contentType: contentType.exec(types[index] ?? '')?.[0] ?? null,
      ...(fileName === '' ? {} : { fileName }),
    })
  })
  return refs.slice(0, mostMedia)
}

function readReport(
  { event, source }: EventReader,
  scope: Scope,
  { failureOf }: WebhookReaderOptions,
): readonly DeliveryReport[] {
  const carrierMessageId = source('id')(scope)
  if (carrierMessageId === null || !idShape.test(carrierMessageId))
    throw new Unread('a report names no message')
  const word = source('state')(scope) ?? ''
  const state =
    event.states !== undefined && Object.hasOwn(event.states, word) ? event.states[word] : undefined
  // A word of tomorrow says nothing that we know.
  if (state === undefined || state === 'ignored') return []
  const ours = source('ourId')(scope)
  return [
    {
      carrierMessageId,
      ...(ours !== null && messageIdShape.test(ours) ? { messageId: asMessageId(ours) } : {}),
      state: state satisfies ReportedState,
      failure: state === 'failed' ? failureOf(source('code')(scope)) : null,
    },
  ]
}
