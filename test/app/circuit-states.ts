import type { Test } from 'tap'
import { createCircuitBreaker, failuresToOpen } from '../../module/app/sending/circuit-breaker.ts'
import { createSendPace } from '../../module/app/sending/send-pace.ts'
import type { SendOutcome } from '../../module/domain/message/delivery.ts'

const lost: SendOutcome = { kind: 'unknown', reason: 'x' }
const taken: SendOutcome = { kind: 'taken', carrierMessageId: null, state: 'sent' }
const refused = (code: 'credentials' | 'opted-out'): SendOutcome => ({
  kind: 'refused',
  failure: { code, carrierCode: null, sentence: 'No.' },
})

/** The breaker and the pace by the clock, with nothing around them. */
export function circuitStates(t: Test): void {
  t.test('a circuit breaker', (t) => {
    const breaker = createCircuitBreaker()
    for (let n = 1; n < failuresToOpen; n++) breaker.attempted(lost, 0)
    breaker.attempted(refused('opted-out'), 0)
    for (let n = 1; n < failuresToOpen; n++) breaker.attempted(refused('credentials'), 0)
    t.equal(breaker.state(0), 'closed', 'an answer between begins the count anew')
    breaker.attempted({ kind: 'not-processed', reason: '429', retryAfterMs: 1000 }, 0)
    t.equal(breaker.state(0), 'closed', 'who asks for patience is there')
    breaker.attempted(lost, 0)
    t.equal(breaker.state(0), 'open')
    t.equal(breaker.room(0, 0), 0)
    breaker.attempted(lost, 10)
    t.equal(breaker.tryAt(), 5000, 'those under way then are the same outage')
    t.equal(breaker.state(5000), 'half-open')
    t.same([breaker.room(5000, 0), breaker.room(5000, 1)], [1, 0], 'one at a time')
    breaker.attempted(lost, 5001)
    t.equal(breaker.tryAt(), 15_001, 'twice as long')
    for (const at of [15_001, 35_001, 65_001]) breaker.attempted(lost, at)
    t.equal(breaker.tryAt(), 95_001, 'but never for more than 30 s')
    breaker.attempted(taken, 95_001)
    t.equal(breaker.state(95_001), 'closed')
    t.equal(breaker.openedAt(), null)
    t.end()
  })

  t.test('a pace', (t) => {
    const pace = createSendPace(() => ({ perSecond: 2, perPairMs: 0 }))
    t.equal(pace.room(1000), 2, 'a second’s worth at most')
    pace.took(2, 1000)
    t.equal(pace.room(1000), 0)
    t.equal(pace.readyAt(1000), 1500)
    t.equal(pace.room(1499), 0)
    t.equal(pace.room(1500), 1)
    pace.hold(9000)
    t.equal(pace.room(8999), 0)
    t.equal(pace.readyAt(8000), 9000)
    t.equal(pace.room(9000), 2)
    const slow = createSendPace(() => ({ perSecond: 0.25, perPairMs: 0 }))
    t.equal(slow.room(0), 1)
    slow.took(1, 0)
    t.equal(slow.readyAt(0), 4000)
    t.end()
  })
}
