import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { WebhookCarrier, WebhookRequest, WebhookResult } from '../../module/app/ports/carriers.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'
import { hostileJson, hostileValues, nested, withValueAt } from './hostile-json.ts'
import { complaintsAbout } from './well-formed.ts'

/** A text message from a customer, whatever the carrier calls its parts. */
export interface SampleMessage {
  /** Becomes the carrier's id by `idOf`. */
  readonly number: number
  readonly text: string
}

export interface CallOptions {
  /** `current` unless it says otherwise. */
  readonly key?: 'current' | 'previous' | 'wrong'
  /** When the carrier signed it; `callAt` unless it says otherwise. */
  readonly signedAt?: number
}

/** What a carrier's own test tells of it. */
export interface WebhookUnderTest {
  /** Made with a current and, where `rotates`, a previous key. */
  readonly carrier: WebhookCarrier
  /** A body that brings these messages, in this order; one alone where the carrier sends one a call. */
  readonly body: (messages: readonly SampleMessage[]) => Uint8Array
  readonly format: 'json' | 'form'
  /** The call with that body, as the carrier makes it: method, URL, headers, and proof that it made it. */
  readonly call: (body: Uint8Array, options?: CallOptions) => WebhookRequest
  /** The carrier's id of the sample message of that number. */
  readonly idOf: (number: number) => string
  /** How many messages come in one call at most; 1 for a carrier that sends them singly. */
  readonly mostMessages: number
  /** Whether the proof covers the bytes of the body, or only says who calls (a password, a secret in the path). */
  readonly proof: 'covers-body' | 'names-caller'
  /** In lower case: the headers that are the proof. None where it stands in the URL. */
  readonly proofHeaders: readonly string[]
  /** Whether another URL spoils the proof. */
  readonly coversUrl: boolean
  /** Whether two keys are good while one is being replaced by the other. */
  readonly rotates: boolean
  /** How old or early a signature may be; null where the scheme has no time. */
  readonly toleranceMs: number | null
  /** The status of an answer to a call that is the carrier's, but can't be read: its retries depend on it. */
  readonly unreadableStatus: number
}

export const callAt = 1_700_000_000_000
const sample: SampleMessage = { number: 1, text: 'Is it open on Saturday? 👋 & more=less' }
/** Meta's most: 3 MB. */
const hugeBytes = 3 * 1024 * 1024
/** Reading a body may cost so many times what parsing and hashing it costs. */
const longestRatio = 12

/**
 * What strangers, broken proxies and bad luck send, tried on one carrier. Nothing may throw, everything is answered
 * in time that grows with the bytes alone, and what is not surely the carrier's is refused.
 */
export function testHostileWebhooks(t: Test, under: WebhookUnderTest): void {
  t.test('hostile: what the others are made of is fine', (t) => honest(t, under))
  t.test('hostile: without proof, or with a wrong one', (t) => unproven(t, under))
  t.test('hostile: one byte altered anywhere', (t) => altered(t, under))
  t.test('hostile: replayed', (t) => replayed(t, under))
  t.test('hostile: repeated and out of order', (t) => outOfOrder(t, under))
  t.test('hostile: wrong method, type and encoding', (t) => wrongForms(t, under))
  t.test('hostile: truncated', (t) => truncated(t, under))
  t.test('hostile: any value in any place', (t) => wrongValues(t, under))
  t.test('hostile: huge and deep, in bounded time', (t) => bounded(t, under))
}

const bodyOf = (under: WebhookUnderTest): Buffer => Buffer.from(under.body([sample]))

function honest(t: Test, under: WebhookUnderTest): void {
  const call = under.call(bodyOf(under))
  const [message] = messagesOf(receive(t, under, call))
  t.equal(message?.carrierMessageId, under.idOf(1))
  t.match(message?.content, { kind: 'text', text: sample.text })
  t.equal(message?.receivedAt, call.receivedAt, 'by the clock of the call')
  t.not(under.idOf(1), under.idOf(2))
  if (under.rotates) {
    const rotated = receive(t, under, under.call(bodyOf(under), { key: 'previous' }))
    t.same(messagesOf(rotated), [message], 'signed with the key before, while it is replaced')
  }
  t.end()
}

