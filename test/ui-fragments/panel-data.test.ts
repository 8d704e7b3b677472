import t from 'tap'
import { carrierKindFacts } from '../../module/carriers/kinds.ts'
import type { CarrierKindWire } from '../../module/contract/api/carriers.ts'
import type { ConversationWire, PersonalWire } from '../../module/contract/api/conversations.ts'
import type { MeWire } from '../../module/contract/api/groups.ts'
import type { MessageListWire, MessageWire } from '../../module/contract/api/messages.ts'
import type { SearchResultWire } from '../../module/contract/api/search.ts'
import { firstState, isUnseen, unseenCount } from '../../ui-fragments/data/agent-state.ts'
import { readAlertSettings } from '../../ui-fragments/data/alert-settings.ts'
import { AlertTabs } from '../../ui-fragments/data/alert-tabs.ts'
import { allowedActions } from '../../ui-fragments/data/allowed-actions.ts'
import { backoffMs } from '../../ui-fragments/data/backoff.ts'
import { cannedChoices } from '../../ui-fragments/data/canned-choice.ts'
import {
  carrierDraft,
  carrierIdOf,
  fieldsOfKind,
  listOf,
  settingText,
} from '../../ui-fragments/data/carrier-form.ts'
import {
  emptyList,
  type ListView,
  readingOf,
  visible,
  withConversation,
  withoutConversation,
  withPage,
  withPersonal,
  withTrimmed,
} from '../../ui-fragments/data/conversation-list.ts'
import {
  emptyThread,
  withNewest,
  withOlder,
  withPending,
  withState,
} from '../../ui-fragments/data/conversation-thread.ts'
import { decisionLine, whyQuestion } from '../../ui-fragments/data/decision-words.ts'
import { Drafts } from '../../ui-fragments/data/drafts.ts'
import { alertFor, titleWithBadge } from '../../ui-fragments/data/mention-alerts.ts'
import { messageLength } from '../../ui-fragments/data/message-length.ts'
import { forgetToken, takeToken } from '../../ui-fragments/data/panel-token.ts'
import {
  emptyBoard,
  peopleOf,
  toneOf,
  withGroup,
  withPresence,
} from '../../ui-fragments/data/presence-board.ts'
import { presenceWords } from '../../ui-fragments/data/presence-words.ts'
import { randomId } from '../../ui-fragments/data/random-id.ts'
import { ReadMarker } from '../../ui-fragments/data/read-marker.ts'
import { refusalWords } from '../../ui-fragments/data/refusal-words.ts'
import { noSearch, SearchDesk } from '../../ui-fragments/data/search-desk.ts'
import { dayWords, durationWords } from '../../ui-fragments/data/time-words.ts'
import { timelineRows } from '../../ui-fragments/data/timeline.ts'
import { drawnRange, drawnRows, offsetsOf, rowAt, topToShow } from '../../ui-fragments/data/virtual-rows.ts'
import { WatchTeller } from '../../ui-fragments/data/watch-teller.ts'
import { watchersLine, withWatchers } from '../../ui-fragments/data/watchers.ts'
import { german } from '../../ui-fragments/data/words/german.ts'
import { addLanguage, useLanguages } from '../../ui-fragments/data/words/words.ts'
import { ContractModel, did, support } from './contract-model.ts'

const alice: MeWire = {
  extension: '101',
  name: 'Alice Adams',
  roles: ['agent'],
  groups: [support],
  expiresAt: '2030-01-01T00:00:00.000Z',
}
const at = (minute: number): string => new Date(Date.UTC(2026, 2, 3, 12, minute)).toISOString()

function conversation(id: string, facts: Partial<ConversationWire> = {}): ConversationWire {
  return {
    id,
    customer: { address: '+19542788086', name: 'Jane Doe', answerable: true },
    group: support,
    designated: null,
    version: 1,
    status: 'open',
    channels: ['sms'],
    lastMessage: { direction: 'in', preview: 'Hello', mention: null, at: at(0) },
    waitingSince: at(0),
    openedAt: at(0),
    place: 1,
    activeAt: at(0),
    optedOut: false,
    unread: 0,
    mentionsMe: 0,
    muted: false,
    pinned: false,
    ...facts,
  }
}

function message(id: string, facts: Partial<MessageWire> = {}): MessageWire {
  return {
    id,
    direction: 'in',
    channel: 'sms',
    did,
    kind: 'text',
    text: id,
    media: [],
    notice: null,
    mention: null,
    mentionName: null,
    mentions: [],
    author: { kind: 'customer', extension: null, name: 'Jane Doe' },
    state: null,
    failure: null,
    carrierAt: null,
    at: at(0),
    ...facts,
  }
}

/** No badge of it is looked at here. */
const totals = { unreadMessages: 0, unreadConversations: 0, mentions: 0, mentioningConversations: 0 }

