import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { type WebSocket as Peer, WebSocketServer } from 'ws'
import type { ClientFrame, ServerFrame } from '../../module/contract/live.ts'
import { AgentSession } from '../../ui-fragments/data/agent-session.ts'
import { type AgentState, openPeople, unseenCount } from '../../ui-fragments/data/agent-state.ts'
import { ApiClient } from '../../ui-fragments/data/api-client.ts'
import { ApiError } from '../../ui-fragments/data/api-error.ts'
import { LiveClient, type LiveNews, type LiveState } from '../../ui-fragments/data/live-client.ts'
import type { Observed } from '../../ui-fragments/data/observed.ts'
import { RefreshQueue } from '../../ui-fragments/data/refresh-queue.ts'
import { type ContractServer, startContractServer } from './contract-server.ts'

/** Resolves with the first value that fits, now or later. */
function until<T>(observed: Observed<T>, fits: (value: T) => boolean, what: string): Promise<T> {
  if (fits(observed.value)) return Promise.resolve(observed.value)
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      leave()
      reject(new Error(`never came: ${what}`))
    }, 10_000)
    const leave = observed.subscribe((value) => {
      if (!fits(value)) return
      clearTimeout(late)
      leave()
      resolve(value)
    })
  })
}

const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  throw new Error('it was not refused')
}

