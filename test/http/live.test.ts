import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { writeCursor } from '../../module/app/conversations/cursor.ts'
import type { Carrier } from '../../module/app/ports/carriers.ts'
import type { ServerFrame } from '../../module/contract/live.ts'
import { unknownPresence } from '../../module/domain/directory/presence.ts'
import { asCarrierId, asConversationId, asExtension } from '../../module/domain/ids.ts'
import { until } from '../lab/until.ts'
import { createSampleSidecar, inbound, queue, tokenFor } from './sample-sidecar.ts'

t.test('the customer’s app shows that the designated agent types, where the account says so', async (t) => {
  const shown: string[] = []
  const carrier: Carrier = {
    id: asCarrierId('scripted'),
    channels: ['sms'],
    numbers: null,
    limits: { perSecond: 100, perPairMs: 0, longestText: 1600, media: null, windowMs: {} },
    send: async () => ({ kind: 'taken', carrierMessageId: null, state: 'sent' }),
    readReceipts: {
      markRead: async () => {},
      showTyping: async (id) => {
        shown.push(id)
        if (shown.length === 1) throw new Error('it is not shown, and nobody minds')
      },
    },
    close: async () => {},
  }
  let ahead = 0
  const sidecar = await createSampleSidecar({ build: () => carrier, clock: () => Date.now() + ahead })
  t.teardown(() => sidecar.close())
  const receipt = await sidecar.receiveInbound(inbound({ carrierMessageId: 'wamid.t' }))
  if (receipt.kind !== 'committed') throw new Error(receipt.kind)
  const { conversationId } = receipt
  await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = sidecar.app.server.address() as AddressInfo
  /** A panel that resolves once the hub has heard what it says: frames of one socket keep their order. */
  async function panelOf(extension: string) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
    t.teardown(() => socket.terminate())
    const heard: ServerFrame[] = []
    socket.on('message', (data) => heard.push(JSON.parse(data.toString())))
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'hello', token: tokenFor(extension), cursor: null }))
    await until('the panel is in', () => heard.some(({ type }) => type === 'ready'))
    return async (times: number) => {
      for (let n = 0; n < times; n++) socket.send(JSON.stringify({ type: 'typing', conversationId }))
      const before = heard.length
      socket.send(JSON.stringify({ type: 'viewing', conversationId }))
      socket.send(JSON.stringify({ type: 'viewing', conversationId: null }))
      await until('the hub has heard it', () => heard.slice(before).some(({ type }) => type === 'watching'))
      ahead += 10_000
    }
  }
  const designated = sidecar.store.conversation(conversationId)?.designated
  const alice = await panelOf(designated ?? '')
  const bob = await panelOf(designated === '101' ? '102' : '101')
  const [account] = sidecar.store.carriers()
  if (account === undefined) throw new Error('no account')
  const set = (settings: object) =>
    sidecar.carriers.save({ ...account, settings: { ...account.settings, ...settings } })

  await alice(1)
  t.same(shown, [], 'not unless the account says so')
  await set({ typing: true, readReceipts: false })
  await alice(1)
  t.same(shown, [], 'nor where nobody is to know that he was read')
  await set({ typing: true })
  await bob(1)
  t.same(shown, [], 'nor of a colleague')
  await alice(3)
  t.same(shown, ['wamid.t'], 'once, however often he says so')
  await alice(1)
  t.equal(shown.length, 1, '10 s later it still shows')
  await alice(1)
  t.equal(shown.length, 2, '20 s later it is said again')
})

