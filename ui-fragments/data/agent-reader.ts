import type { PersonalWire } from '../../module/contract/api/conversations.ts'
import type { AgentState } from './agent-state.ts'
import { withUnseen } from './agent-state.ts'
import type { ApiClient } from './api-client.ts'
import { type ApiError, asApiError } from './api-error.ts'
import {
  type ListScope,
  readingOf,
  withConversation,
  withoutConversation,
  withoutReadings,
  withPage,
  withPersonal,
  withTrimmed,
} from './conversation-list.ts'
import {
  type ConversationThread,
  furtherBack,
  withAround,
  withEarlier,
  withFurtherBack,
  withNewer,
  withNewest,
} from './conversation-thread.ts'
import type { Observed } from './observed.ts'
import { boardKey, withGroup } from './presence-board.ts'
import { RefreshQueue } from './refresh-queue.ts'
import { words } from './words/words.ts'

/** What of a conversation is to be read afresh. */
export type Part = 'conversation' | 'messages' | 'decisions' | 'people' | 'canned'

const pageSize = 100
/** More than anybody sees at once, and few enough to be sorted at every news. */
const keptRows = 300
const countEveryMs = 1000

/** Reads from the API into the panel's state. Whatever order answers come in, the newest reading stays. */
export class AgentReader {
  readonly #api: ApiClient
  readonly #state: Observed<AgentState>
  readonly #queue: RefreshQueue
  readonly #paging = new Set<string>()
  #counting: ReturnType<typeof setTimeout> | undefined

