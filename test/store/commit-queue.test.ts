import Database from 'better-sqlite3'
import t from 'tap'
import type { CommittedEvent } from '../../module/domain/events.ts'
import { createAnnouncer, type Effects } from '../../module/store/changes/effects.ts'
import { createCommitQueue, type Transactor } from '../../module/store/database/commit-queue.ts'

const sqliteError = (code: string) => new Database.SqliteError(`failed with ${code}`, code)

/** A transactor that notes what it is asked, and fails where told. */
function fakeTransactor(failures: Partial<Record<keyof Transactor, Error>> = {}) {
  const asked: string[] = []
  const step = (name: Exclude<keyof Transactor, 'inTransaction'>, after: boolean | null) => () => {
    asked.push(name)
    const error = failures[name]
    if (error !== undefined) throw error
    if (after !== null) transactor.inTransaction = after
  }
  const transactor = {
    inTransaction: false,
    begin: step('begin', true),
    commit: step('commit', false),
    rollback: step('rollback', false),
    savepoint: step('savepoint', null),
    release: step('release', null),
    undo: step('undo', null),
  }
  return { transactor, asked }
}

function queueOn(transactor: Transactor, maxBatch?: number, patienceMs?: number) {
  const told: (readonly Effects[])[] = []
  const fatal: Error[] = []
  const queue = createCommitQueue({
    transactor,
    onCommitted: (effects) => told.push(effects),
    onFatal: (error) => fatal.push(error),
    ...(maxBatch === undefined ? {} : { maxBatch }),
    ...(patienceMs === undefined ? {} : { patienceMs }),
  })
  return { ...queue, told, fatal }
}

const codes = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.code))

t.test('verbs that wait together share one transaction, in order', async (t) => {
  const { transactor, asked } = fakeTransactor()
  const { run, told } = queueOn(transactor)
  const ran: number[] = []
  const results = await Promise.all(
    [1, 2, 3].map((n) =>
      run(() => {
        ran.push(n)
        return n * 10
      }),
    ),
  )
  t.same(results, [10, 20, 30])
  t.same(ran, [1, 2, 3])
  t.equal(asked.join(' '), 'begin savepoint release savepoint release savepoint release commit')
  t.equal(told.length, 1)
})

t.test('a result is given only after the commit', async (t) => {
  const { transactor, asked } = fakeTransactor()
  const { run } = queueOn(transactor)
  await run(() => asked.push('verb')).then(() => asked.push('resolved'))
  t.same(asked, ['begin', 'savepoint', 'verb', 'release', 'commit', 'resolved'])
})

t.test('no batch is larger than the limit, and a later verb waits for the next', async (t) => {
  const { transactor, asked } = fakeTransactor()
  const { run, told } = queueOn(transactor, 2)
  await Promise.all([1, 2, 3, 4, 5].map((n) => run(() => n)))
  t.same(
    told.map((effects) => effects.length),
    [2, 2, 1],
  )
  t.equal(asked.filter((step) => step === 'commit').length, 3)
})

t.test('a verb’s own error undoes it alone, and its events are not told', async (t) => {
  const { transactor, asked } = fakeTransactor()
  const { run, told } = queueOn(transactor)
  const due = (effects: Effects) => {
    effects.outboxDue = true
  }
  const results = await Promise.allSettled([
    run(due),
    run((effects) => {
      due(effects)
      throw Object.assign(new Error('no'), { code: 'its own' })
    }),
    run(() => 'third'),
  ])
  t.same(codes(results), [undefined, 'its own', 'third'])
  t.equal(asked.join(' '), 'begin savepoint release savepoint undo savepoint release commit')
  t.equal(told[0]?.length, 2)
})

t.test('a commit that fails fails every verb of its batch, and none of the next', async (t) => {
  const failures: { commit?: Error } = { commit: sqliteError('SQLITE_FULL') }
  const { transactor, asked } = fakeTransactor(failures)
  const { run, told, fatal } = queueOn(transactor)
  const results = await Promise.allSettled([run(() => 1), run(() => 2)])
  t.same(codes(results), ['disk-full', 'disk-full'])
  t.equal(asked.at(-1), 'rollback')
  t.same([told, fatal], [[], []])
  delete failures.commit
  t.equal(await run(() => 3), 3)
})

