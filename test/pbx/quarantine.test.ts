import t from 'tap'
import { type Quarantine, quarantine } from '../../module/pbx/quarantine.ts'
import { keptLog } from './pbx-under-test.ts'

function host(): {
  thread: Quarantine<string>
  heard: (what: string) => Promise<void>
  log: ReturnType<typeof keptLog>
} {
  const log = keptLog()
  const waiting = new Map<string, () => void>()
  const thread = quarantine<string, string>({
    file: new URL('./hostile-thread.ts', import.meta.url),
    data: null,
    name: 'hostile',
    log,
    onMessage: (message) => waiting.get(message)?.(),
  })
  return { thread, log, heard: (what) => new Promise((resolve) => waiting.set(what, resolve)) }
}

t.test('what a package prints stays inside; only its length is told', async (t) => {
  const { thread, heard, log } = host()
  const stdout = t.capture(process.stdout, 'write')
  const stderr = t.capture(process.stderr, 'write')
  const printed = heard('printed')
  thread.post('print')
  await printed
  await thread.end()
  const written = JSON.stringify([...stdout(), ...stderr()])
  t.notMatch(written, 'loud words')
  t.notMatch(JSON.stringify(log.lines), 'loud words')
  t.match(log.lines, [{ level: 'debug', facts: { name: 'hostile', bytes: Number } }])
})

t.test('a crash ends the thread and says what it was', async (t) => {
  const table: [order: string, said: string | RegExp][] = [
    ['crash', 'something broke'],
    ['crash without a word', 'an error without a message'],
    ['crash by a rejection', 'nobody caught it'],
    ['exit', 'it ended by itself'],
    ['eat', /memory/i],
  ]
  for (const [order, said] of table) {
    const { thread } = host()
    thread.post(order)
    t.match(await thread.ended, said, order)
    await thread.end()
  }
})

t.test('a thread that hangs is ended all the same, at once', async (t) => {
  const { thread, heard } = host()
  const hanging = heard('hanging')
  thread.post('hang')
  await hanging
  const before = performance.now()
  await thread.end()
  t.ok(performance.now() - before < 1000)
  t.equal(await thread.ended, null, 'an end that was asked for has no cause')
})
