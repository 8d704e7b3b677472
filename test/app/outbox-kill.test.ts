import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t from 'tap'
import { answer, cutShort, startFaultyServer } from '../carriers/faulty-server.ts'
import { twilioAccount } from '../carriers/twilio/twilio-account.ts'
import { until } from '../lab/until.ts'
import { faultsOf } from '../store/store-invariants.ts'
import { outboxScene } from './outbox-scene.ts'

const program = fileURLToPath(new URL('outbox-child.ts', import.meta.url))
const conversations = 12
const each = 16
/** Each one leaves all that was under way, one a conversation, to be unknown. */
const kills = 6

/** What the API does with a request; all but `busy` may mean that the message went out. */
const behaviours = ['takes', 'takes', 'takes', 'silent', 'resets', 'cuts', 'late', 'busy', 'unwell'] as const

t.test('kill -9 in the middle of sends: nothing goes out twice, and nothing is forgotten', async (t) => {
  const api = await startFaultyServer()
  t.teardown(() => api.close())
  const scene = outboxScene(t, [])
  const { id: carrierId } = twilioAccount()
  const written: string[] = []
  for (let nth = 0; nth < conversations; nth++) {
    const conversation = await scene.conversation(carrierId)
    for (let count = 0; count < each; count++)
      written.push(await scene.write(conversation, `${nth}:${count}`))
  }
  await scene.stop()

  /** By message: how often it came in a request that the API did not turn away. */
  const arrived = new Map<string, number>()
  const inOrder = new Map<string, number[]>()
  let requests = 0
  let killAt = 0
  let child: ChildProcess | null = null
  api.behave((socket, request) => {
    requests += 1
    const message = new URL(request.form.get('StatusCallback') ?? '').searchParams.get('message') ?? ''
    const behaviour = behaviours[Math.floor(Math.random() * behaviours.length)] ?? 'takes'
    if (behaviour !== 'busy') {
      arrived.set(message, (arrived.get(message) ?? 0) + 1)
      const [conversation = '', count] = (request.form.get('Body') ?? '').split(':')
      inOrder.set(conversation, [...(inOrder.get(conversation) ?? []), Number(count)])
    }
    // Before, while or just after it answers.
    if (requests === killAt) setTimeout(() => child?.kill('SIGKILL'), Math.random() * 6)
    const body = JSON.stringify({ sid: `SM${message.replaceAll('-', '')}`, status: 'queued' })
    switch (behaviour) {
      case 'takes':
        return answer(201, body)(socket, request)
      case 'silent':
        return
      case 'resets':
        return void socket.resetAndDestroy()
      case 'cuts':
        return cutShort(201, body, 'reset')(socket, request)
      case 'late':
        return void setTimeout(() => answer(201, body)(socket, request), 200)
      case 'busy':
        return answer(429, '{"code":20429}')(socket, request)
      case 'unwell':
        return answer(503, '')(socket, request)
      default:
        behaviour satisfies never
    }
  })

  const db = new Database(scene.file, { readonly: true })
  t.teardown(() => db.close())
  const states = () =>
    new Map(
      db
        .prepare<[], { id: string; state: string }>("SELECT id, state FROM messages WHERE direction = 'out'")
        .all()
        .map(({ id, state }) => [id, state]),
    )
  const isDone = () => [...states().values()].every((state) => state !== 'queued' && state !== 'sending')
  t.teardown(() => void child?.kill('SIGKILL'))
  for (let round = 0; round <= kills; round++) {
    killAt = round < kills ? requests + 1 + Math.floor(Math.random() * 8) : 0
    const running = spawn(process.execPath, [program, scene.file, api.url], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child = running
    const gone = once(running, 'exit')
    if (round < kills) {
      const [, signal] = await gone
      t.equal(signal, 'SIGKILL', 'it did not end by itself')
    } else {
      await until('everything has an end', isDone, 60_000)
      running.kill('SIGKILL')
      await gone
    }
  }

  const ended = states()
  t.equal(ended.size, written.length)
  t.same(
    written.filter((id) => (arrived.get(id) ?? 0) > 1),
    [],
    'nothing went out twice',
  )
  t.same(
    written.filter((id) => ended.get(id) === 'accepted' && arrived.get(id) !== 1),
    [],
    'what is called accepted was there',
  )
  t.same(
    [...new Set(ended.values())].filter((state) => state !== 'accepted' && state !== 'unknown'),
    [],
    'all others say that nobody knows',
  )
  t.ok([...ended.values()].includes('accepted'))
  for (const [conversation, order] of inOrder)
    t.same(
      order,
      [...order].sort((a, b) => a - b),
      `conversation ${conversation} kept its order`,
    )
  t.same(faultsOf(scene.file), [])
})