/** A page as the server answers: newest first. */
const page = (messages: readonly MessageWire[], next: string | null = null): MessageListWire => ({
  items: [...messages].reverse(),
  next,
  cursor: 'epoch.1',
})
const said = (text: string, id = `m-${text}`): MessageWire =>
  message(id, { direction: 'out', text, author: { kind: 'agent', extension: '101', name: 'Alice Adams' } })
const view: ListView = { filter: 'all', channel: 'any', group: null, search: '' }
const ids = (items: readonly { readonly id: string }[]): string => items.map(({ id }) => id).join(' ')

t.test('the conversation list', async (t) => {
  const mine = conversation('mine', { designated: { extension: '101', name: 'Alice Adams' }, place: 5 })
  const waiting = conversation('waiting', {
    channels: ['whatsapp'],
    customer: { address: '+447700900123', name: 'Priya Patel', answerable: true },
    place: 4,
  })
  const closed = conversation('closed', { status: 'closed', place: 3 })
  const closedView = { ...view, filter: 'closed' } as const
  const list = withPage(emptyList, view, { items: [mine, waiting], next: '9', cursor: 'epoch.1', totals })
  const all = withPage(list, closedView, { items: [closed], next: null, cursor: 'epoch.1', totals })
  const show = (change: Partial<ListView>) => ids(visible(all, { ...view, ...change }, '101'))

  t.equal(show({}), 'mine waiting', 'All is what is open, by place')
  t.equal(show({ filter: 'mine' }), 'mine')
  t.equal(show({ filter: 'unassigned' }), 'waiting')
  t.equal(show({ filter: 'closed' }), 'closed')
  t.equal(show({ channel: 'whatsapp' }), 'waiting')
  t.equal(show({ channel: 'sms' }), 'mine')
  t.equal(show({ group: 'queue/8000' }), 'mine waiting')
  t.equal(show({ group: 'queue/8001' }), '')
  const trunk = conversation('trunk', { channels: ['sip'], place: 6 })
  t.match(
    ids(visible(withConversation(all, trunk), { ...view, channel: 'sms' }, '101')),
    'trunk',
    'a text by a SIP trunk is an SMS',
  )
  t.equal(ids(visible(all, { ...view, filter: 'mine' }, null)), '', 'an admin without an extension has none')

  t.same(readingOf(all, view), { started: true, more: true, floor: 4 }, 'knows how far it was read')
  t.equal(readingOf(all, closedView).more, false)
  t.equal(readingOf(all, { ...view, filter: 'mine' }).started, false)
  const older = conversation('older', { place: 1 })
  t.equal(
    ids(visible(withConversation(all, older), view, '101')),
    'mine waiting',
    'what stands below the page is not shown with a gap before it',
  )
  const next = withPage(all, view, { items: [older], next: null, cursor: 'epoch.1', totals }, 4)
  t.equal(ids(visible(next, view, '101')), 'mine waiting older', 'but with the page that holds it')
  const pinned = { ...older, pinned: true }
  t.equal(ids(visible(withConversation(all, pinned), view, '101')), 'older mine waiting', 'or as a pin')

  const taken = withConversation(all, {
    ...waiting,
    version: 2,
    place: 7,
    designated: { extension: '101', name: 'Alice' },
  })
  t.equal(
    ids(visible(taken, { ...view, filter: 'mine' }, '101')),
    'waiting mine',
    'an event moves it between filters, and to its new place',
  )
  t.equal(taken.byId.size, 3, 'and it stands there once')
  const unassigned = { ...view, filter: 'unassigned' } as const
  const late = withPage(taken, unassigned, { items: [waiting], next: null, cursor: 'epoch.1', totals })
  t.equal(late.byId.get('waiting')?.version, 2, 'a page that was overtaken does not undo it')
  t.equal(withConversation(all, { ...mine, place: 2 }).byId.get('mine')?.place, 5, 'nor an older answer')
  t.equal(withoutConversation(all, 'mine').byId.size, 2)
  t.equal(withoutConversation(all, 'unknown'), all)
})

t.test('a day of traffic leaves a short list', async (t) => {
  let list = withPage(emptyList, view, { items: [], next: null, cursor: 'epoch.1', totals })
  for (let n = 1; n <= 2000; n++) list = withConversation(list, conversation(`c${n}`, { place: n }))
  list = withConversation(list, conversation('old and mentioning', { place: 0.5, mentionsMe: 1 }))
  const trimmed = withTrimmed(list, view, '101', 300, ({ id }) => id === 'c7')
  t.same([...trimmed.byId.keys()].slice(0, 2), ['c7', 'c1701'], 'the open one stays')
  t.equal(trimmed.byId.size, 302)
  t.same(readingOf(trimmed, view), { started: true, more: true, floor: 1701 }, 'and it goes on from there')
  t.equal(visible(trimmed, view, '101').length, 300)
  t.equal(
    withTrimmed(trimmed, view, '101', 300, () => false),
    trimmed,
  )
})