async function serveHttp(t: Test, answer: (request: IncomingMessage, reply: ServerResponse) => void) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/parley/`
}

t.test('the API client', async (t) => {
  const seen: IncomingMessage[] = []
  let status = 200
  let type = 'application/json'
  let body = '{"items":[],"next":null,"cursor":"e.1"}'
  const base = await serveHttp(t, (request, reply) => {
    seen.push(request)
    if (status === 0) return
    reply.writeHead(status, { 'content-type': type, 'retry-after': '3' }).end(body)
  })
  const api = new ApiClient(base, () => 'secret-token', 400)

  await api.conversations({ filter: 'mine', group: 'queue/8 0', below: 5, limit: 10 })
  const request = seen[0]
  t.equal(
    request?.url,
    '/parley/api/v1/conversations?filter=mine&group=queue%2F8+0&below=5&limit=10',
    'below the base',
  )
  t.equal(request?.headers.authorization, 'Bearer secret-token')

  status = 201
  await api.reply('a/b', { text: 'Hi' }, 'key-12345')
  t.equal(seen[1]?.url, '/parley/api/v1/conversations/a%2Fb/messages')
  t.equal(seen[1]?.headers['idempotency-key'], 'key-12345')

  status = 409
  type = 'application/problem+json'
  body =
    '{"type":"urn:x","title":"Not done","status":409,"code":"stale-version","detail":"It changed.","current":7}'
  const stale = await failure(api.transfer('x', '102', 6, ''))
  t.match(stale, {
    code: 'stale-version',
    sentence: 'It changed.',
    status: 409,
    current: 7,
    transient: false,
  })

  status = 502
  type = 'text/html'
  body = '<h1>Bad gateway</h1>'
  const proxy = await failure(api.me())
  t.match(proxy, { code: 'unreadable-answer', status: 502, transient: true, retryAfterMs: 3000 })
  t.match(proxy.sentence, /administrator/)

  status = 200
  t.match(await failure(api.me()), { code: 'unreadable-answer' }, 'a page instead of JSON')
  status = 401
  body = '{"code":"expired","detail":"Sign in again."}'
  t.match(await failure(api.me()), { unauthorised: true, transient: false })
  status = 0
  t.match(await failure(api.me()), { code: 'timeout', transient: true })
  const away = new ApiClient('http://127.0.0.1:9/', () => '', 2000)
  t.match(await failure(away.me()), { code: 'offline', transient: true })
})

t.test('the live client', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  t.teardown(() => {
    for (const peer of server.clients) peer.terminate()
    return new Promise((resolve) => server.close(resolve))
  })
  const frames: ClientFrame[] = []
  let greet: (peer: Peer) => void = () => {}
  const say = (peer: Peer, frame: ServerFrame | object) => peer.send(JSON.stringify(frame))
  server.on('connection', (peer) => {
    peer.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ClientFrame
      frames.push(frame)
      if (frame.type === 'hello') greet(peer)
      else say(peer, { type: 'renewed', expiresAt: '2030-01-01T00:00:00.000Z' })
    })
  })
  const ready = { type: 'ready', cursor: 'e.9', expiresAt: '2030-01-01T00:00:00.000Z' } as const
  const event = (n: number): ServerFrame => ({
    type: 'event',
    cursor: `e.${n}`,
    conversationId: 'x',
    at: '2026-03-03T12:00:00.000Z',
    event: { kind: 'status-changed', status: 'open', version: n },
  })
  const live = new LiveClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    token: 'one',
    cursor: 'e.3',
    random: () => 0,
    firstRetryMs: 10,
  })
  t.teardown(() => live.stop())
  const news: LiveNews[] = []
  const states: LiveState['kind'][] = []
  live.onNews((item) => news.push(item))
  live.state.subscribe(({ kind }) => states.push(kind))
  const isLive = ({ kind }: LiveState) => kind === 'live'

  greet = (peer) => {
    say(peer, ready)
    say(peer, event(4))
    say(peer, { type: 'from-the-future', what: 1 })
    say(peer, event(5))
    peer.close()
  }
  live.start()
  await until(live.state, ({ kind }) => kind === 'waiting', 'the break')
  t.same(frames[0], { type: 'hello', token: 'one', cursor: 'e.3' }, 'the token is the first frame')
  t.equal(live.cursor, 'e.5')
  t.equal(news.length, 2, 'a frame it does not know is passed over')

  greet = (peer) => {
    say(peer, ready)
    say(peer, { type: 'reset', cursor: 'e.40' })
  }
  await until(live.state, isLive, 'the return')
  t.same(frames[1], { type: 'hello', token: 'one', cursor: 'e.5' }, 'it goes on where it was')
  while (news.length < 3) await new Promise((resolve) => live.onNews(resolve))
  t.same(news[2], { type: 'reset', cursor: 'e.40' })
  t.equal(live.cursor, 'e.40')

  live.renew('two')
  while (frames.length < 3) await new Promise((resolve) => setImmediate(resolve))
  t.same(frames[2], { type: 'renew', token: 'two' }, 'on the open socket')

  greet = (peer) => {
    say(peer, { type: 'refused', code: 'expired', sentence: 'Sign in again.' })
    peer.close()
  }
  for (const peer of server.clients) peer.terminate()
  const refused = await until(live.state, ({ kind }) => kind === 'refused', 'the refusal')
  t.match(refused, { code: 'expired', sentence: 'Sign in again.' })
  const before = frames.length
  greet = (peer) => say(peer, ready)
  live.hurry()
  t.equal(live.state.value.kind, 'refused', 'it does not knock again with a token that was refused')
  t.equal(frames.length, before)
  live.renew('three')
  await until(live.state, isLive, 'the new token')
  t.match(frames.at(-1), { type: 'hello', token: 'three', cursor: 'e.40' })
  t.same([...new Set(states)].sort(), ['connecting', 'live', 'refused', 'waiting'])
})

t.test('the refresh queue', async (t) => {
  const reads: string[] = []
  const refused: string[] = []
  let release: () => void = () => {}
  let fail: ApiError | null = null
  const offline = new ApiError({ code: 'offline', status: 0, sentence: '', retryAfterMs: 5 })
  const idle: Array<() => void> = []
  const queue = new RefreshQueue(
    async (id, wanted) => {
      reads.push(`${id}:${[...wanted].sort()}`)
      idle.shift()?.()
      await new Promise<void>((resolve) => {
        release = resolve
      })
      if (fail !== null) throw fail
    },
    (id, error) => {
      refused.push(`${id}:${error.code}`)
      idle.shift()?.()
    },
  )
  t.teardown(() => queue.stop())
  const next = () => new Promise<void>((resolve) => idle.push(resolve))

  queue.request('x', 'messages')
  queue.request('x', 'messages')
  queue.request('x', 'decisions')
  t.same(reads, ['x:messages'], 'one at a time')
  let again = next()
  release()
  await again
  t.same(reads, ['x:messages', 'x:decisions,messages'], 'what came meanwhile is one more reading')
  fail = offline
  again = next()
  release()
  await again
  t.equal(reads.length, 3, 'a reading that failed for want of a network is repeated')
  t.equal(reads[2], reads[1], 'in full')
  fail = new ApiError({ code: 'not-found', status: 404, sentence: '' })
  again = next()
  release()
  await again
  t.same(refused, ['x:not-found'], 'one that was refused is not')
  t.equal(reads.length, 3)
})

t.test('a session alone and among colleagues', async (t) => {
  const server = await startContractServer()
  t.teardown(() => server.close())
  const { model } = server
  const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const alice = agent(t, server, '101')
  const bob = agent(t, server, '102')
  await Promise.all([alice.session.start(), bob.session.start()])
  const live = (state: AgentState) => state.live.kind === 'live'
  await Promise.all([until(alice.state, live, 'live'), until(bob.state, live, 'live')])
  alice.session.open(id)
  bob.session.open(id)
  const loaded = (state: AgentState) => state.thread?.loaded === true
  await Promise.all([until(alice.state, loaded, 'messages'), until(bob.state, loaded, 'messages')])

  await t.test('what is read on one screen is read on the other, and is nobody else’s affair', async (t) => {
    const laptop = agent(t, server, '101')
    laptop.focused = false
    await laptop.session.start()
    await until(laptop.state, live, 'live')
    const held = (state: AgentState) => state.list.byId.get(id)
    alice.focused = false
    model.inbound({ text: 'One more' })
    const counted = (state: AgentState) => held(state)?.unread === 1 && held(state)?.mentionsMe === 1
    await Promise.all([until(laptop.state, counted, 'one unread'), until(alice.state, counted, 'one unread')])
    t.equal(unseenCount(laptop.state.value), 1)
    await until(alice.state, ({ thread }) => thread?.messages.at(-1)?.text === 'One more', 'its text')
    alice.focused = true
    alice.session.look()
    const nothing = (state: AgentState) => held(state)?.unread === 0 && unseenCount(state) === 0
    await Promise.all([until(alice.state, nothing, 'read'), until(laptop.state, nothing, 'read there too')])
    t.equal(model.personalOf(id, '103').unread > 0, true)
    alice.session.pin()
    await until(laptop.state, (state) => held(state)?.pinned === true, 'pinned there too')
    t.equal(held(bob.state.value)?.pinned, false)
    alice.session.unpin()
    await until(laptop.state, (state) => held(state)?.pinned === false, 'unpinned')
    laptop.session.mute()
    t.equal(held(laptop.state.value)?.muted, false, 'nothing is open there to mute')
  })

  await t.test('a note is written, or given back', async (t) => {
    server.faults.refuseNotes = true
    await t.rejects(alice.session.note('Known for late payment'), /may not write notes/)
    server.faults.refuseNotes = false
    await alice.session.note('Known for late payment')
    await until(bob.state, ({ thread }) => thread?.messages.at(-1)?.direction === 'note', 'the note at Bob’s')
  })

  await t.test('colleagues see who looks and who writes', async (t) => {
    const heard = () => server.watching.map((frame) => JSON.stringify(frame))
    alice.session.typing()
    while (!heard().includes(JSON.stringify({ type: 'typing', conversationId: id })))
      await new Promise((resolve) => setTimeout(resolve, 5))
    t.ok(heard().includes(JSON.stringify({ type: 'viewing', conversationId: id })))
    const him = { extension: '102', name: 'Bob Brown' }
    server.tellWatching([{ conversationId: id, viewing: [him], typing: [him] }])
    await until(
      alice.state,
      ({ watchers }) => watchers.get(id)?.typing[0]?.extension === '102',
      'Bob writing',
    )
    server.tellWatching([{ conversationId: id, viewing: [], typing: [] }])
    await until(alice.state, ({ watchers }) => !watchers.has(id), 'Bob gone')
  })
})

t.test('a session against a server', async (t) => {
  const server = await startContractServer()
  t.teardown(() => server.close())
  const { model } = server
  const { id } = model.inbound({ text: 'Hello', name: 'Jane Doe', designated: '101' })
  const alice = agent(t, server, '101')
  const bob = agent(t, server, '102')
  await Promise.all([alice.session.start(), bob.session.start()])
  const live = (state: AgentState) => state.live.kind === 'live'
  await Promise.all([until(alice.state, live, 'live'), until(bob.state, live, 'live')])
  t.equal(alice.state.value.me?.name, 'Alice Adams')

  alice.session.open(id)
  bob.session.open(id)
  const loaded = (state: AgentState) => state.thread?.loaded === true && state.thread.decisions.length > 0
  await Promise.all([until(alice.state, loaded, 'messages'), until(bob.state, loaded, 'messages')])
  t.equal(openPeople(alice.state.value).length, 4)

  await t.test('a mention alerts its agent alone', async (t) => {
    alice.focused = false
    bob.focused = false
    model.inbound({ text: 'Anybody?' })
    await until(alice.state, ({ thread }) => thread?.messages.length === 2, 'the second message')
    await until(bob.state, ({ thread }) => thread?.messages.length === 2, 'the second message at Bob’s')
    t.same(alice.alerts, [`mention ${id}`])
    t.same(bob.alerts, [])
    t.ok(alice.state.value.unseen.has(id))
    alice.focused = true
    alice.session.look()
    t.notOk(alice.state.value.unseen.has(id), 'seen once looked at')
  })

  await t.test('a reply whose answer is lost is sent once', async (t) => {
    server.faults.loseReplyAnswers = 2
    alice.session.send({ text: 'On my way' })
    t.equal(alice.state.value.thread?.pending.length, 1, 'it stands there at once')
    await until(
      alice.state,
      ({ thread }) => thread?.messages.length === 3 && thread.pending.length === 0,
      'the reply',
    )
    await until(bob.state, ({ thread }) => thread?.messages.length === 3, 'the reply at Bob’s')
    while (alice.session.drafts.unsent(id).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    t.equal(model.messages.get(id)?.filter(({ direction }) => direction === 'out').length, 1)
    t.equal(server.faults.loseReplyAnswers, 0, 'although it was asked for three times')
    const reply = model.messages.get(id)?.at(-1)
    model.settle(id, reply?.id ?? '', 'failed', 'The phone can’t be reached.')
    const read = await until(
      alice.state,
      ({ thread }) => thread?.messages.at(-1)?.failure !== null,
      'the failure, which is not in the event',
    )
    t.equal(read.thread?.messages.at(-1)?.failure?.sentence, 'The phone can’t be reached.')
  })

  await t.test('a refused reply says why and waits for the person', async (t) => {
    const name = model.inbound({ from: 'ACME', text: 'Offer', designated: '101', answerable: false })
    await until(alice.state, ({ list }) => list.byId.has(name.id), 'the new conversation')
    alice.session.open(name.id)
    await until(alice.state, ({ thread }) => thread?.loaded === true, 'its messages')
    alice.session.send({ text: 'No, thanks' })
    const held = await until(
      alice.state,
      ({ thread }) => thread?.pending[0]?.state === 'stuck',
      'the refusal',
    )
    const reply = held.thread?.pending[0]
    t.match(reply, { retryable: false, sentence: 'ACME is a name.' })
    if (reply !== undefined) alice.session.discard(reply)
    t.same(alice.state.value.thread?.pending, [])
    t.same(alice.session.drafts.unsent(name.id), [])
    alice.session.open(id)
    await until(alice.state, loaded, 'the first one again')
  })

  await t.test('a transfer with an old version is refused, the right one goes through', async (t) => {
    alice.alerts.length = 0
    bob.alerts.length = 0
    await t.rejects(bob.session.transfer('103', ''), { code: 'not-designated' })
    await alice.session.transfer('102', 'Speaks Spanish')
    const state = await until(
      bob.state,
      ({ list }) => list.byId.get(id)?.designated?.extension === '102',
      'Bob’s turn',
    )
    t.equal(state.list.byId.get(id)?.version, model.get(id).version)
    t.same(bob.alerts, [`designated ${id}`])
    t.same(alice.alerts, [])
    await until(bob.state, ({ thread }) => thread?.decisions.length === 2, 'the decision')
  })

  await t.test('what happened while the socket was away is caught up', async (t) => {
    server.faults.refuseLive = true
    server.dropSockets()
    await until(alice.state, (now) => now.live.kind === 'waiting', 'the break')
    model.inbound({ text: 'While you were away' })
    const other = model.inbound({ from: '+12125550199', text: 'New one', designated: null })
    server.faults.refuseLive = false
    alice.session.hurry()
    const back = await until(alice.state, ({ thread }) => thread?.messages.length === 4, 'the missed message')
    t.equal(new Set(back.thread?.messages.map((held) => held.id)).size, 4, 'each once')
    await until(alice.state, ({ list }) => list.byId.has(other.id), 'the missed conversation')
    alice.session.open(other.id)
    await until(alice.state, ({ thread }) => thread?.loaded === true, 'its messages')
    alice.alerts.length = 0
    alice.focused = false
    alice.session.take()
    await until(alice.state, ({ list }) => list.byId.get(other.id)?.designated?.extension === '101', 'taken')
    t.same(alice.alerts, [], 'what I do myself is no news to me')
    alice.focused = true
  })

  await t.test('a cursor that is no longer kept means loading afresh', async (t) => {
    server.faults.refuseLive = true
    server.dropSockets()
    await until(alice.state, (now) => now.live.kind === 'waiting', 'the break')
    model.setStatus(id, 'closed')
    model.forgotten = model.events.length
    server.faults.refuseLive = false
    alice.session.hurry()
    await until(alice.state, ({ list }) => list.byId.get(id)?.status !== 'open', 'the change nobody told of')
    await until(alice.state, live, 'live again')
    t.equal(alice.state.value.notice, null)
  })

  await t.test('an expired sign-in says so, and a fresh one goes on', async (t) => {
    server.faults.expired = true
    server.dropSockets()
    const stopped = await until(alice.state, ({ obstacle }) => obstacle !== null, 'the sentence')
    t.match(stopped.obstacle, /expired/)
    server.faults.expired = false
    alice.session.renew('agent-101')
    await until(alice.state, (now) => live(now) && now.obstacle === null, 'the fresh token')
  })

  await t.test('what is on its way outlives an expired sign-in and a look elsewhere', async (t) => {
    const other = model.inbound({ from: '+12125550177', text: 'Me too', designated: '101' })
    const { id: mine } = model.inbound({ from: '+12125550178', text: 'And me', designated: '101' })
    await until(alice.state, ({ list }) => list.byId.has(other.id) && list.byId.has(mine), 'two more')
    alice.session.open(mine)
    await until(alice.state, ({ thread }) => thread?.loaded === true, 'its messages')
    server.faults.expired = true
    for (const text of ['First of all', 'Not this', 'Last of all']) alice.session.send({ text })
    const waits = ({ thread }: AgentState) => thread?.pending[0]?.waiting === true
    const held = await until(alice.state, waits, 'the first one, waiting for the sign-in')
    t.match(held.thread?.pending[0]?.sentence, /expired/)
    alice.session.open(other.id)
    alice.session.open(mine)
    t.same(
      alice.state.value.thread?.pending.map(({ state }) => state),
      ['sending', 'sending', 'sending'],
      'they are not called left behind',
    )
    const second = alice.state.value.thread?.pending[1]
    if (second !== undefined) alice.session.discard(second)
    server.faults.expired = false
    alice.session.renew('agent-101')
    await until(
      alice.state,
      ({ thread }) => thread?.loaded === true && thread.pending.length === 0,
      'all sent',
    )
    const said = (model.messages.get(mine) ?? []).map(({ text }) => text)
    t.same(
      said.filter((text) => /of all$|^Not this$/.test(text)),
      ['First of all', 'Last of all'],
      'once each, in their order, without the one that was taken back',
    )
  })
})

interface Agent {
  readonly session: AgentSession
  readonly state: Observed<AgentState>
  readonly alerts: string[]
  focused: boolean
}

function agent(t: Test, server: ContractServer, extension: string): Agent {
  const kept = new Map<string, string>()
  const token = `agent-${extension}`
  const session = new AgentSession({
    api: new ApiClient(server.url, () => token),
    connect: (cursor) =>
      new LiveClient({ url: `${server.url.replace('http', 'ws')}live`, token, cursor, firstRetryMs: 20 }),
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    focused: () => self.focused,
    onAlert: (kind, id) => self.alerts.push(`${kind} ${id}`),
    onSeen: () => {},
    onOtherPerson: () => self.alerts.push('other person'),
    firstRetryMs: 10,
  })
  const self: Agent = { session, state: session.state, alerts: [], focused: true }
  t.teardown(() => session.stop())
  return self
}
