import type { CarrierKindWire, CarrierWire } from '../../module/contract/api/carriers.ts'
import type { ConversationListWire, ConversationWire } from '../../module/contract/api/conversations.ts'
import type { GroupDetailWire, MeWire } from '../../module/contract/api/groups.ts'
import type { RuleFindingWire, RuleWire } from '../../module/contract/api/rules.ts'
import type { DoctorWire, SystemWire } from '../../module/contract/api/system.ts'
import type { UnroutedListWire } from '../../module/contract/api/unrouted.ts'
import type { AdminApi } from './admin-api.ts'
import type { ApiClient } from './api-client.ts'
import { asApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import type { LiveClient, LiveNews, LiveState } from './live-client.ts'
import { Observed } from './observed.ts'
import { boardKey, emptyBoard, type PresenceBoard, withPresence } from './presence-board.ts'
import { RefreshQueue } from './refresh-queue.ts'
import { words } from './words/words.ts'

/** What the admin panel's parts share, as one value. What only one of them shows, that one reads itself. */
export interface AdminState {
  readonly me: MeWire | null
  readonly isAdmin: boolean
  readonly system: SystemWire | null
  /** What the doctor found last; null before he looked. */
  readonly doctor: DoctorWire | null
  readonly examining: boolean
  readonly groups: readonly GroupDetailWire[]
  readonly rules: readonly RuleWire[]
  readonly rulesVersion: number
  /** What is wrong with the rules. */
  readonly findings: readonly RuleFindingWire[]
  readonly carriers: readonly CarrierWire[]
  readonly carrierKinds: readonly CarrierKindWire[]
  readonly unrouted: UnroutedListWire
  /** Every open one that may be seen here, by its id. */
  readonly conversations: ReadonlyMap<string, ConversationWire>
  /** There are more open ones than are read. */
  readonly moreConversations: boolean
  /** Whether a message ever came in. */
  readonly seenMessage: boolean
  readonly board: PresenceBoard
  readonly live: LiveState
  readonly loaded: boolean
  readonly obstacle: string | null
  readonly notice: string | null
}

export const firstAdminState: AdminState = {
  me: null,
  isAdmin: false,
  system: null,
  doctor: null,
  examining: false,
  groups: [],
  rules: [],
  rulesVersion: 0,
  findings: [],
  carriers: [],
  carrierKinds: [],
  unrouted: { items: [], next: null },
  conversations: new Map(),
  moreConversations: false,
  seenMessage: false,
  board: emptyBoard,
  live: { kind: 'connecting' },
  loaded: false,
  obstacle: null,
  notice: null,
}

export interface AdminSessionPorts {
  readonly api: ApiClient
  readonly admin: AdminApi
  readonly connect: (cursor: string) => LiveClient
  readonly pollEveryMs?: number
}

const pageSize = 200
/** So many open conversations are counted and shown; beyond them the overview says that there are more. */
const mostConversations = 2000

/** The admin's panel without its looks. What it saves it reads back, so that it shows what the server made of it. */
export class AdminSession {
  readonly state = new Observed<AdminState>(firstAdminState)
  readonly api: ApiClient
  readonly admin: AdminApi
  /** Called for each event of a conversation, for whoever shows it. */
  readonly onEvent = new Set<(conversationId: string) => void>()
  readonly #ports: AdminSessionPorts
  readonly #refresh: RefreshQueue
  #live: LiveClient | null = null
  #leave: ReadonlyArray<() => void> = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(ports: AdminSessionPorts) {
    this.#ports = ports
    this.api = ports.api
    this.admin = ports.admin
    this.#refresh = new RefreshQueue(
      (id) => this.#readConversation(id),
      // Of what it may not see any more it says nothing.
      (id) => this.#forgetConversation(id),
    )
  }

  async start(attempt = 0): Promise<void> {
    try {
      const me = await this.api.me()
      const isAdmin = me.roles.includes('admin')
      if (!isAdmin && !me.roles.includes('supervisor')) {
        this.#patch({ obstacle: 'This page is for administrators and supervisors.' })
        return
      }
      const [groups, cursor] = await Promise.all([this.api.groups(), this.#readConversations()])
      if (isAdmin) await this.#readAdministration()
      if (this.#stopped) return
      this.#patch({ me, isAdmin, groups, loaded: true, obstacle: null })
      this.#listen(cursor)
      this.#poll()
      if (isAdmin) this.quietly(this.examine())
    } catch (thrown) {
      const error = asApiError(thrown)
      this.#patch({ obstacle: error.unauthorised ? words().signInExpired : error.sentence })
      if (error.transient && !this.#stopped) {
        this.#timer = setTimeout(() => void this.start(attempt + 1), backoffMs(attempt, Math.random()))
      }
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const leave of this.#leave) leave()
    this.#refresh.stop()
    this.#live?.stop()
  }

  hurry(): void {
    this.#live?.hurry()
    this.#refresh.hurry()
  }

  renew(token: string): void {
    this.#patch({ obstacle: null })
    if (this.#live === null) void this.start()
    else this.#live.renew(token)
  }

  readRules = async (): Promise<void> => {
    const [{ items: rules, version: rulesVersion }, findings] = await Promise.all([
      this.admin.rules(),
      this.admin.lint(),
    ])
    this.#patch({ rules, rulesVersion, findings })
  }

  readCarriers = async (): Promise<void> => {
    this.#patch({ carriers: await this.admin.carriers() })
  }

  readUnrouted = async (): Promise<void> => {
    this.#patch({ unrouted: await this.admin.unrouted() })
  }

  loadMoreUnrouted = async (): Promise<void> => {
    const { items, next } = this.state.value.unrouted
    if (next === null) return
    const page = await this.admin.unrouted(next)
    this.#patch({ unrouted: { items: [...items, ...page.items], next: page.next } })
  }

  /** Has the doctor look at the PBX and the rest now. */
  examine = async (): Promise<void> => {
    if (this.state.value.examining) return
    this.#patch({ examining: true })
    try {
      this.#patch({ doctor: await this.admin.doctor() })
    } finally {
      this.#patch({ examining: false })
    }
  }

  /** Runs what nobody waits for; a refusal becomes the notice. */
  quietly(work: Promise<unknown>): void {
    work.then(
      () => this.#patch({ notice: null }),
      (thrown: unknown) => this.#patch({ notice: asApiError(thrown).sentence }),
    )
  }

  dismissNotice(): void {
    this.#patch({ notice: null })
  }

  async #readAdministration(): Promise<void> {
    const { admin, api } = this
    const [system, carrierKinds, closed] = await Promise.all([
      admin.system(),
      admin.carrierKinds(),
      api.conversations({ filter: 'closed', limit: 1 }),
      this.readRules(),
      this.readCarriers(),
      this.readUnrouted(),
    ])
    this.#patch({ system, carrierKinds, seenMessage: closed.items.length > 0 })
  }

  /** Gives the cursor from which on events are news. */
  async #readConversations(): Promise<string> {
    const conversations = new Map<string, ConversationWire>()
    let cursor: string | null = null
    let after: string | null = null
    do {
      const page: ConversationListWire = await this.admin.openConversations(pageSize, after)
      for (const conversation of page.items) conversations.set(conversation.id, conversation)
      cursor ??= page.cursor
      after = page.next
    } while (after !== null && conversations.size < mostConversations)
    this.#patch({ conversations, moreConversations: after !== null })
    return cursor
  }

  async #readConversation(id: string): Promise<void> {
    const conversation = await this.api.conversation(id)
    if (conversation.status === 'closed') return this.#forgetConversation(id)
    this.#patch({ conversations: new Map(this.state.value.conversations).set(id, conversation) })
  }

  #forgetConversation(id: string): void {
    const conversations = new Map(this.state.value.conversations)
    if (conversations.delete(id)) this.#patch({ conversations })
  }

  /** It never says what it looks at: a supervisor who reads along is seen by nobody. */
  #listen(cursor: string): void {
    const live = this.#ports.connect(cursor)
    this.#live = live
    this.#leave = [
      live.onNews((news) => this.#hear(news)),
      live.state.subscribe((state) => {
        this.#patch(state.kind === 'refused' ? { live: state, obstacle: state.sentence } : { live: state })
      }),
    ]
    live.start()
  }

  #hear(news: LiveNews): void {
    switch (news.type) {
      case 'presence': {
        this.#patch({ board: withPresence(this.state.value.board, news) })
        const known = new Set(this.state.value.groups.map(({ group }) => boardKey(group)))
        if (news.groups.some((group) => !known.has(boardKey(group)))) this.quietly(this.#readGroups())
        return
      }
      case 'event':
        this.#refresh.request(news.conversationId, 'conversation')
        if (news.event.kind === 'message-received') this.#patch({ seenMessage: true })
        for (const listener of this.onEvent) listener(news.conversationId)
        return
      case 'reset':
        this.quietly(this.#readConversations())
        return
      case 'watching':
        return
      default:
        news satisfies never
    }
  }

  async #readGroups(): Promise<void> {
    this.#patch({ groups: await this.api.groups() })
  }

  /** Link health, the directory, carriers' health and unrouted messages have no events: they are looked at now and then. */
  #poll(): void {
    this.#timer = setTimeout(async () => {
      try {
        await this.#look()
      } catch (thrown) {
        const error = asApiError(thrown)
        if (error.unauthorised) this.#patch({ obstacle: words().signInExpired })
      }
      if (!this.#stopped) this.#poll()
    }, this.#ports.pollEveryMs ?? 10_000)
  }

  async #look(): Promise<void> {
    const { admin } = this
    await this.#readGroups()
    if (!this.state.value.isAdmin) return
    const [system, unrouted] = await Promise.all([admin.system(), admin.unrouted(), this.readCarriers()])
    const held = this.state.value.unrouted
    // Who has read further pages keeps them until the list is opened anew.
    this.#patch({ system, ...(held.items.length > unrouted.items.length ? {} : { unrouted }) })
  }

  #patch(change: Partial<AdminState>): void {
    if (this.#stopped) return
    this.state.update((state) => {
      const next = { ...state, ...change }
      return next.seenMessage ? next : { ...next, seenMessage: hasSeen(next) }
    })
  }
}

const hasSeen = ({ conversations, unrouted, carriers }: AdminState): boolean =>
  unrouted.items.length > 0 ||
  carriers.some(({ health }) => health?.lastInboundAt != null) ||
  [...conversations.values()].some(({ lastMessage }) => lastMessage?.direction === 'in')