t.test('rows that are drawn', async (t) => {
  const heights = [30, 70, 70, 30, 70]
  const offsets = offsetsOf(heights, (height) => height)
  t.same(offsets, [0, 30, 100, 170, 200, 270])
  t.same(
    [0, 29, 30, 169, 170, 999].map((place) => rowAt(offsets, place)),
    [0, 0, 1, 2, 3, 4],
  )
  t.same(drawnRange(offsets, 100, 60, 0), { from: 2, to: 3 })
  t.same(drawnRange(offsets, 100, 60, 20), { from: 1, to: 4 })
  t.same(drawnRange([0], 0, 100, 50), { from: 0, to: 0 })
  const px = (from: number, to: number, also: number | null) =>
    drawnRows(offsets, { from, to }, also).map((one) => (one.kind === 'space' ? `-${one.px}` : one.index))
  t.same(px(1, 3, null), ['-30', 1, 2, '-100'])
  t.same(px(3, 5, 0), [0, '-140', 3, 4], 'the row with the focus stays')
  t.same(px(0, 2, 4), [0, 1, '-100', 4])
  t.same(px(0, 2, 9), [0, 1, '-170'], 'unless it is gone')
  t.equal(topToShow(offsets, 1, 100, 100), 30)
  t.equal(topToShow(offsets, 4, 100, 100), 170)
  t.equal(topToShow(offsets, 2, 60, 150), 60)
})

t.test('presence and refusals in the reader’s language', async (t) => {
  addLanguage('de', german)
  t.teardown(() => useLanguages(['en']))
  const [alice, bob, carla, deniz] = new ContractModel().people
  if (!alice || !bob || !carla || !deniz) throw new Error('nobody is there')
  const said = () => [alice, bob, carla, deniz].map(presenceWords)
  t.same(said(), ['Available', 'On a call', 'Not logged in', 'Paused: Lunch'], 'as the server says it')
  const refusal = { type: '', title: '', status: 403, code: 'not-designated', detail: 'Only Bob can.' }
  const designated = { extension: '102', name: 'Bob' }
  t.equal(refusalWords({ ...refusal, designated }), 'Only Bob can.')
  useLanguages(['de'])
  t.same(said(), ['Verfügbar', 'Im Gespräch', 'Nicht angemeldet', 'Pause: Lunch'])
  t.equal(
    presenceWords({ ...alice, away: true, awayReason: 'Zahnarzt' }),
    'Für Nachrichten abwesend: Zahnarzt',
  )
  t.equal(presenceWords({ ...alice, panelOpen: false }), 'Nur am Telefon')
  const nothing = { registration: 'unknown', call: 'unknown', dnd: 'unknown' } as const
  t.match(presenceWords({ ...alice, ...nothing }), /Unbekannt/)
  t.equal(refusalWords({ ...refusal, designated }), 'Das kann nur, wer zuständig ist: Bob (102).')
  t.equal(
    refusalWords({ ...refusal, code: 'media' }),
    'Only Bob can.',
    'an unknown code in the server’s words',
  )
  t.equal(refusalWords({ ...refusal, code: 'toString' }), 'Only Bob can.')
})

t.test('searching', async (t) => {
  const asked: string[] = []
  const answers: ((found: SearchResultWire) => void)[] = []
  let state = noSearch
  const desk = new SearchDesk(
    {
      search: ({ q, after, group }) => {
        asked.push([q, after, group].join(' '))
        return new Promise((resolve) => answers.push(resolve))
      },
    },
    (change) => {
      state = change(state)
    },
  )
  t.teardown(() => desk.stop())
  const scope = { filter: 'all', channel: 'any', group: 'queue/8000' } as const
  const found = (id: string, next: string | null = null): SearchResultWire => ({
    conversations: [],
    items: [
      {
        conversation: conversation(id),
        message: { id: `m ${id}`, direction: 'in', at: at(0), snippet: { text: 'x', marks: [] } },
      },
    ],
    next,
  })
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const text of ['l', 'la', 'lamp ']) desk.ask(text, scope)
  t.equal(state.asking, true)
  await until(() => asked.length > 0)
  t.same(asked, ['lamp  queue/8000'], 'once the typing pauses')
  desk.ask('lamps', scope)
  await until(() => asked.length > 1)
  answers[1]?.(found('b', 'more'))
  await until(() => !state.asking)
  answers[0]?.(found('a'))
  await new Promise(setImmediate)
  t.equal(state.hits[0]?.conversation.id, 'b', 'an answer to what is no longer asked is passed over')
  desk.more(state)
  desk.more(state)
  await until(() => asked.length > 2)
  t.equal(asked[2], 'lamps more queue/8000')
  answers[2]?.(found('c'))
  await until(() => !state.asking)
  t.same([state.hits.length, state.next, asked.length], [2, null, 3])
  desk.ask('  ', scope)
  t.equal(state, noSearch)
})

