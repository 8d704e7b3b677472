import type { ConversationWire, PersonalWire } from '../../module/contract/api/conversations.ts'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MyQueueWire, PersonWire, StatusWire } from '../../module/contract/api/groups.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { SearchResultWire } from '../../module/contract/api/search.ts'
import type { EventWire, ServerFrame } from '../../module/contract/live.ts'

export const support: GroupWire = { kind: 'queue', number: '8000', name: 'Support Department' }
export const sales: GroupWire = { kind: 'ring-group', number: '600', name: 'Sales' }
export const did = '+16313808000'

const person = (extension: string, name: string, facts: Partial<PersonWire> = {}): PersonWire => ({
  extension,
  name,
  loggedIn: true,
  paused: false,
  pausedReason: null,
  registration: 'registered',
  call: 'idle',
  dnd: 'off',
  panelOpen: true,
  penalty: 0,
  available: true,
  summary: 'Available',
  ...facts,
})

export interface InboundFacts {
  readonly from?: string
  readonly name?: string | null
  readonly text: string
  readonly channel?: 'sms' | 'whatsapp' | 'sip'
  readonly group?: GroupWire
  readonly designated?: string | null
  readonly at?: Date
  readonly answerable?: boolean
  readonly notice?: string
}

type Event = Extract<ServerFrame, { type: 'event' }>

/** The server's side of the contract, in memory: what panels are tested against. */
export class ContractModel {
  people: PersonWire[] = [
    person('101', 'Alice Adams'),
    person('102', 'Bob Brown', { call: 'on-call', summary: 'On a call' }),
    person('103', 'Carla Costa', {
      loggedIn: false,
      available: false,
      panelOpen: false,
      summary: 'Not logged in',
    }),
    person('104', 'Deniz Demir', {
      paused: true,
      pausedReason: 'Lunch',
      available: false,
      summary: 'Paused: Lunch',
    }),
  ]
  groups: readonly GroupWire[] = [support]
  /** Of whoever asks. */
  status: StatusWire = { state: 'available', since: null, until: null, reason: null, by: null }
  myQueues: MyQueueWire[] = [
    {
      number: '8000',
      name: support.name,
      membership: 'dynamic',
      loggedIn: true,
      paused: false,
      pausedReason: null,
    },
  ]
  readonly conversations = new Map<string, ConversationWire>()
  readonly messages = new Map<string, MessageWire[]>()
  readonly decisions = new Map<string, DecisionWire[]>()
  readonly events: Event[] = []
  readonly keys = new Map<string, MessageWire>()
  /** What is each agent's own, by extension and conversation. */
  readonly #personal = new Map<string, PersonalWire>()
  /** Cursors up to here are no longer kept. */
  forgotten = 0
  #ids = 0
  #places = 0
  readonly #byAddress = new Map<string, string>()
  #listener: (event: Event) => void = () => {}

  onEvent(listener: (event: Event) => void): void {
    this.#listener = listener
  }

  get cursor(): string {
    return `epoch.${this.events.length}`
  }

  /** As one agent has it. */
  wireFor(id: string, extension: string | null): ConversationWire {
    return { ...this.get(id), ...(extension === null ? {} : this.personalOf(id, extension)) }
  }

  personalOf = (id: string, extension: string): PersonalWire =>
    this.#personal.get(`${extension} ${id}`) ?? nothingOfMine