t.test('the live socket', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store, hub, scripted, receiveInbound } = sidecar
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo

  /** A panel that keeps its frames; `next` waits for the first one, seen or to come, of a type. */
  async function panel(t: Test, first: object | string) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
    t.teardown(() => socket.terminate())
    const frames: ServerFrame[] = []
    const waiting = new Set<() => void>()
    socket.on('message', (data) => {
      frames.push(JSON.parse(data.toString()))
      for (const wake of waiting) wake()
    })
    await once(socket, 'open')
    socket.send(typeof first === 'string' ? first : JSON.stringify(first))
    async function next<T extends ServerFrame['type']>(type: T): Promise<Extract<ServerFrame, { type: T }>> {
      for (;;) {
        const at = frames.findIndex((frame) => frame.type === type)
        if (at >= 0) return frames.splice(at, 1)[0] as Extract<ServerFrame, { type: T }>
        await new Promise<void>((resolve) => {
          const wake = () => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    }
    return { socket, frames, next, closed: once(socket, 'close') }
  }
  const hello = (extension: string, cursor: string | null = null) => ({
    type: 'hello',
    token: tokenFor(extension),
    cursor,
  })

  await t.test('tells members what is committed, and others nothing', async (t) => {
    const alice = await panel(t, hello('101'))
    const frank = await panel(t, hello('106'))
    await alice.next('ready')
    await frank.next('ready')
    const { groups } = await alice.next('presence')
    t.match(groups[0], { kind: 'queue', number: '8000' })
    t.ok(hub.panels.isOpen(asExtension('101')))

    const receipt = await receiveInbound(inbound())
    const one = await alice.next('event')
    const other = await alice.next('event')
    t.equal(receipt.kind === 'committed' && receipt.conversationId, one.conversationId)
    t.same([one.event.kind, other.event.kind].sort(), ['designation-changed', 'message-received'])
    t.notMatch(JSON.stringify([one, other]), 'Hello', 'events carry no text')
    await receiveInbound(inbound())
    await alice.next('event')
    t.same(
      frank.frames.filter(({ type }) => type === 'event'),
      [],
      'an outsider hears nothing',
    )
  })

  await t.test('resumes from a cursor and resets an unknown one', async (t) => {
    const here = writeCursor(store.epoch, store.lastSeq())
    await receiveInbound(inbound())
    const back = await panel(t, hello('102', here))
    t.match((await back.next('event')).event, { kind: 'message-received', mention: '101' })
    for (const cursor of [
      'nonsense',
      writeCursor('another', 3),
      writeCursor(store.epoch, store.lastSeq() + 100),
    ]) {
      const lost = await panel(t, hello('102', cursor))
      t.ok((await lost.next('reset')).cursor, cursor)
    }
    const current = await panel(t, hello('102', writeCursor(store.epoch, store.lastSeq())))
    await current.next('presence')
    t.same(
      current.frames.filter(({ type }) => type === 'reset' || type === 'event'),
      [],
      'nothing was missed',
    )
  })

  await t.test('says when somebody’s state changes', async (t) => {
    const alice = await panel(t, hello('101'))
    await alice.next('presence')
    const bob = asExtension('102')
    const presence = new Map(scripted.presence).set(bob, {
      ...unknownPresence(bob, 1),
      registration: 'registered',
      call: 'on-call',
      dnd: 'off',
    })
    scripted.change({ presence })
    for (;;) {
      const { groups } = await alice.next('presence')
      const summary = groups[0]?.people.find(({ extension }) => extension === '102')?.summary
      if (summary === 'On a call') break
    }
    scripted.change({ freshness: 'stale' })
    for (;;) if ((await alice.next('presence')).stale) break
    scripted.change({ freshness: 'live', presence: scripted.presence })
    t.pass('seen')
  })

  await t.test('says when somebody is away for messages', async (t) => {
    const bob = await panel(t, hello('102'))
    await bob.next('ready')
    await bob.next('presence')
    const by = { kind: 'agent', extension: asExtension('101'), name: 'Alice Adams' } as const
    const status = { since: Date.now(), until: null, reason: 'lunch', by }
    await sidecar.away.set(asExtension('101'), status)
    const { full, groups } = await bob.next('presence')
    t.equal(full, false)
    t.match(groups, [
      { number: '8000', people: [{ extension: '101', away: true, summary: 'Away for messages: lunch' }, {}] },
    ])
    await sidecar.away.set(asExtension('101'), null)
    t.match((await bob.next('presence')).groups[0]?.people[0], { extension: '101', away: false })
    bob.socket.close()
    await bob.closed
  })

  await t.test('shows who looks and who writes, to members alone', async (t) => {
    const receipt = await receiveInbound(inbound())
    const conversationId = receipt.kind === 'committed' ? receipt.conversationId : ''
    const alice = await panel(t, hello('101'))
    const bob = await panel(t, hello('102'))
    const frank = await panel(t, hello('106'))
    for (const each of [alice, bob, frank])
      t.match(await each.next('watching'), { full: true, conversations: [] })
    const says = (from: typeof alice, frame: object) => from.socket.send(JSON.stringify(frame))

    says(frank, { type: 'viewing', conversationId })
    says(frank, { type: 'typing', conversationId })
    says(bob, { type: 'viewing', conversationId })
    const bobHimself = { extension: '102', name: 'Bob Brown' }
    t.match(
      await alice.next('watching'),
      { full: false, conversations: [{ conversationId, viewing: [bobHimself], typing: [] }] },
      'and nothing of an outsider',
    )
    says(bob, { type: 'typing', conversationId })
    t.same((await alice.next('watching')).conversations[0]?.typing, [bobHimself])

    const late = await panel(t, hello('101'))
    t.match(await late.next('watching'), { full: true, conversations: [{ viewing: [bobHimself] }] })
    await store.commitNote({
      conversationId: asConversationId(conversationId),
      author: { extension: asExtension('102'), name: 'Bob Brown' },
      text: 'A note',
      mentions: [],
      idempotencyKey: 'live-note-1',
      at: Date.now(),
    })
    t.match(
      (await alice.next('watching')).conversations,
      [{ viewing: [bobHimself], typing: [] }],
      'he wrote it',
    )
    says(bob, { type: 'viewing', conversationId: null })
    t.match((await alice.next('watching')).conversations, [{ viewing: [], typing: [] }])
    says(bob, { type: 'viewing', conversationId })
    await alice.next('watching')
    bob.socket.close()
    t.match((await alice.next('watching')).conversations, [{ viewing: [] }], 'his panel closed')
    t.same(
      frank.frames.filter(({ type }) => type === 'watching'),
      [],
      'an outsider hears nothing',
    )
    says(frank, { type: 'viewing', conversationId, as: '101' })
    t.equal((await frank.next('refused')).code, 'bad-frame')
  })

  await t.test('tells only my own panels what I read', async (t) => {
    const receipt = await receiveInbound(inbound())
    if (receipt.kind !== 'committed') throw new Error('not committed')
    const { conversationId, messageId } = receipt
    const here = writeCursor(store.epoch, store.lastSeq())
    const [one, two, bob] = [
      await panel(t, hello('101')),
      await panel(t, hello('101')),
      await panel(t, hello('102')),
    ]
    for (const each of [one, two, bob]) await each.next('watching')
    const reader = { pbxId: queue.pbxId, extension: asExtension('101') }
    await store.markRead({ reader, conversationId, through: messageId, at: Date.now() })
    await receiveInbound(inbound())
    for (const each of [one, two])
      t.match((await each.next('event')).event, {
        kind: 'read-changed',
        agent: '101',
        unread: 0,
        mentionsMe: 0,
      })
    t.equal((await bob.next('event')).event.kind, 'message-received', 'a colleague hears of the message only')
    const mine = await panel(t, hello('101', here))
    t.equal((await mine.next('event')).event.kind, 'read-changed', 'after a gap too')
    const his = await panel(t, hello('102', here))
    t.equal((await his.next('event')).event.kind, 'message-received')
  })

  await t.test('admits nobody without a valid token', async (t) => {
    const cases: [string, object | string, string][] = [
      ['forged', { type: 'hello', token: 'a.b', cursor: null }, 'unauthorised'],
      ['expired', { type: 'hello', token: tokenFor('101', ['agent'], -5), cursor: null }, 'expired'],
      ['nonsense', 'what?', 'bad-frame'],
      ['renewal before hello', { type: 'renew', token: tokenFor('101') }, 'bad-frame'],
      ['a key too many', { type: 'hello', token: tokenFor('101'), cursor: null, admin: true }, 'bad-frame'],
    ]
    for (const [name, frame, code] of cases) {
      const stranger = await panel(t, frame)
      t.equal((await stranger.next('refused')).code, code, name)
      await stranger.closed
    }
  })

  await t.test('renews for the same agent only', async (t) => {
    const alice = await panel(t, hello('101'))
    await alice.next('ready')
    alice.socket.send(JSON.stringify({ type: 'renew', token: tokenFor('101', ['agent'], 3600) }))
    t.ok((await alice.next('renewed')).expiresAt)
    alice.socket.send(JSON.stringify({ type: 'renew', token: tokenFor('102') }))
    await alice.next('refused')
    await alice.closed
  })

  await t.test('counts a panel by the roles it has now', async (t) => {
    const carol = asExtension('103')
    const panelOf = await panel(t, hello('103'))
    await panelOf.next('ready')
    panelOf.socket.send(JSON.stringify({ type: 'renew', token: tokenFor('103', ['supervisor']) }))
    await panelOf.next('renewed')
    await until('she is no agent any more', () => !hub.panels.isOpen(carol))
    panelOf.socket.send(JSON.stringify({ type: 'renew', token: tokenFor('103', ['agent']) }))
    await panelOf.next('renewed')
    t.ok(hub.panels.isOpen(carol))
    panelOf.socket.close()
    await until('she has gone', () => !hub.panels.isOpen(carol))
  })

  await t.test('an overview reads along unseen, and makes nobody reachable', async (t) => {
    const receipt = await receiveInbound(inbound())
    const conversationId = receipt.kind === 'committed' ? receipt.conversationId : ''
    const bob = await panel(t, hello('102'))
    await bob.next('watching')
    const overview = await panel(t, { ...hello('101'), quiet: true })
    await overview.next('watching')
    const says = (from: typeof bob, frame: object) => from.socket.send(JSON.stringify(frame))
    says(overview, { type: 'viewing', conversationId })
    says(overview, { type: 'typing', conversationId })
    says(overview, { type: 'renew', token: tokenFor('101') })
    await overview.next('renewed')
    says(bob, { type: 'viewing', conversationId })
    t.match(
      await bob.next('watching'),
      { conversations: [{ conversationId, viewing: [{ extension: '102' }], typing: [] }] },
      'he sees himself alone',
    )
    const carol = await panel(t, { ...hello('103'), quiet: true })
    await carol.next('ready')
    t.notOk(hub.panels.isOpen(asExtension('103')))
    for (const each of [bob, overview, carol]) {
      each.socket.close()
      await each.closed
    }
  })

  await t.test('knows when the last panel of an agent has gone, and takes no reload for that', async (t) => {
    const changes: boolean[] = []
    const carol = asExtension('103')
    const stop = hub.panels.onChanged(() => {
      const here = hub.panels.isOpen(carol)
      if (here !== (changes.at(-1) ?? false)) changes.push(here)
    })
    t.teardown(stop)
    const one = await panel(t, hello('103'))
    const two = await panel(t, hello('103'))
    await two.next('ready')
    one.socket.close()
    await one.closed
    t.ok(hub.panels.isOpen(carol), 'the other tab is open')
    two.socket.close()
    await two.closed
    const reloaded = await panel(t, hello('103'))
    await reloaded.next('ready')
    t.same(changes, [true], 'nobody was told that she had gone')
    reloaded.socket.close()
    await until('she has gone', () => !hub.panels.isOpen(carol))
    t.same(changes, [true, false])
  })

  await t.test('tells who is in no group of an outage', async (t) => {
    const frank = await panel(t, hello('106'))
    t.equal((await frank.next('presence')).stale, false)
    scripted.change({ freshness: 'stale' })
    for (;;) if ((await frank.next('presence')).stale) break
    scripted.change({ freshness: 'live' })
    for (;;) if (!(await frank.next('presence')).stale) break
    t.pass('and of its end')
  })
})