t.test('one of several tabs calls', async (t) => {
  const tab = (patienceMs: number) => {
    const tabs = new AlertTabs({ name: 'parley.test', patienceMs: () => patienceMs, settleMs: 40 })
    t.teardown(() => tabs.close())
    return tabs
  }
  const [a, b, c] = [tab(20), tab(20), tab(60)]
  const won = await Promise.all([a, b, c].map((each) => each.wins('e.1')))
  t.equal(won.filter(Boolean).length, 1, 'however close they are')
  t.equal(won[2], false, 'the one that can’t be heard comes last')
  t.equal(await a.wins('e.1'), false, 'and never again')
  const asked = [a, b].map((each) => each.wins('e.2'))
  c.seen('e.2')
  t.same(await Promise.all(asked), [false, false], 'nobody, when he sees it')
  t.equal(await c.wins('e.3'), true, 'alone it does what it can')
})

t.test('alert settings survive whatever was kept', async (t) => {
  const read = (kept: string | null) => readAlertSettings({ getItem: () => kept })
  const usual = { sound: 'chime', volume: 0.6, notifications: true }
  for (const kept of [null, 'on', '{', '{"sound":"gong","volume":7}']) t.same(read(kept), usual, String(kept))
  t.same(read('off'), { ...usual, sound: 'off', notifications: false })
  t.same(read('{"sound":"bell","volume":0.2,"notifications":false}'), {
    sound: 'bell',
    volume: 0.2,
    notifications: false,
  })
})

t.test('the open conversation', async (t) => {
  const [a, b, c, d] = [message('a'), message('b'), message('c'), message('d')]
  const first = withNewest(emptyThread('x'), page([b, c], 'older'), '101')
  t.equal(ids(first.messages), 'b c', 'oldest first')
  const grown = withNewest(first, page([c, d]), '101')
  t.equal(ids(grown.messages), 'b c d', 'each once, in the server’s order')
  t.equal(grown.older, 'older', 'what is older is still to be read')
  const whole = withOlder(grown, page([a, b]))
  t.equal(ids(whole.messages), 'a b c d')
  t.equal(whole.older, null)

  const gap = withNewest(whole, page([message('y'), message('z')], 'more'), '101')
  t.equal(ids(gap.messages), 'y z', 'a page that touches nothing held leaves no hole')
  t.equal(gap.older, 'more')

  const sent = withState(grown, 'd', 'delivered')
  t.equal(sent.messages[2]?.state, 'delivered')
  t.equal(withState(grown, 'unknown', 'sent'), grown)
})

t.test('a browser that keeps nothing loses nothing while the page is open', async (t) => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    },
    removeItem: () => undefined,
  }
  const drafts = new Drafts(full, '101')
  drafts.keepText('x', 'Half a sen')
  t.equal(drafts.text('x'), 'Half a sen')
  drafts.keepUnsent('x', { key: 'k1', text: 'Hi', at: 0 })
  t.same(
    drafts.unsent('x').map(({ key }) => key),
    ['k1'],
  )
  drafts.dropUnsent('x', 'k1')
  t.same(drafts.unsent('x'), [])
})

t.test('replies on their way', async (t) => {
  const reply = (key: string, text: string) =>
    ({ key, text, at: 0, state: 'sending', sentence: null, retryable: false }) as const
  const open = withNewest(emptyThread('x'), page([said('Hi', 'old')]), '101')
  const two = withPending(withPending(open, reply('k1', 'Hi')), reply('k2', 'Hi'))
  const read = withNewest(two, page([said('Hi', 'old'), said('Hi', 'new')]), '101')
  t.equal(read.pending.length, 1, 'one message lets one bubble go, the one sent earlier none')
  t.equal(read.pending[0]?.key, 'k2')
  const other = { ...said('Hi', 'his'), author: { kind: 'agent' as const, extension: '102', name: 'Bob' } }
  t.equal(
    withNewest(two, page([said('Hi', 'old'), other]), '101').pending.length,
    2,
    'a colleague’s same words don’t',
  )
  const stuck = withPending(two, { ...reply('k1', 'Hi'), state: 'stuck', sentence: 'No.' })
  t.same(
    stuck.pending.map(({ state }) => state),
    ['stuck', 'sending'],
  )
  const reloaded = emptyThread('x', [{ key: 'k9', text: 'Left over', at: 0 }])
  t.equal(reloaded.pending[0]?.retryable, true, 'what a reload interrupted can be tried again with its key')
})