function unproven(t: Test, under: WebhookUnderTest): void {
  const call = under.call(bodyOf(under))
  const refused = (what: string, request: WebhookRequest) =>
    t.equal(receive(t, under, request).kind, 'refused', what)
  refused('another key', under.call(bodyOf(under), { key: 'wrong' }))
  if (under.coversUrl) refused('another URL', { ...call, url: `${call.url}x` })
  if (under.proofHeaders.length > 0) refused('no headers at all', { ...call, headers: {} })
  for (const name of under.proofHeaders) {
    const value = String(call.headers[name])
    const wrong: readonly (readonly [string, string | readonly string[] | undefined])[] = [
      ['missing', undefined],
      ['empty', ''],
      ['a space', ' '],
      ['a word', 'valid'],
      ['an array of one', [value]],
      ['an array of two', [value, value]],
      ['an empty array', []],
      ['joined as a proxy joins', `${value}, ${value}`],
      ['with a tail', `${value}=`],
      ['cut short', value.slice(0, -1)],
      ['not ASCII, of the same length', 'é'.repeat(value.length)],
      ['not ASCII, of the same bytes', 'é'.repeat(Math.ceil(value.length / 2))],
      ['a megabyte', 'A'.repeat(1 << 20)],
      ['__proto__', '__proto__'],
    ]
    for (const [what, header] of wrong)
      refused(`${name} ${what}`, { ...call, headers: { ...call.headers, [name]: header } })
    t.equal(alteredHeader(t, under, call, name, value), null, `any character of ${name} changed`)
  }
  t.end()
}

/** The first change of one character that was not refused. The scheme's word (`Basic`) is free in its case. */
function alteredHeader(
  t: Test,
  under: WebhookUnderTest,
  call: WebhookRequest,
  name: string,
  value: string,
): string | null {
  const start = /^[A-Za-z]+ /.exec(value)?.[0].length ?? 0
  for (let index = start; index < value.length; index++) {
    for (const bit of [1, 2, 4, 8, 16, 32]) {
      const changed = String.fromCharCode(value.charCodeAt(index) ^ bit)
      const header = value.slice(0, index) + changed + value.slice(index + 1)
      const result = receive(t, under, { ...call, headers: { ...call.headers, [name]: header } })
      if (result.kind !== 'refused') return header
    }
  }
  return null
}

function altered(t: Test, under: WebhookUnderTest): void {
  const body = bodyOf(under)
  const call = under.call(body)
  const first = receive(t, under, call)
  const property = fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (index, bits) => {
    const changed = Buffer.from(body)
    changed[index] = (changed[index] ?? 0) ^ bits
    const result = receive(t, under, { ...call, body: changed })
    // A form may be written in two ways (`%f0`, `%F0`), and its values are what is signed.
    const means = under.format === 'form' && isDeepStrictEqual(result, first)
    return under.proof === 'names-caller' || result.kind === 'refused' || means
  })
  fc.assert(property, { numRuns: 400 })
  if (under.proof === 'covers-body') {
    for (const [what, changed] of [
      ['a byte more', Buffer.concat([body, Buffer.from(' ')])],
      ['a byte before', Buffer.concat([Buffer.from(' '), body])],
      ['nothing', Buffer.alloc(0)],
      ['another message', Buffer.from(under.body([{ ...sample, number: 2 }]))],
    ] as const)
      t.equal(receive(t, under, { ...call, body: changed }).kind, 'refused', what)
  }
  t.pass('every altered call was judged')
  t.end()
}

function replayed(t: Test, under: WebhookUnderTest): void {
  const call = under.call(bodyOf(under))
  const first = receive(t, under, call)
  t.same(receive(t, under, call), first, 'the same id again, which the store then knows')
  const { toleranceMs } = under
  if (toleranceMs !== null) {
    for (const [what, receivedAt, kind] of [
      ['as late as may be', callAt + toleranceMs, 'content'],
      ['too late', callAt + toleranceMs + 1000, 'refused'],
      ['a day later', callAt + 86_400_000, 'refused'],
      ['as early as may be', callAt - toleranceMs, 'content'],
      ['from the future', callAt - toleranceMs - 1000, 'refused'],
    ] as const)
      t.equal(receive(t, under, { ...call, receivedAt }).kind, kind, what)
  }
  t.end()
}

function outOfOrder(t: Test, under: WebhookUnderTest): void {
  const count = Math.min(3, under.mostMessages)
  const samples = Array.from({ length: count }, (_, index) => ({ ...sample, number: index + 1 }))
  const inOrder = messagesOf(receive(t, under, under.call(under.body(samples))))
  t.same(
    idsOf(inOrder),
    samples.map(({ number }) => under.idOf(number)),
  )
  const reversed = messagesOf(receive(t, under, under.call(under.body([...samples].reverse()))))
  t.same([...reversed].reverse(), inOrder, 'the other way round, each is what it was')
  if (under.mostMessages > 1) {
    const twice = messagesOf(receive(t, under, under.call(under.body([sample, sample]))))
    for (const id of idsOf(twice)) t.equal(id, under.idOf(1), 'twice in a call: the same id')
    t.ok(twice.length > 0)
  }
  t.end()
}