  constructor(api: ApiClient, state: Observed<AgentState>) {
    this.#api = api
    this.#state = state
    this.#queue = new RefreshQueue(
      (id, wanted) => this.#read(id, wanted),
      (id, error) => this.#refused(id, error),
    )
  }

  request(id: string, ...parts: readonly Part[]): void {
    this.#queue.request(id, ...parts)
  }

  hurry(): void {
    this.#queue.hurry()
  }

  stop(): void {
    clearTimeout(this.#counting)
    this.#queue.stop()
  }

  /** The first page of a list, or its next one; whoever asks twice is answered once. */
  async readPage(scope: ListScope, first = false): Promise<void> {
    const key = JSON.stringify(scope)
    if (this.#paging.has(key)) return
    this.#paging.add(key)
    try {
      const { started, more, floor } = readingOf(this.#state.value.list, scope)
      if (started && !more && !first) return
      const below = started && !first ? floor : null
      const page = await this.#api.conversations({ ...queryOf(scope), below, limit: pageSize })
      this.patch((state) => ({ list: withPage(state.list, scope, page, below) }))
    } finally {
      this.#paging.delete(key)
    }
  }

  /** How many there are under each tab: soon, and once for all that happens meanwhile. */
  countSoon(afterMs = countEveryMs): void {
    if (this.#counting !== undefined) return
    this.#counting = setTimeout(() => {
      this.#counting = undefined
      this.quietly(this.#count())
    }, afterMs)
  }

  async #count(): Promise<void> {
    const { view } = this.#state.value
    const { channel, group } = queryOf(view)
    const counts = await this.#api.counts(channel, group)
    const now = this.#state.value.view
    if (now.channel === view.channel && now.group === view.group) this.patch(() => ({ counts }))
  }

  /** What is far below the top is let go of: the list is looked at from its top. */
  trim(): void {
    const { list, view, me, thread, unseen } = this.#state.value
    const needed = ({ id }: { readonly id: string }) => id === thread?.conversationId || unseen.has(id)
    const trimmed = withTrimmed(list, view, me?.extension ?? null, keptRows, needed)
    if (trimmed !== list) this.patch(() => ({ list: trimmed }))
  }

  /** The first list's cursor is older than every answer after it, so nothing falls between list and live. */
  async readFirst(): Promise<{ me: NonNullable<AgentState['me']>; cursor: string }> {
    const me = await this.#api.me()
    const { view } = this.#state.value
    const first = await this.#api.conversations({ ...queryOf(view), limit: pageSize })
    this.patch((state) => ({ me, list: withPage(state.list, view, first), obstacle: null }))
    this.countSoon(0)
    return { me, cursor: first.cursor }
  }

  /** After a reset: what was held may have changed in any way. */
  async readAgain(): Promise<void> {
    const open = this.#state.value.thread?.conversationId
    if (open !== undefined) this.request(open, 'conversation', 'messages', 'decisions')
    const { byId } = this.#state.value.list
    const { view } = this.#state.value
    const unread = new Set(byId.keys())
    const page = await this.#api.conversations({ ...queryOf(view), limit: pageSize })
    for (const { id } of page.items) unread.delete(id)
    this.patch((state) => ({ list: withPage(withoutReadings(state.list), view, page) }))
    this.countSoon(0)
    // What the first page does not hold any more is read by itself as far as it matters: it may be gone.
    const { unseen } = this.#state.value
    for (const id of unread) {
      if (id === open) continue
      if (unseen.has(id) || (byId.get(id)?.mentionsMe ?? 0) > 0) this.request(id, 'conversation')
      else if (this.#state.value.list.byId.get(id) === byId.get(id))
        this.patch((state) => ({ list: withoutConversation(state.list, id) }))
    }
  }

  /** Whether there may be more. */
  async readOlder(): Promise<boolean> {
    const { thread } = this.#state.value
    const asked = thread === null ? null : furtherBack(thread)
    if (thread === null || asked === null) return false
    const page = await this.#api.messages(asked.id, asked.before)
    this.patchThread(thread.conversationId, (held) => withFurtherBack(held, asked, page))
    const now = this.#state.value.thread
    return now !== null && now.conversationId === thread.conversationId && furtherBack(now) !== null
  }

  /** For work that nobody waits for: a refusal becomes the notice. */
  quietly(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => this.failed(asApiError(thrown)))
  }

  failed(error: ApiError): void {
    this.patch(() => (error.unauthorised ? { obstacle: words().signInExpired } : { notice: error.sentence }))
  }

  patch(change: (state: AgentState) => Partial<AgentState>): void {
    this.#state.update((state) => ({ ...state, ...change(state) }))
  }

  /** What I read, muted or pinned, here or elsewhere. Nothing for me left means that I have seen it. */
  patchPersonal(id: string, personal: Partial<PersonalWire>): void {
    this.#state.update((state) => {
      const next = { ...state, list: withPersonal(state.list, id, personal) }
      return personal.mentionsMe === 0 ? withUnseen(next, id, true) : next
    })
  }

  /** Changes the open conversation, if it still is the open one. */
  patchThread(id: string, change: (thread: ConversationThread) => ConversationThread): void {
    this.#state.update((state) => {
      if (state.thread?.conversationId !== id) return state
      const thread = change(state.thread)
      return thread === state.thread ? state : { ...state, thread }
    })
  }

  async #read(id: string, wanted: ReadonlySet<string>): Promise<void> {
    if (wanted.has('conversation')) await this.#readConversation(id, wanted.has('people'))
    if (this.#state.value.thread?.conversationId !== id) return
    if (wanted.has('messages')) await this.#readMessages(id)
    if (wanted.has('canned')) {
      const canned = await this.#api.canned(id)
      this.patchThread(id, (thread) => ({ ...thread, canned }))
    }
    if (wanted.has('decisions')) {
      const decisions = await this.#api.decisions(id)
      const statuses = (await this.#api.timeline(id)).filter(({ kind }) => kind === 'status')
      this.patchThread(id, (thread) => ({ ...thread, decisions, statuses }))
    }
  }

  async #readConversation(id: string, withPeople: boolean): Promise<void> {
    const conversation = await this.#api.conversation(id)
    this.patch((state) => ({ list: withConversation(state.list, conversation) }))
    this.patchThread(id, (thread) => withEarlier(thread, conversation.continues ?? []))
    this.countSoon()
    if (!withPeople || this.#state.value.board.groups.has(boardKey(conversation.group))) return
    const detail = await this.#api.group(conversation.group.kind, conversation.group.number)
    this.patch((state) => ({ board: withGroup(state.board, detail) }))
  }

  /** What follows where it was opened further back. */
  async readNewer(): Promise<void> {
    const { thread } = this.#state.value
    if (thread === null || thread.newer === null) return
    const { conversationId, newer } = thread
    const page = await this.#api.messagesAt(conversationId, { after: newer })
    this.patchThread(conversationId, (held) => (held.newer === newer ? withNewer(held, page) : held))
  }

  /** Where a message was asked for, what is near it; false when there is no such message here. */
  async #readAround(id: string, wanted: string): Promise<boolean> {
    try {
      const page = await this.#api.messagesAt(id, { around: wanted })
      this.patchThread(id, (thread) => (thread.loaded ? thread : withAround(thread, page)))
      return true
    } catch (thrown) {
      if (asApiError(thrown).status !== 404) throw thrown
      return false
    }
  }

  async #readMessages(id: string): Promise<void> {
    const { thread: open } = this.#state.value
    const wanted = open?.loaded === false ? open.wanted : null
    if (wanted !== null && (await this.#readAround(id, wanted))) return
    // Further back, what is new waits below until the reader comes to it.
    if (this.#state.value.thread?.newer != null) return
    // Replies handed over before this reading began are in it, whatever the server made of their text.
    const handed = new Set(
      this.#state.value.thread?.pending.filter(({ state }) => state === 'handed').map(({ key }) => key),
    )
    const page = await this.#api.messages(id)
    const me = this.#state.value.me?.extension ?? null
    this.patchThread(id, (thread) => {
      const read = withNewest(thread, page, me)
      return { ...read, pending: read.pending.filter(({ key }) => !handed.has(key)) }
    })
  }

  #refused(id: string, error: ApiError): void {
    if (error.status !== 404 && error.status !== 403) {
      this.failed(error)
      return
    }
    this.patch((state) => ({
      ...withUnseen(state, id, true),
      list: withoutConversation(state.list, id),
      ...(state.thread?.conversationId === id ? { thread: null, notice: error.sentence } : {}),
    }))
  }
}

const queryOf = ({ filter, channel, group }: ListScope) => ({
  filter,
  channel: channel === 'any' ? null : channel,
  group,
})