t.test('the timeline', async (t) => {
  const model = new ContractModel()
  const { id } = model.inbound({ text: 'Hello', designated: '101', at: new Date(at(0)) })
  model.reply(id, '101', 'Hi', 'key-1', new Date(at(1)))
  model.reply(id, '101', 'How can I help?', 'key-2', new Date(at(2)))
  model.designate(id, '102', 'transfer', '101', at(3), 'Speaks Spanish')
  const thread = {
    ...withNewest(emptyThread(id), page(model.messages.get(id) ?? []), '101'),
    decisions: model.decisions.get(id) ?? [],
  }
  const kinds = (held: typeof thread) => timelineRows(held, null, new Date(at(10))).map(({ kind }) => kind)
  t.same(
    kinds(thread),
    ['day', 'decision', 'message', 'message', 'message', 'decision'],
    'decided, then mentioned',
  )
  const rows = timelineRows(thread, null, new Date(at(10)))
  t.same(
    rows.flatMap((row) => (row.kind === 'message' ? [row.continues] : [])),
    [false, false, true],
    'a second message of the same author continues',
  )
  const later = { ...thread, older: 'more', messages: thread.messages.slice(1) }
  t.same(
    kinds(later),
    ['day', 'message', 'message', 'decision'],
    'decisions wait for the messages around them',
  )
  const before = { ...thread, newer: 'more', messages: thread.messages.slice(0, 2) }
  t.same(kinds(before), ['day', 'decision', 'message', 'message'], 'also for those that come after')
  const tomorrow = timelineRows(thread, null, new Date(Date.parse(at(0)) + 86_400_000))
  t.match(tomorrow[0], { kind: 'day', words: 'Yesterday' })
  const [transfer, opened] = thread.decisions
  if (transfer === undefined || opened === undefined) throw new Error('the model made no decisions')
  t.equal(decisionLine(transfer, '102'), 'Transferred to you by Alice Adams')
  t.equal(decisionLine(transfer, '103'), 'Transferred to Bob Brown by Alice Adams')
  t.equal(decisionLine(opened, '101'), 'Designated to you because: panel open and idle')
  t.equal(decisionLine({ ...opened, candidates: [] }, '102'), 'Designated to Alice Adams')
  t.equal(
    decisionLine({ ...opened, winner: null }, '101'),
    'Nobody could be designated: it waits for all members',
  )
  t.equal(
    decisionLine({ ...opened, cause: 'take', actor: { kind: 'agent', name: 'Alice Adams' } }, '101'),
    'Taken by you',
  )
  t.equal(whyQuestion(opened, '101'), 'Why me?')
  t.equal(whyQuestion(opened, '102'), 'Why Alice Adams?')
  t.equal(whyQuestion({ ...opened, winner: null }, '101'), 'Why nobody?')
})

t.test('what one may do, and why not', async (t) => {
  const designated = { extension: '102', name: 'Bob Brown' }
  const his = allowedActions(conversation('x', { designated }), alice)
  t.equal(his.reply, null, 'any member may reply')
  t.equal(his.transfer, 'Only the designated agent can do this, and that is Bob Brown (102).')
  t.equal(his.take, 'Bob Brown (102) is designated.')
  t.match(his.close, /Only the designated agent/)
  const own = allowedActions(
    conversation('x', { designated: { extension: '101', name: 'Alice Adams' } }),
    alice,
  )
  t.match(own, { reply: null, transfer: null, close: null, take: 'You are the designated agent already.' })
  const nobody = allowedActions(conversation('x'), alice)
  t.match(nobody, { reply: null, take: null, close: null, transfer: 'Nobody is designated. Take it first.' })
  const closed = allowedActions(conversation('x', { status: 'closed' }), alice)
  t.match(closed, { reply: 'This conversation is closed. Reopen it first.', reopen: null })
  const name = conversation('x', { customer: { address: 'ACME', name: null, answerable: false } })
  t.equal(allowedActions(name, alice).reply, 'ACME is a name, not a number, so it can’t be answered.')
  const admin = allowedActions(conversation('x', { designated }), {
    ...alice,
    extension: null,
    roles: ['admin'],
  })
  t.match(admin, { reply: /extension/, transfer: /extension/, close: null })
})