function wrongForms(t: Test, under: WebhookUnderTest): void {
  const body = bodyOf(under)
  const call = under.call(body)
  const unread = (what: string, request: WebhookRequest) =>
    t.not(receive(t, under, request).kind, 'content', what)
  unread('the other method', { ...call, method: call.method === 'GET' ? 'POST' : 'GET' })
  unread('the other method, without a body', {
    ...call,
    method: call.method === 'GET' ? 'POST' : 'GET',
    body: new Uint8Array(),
  })
  if (call.method === 'GET') return void t.end()
  const own = call.headers['content-type']
  for (const type of [
    undefined,
    '',
    'text/plain',
    'text/html',
    'multipart/form-data; boundary=x',
    under.format === 'json' ? 'application/x-www-form-urlencoded' : 'application/json',
    `x${String(own)}`,
    [String(own), String(own)],
  ])
    unread(`as ${String(type)}`, { ...call, headers: { ...call.headers, 'content-type': type } })
  const text = body.toString()
  unread('in UTF-16', under.call(Buffer.from(text, 'utf16le')))
  unread('in UTF-16 with its mark', under.call(Buffer.from(`\ufeff${text}`, 'utf16le')))
  unread('empty', under.call(Buffer.alloc(0)))
  if (under.format === 'json') {
    unread('with a byte order mark', under.call(Buffer.from(`\ufeff${text}`)))
    const inside = body.indexOf('Saturday')
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f]]) {
      const broken = Buffer.concat([body.subarray(0, inside), Buffer.from(bytes), body.subarray(inside)])
      unread(`with ${Buffer.from(bytes).toString('hex')} in its text`, under.call(broken))
    }
    for (const literal of [
      'null',
      '0',
      '""',
      'true',
      '[]',
      '{}',
      '[[]]',
      'NaN',
      '{"a":1}{"b":2}',
      `${text},`,
    ])
      unread(literal.slice(0, 20), under.call(Buffer.from(literal)))
  } else {
    receive(t, under, under.call(Buffer.concat([body, Buffer.from('&x=%ff%fe&y=%&z=%zz')])))
    unread('JSON for a form', under.call(Buffer.from('{"a":1}')))
  }
  t.end()
}

function truncated(t: Test, under: WebhookUnderTest): void {
  const body = bodyOf(under)
  const call = under.call(body)
  for (let length = 0; length < body.length; length += Math.max(1, Math.floor(body.length / 60))) {
    const cut = body.subarray(0, length)
    const result = receive(t, under, under.call(cut))
    if (under.format === 'json') t.equal(result.kind, 'unreadable', `signed, ${length} bytes of it`)
    if (under.proof === 'covers-body')
      t.equal(receive(t, under, { ...call, body: cut }).kind, 'refused', `${length} bytes of it`)
  }
  t.end()
}

/** The carrier's own signature on what no carrier writes. */
function wrongValues(t: Test, under: WebhookUnderTest): void {
  const text = bodyOf(under).toString()
  let count = 0
  if (under.format === 'json') {
    const honestBody: unknown = JSON.parse(text)
    for (const changed of hostileJson(honestBody)) {
      receive(t, under, under.call(Buffer.from(changed)))
      count += 1
    }
    const hidden = `{"__proto__":${text},"constructor":{"prototype":${text}}}`
    const result = receive(t, under, under.call(Buffer.from(hidden)))
    t.equal(result.kind === 'content' ? result.inbound.length : 0, 0, 'a message in a prototype is none')
    const numbers = JSON.stringify(honestBody).replaceAll(/:\d+/g, ':1e400')
    receive(t, under, under.call(Buffer.from(numbers)))
  } else {
    for (const name of new URLSearchParams(text).keys()) {
      for (const value of hostileValues.filter((value) => typeof value === 'string')) {
        const form = new URLSearchParams(text)
        form.set(name, value)
        receive(t, under, under.call(Buffer.from(form.toString())))
        form.delete(name)
        receive(t, under, under.call(Buffer.from(`${form.toString()}&${name}`)))
        count += 2
      }
    }
    for (const name of ['__proto__', 'constructor', 'toString', '__proto__[a]', ''])
      receive(t, under, under.call(Buffer.from(`${text}&${encodeURIComponent(name)}=x`)))
  }
  t.comment(`${count} bodies`)
  t.equal(Reflect.get({}, 'polluted'), undefined, 'and no prototype was changed')
  t.end()
}