t.test('a transaction rolled back under a verb fails the whole batch', async (t) => {
  const { transactor, asked } = fakeTransactor()
  const { run, told } = queueOn(transactor)
  let third = false
  const results = await Promise.allSettled([
    run(() => 1),
    run(() => {
      transactor.inTransaction = false
      throw sqliteError('SQLITE_FULL')
    }),
    run(() => {
      third = true
    }),
  ])
  t.same(codes(results), ['disk-full', 'disk-full', 'disk-full'])
  t.notOk(third, 'nothing runs outside a transaction')
  t.notOk(asked.includes('commit'))
  t.notOk(asked.includes('rollback'))
  t.same(told, [])
})

t.test('a disk that fails while committing ends everything', async (t) => {
  const { transactor } = fakeTransactor({ commit: sqliteError('SQLITE_IOERR_FSYNC') })
  const { run, fatal, told } = queueOn(transactor, 1)
  const results = await Promise.allSettled([run(() => 1), run(() => 2)])
  t.same(codes(results), ['broken', 'broken'])
  t.match(fatal, [{ code: 'broken' }])
  t.equal(fatal.length, 1)
  t.same(told, [])
  await t.rejects(
    run(() => 3),
    { code: 'broken' },
  )
})

t.test('a transaction that can be neither committed nor undone ends everything', async (t) => {
  const { transactor } = fakeTransactor({ commit: new Error('no'), rollback: new Error('nor that') })
  const { run, fatal } = queueOn(transactor)
  await t.rejects(
    run(() => 1),
    { code: 'broken', cause: { message: 'nor that' } },
  )
  t.equal(fatal.length, 1)
})

t.test('a commit that fails for another reason is told, and is not the end', async (t) => {
  const failures: { commit?: Error } = { commit: new Error('some reason') }
  const { transactor } = fakeTransactor(failures)
  const { run, fatal } = queueOn(transactor)
  await t.rejects(
    run(() => 1),
    { code: 'commit-failed', cause: { message: 'some reason' } },
  )
  delete failures.commit
  t.equal(await run(() => 2), 2)
  t.same(fatal, [])
})

t.test('a database that another process holds is told as such', async (t) => {
  const { transactor } = fakeTransactor({ begin: sqliteError('SQLITE_BUSY') })
  const { run, fatal } = queueOn(transactor, 1, 60)
  const started = performance.now()
  const results = await Promise.allSettled([1, 2].map((n) => run(() => n)))
  t.same(codes(results), ['busy', 'busy'])
  t.ok(performance.now() - started >= 60, 'after some patience')
  t.same(fatal, [])
})

t.test(
  'what waits for another process to let go is stored in its order, and nothing stands still',
  async (t) => {
    const failures: Parameters<typeof fakeTransactor>[0] = { begin: sqliteError('SQLITE_BUSY') }
    const { transactor, asked } = fakeTransactor(failures)
    const { run, drain } = queueOn(transactor, 2)
    const ran: number[] = []
    const waiting = [1, 2, 3].map((n) => run(() => ran.push(n)))
    while (asked.filter((step) => step === 'begin').length < 3) await new Promise(setImmediate)
    t.same(ran, [], 'timers and sockets have their turns meanwhile')
    waiting.push(run(() => ran.push(4)))
    const drained = drain()
    delete failures.begin
    await Promise.all(waiting)
    await drained
    t.same(ran, [1, 2, 3, 4])
  },
)

t.test('draining settles what waits and takes nothing more', async (t) => {
  const { transactor } = fakeTransactor()
  const { run, drain } = queueOn(transactor, 1)
  let settled = 0
  const count = () => settled++
  const waiting = [run(() => 1).then(count), run(() => 2).then(count)]
  const drained = drain()
  await t.rejects(
    run(() => 3),
    { code: 'closed' },
  )
  await drained
  await Promise.all(waiting)
  t.equal(settled, 2)
  await drain()
})

t.test('a listener that throws is logged and harms no other', (t) => {
  const logged: object[] = []
  const silent = () => {}
  const announcer = createAnnouncer({
    debug: silent,
    info: silent,
    warn: silent,
    error: (facts) => void logged.push(facts),
  })
  const heard: string[] = []
  announcer.onCommitted(() => {
    throw new Error('broken')
  })
  const stop = announcer.onCommitted(() => heard.push('events'))
  announcer.onOutbox(() => heard.push('outbox'))
  const event = { seq: 1 } as CommittedEvent
  announcer.announce([{ events: [event], outboxDue: false, mediaDue: false }])
  announcer.announce([{ events: [], outboxDue: true, mediaDue: false }])
  stop()
  announcer.announce([{ events: [event], outboxDue: false, mediaDue: false }])
  t.same(heard, ['events', 'outbox'])
  t.equal(logged.length, 2)
  t.end()
})