t.test('what is mine alone', async (t) => {
  const one = conversation('one', { unread: 3, mentionsMe: 1 })
  const two = conversation('two', { place: 9 })
  const list = withPage(emptyList, view, { items: [two, one], next: null, cursor: 'epoch.1', totals })
  t.equal(ids(visible(list, view, '101')), 'two one')
  t.equal(
    ids(visible(withPersonal(list, 'one', { pinned: true }), view, '101')),
    'one two',
    'pins stand first',
  )
  t.equal(withPersonal(list, 'nowhere', { pinned: true }), list)
  const state = { ...firstState, list, unseen: new Set(['two', 'gone']) }
  t.equal(isUnseen(state, one), true, 'by the server’s count')
  t.equal(isUnseen(state, two), true, 'by what was heard')
  t.equal(unseenCount(state), 3)
  t.equal(unseenCount({ ...state, unseen: new Set(['one']) }), 1, 'each once')

  await t.test('is told as read once, and again when that failed', async (t) => {
    const asked: string[] = []
    let answer: () => Promise<PersonalWire> = () => Promise.reject(new Error('no network'))
    const read: string[] = []
    const api = {
      read: (id: string, through: string) => {
        asked.push(`${id} ${through}`)
        return answer()
      },
    }
    const marker = new ReadMarker(api, (id) => read.push(id))
    const thread = withNewest(emptyThread('one'), page([message('m1'), message('m2')]), '101')
    marker.seen(emptyThread('one'), one)
    marker.seen(thread, conversation('one'))
    t.same(asked, [], 'nothing was read yet, or nothing is unread')
    marker.seen(thread, one)
    marker.seen(thread, one)
    await new Promise(setImmediate)
    t.same(asked, ['one m2'])
    answer = () => Promise.resolve({ unread: 0, mentionsMe: 0, muted: false, pinned: false })
    marker.seen(thread, one)
    await new Promise(setImmediate)
    t.same(asked, ['one m2', 'one m2'])
    t.same(read, ['one'])
    marker.seen(thread, one)
    t.equal(asked.length, 2)
  })

  await t.test('is told to colleagues, sparingly', async (t) => {
    const frames: object[] = []
    const teller = new WatchTeller((frame) => frames.push(frame))
    t.teardown(() => teller.stop())
    teller.show('one')
    teller.show('one')
    teller.type('one', 0)
    teller.type('one', 2999)
    teller.type('one', 3000)
    teller.type('two', 3001)
    teller.show(null)
    t.same(frames, [
      { type: 'viewing', conversationId: 'one' },
      { type: 'typing', conversationId: 'one' },
      { type: 'typing', conversationId: 'one' },
      { type: 'typing', conversationId: 'two' },
      { type: 'viewing', conversationId: null },
    ])
  })
})

t.test('who else is here, in one line', async (t) => {
  const [bob, carla, dan] = [
    { extension: '102', name: 'Bob' },
    { extension: '103', name: 'Carla' },
    { extension: '104', name: 'Dan' },
  ]
  const me = { extension: '101', name: 'Alice' }
  const news = (viewing: (typeof me)[], typing: (typeof me)[], full = false) => ({
    type: 'watching' as const,
    full,
    conversations: [{ conversationId: 'x', viewing, typing }],
  })
  const line = (viewing: (typeof me)[], typing: (typeof me)[] = []) =>
    watchersLine(withWatchers(new Map(), news(viewing, typing)), 'x', '101')
  t.equal(line([me]), '')
  t.equal(line([me, bob]), 'Bob is looking at this.')
  t.equal(line([bob, carla]), 'Bob and Carla are looking at this.')
  t.equal(line([bob, carla, dan]), 'Bob, Carla and 1 more are looking at this.')
  t.equal(line([me, bob, carla], [bob]), 'Bob is writing… Carla is looking at this.')
  t.equal(line([], [bob, carla, me]), 'Bob and Carla are writing…')
  const held = withWatchers(new Map(), news([bob], []))
  t.equal(withWatchers(held, news([], [])).size, 0, 'the last one left')
  t.equal(withWatchers(held, { ...news([], []), full: true, conversations: [] }).size, 0)
  t.equal(watchersLine(held, 'elsewhere', '101'), '')
})

t.test('canned replies are found by what follows the slash', async (t) => {
  const canned = [
    { id: '1', shortcut: 'bye', title: 'Goodbye', text: 'Bye' },
    { id: '2', shortcut: 'hello', title: 'Greeting', text: 'Hello' },
    { id: '3', shortcut: 'hours', title: 'When we open', text: 'From nine' },
  ]
  const found = (text: string) => cannedChoices(canned, text).map(({ shortcut }) => shortcut)
  t.same(found('/'), ['bye', 'hello', 'hours'])
  t.same(found('/h'), ['hello', 'hours'])
  t.same(found('/HO'), ['hours'])
  t.same(found('/open'), ['hours'], 'by a word of the title')
  t.same(found('/nothing'), [])
  for (const text of ['', 'h', '/h ', ' /h', 'see /h', '/home/user', 'https://'])
    t.same(found(text), [], text)
})