  #own(id: string, extension: string, change: Partial<PersonalWire>): PersonalWire {
    const next = { ...this.personalOf(id, extension), ...change }
    this.#personal.set(`${extension} ${id}`, next)
    return next
  }

  read(id: string, agent: string): PersonalWire {
    const next = this.#own(id, agent, { unread: 0, mentionsMe: 0 })
    this.#tell(id, { kind: 'read-changed', agent, unread: 0, mentionsMe: 0 })
    return next
  }

  prefer(id: string, agent: string, wanted: Partial<PersonalWire>): PersonalWire {
    const next = this.#own(id, agent, wanted)
    this.#tell(id, { kind: 'preferences-changed', agent, muted: next.muted, pinned: next.pinned })
    return next
  }

  note(id: string, extension: string | null, text: string, mentions: readonly string[] = []): MessageWire {
    const note = this.#message({
      direction: 'note',
      channel: null,
      did: null,
      text,
      mentions: mentions.map((each) => ({ extension: each, name: this.nameOf(each) })),
      at: new Date().toISOString(),
      author:
        extension === null
          ? { kind: 'pbx', extension: null, name: 'Parley' }
          : { kind: 'agent', extension, name: this.nameOf(extension) },
    })
    this.messages.get(id)?.push(note)
    this.#tell(id, { kind: 'note-written', messageId: note.id, author: extension })
    return note
  }

  /** Any message, as the server would hand it over. */
  say(id: string, facts: Partial<MessageWire>): MessageWire {
    const author = { kind: 'customer' as const, extension: null, name: this.get(id).customer.address }
    const message = this.#message({
      direction: 'in',
      text: '',
      at: new Date().toISOString(),
      author,
      ...facts,
    })
    this.messages.get(id)?.push(message)
    this.#tell(id, { kind: 'message-received', messageId: message.id, mention: null })
    return message
  }

  /** Changes a message, as when its file arrives. */
  amend(id: string, messageId: string, change: Partial<MessageWire>): void {
    const held = this.messages.get(id) ?? []
    this.messages.set(
      id,
      held.map((message) => (message.id === messageId ? { ...message, ...change } : message)),
    )
    this.#tell(id, { kind: 'media-changed', messageId, mediaId: 'any', state: 'stored' })
  }

  change(id: string, change: Partial<ConversationWire>): void {
    this.#change(id, change)
  }

  optOut(id: string): void {
    this.#change(id, { optedOut: true })
    this.note(id, null, 'The customer opted out of messages from this number.')
  }

  inbound(facts: InboundFacts): ConversationWire {
    const { from = '+19542788086', name = null, text, channel = 'sms', answerable = true } = facts
    const at = (facts.at ?? new Date()).toISOString()
    let conversation = this.conversations.get(this.#byAddress.get(from) ?? '')
    if (conversation === undefined) {
      conversation = {
        id: this.#id('conversation'),
        customer: { address: from, name, answerable },
        group: facts.group ?? support,
        designated: null,
        version: 1,
        status: 'open',
        channels: [channel],
        lastMessage: null,
        waitingSince: null,
        openedAt: at,
        place: 0,
        activeAt: at,
        optedOut: false,
        unread: 0,
        mentionsMe: 0,
        muted: false,
        pinned: false,
      }
      this.conversations.set(conversation.id, conversation)
      this.#byAddress.set(from, conversation.id)
      this.messages.set(conversation.id, [])
      this.decisions.set(conversation.id, [])
      if (facts.designated !== undefined)
        this.designate(conversation.id, facts.designated, 'opened', null, at)
      conversation = this.get(conversation.id)
    }
    const mention = conversation.designated
    const message = this.#message({
      direction: 'in',
      channel,
      text,
      at,
      mention: mention?.extension ?? null,
      mentionName: mention?.name ?? null,
      author: { kind: 'customer', extension: null, name: name ?? from },
      notice: facts.notice ?? null,
    })
    this.messages.get(conversation.id)?.push(message)
    for (const { extension } of this.people) {
      const { unread, mentionsMe } = this.personalOf(conversation.id, extension)
      this.#own(conversation.id, extension, {
        unread: unread + 1,
        mentionsMe: mentionsMe + (mention?.extension === extension ? 1 : 0),
      })
    }
    this.#change(conversation.id, {
      channels: [...new Set([...conversation.channels, channel])],
      lastMessage: { direction: 'in', preview: text.slice(0, 120), mention, at },
      waitingSince: conversation.waitingSince ?? at,
    })
    this.#tell(conversation.id, { kind: 'message-received', messageId: message.id, mention: message.mention })
    return this.get(conversation.id)
  }

  /** By plain parts of words, thirty messages a page. */
  search(text: string, extension: string | null, from: number): SearchResultWire {
    const wanted = text.toLowerCase()
    const newest = [...this.conversations.values()].sort((a, b) => b.place - a.place)
    const hits = newest.flatMap((conversation) => {
      const message = this.messages
        .get(conversation.id)
        ?.findLast((one) => one.text.toLowerCase().includes(wanted))
      if (message === undefined) return []
      const at = message.text.toLowerCase().indexOf(wanted)
      const snippet = { text: message.text, marks: [[at, at + wanted.length]] }
      const { id, direction, at: when } = message
      return [
        {
          conversation: this.wireFor(conversation.id, extension),
          message: { id, direction, at: when, snippet },
        },
      ]
    })
    const named = newest.filter(({ customer }) =>
      `${customer.name} ${customer.address}`.toLowerCase().includes(wanted),
    )
    return {
      conversations: from === 0 ? named.slice(0, 20).map(({ id }) => this.wireFor(id, extension)) : [],
      items: hits.slice(from, from + 30),
      next: hits.length > from + 30 ? String(from + 30) : null,
    }
  }

  reply(id: string, extension: string, text: string, key: string, at = new Date()): MessageWire {
    const known = this.keys.get(key)
    if (known !== undefined) return known
    const { designated } = this.get(id)
    const message = this.#message({
      direction: 'out',
      text,
      at: at.toISOString(),
      author: { kind: 'agent', extension, name: this.nameOf(extension) },
      state: 'queued',
    })
    this.keys.set(key, message)
    this.messages.get(id)?.push(message)
    this.#change(id, {
      lastMessage: { direction: 'out', preview: text, mention: null, at: message.at },
      waitingSince: null,
    })
    this.#tell(id, { kind: 'message-written', messageId: message.id, author: extension })
    if (designated === null) this.designate(id, extension, 'reply', extension, message.at)
    return message
  }

  /** Who else answered after a message; null where nobody did. */
  answeredSince(id: string, seen: string | undefined, extension: string | null): string | null {
    const held = this.messages.get(id) ?? []
    const after = held.slice(held.findIndex((message) => message.id === seen) + 1)
    const other = after.findLast(
      ({ direction, author }) => direction === 'out' && author.extension !== extension,
    )
    return other?.author.name ?? null
  }

  settle(id: string, messageId: string, state: NonNullable<MessageWire['state']>, sentence?: string): void {
    const held = this.messages.get(id) ?? []
    const failure = sentence === undefined ? null : { code: 'unreachable', sentence }
    this.messages.set(
      id,
      held.map((message) => (message.id === messageId ? { ...message, state, failure } : message)),
    )
    this.#tell(id, { kind: 'message-state-changed', messageId, state })
  }

  designate(
    id: string,
    to: string | null,
    cause: string,
    by: string | null,
    at = new Date().toISOString(),
    note: string | null = null,
  ): void {
    const winner = to === null ? null : { extension: to, name: this.nameOf(to) }
    const { designated, version } = this.get(id)
    const decision: DecisionWire = {
      id: this.#id('decision'),
      conversationId: id,
      at,
      cause,
      sentence:
        winner === null
          ? 'Nobody was available: Carla Costa (not logged in to the queue). The first to become available gets it.'
          : `${winner.name} (${winner.extension}) was designated: panel open and idle, next in the round robin. Not considered: Carla Costa (not logged in to the queue), Deniz Demir (paused in the queue).`,
      actor: by === null ? { kind: 'pbx', name: 'PBX' } : { kind: 'agent', name: this.nameOf(by) },
      previous: designated?.extension ?? null,
      winner,
      note,
      candidates:
        by !== null
          ? []
          : this.people.map(({ extension, name, available, call, summary }) => ({
              extension,
              name,
              tier: available ? (call === 'idle' ? 'panel-idle' : 'panel-busy') : null,
              excluded: available ? null : 'logged-out',
              reason: available
                ? call === 'idle'
                  ? 'panel open and idle'
                  : 'panel open, busy on the phone'
                : summary.toLowerCase(),
            })),
    }
    this.decisions.get(id)?.unshift(decision)
    this.#change(id, { designated: winner, version: version + 1 })
    this.#tell(id, {
      kind: 'designation-changed',
      decisionId: decision.id,
      designated: to,
      version: version + 1,
    })
  }

  setStatus(id: string, status: 'open' | 'closed'): void {
    const version = this.get(id).version + 1
    this.#change(id, { status, version })
    this.#tell(id, { kind: 'status-changed', status, version })
  }

  get(id: string): ConversationWire {
    const conversation = this.conversations.get(id)
    if (conversation === undefined) throw new Error(`no conversation ${id}`)
    return conversation
  }

  nameOf = (extension: string): string =>
    this.people.find((known) => known.extension === extension)?.name ?? extension

  /** Events so far are no longer kept: whoever asks for them is told to load afresh. */
  forget(): void {
    this.forgotten = this.events.length
  }

  /** Keeps the newest messages of each conversation only, for very much traffic. */
  keepShort(most: number): void {
    for (const [id, messages] of this.messages)
      if (messages.length > 2 * most) this.messages.set(id, messages.slice(-most))
  }

  #change(id: string, change: Partial<ConversationWire>): void {
    const moves = 'lastMessage' in change || 'designated' in change || 'status' in change
    const activeAt = change.lastMessage?.at ?? new Date().toISOString()
    const place = moves ? { place: ++this.#places, activeAt } : {}
    this.conversations.set(id, { ...this.get(id), ...place, ...change })
  }

  #message(
    facts: Partial<MessageWire> & Pick<MessageWire, 'direction' | 'text' | 'at' | 'author'>,
  ): MessageWire {
    return {
      id: this.#id('message'),
      channel: 'sms',
      did,
      kind: 'text',
      media: [],
      notice: null,
      mention: null,
      mentionName: null,
      mentions: [],
      state: null,
      failure: null,
      carrierAt: null,
      ...facts,
    }
  }

  #tell(conversationId: string, event: EventWire): void {
    const at = new Date().toISOString()
    const frame: Event = {
      type: 'event',
      cursor: `epoch.${this.events.length + 1}`,
      conversationId,
      at,
      event,
    }
    this.events.push(frame)
    this.#listener(frame)
  }

  #id(kind: string): string {
    this.#ids += 1
    return `${kind}-${String(this.#ids).padStart(5, '0')}`
  }
}

const nothingOfMine: PersonalWire = { unread: 0, mentionsMe: 0, muted: false, pinned: false }
