import type { Socket } from 'node:net'
import type { Test } from 'tap'
import type { SendOutcome } from '../../module/domain/message/delivery.ts'
import {
  answer,
  type Behaviour,
  cutShort,
  type FaultyServer,
  freePort,
  wholeAnswer,
} from './faulty-server.ts'

export interface SenderUnderTest {
  readonly server: FaultyServer
  /** The carrier sending one sample message to an API at this base, with a deadline of some hundred ms. */
  readonly send: (apiBase: string) => Promise<SendOutcome>
  /** The answer by which this carrier takes a message. */
  readonly accepted: { readonly status: number; readonly body: string }
  /** What the carrier says beside a 429; an empty body unless it matters. */
  readonly throttledBody?: string
}

/**
 * Whatever happens on the way to an API, as every carrier must judge it: only an answer that surely says so is taken,
 * refused or safe to repeat, and nothing is sent twice. Called by each carrier's own test, beside its table of answers.
 */
export function testSendFaults(t: Test, sender: SenderUnderTest): void {
  const { server, send, accepted } = sender
  t.test('every fault of an API, and what it says of the message', async (t) => {
    for (const [what, behaviour, expected] of faults(sender)) {
      server.behave(behaviour)
      const before = server.seen.length
      t.match(await send(server.url), expected, what)
      t.equal(server.seen.length - before, 1, 'sent once, whatever the answer')
    }
  })

  t.test('an answer that comes after we gave up changes nothing', async (t) => {
    let waiting: Socket | undefined
    server.behave((socket) => {
      waiting = socket
    })
    const before = server.seen.length
    t.match(await send(server.url), { kind: 'unknown' })
    waiting?.write(wholeAnswer(accepted.status, accepted.body))
    server.behave(answer(accepted.status, accepted.body))
    t.match(await send(server.url), { kind: 'taken' }, 'and the next one is another message')
    t.equal(server.seen.length - before, 2)
  })

  t.test('what never reached the API is safe to send again', async (t) => {
    const before = server.seen.length
    t.match(await send(`http://127.0.0.1:${await freePort()}`), {
      kind: 'not-processed',
      reason: /ECONNREFUSED/,
      retryAfterMs: null,
    })
    t.match(await send('http://no-such-host.invalid'), {
      kind: 'not-processed',
      reason: /ENOTFOUND|EAI_AGAIN/,
    })
    server.behave(() => {})
    const handshake = await send(server.url.replace('http:', 'https:'))
    t.match(handshake, { kind: 'not-processed' }, 'a TLS handshake that nobody answers')
    t.equal(server.seen.length, before, 'and no request was seen')
  })

  t.test('a connection that is closing is never used again', async (t) => {
    // The classic trap: the server ends an idle connection just as a pooled client writes the next request to it.
    server.behave((socket) => {
      socket.write(wholeAnswer(accepted.status, accepted.body, { Connection: 'keep-alive' }))
      socket.end()
    })
    const before = server.connections()
    for (let count = 0; count < 5; count++) t.match(await send(server.url), { kind: 'taken' })
    t.equal(server.connections() - before, 5)
  })
}

function faults({ server, accepted, throttledBody = '' }: SenderUnderTest) {
  const { status, body } = accepted
  const padded = JSON.stringify({ ...JSON.parse(body), pad: 'x'.repeat(1 << 20) })
  const twice: Behaviour = (socket) => {
    socket.write(wholeAnswer(status, body) + wholeAnswer(status, body))
  }
  const table: readonly (readonly [string, Behaviour, object])[] = [
    ['taken', answer(status, body), { kind: 'taken' }],
    ['taken, and answered twice', twice, { kind: 'taken' }],
    ['taken, with garbage', answer(status, '<html>hello'), { kind: 'unknown' }],
    ['taken, with nothing', answer(status, ''), { kind: 'unknown' }],
    ['taken, with null', answer(status, 'null'), { kind: 'unknown' }],
    ['taken, with a number', answer(status, '7'), { kind: 'unknown' }],
    ['taken, with an empty object', answer(status, '{}'), { kind: 'unknown' }],
    ['taken, with a megabyte', answer(status, padded), { kind: 'unknown' }],
    ['taken, with deep nesting', answer(status, '['.repeat(30_000)), { kind: 'unknown' }],
    ['429', answer(429, throttledBody), { kind: 'not-processed', retryAfterMs: null }],
    [
      '429 with Retry-After',
      answer(429, throttledBody, { 'Retry-After': '7' }),
      { kind: 'not-processed', retryAfterMs: 7000 },
    ],
    [
      '429 with a date',
      answer(429, throttledBody, { 'Retry-After': 'Fri, 31 Dec 2027 23:59:59 GMT' }),
      { kind: 'not-processed', retryAfterMs: null },
    ],
    [
      '429 for a year',
      answer(429, throttledBody, { 'Retry-After': '31536000' }),
      { kind: 'not-processed', retryAfterMs: 3_600_000 },
    ],
    [
      '429 with garbage',
      answer(429, '<html>', { 'Retry-After': '-1' }),
      { kind: 'not-processed', retryAfterMs: null },
    ],
    ['a reset inside a 429', cutShort(429, body, 'reset'), { kind: 'not-processed' }],
    ['a 429 that never ends', cutShort(429, body, 'hang'), { kind: 'not-processed' }],
    ['400 with garbage', answer(400, 'nope'), { kind: 'refused', failure: { carrierCode: null } }],
    ['401 from a proxy', answer(401, '<html>'), { kind: 'refused', failure: { code: 'credentials' } }],
    ['a redirect', answer(307, '', { Location: `${server.url}/elsewhere` }), { kind: 'refused' }],
    ['a permanent redirect', answer(301, '', { Location: `${server.url}/elsewhere` }), { kind: 'refused' }],
    ['408', answer(408, ''), { kind: 'unknown' }],
    ['500', answer(500, '{}'), { kind: 'unknown' }],
    ['502', answer(502, '<html>'), { kind: 'unknown' }],
    ['503 with Retry-After', answer(503, '', { 'Retry-After': '5' }), { kind: 'unknown' }],
    ['504', answer(504, '<html>'), { kind: 'unknown' }],
    ['silence', () => {}, { kind: 'unknown', reason: /\d ms/ }],
    ['a reset after the request', (socket) => socket.resetAndDestroy(), { kind: 'unknown' }],
    ['a close after the request', (socket) => socket.end(), { kind: 'unknown' }],
    ['not HTTP', (socket) => socket.end('220 smtp.example.com ESMTP\r\n'), { kind: 'unknown' }],
    ['half a status line', (socket) => socket.end('HTTP/1.1 2'), { kind: 'unknown' }],
    ['a reset inside the answer', cutShort(status, body, 'reset'), { kind: 'unknown' }],
    ['a close inside the answer', cutShort(status, body, 'end'), { kind: 'unknown' }],
    ['an answer that never ends', cutShort(status, body, 'hang'), { kind: 'unknown' }],
  ]
  return table
}