t.test('who is alerted', async (t) => {
  const attention = {
    me: '101',
    focused: true,
    openConversation: 'x',
    ownDoing: new Set<string>(),
    muted: false,
  }
  const news = (
    event: Parameters<typeof alertFor>[0] extends infer N ? Extract<N, { event: unknown }>['event'] : never,
  ) => ({ type: 'event', cursor: 'e.1', conversationId: 'x', at: at(0), event }) as const
  const mention = (extension: string | null) =>
    news({ kind: 'message-received', messageId: 'm', mention: extension })
  const designated = news({ kind: 'designation-changed', decisionId: 'd', designated: '101', version: 2 })

  t.equal(alertFor(mention('102'), { ...attention, focused: false }), 'quiet', 'others’ mentions never')
  t.equal(alertFor(mention(null), { ...attention, focused: false }), 'quiet')
  t.equal(alertFor(mention('101'), attention), 'quiet', 'not while I look at it')
  t.equal(alertFor(mention('101'), { ...attention, openConversation: 'y' }), 'mention')
  t.equal(alertFor(mention('101'), { ...attention, focused: false }), 'mention')
  t.equal(alertFor(designated, { ...attention, focused: false }), 'designated', 'a transfer to me')
  t.equal(
    alertFor(mention('101'), { ...attention, focused: false, muted: true }),
    'quiet',
    'not of what I muted',
  )
  t.equal(alertFor(designated, { ...attention, focused: false, muted: true }), 'quiet')
  t.equal(
    alertFor(designated, { ...attention, focused: false, ownDoing: new Set(['x']) }),
    'quiet',
    'not my own taking',
  )
  t.equal(alertFor(news({ kind: 'status-changed', status: 'closed', version: 3 }), attention), 'quiet')
  t.equal(alertFor({ type: 'reset', cursor: 'e.1' }, attention), 'quiet')
  t.equal(titleWithBadge('Messages', 2), '(2) Messages')
  t.equal(titleWithBadge('Messages', 0), 'Messages')
})

t.test('presence', async (t) => {
  const { people } = new ContractModel()
  const group = { kind: 'queue', number: '8000', people }
  const board = withPresence(emptyBoard, { type: 'presence', stale: false, full: true, groups: [group] })
  t.equal(peopleOf(board, support).length, 4)
  const [first, ...rest] = people
  if (first === undefined) throw new Error('the model has no people')
  const changed = { kind: 'ring-group', number: '600', people: [first] }
  const both = withPresence(board, { type: 'presence', stale: true, full: false, groups: [changed] })
  t.equal(peopleOf(both, support).length, 4, 'a change of one group keeps the others')
  t.ok(both.stale)
  const again = withPresence(both, { type: 'presence', stale: false, full: true, groups: [changed] })
  t.equal(peopleOf(again, support).length, 0, 'a full state replaces all')
  const detail = { group: support, strategy: 'rrmemory', stale: false, people: [first], foreign: [] }
  t.equal(withGroup(both, detail), both, 'an answer that was overtaken by live presence changes nothing')
  const early = withGroup(emptyBoard, { ...detail, stale: true })
  t.match({ stale: early.stale, people: peopleOf(early, support).length }, { stale: true, people: 1 })
  t.same([first, ...rest].map(toneOf), ['free', 'busy', 'gone', 'blocked'])
  t.equal(toneOf({ ...first, available: false, call: 'unknown', registration: 'unknown' }), 'unknown')
})

t.test('the token of the link', async (t) => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const replaced: string[] = []
  const history = { replaceState: (_data: unknown, _unused: string, url: string) => void replaced.push(url) }
  const place = (hash: string) => ({
    location: { hash, pathname: '/parley/agent', search: '?x=1' },
    history,
    storage,
  })
  t.equal(takeToken(place('')), null)
  t.equal(takeToken(place('#token=abc.def%3D')), 'abc.def=')
  t.same(replaced, ['/parley/agent?x=1'], 'the address bar keeps everything but the token')
  t.equal(takeToken(place('')), 'abc.def=', 'a reload of the tab finds it')
  t.equal(takeToken(place('#token=')), 'abc.def=')
  forgetToken(storage)
  t.equal(takeToken(place('')), null)

  const drafts = new Drafts(storage, '101')
  drafts.keepText('x', 'Half a sen')
  t.equal(drafts.text('x'), 'Half a sen')
  t.equal(new Drafts(storage, '102').text('x'), '', 'a colleague at the same desk sees his own')
  drafts.keepText('x', '')
  t.equal(drafts.text('x'), '')
  drafts.keepUnsent('x', { key: 'k', text: 'Hi', at: 1 })
  drafts.keepUnsent('x', { key: 'k', text: 'Hi', at: 1 })
  t.same(drafts.unsent('x'), [{ key: 'k', text: 'Hi', at: 1 }])
  drafts.dropUnsent('x', 'k')
  t.equal(kept.size, 0, 'nothing is left behind')
})

