import t from 'tap'
import { keepRunning } from '../../module/lab/keep-running.ts'
import { until } from './until.ts'

/** An Asterisk that ends when told to, and does not come up the next so many times. */
function createFickle() {
  let running = true
  let failures = 0
  let starts = 0
  let ended = Promise.withResolvers<void>()
  return {
    end(thenFails: number) {
      failures = thenFails
      running = false
      ended.resolve()
    },
    starts: () => starts,
    isRunning: () => running,
    untilEnd: () => ended.promise,
    async start() {
      starts++
      if (failures-- > 0) throw new Error('Asterisk did not start: address already in use')
      running = true
      ended = Promise.withResolvers()
    },
  }
}

t.test('it is started again until it runs, and again when it ends again', async (t) => {
  const asterisk = createFickle()
  const said: string[] = []
  const kept = keepRunning(asterisk, { say: (sentence) => void said.push(sentence), retryMs: 1 })
  asterisk.end(2)
  await until('it runs', () => asterisk.isRunning())
  t.equal(asterisk.starts(), 3)
  t.match(said, ['Asterisk ended. Starting it again.', /address already in use/])
  asterisk.end(0)
  await until('it runs again', () => asterisk.isRunning())
  await kept.stop()
  asterisk.end(0)
  t.equal(asterisk.starts(), 4, 'who stopped it does not have it started again')
})

t.test('stopping ends a wait for the next try', async (t) => {
  const asterisk = createFickle()
  const kept = keepRunning(asterisk, { say() {}, retryMs: 600_000 })
  asterisk.end(1)
  await until('it was tried', () => asterisk.starts() === 1)
  await kept.stop()
  t.equal(asterisk.isRunning(), false)
})