function bounded(t: Test, under: WebhookUnderTest): void {
  const huge = (fill: string) => Buffer.from(fill.repeat(Math.ceil(hugeBytes / fill.length)))
  const honestText = bodyOf(under).toString()
  const bodies: (readonly [string, Uint8Array])[] = [
    ['3 MB of text in one message', under.body([{ number: 1, text: 'x'.repeat(hugeBytes) }])],
    ['3 MB of emoji in one message', under.body([{ number: 1, text: '👋'.repeat(hugeBytes / 4) }])],
    ['3 MB of spaces', huge(' ')],
    ['3 MB of NUL', Buffer.alloc(hugeBytes)],
    ['3 MB of &', huge('&')],
    ['3 MB of %', huge('%')],
    ['3 MB of a=b', huge('a=b&')],
    ['3 MB of many names', Buffer.from(manyNames(under.format))],
    ['100,000 brackets', Buffer.from('['.repeat(100_000))],
    ['100,000 brackets, closed', Buffer.from(nested(100_000))],
    ['100,000 objects', Buffer.from('{"a":'.repeat(100_000))],
    ['100,000 quotes', Buffer.from('"'.repeat(100_000))],
    ['100,000 brackets in a name', Buffer.from(`a${'[a]'.repeat(100_000)}=1`)],
  ]
  if (under.format === 'json') {
    const deep = nested(100_000)
    for (const path of hostileJson.paths(JSON.parse(honestText)))
      bodies.push([`100,000 brackets at ${path.join('.')}`, Buffer.from(withValueAt(honestText, path, deep))])
  }
  for (const [what, body] of bodies) {
    const call = under.call(body)
    receive(t, under, call)
    within(t, under, call, what)
    const { kind } = receive(t, under, under.call(body, { key: 'wrong' }))
    t.equal(kind, 'refused', `${what}, without proof`)
  }
  if (under.mostMessages > 1) {
    const count = under.mostMessages
    const text = 'x'.repeat(Math.max(1, Math.floor((hugeBytes * 0.8) / count) - 400))
    const samples = Array.from({ length: count }, (_, index) => ({ number: index, text }))
    const call = under.call(under.body(samples))
    t.comment(`${call.body.length} bytes with ${count} messages`)
    const found = messagesOf(receive(t, under, call))
    t.same(
      idsOf(found),
      samples.map(({ number }) => under.idOf(number)),
      `${count} messages in a call`,
    )
    within(t, under, call, `${count} messages in a call`)
  }
  t.end()
}

function manyNames(format: 'json' | 'form'): string {
  const count = 150_000
  const names = Array.from({ length: count }, (_, index) => `n${index}`)
  return format === 'json'
    ? `{${names.map((name) => `"${name}":1`).join(',')}}`
    : names.map((name) => `${name}=1`).join('&')
}

/** As a ratio to a plain parse and two hashes of the same bytes, in turn, each at its best: machines differ and drift. */
function within(t: Test, under: WebhookUnderTest, call: WebhookRequest, what: string): void {
  let ours = Number.POSITIVE_INFINITY
  let plain = Number.POSITIVE_INFINITY
  for (let round = 0; round < 9 && !(ours < plain * longestRatio * 0.5); round++) {
    plain = Math.min(
      plain,
      elapsedMs(() => parsePlainly(call.body, under.format)),
    )
    ours = Math.min(
      ours,
      elapsedMs(() => under.carrier.receive(call)),
    )
  }
  t.ok(ours <= plain * longestRatio + 1, `${what}: ${(ours / plain).toFixed(1)} times a plain parse`)
}

function elapsedMs(work: () => void): number {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e6
}

function parsePlainly(body: Uint8Array, format: 'json' | 'form'): void {
  // Schemes hash by the one or the other, and how fast either is depends on the processor.
  createHash('sha256').update(body).digest()
  createHash('sha512').update(body).digest()
  const text = Buffer.from(body).toString()
  if (format === 'form') {
    new URLSearchParams(text).size
    return
  }
  try {
    JSON.parse(text)
  } catch (error) {
    // What is no JSON costs what it costs to find that out.
    if (!(error instanceof SyntaxError)) throw error
  }
}

/** Receives it, and fails the test unless the result keeps to the contract. */
function receive(t: Test, under: WebhookUnderTest, call: WebhookRequest): WebhookResult {
  const result = under.carrier.receive(call)
  const complaints = complaintsAbout(result)
  if (complaints.length > 0) t.fail(`the result breaks the contract: ${complaints.join('; ')}`)
  if (result.kind === 'unreadable' && result.answer.status !== under.unreadableStatus)
    t.fail(`unreadable was answered ${result.answer.status}: ${result.reason}`)
  if (result.kind !== 'content' && result.reason.includes('Saturday')) t.fail('the reason tells the text')
  return result
}

function messagesOf(result: WebhookResult): readonly InboundMessage[] {
  if (result.kind !== 'content') throw new Error(`${result.kind}: ${result.reason}`)
  return result.inbound
}

const idsOf = (messages: readonly InboundMessage[]): readonly string[] =>
  messages.map(({ carrierMessageId }) => carrierMessageId)