t.test('lengths, times and forms', async (t) => {
  t.match(messageLength('a'.repeat(160), 'sms'), { segments: 1, unicode: false, characters: 160 })
  t.match(messageLength('a'.repeat(161), 'sms'), { segments: 2, sentence: '161 characters, 2 SMS segments' })
  t.match(messageLength('Hi 🙂', 'sms'), { segments: 1, unicode: true, characters: 4 })
  t.match(messageLength('a'.repeat(500), 'whatsapp'), { segments: null, sentence: '500 characters' })
  t.match(messageLength('', 'sms'), { segments: null, characters: 0 })

  const now = new Date(2026, 2, 3, 0, 5)
  const day = (back: number) => new Date(2026, 2, 3 - back, 23, 59).toISOString()
  t.equal(dayWords(new Date(2026, 2, 3, 0, 1).toISOString(), now), 'Today')
  t.equal(dayWords(day(1), now), 'Yesterday', 'by the calendar, not by 24 hours')
  t.equal(
    dayWords(day(2), now),
    new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(new Date(day(2))),
  )
  t.match(dayWords(day(400), now), /2025/)
  t.same([5_000, 61_000, 3_600_000, 200_000_000].map(durationWords), [
    'under 1 min',
    '1 min',
    '1 h',
    '2 days',
  ])

  t.same(listOf(' +1631, +1632\n+1633;\n'), ['+1631', '+1632', '+1633'])
  const kind = (name: string) => {
    const facts = carrierKindFacts.find((each) => each.kind === name)
    if (facts === undefined) throw new Error(`no kind ${name}`)
    // As it comes over the wire.
    return JSON.parse(JSON.stringify(facts)) as CarrierKindWire
  }
  const twilio = fieldsOfKind(kind('twilio'))
  t.match(
    twilio.map(({ name, label, form, required, part }) => [name, label, form, required, part]),
    [
      ['accountSid', 'Account SID', 'text', true, 'settings'],
      ['authToken', 'Auth token', 'text', true, 'secrets'],
      ['numbers', 'Numbers', 'lines', false, 'settings'],
    ],
  )
  const [, , numbersField] = twilio
  if (numbersField === undefined) throw new Error('no numbers')
  t.equal(settingText(numbersField, ['a', 'b']), 'a\nb')
  t.equal(settingText(numbersField, undefined), '')
  const values = { accountSid: ' AC1 ', authToken: 's3cret', numbers: '+1\n+2', messagingServiceSid: '' }
  t.same(carrierDraft(twilio, { kind: 'twilio', name: ' Main ', enabled: true, values }), {
    kind: 'twilio',
    name: 'Main',
    enabled: true,
    settings: { accountSid: 'AC1', numbers: ['+1', '+2'] },
    secrets: { authToken: 's3cret' },
  })
  const kept = carrierDraft(twilio, {
    kind: 'twilio',
    name: 'Main',
    enabled: true,
    values: { ...values, authToken: '' },
  })
  t.notOk(typeof kept === 'string' || 'secrets' in kept, 'a secret left empty stays as it is stored')
  const whatsapp = fieldsOfKind(kind('whatsapp-cloud'))
  const phoneNumbers = ' 106540352242922  +15550783881\n\n106540352242923,+15550783882'
  const listed = [
    { id: '106540352242922', number: '+15550783881' },
    { id: '106540352242923', number: '+15550783882' },
  ]
  t.match(
    carrierDraft(whatsapp, { kind: 'whatsapp-cloud', name: 'W', enabled: true, values: { phoneNumbers } }),
    {
      settings: { phoneNumbers: listed },
    },
  )
  const records = whatsapp.find(({ name }) => name === 'phoneNumbers')
  if (records === undefined) throw new Error('no phone numbers')
  t.equal(settingText(records, listed), '106540352242922 +15550783881\n106540352242923 +15550783882')
  const generic = fieldsOfKind(kind('generic'))
  t.match(
    Object.fromEntries(generic.map(({ name, form }) => [name, form])),
    { preset: 'choice', numbers: 'lines', values: 'pairs', webhook: 'json', secrets: 'pairs' },
    'however deep a kind is, it has a form',
  )
  t.match(
    carrierDraft(generic, {
      kind: 'generic',
      name: 'G',
      enabled: true,
      values: { preset: 'voip-ms', secrets: 'user=me\npassword = a=b' },
    }),
    { settings: { preset: 'voip-ms' }, secrets: { user: 'me', password: 'a=b' } },
  )
  t.match(
    carrierDraft(generic, { kind: 'generic', name: 'G', enabled: true, values: { webhook: '{' } }),
    /JSON/,
  )
  for (const { kind: name } of carrierKindFacts)
    for (const { label, hint } of fieldsOfKind(kind(name))) {
      t.match(label, /^[A-Z]/, name)
      if (label !== 'Secrets') t.not(hint, '', `${name} says what ${label} is`)
    }
  t.equal(carrierIdOf('Twilio (main)', []), 'twilio-main')
  t.equal(carrierIdOf('Twilio', ['twilio', 'twilio-2']), 'twilio-3')
  t.equal(carrierIdOf('…', []), 'carrier')

  t.match(randomId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.not(randomId(), randomId())
  t.same(
    [0, 1, 2].map((attempt) => backoffMs(attempt, 0)),
    [250, 500, 1000],
  )
  t.equal(backoffMs(50, 1), 30_000, 'never longer than half a minute')
})
