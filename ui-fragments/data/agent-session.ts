import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { AgentEars, type AgentEarsPorts } from './agent-ears.ts'
import { AgentReader } from './agent-reader.ts'
import { type AgentState, firstState, openConversation, withUnseen } from './agent-state.ts'
import type { ApiClient } from './api-client.ts'
import { type ApiError, asApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import { type ListView, readingOf } from './conversation-list.ts'
import {
  atNewest,
  type ConversationThread,
  emptyThread,
  type PendingReply,
  withoutPending,
  withPending,
} from './conversation-thread.ts'
import { Drafts, type UnsentReply } from './drafts.ts'
import type { LiveClient } from './live-client.ts'
import { MyStatusDesk, placesOf } from './my-status.ts'
import { Observed } from './observed.ts'
import { randomId } from './random-id.ts'
import { ReadMarker } from './read-marker.ts'
import { ReplySender } from './reply-sender.ts'
import { SearchDesk } from './search-desk.ts'
import { ThreadDesk } from './thread-desk.ts'
import { Uploads } from './uploads.ts'
import { WatchTeller } from './watch-teller.ts'
import { words } from './words/words.ts'

export interface AgentSessionPorts extends Pick<AgentEarsPorts, 'focused' | 'onAlert' | 'onSeen'> {
  readonly api: ApiClient
  /** Makes the live connection that goes on from a list's cursor. */
  readonly connect: (cursor: string) => LiveClient
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  /** The token that was given last is somebody else's: this session is over. */
  readonly onOtherPerson: () => void
  /** How long a reply waits before its second try. */
  readonly firstRetryMs?: number
}

/** The agent's panel without its looks: one state to show, and what a person can do to it. */
export class AgentSession {
  readonly state = new Observed<AgentState>(firstState)
  readonly desk: ThreadDesk
  readonly uploads: Uploads
  readonly mine: MyStatusDesk
  readonly #search: SearchDesk
  readonly #ports: AgentSessionPorts
  readonly #reader: AgentReader
  readonly #ears: AgentEars
  readonly #marker: ReadMarker
  readonly #teller = new WatchTeller((frame) => this.#live?.watch(frame))
  /** A note keeps its key until it is stored: trying again never writes it twice. */
  readonly #noteKeys = new Map<string, string>()
  #drafts: Drafts
  #waysRead = ''
  #sender: ReplySender | null = null
  #live: LiveClient | null = null
  #leave: ReadonlyArray<() => void> = []
  #retry: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(ports: AgentSessionPorts) {
    this.#ports = ports
    this.#drafts = new Drafts(ports.storage, 'nobody')
    this.#reader = new AgentReader(ports.api, this.state)
    this.desk = new ThreadDesk({ api: ports.api, reader: this.#reader })
    this.uploads = new Uploads({
      address: ports.api.address,
      token: () => ports.api.token,
      // What hangs on a conversation lives beside the state: whoever draws it is told to look again.
      onChange: (id) => this.#reader.patchThread(id, (thread) => ({ ...thread })),
    })
    this.#ears = new AgentEars({
      ...ports,
      state: this.state,
      reader: this.#reader,
      onPresence: () => this.#presenceChanged(),
    })
    this.#search = new SearchDesk(ports.api, (change) =>
      this.#reader.patch((state) => ({ search: change(state.search) })),
    )
    this.mine = new MyStatusDesk(ports.api, (change) =>
      this.#reader.patch((state) => ({ mine: change(state.mine) })),
    )
    this.#marker = new ReadMarker(ports.api, (id, personal) => this.#reader.patchPersonal(id, personal))
    this.state.subscribe(() => {
      this.#markRead()
      this.#readWays()
    })
  }

  get drafts(): Drafts {
    return this.#drafts
  }

  async start(attempt = 0): Promise<void> {
    try {
      const { me, cursor } = await this.#reader.readFirst()
      if (this.#stopped) return
      this.#drafts = new Drafts(this.#ports.storage, me.extension ?? me.name)
      this.#sender = new ReplySender({
        api: this.#ports.api,
        drafts: this.#drafts,
        firstRetryMs: this.#ports.firstRetryMs ?? 1000,
        onChange: (id, reply) => this.#replied(id, reply),
      })
      this.#listen(cursor)
    } catch (thrown) {
      this.#startFailed(asApiError(thrown), attempt)
      return
    }
    // What is mine is known from the start, however far down it stands: its badges count.
    this.#reader.quietly(this.#reader.readPage({ filter: 'mine', channel: 'any', group: null }))
    if (this.state.value.me?.extension != null) void this.mine.read()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#teller.stop()
    for (const leave of this.#leave) leave()
    this.#leave = []
    this.#live?.stop()
    this.#reader.stop()
    this.#sender?.stop()
    this.uploads.stop()
    this.#search.stop()
    this.mine.stop()
  }

  /** The network is back, or the tab: don't sit out the waits. */
  hurry(): void {
    this.#live?.hurry()
    this.#reader.hurry()
    this.#sender?.hurry()
  }

  /** A fresh token was given to the page: the session goes on where it stood, if it is the same person's. */
  renew(token: string): void {
    this.#reader.patch(() => ({ obstacle: null }))
    if (this.#live === null) void this.start()
    else void this.#goOnWith(token)
  }

  async #goOnWith(token: string, attempt = 0): Promise<void> {
    clearTimeout(this.#retry)
    try {
      const { extension } = await this.#ports.api.me()
      if (this.#stopped || this.#ports.api.token !== token) return
      // What one wrote is never sent in another's name.
      if (extension !== this.state.value.me?.extension) this.#ports.onOtherPerson()
      else this.#resume(token)
    } catch (thrown) {
      const error = asApiError(thrown)
      this.#reader.failed(error)
      if (!error.transient || this.#stopped) return
      this.#retry = setTimeout(
        () => void this.#goOnWith(token, attempt + 1),
        backoffMs(attempt, Math.random()),
      )
    }
  }

  #resume(token: string): void {
    this.#reader.patch(() => ({ obstacle: null }))
    this.#live?.renew(token)
    this.#sender?.hurry()
    const open = this.state.value.thread?.conversationId
    if (open !== undefined) this.#reader.request(open, 'conversation', 'messages', 'decisions')
  }

  show(change: Partial<ListView>): void {
    const before = this.state.value.view
    const view = { ...before, ...change }
    const counted = view.channel === before.channel && view.group === before.group
    this.#reader.patch(() => ({ view, ...(counted ? {} : { counts: null }) }))
    if (!counted) this.#reader.countSoon(0)
    if (view.search !== before.search || (!counted && view.search !== '')) this.#search.ask(view.search, view)
    if (!readingOf(this.state.value.list, view).started) this.#reader.quietly(this.#reader.readPage(view))
  }

  /** Whoever scrolls near the end of what is shown wants more of it. */
  loadMore(): void {
    const { view, search } = this.state.value
    if (view.search !== '') this.#search.more(search)
    else this.#reader.quietly(this.#reader.readPage(view))
  }

  /** The list is looked at from its top. */
  trim(): void {
    this.#reader.trim()
  }

  /** `wanted` names a message to show. */
  open(id: string | null, wanted: string | null = null): void {
    if (this.state.value.thread?.conversationId !== id) {
      const unread = this.state.value.list.byId.get(id ?? '')?.unread ?? 0
      const thread = id === null ? null : this.#firstThread(id, unread, wanted)
      this.#reader.patch(() => ({ thread, notice: null }))
      if (id !== null) this.#reader.request(id, 'conversation', 'messages', 'decisions', 'people')
    } else if (id !== null && wanted !== null) {
      this.#reader.patchThread(id, (thread) => this.#lookBack(thread, wanted))
      this.#reader.request(id, 'messages')
    }
    this.look()
  }

  /** The same conversation at another place: it is shown where it is loaded, else read anew around it. */
  #lookBack(thread: ConversationThread, wanted: string): ConversationThread {
    const held = thread.messages.some(({ id }) => id === wanted)
    return held ? { ...thread, wanted } : { ...atNewest(thread), wanted }
  }

  #firstThread(id: string, unreadAtOpen: number, wanted: string | null): ConversationThread {
    const drafts = this.#drafts
    const kept = { unreadAtOpen, wanted, way: drafts.way(id), note: drafts.note(id) }
    return emptyThread(id, drafts.unsent(id), kept, (key) => this.#sender?.held(key))
  }

  /** By which way replies to the open conversation leave from now on. */
  chooseWay(way: string): void {
    const id = this.state.value.thread?.conversationId
    if (id === undefined) return
    this.#drafts.keepWay(id, way)
    this.#reader.patchThread(id, (thread) => ({ ...thread, way }))
  }

  keepNote(note: string): void {
    const id = this.state.value.thread?.conversationId
    if (id === undefined) return
    this.#drafts.keepNote(id, note)
    this.#reader.patchThread(id, (thread) => ({ ...thread, note }))
  }

  /** The person is looking at what is open: it is no longer unseen. */
  look(): void {
    const id = this.state.value.thread?.conversationId
    const looking = this.#ports.focused()
    this.#teller.show(looking ? (id ?? null) : null)
    if (id === undefined || !looking) return
    this.state.update((state) => withUnseen(state, id, true))
    this.#markRead()
  }

  /** He is writing to the customer. */
  typing(): void {
    const id = this.state.value.thread?.conversationId
    if (id !== undefined) this.#teller.type(id)
  }

  /** Canned replies for the open conversation, read once. */
  wantCanned(): void {
    const { thread } = this.state.value
    if (thread !== null && thread.canned === null) this.#reader.request(thread.conversationId, 'canned')
  }

  /** Throws an `ApiError` when refused, for whoever keeps the text. */
  async note(text: string, mentions: readonly string[] = []): Promise<void> {
    const id = this.state.value.thread?.conversationId
    if (id === undefined) return
    const held = `${id} ${text}`
    const key = this.#noteKeys.get(held) ?? randomId()
    this.#noteKeys.set(held, key)
    await this.#ports.api.note(id, text, mentions, key)
    this.#noteKeys.delete(held)
    this.#reader.request(id, 'conversation', 'messages')
  }

  pin = (): void => this.#prefer({ pinned: true })
  unpin = (): void => this.#prefer({ pinned: false })
  mute = (): void => this.#prefer({ muted: true })
  unmute = (): void => this.#prefer({ muted: false })

  /** Something went wrong that the person should know of. */
  complain(sentence: string): void {
    this.#reader.patch(() => ({ notice: sentence }))
  }

  #prefer(wanted: { pinned?: boolean; muted?: boolean }): void {
    const id = this.state.value.thread?.conversationId
    if (id === undefined) return
    const asked = this.#ports.api.prefer(id, wanted)
    this.#reader.quietly(asked.then((personal) => this.#reader.patchPersonal(id, personal)))
  }

  /** Each message of the customer may open a way, or lengthen the time that it stays open. */
  #readWays(): void {
    const { thread } = this.state.value
    if (thread === null || !thread.loaded) return
    const last = thread.messages.findLast(({ direction }) => direction === 'in')
    const read = `${thread.conversationId} ${last?.id}`
    if (read === this.#waysRead) return
    this.#waysRead = read
    this.desk.readWays(thread.conversationId)
  }

  /** My queues are read again when the PBX says something else of me. */
  #presenceChanged(): void {
    const { me, board } = this.state.value
    if (me?.extension != null) this.mine.heard(placesOf(board, me.extension))
  }

  #markRead(): void {
    const { thread } = this.state.value
    const conversation = openConversation(this.state.value)
    if (thread !== null && conversation !== null && this.#ports.focused())
      this.#marker.seen(thread, conversation)
  }

  loadOlder(): void {
    this.#reader.quietly(this.#reader.readOlder())
  }

  loadNewer(): void {
    this.#reader.quietly(this.#reader.readNewer())
  }

  /** From further back to the end. */
  toNewest(): void {
    const id = this.state.value.thread?.conversationId
    if (id === undefined || this.state.value.thread?.newer == null) return
    this.#reader.patchThread(id, atNewest)
    this.#reader.request(id, 'messages')
  }

  /** Loads further back until it is found, or there is no more. */
  async loadBackTo(found: () => boolean): Promise<boolean> {
    while (!found()) if (!(await this.#reader.readOlder())) return found()
    return true
  }

  send(reply: Pick<UnsentReply, 'text' | 'media' | 'via' | 'template'>): void {
    const conversation = openConversation(this.state.value)
    if (conversation === null || this.#sender === null) return
    if (conversation.designated === null) this.#ears.ownDoing.add(conversation.id)
    const seen = this.state.value.thread?.messages.at(-1)?.id
    this.toNewest()
    this.uploads.clear(conversation.id)
    void this.#sender.send(conversation.id, { ...reply, ...(seen === undefined ? {} : { seen }) })
  }

  /** What was held back because a colleague answered meanwhile is sent all the same. */
  retry(reply: PendingReply): void {
    const id = this.state.value.thread?.conversationId
    const confirm = reply.answeredBy === undefined ? {} : { confirm: true }
    if (id !== undefined && this.#sender !== null) void this.#sender.retry(id, { ...reply, ...confirm })
  }

  discard(reply: PendingReply): void {
    const id = this.state.value.thread?.conversationId
    if (id === undefined) return
    this.#sender?.drop(id, reply.key)
    this.#reader.patchThread(id, (thread) => withoutPending(thread, reply.key))
  }

  /** Throws an `ApiError` when refused, for the dialog that asked to show. */
  transfer(to: string, note: string): Promise<void> {
    return this.#act((id, version) => this.#ports.api.transfer(id, to, version, note))
  }

  transferToGroup(group: Pick<GroupWire, 'kind' | 'number'>, to: string | null, note: string): Promise<void> {
    return this.#act((id, version) => this.#ports.api.transferToGroup(id, group, to, version, note))
  }

  reassign(to: string | null, note: string): Promise<void> {
    return this.#act((id, version) => this.#ports.api.reassign(id, to, version, note))
  }

  take(): void {
    const act = this.#act((id, version) => {
      this.#ears.ownDoing.add(id)
      return this.#ports.api.take(id, version)
    })
    this.#reader.quietly(act)
  }

  close(): void {
    this.#reader.quietly(this.#act((id) => this.#ports.api.close(id)))
  }

  reopen(): void {
    this.#reader.quietly(this.#act((id) => this.#ports.api.reopen(id)))
  }

  /** The conversation once it was read, since an event only names it; null when that takes too long. */
  whenRead(id: string, withinMs = 3000): Promise<ConversationWire | null> {
    const find = () => this.state.value.list.byId.get(id) ?? null
    const known = find()
    if (known !== null) return Promise.resolve(known)
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(late)
        leave()
        resolve(find())
      }
      const late = setTimeout(settle, withinMs)
      const leave = this.state.subscribe(() => {
        if (find() !== null) settle()
      })
    })
  }

  dismissNotice(): void {
    this.#reader.patch(() => ({ notice: null }))
  }

  announce(sentence: string): void {
    this.#reader.patch(() => ({ announcement: sentence }))
  }

  async #act(call: (id: string, version: number) => Promise<void>): Promise<void> {
    const conversation = openConversation(this.state.value)
    if (conversation === null) return
    try {
      await call(conversation.id, conversation.version)
      this.dismissNotice()
    } catch (thrown) {
      this.#ears.ownDoing.delete(conversation.id)
      throw thrown
    } finally {
      this.#reader.request(conversation.id, 'conversation', 'decisions')
    }
  }

  #listen(cursor: string): void {
    const live = this.#ports.connect(cursor)
    this.#live = live
    this.#leave = [
      live.onNews((news) => this.#ears.hear(news)),
      live.state.subscribe((state) => {
        this.#reader.patch(() =>
          state.kind === 'refused' ? { live: state, obstacle: state.sentence } : { live: state },
        )
        if (state.kind !== 'live') return
        this.#reader.hurry()
        this.#sender?.hurry()
        this.#teller.repeat()
      }),
    ]
    live.start()
  }

  #replied(id: string, reply: PendingReply): void {
    // A reply that was read back already is no longer pending, whatever its own request says later.
    this.#reader.patchThread(id, (thread) =>
      reply.state === 'sending' || thread.pending.some(({ key }) => key === reply.key)
        ? withPending(thread, reply)
        : thread,
    )
    if (reply.state === 'stuck') this.#ears.ownDoing.delete(id)
    // Whoever was quicker said something that this screen does not show yet.
    if (reply.answeredBy !== undefined) this.#reader.request(id, 'conversation', 'messages')
    if (reply.state === 'handed') this.#reader.request(id, 'conversation', 'messages', 'decisions')
  }

  #startFailed(error: ApiError, attempt: number): void {
    if (this.#stopped) return
    this.#reader.patch(() => ({ obstacle: error.unauthorised ? words().signInExpired : error.sentence }))
    if (!error.transient) return
    this.#retry = setTimeout(() => void this.start(attempt + 1), backoffMs(attempt, Math.random()))
  }
}
