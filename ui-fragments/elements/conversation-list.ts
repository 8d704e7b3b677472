import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import { type AgentState, isUnseen } from '../data/agent-state.ts'
import type { ListFilter } from '../data/api-client.ts'
import { type ChannelFilter, countOf, listFilters, visible } from '../data/conversation-list.ts'
import { channelNames } from '../data/message-words.ts'
import { dayWords } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { avatarStyles } from './avatar.ts'
import { conversationRow, conversationRowStyles } from './conversation-row.ts'
import { searchIcon } from './icons.ts'
import { listStyles } from './list-styles.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

const channelChoices: readonly ChannelFilter[] = ['any', 'sms', 'whatsapp']
const clockEveryMs = 20_000

/** The left side: what to look at, and the conversations under their days. */
export class ConversationListElement extends LitElement {
  static override properties = { state: { attribute: false }, now: { state: true } }
  static override styles = [baseStyles, controlStyles, avatarStyles, listStyles, conversationRowStyles]

  declare state: AgentState
  /** Waiting times grow while nothing else happens. */
  declare now: Date
  #clock: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.now = new Date()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#clock = setInterval(() => {
      this.now = new Date()
    }, clockEveryMs)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#clock)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('state')) this.now = new Date()
  }

  protected override render() {
    const { list, view, me } = this.state
    const shown = visible(list, view, me?.extension ?? null)
    const { next, started } = list.readings[view.filter]
    return html`
      <search>
        <label class="search">
          ${searchIcon}<span class="hidden-words">${words().searchConversations}</span>
          <input class="bare" type="search" placeholder=${words().searchConversations} autocomplete="off" .value=${view.search} @input=${this.#search} />
        </label>
      </search>
      <div class="filters" role="group" aria-label=${words().whichConversations}>${listFilters.map((filter) => this.#filter(filter))}</div>
      <div class="channels" role="group" aria-label=${words().channel}>
        ${channelChoices.map(
          (channel) =>
            html`<button class="chip" aria-pressed=${view.channel === channel} @click=${() => emit(this, 'parley-view', { channel })}>${channel === 'any' ? words().everyChannel : channelNames[channel]}</button>`,
        )}
      </div>
      <nav class="scroller" aria-label=${words().conversations} @keydown=${this.#keys}>
        ${byDay(shown, this.now).map(([day, conversations]) => this.#day(day, conversations))}
        ${shown.length === 0 ? html`<p class="empty">${started ? this.#emptyWords() : words().loading}</p>` : nothing}
        ${next === null ? nothing : html`<button class="button small more" @click=${() => emit(this, 'parley-more', null)}>${words().olderConversations}</button>`}
      </nav>
    `
  }

  #filter(filter: ListFilter): TemplateResult {
    const { list, view, me } = this.state
    const count = countOf(list, filter, me?.extension ?? null)
    return html`<button class="filter" aria-pressed=${view.filter === filter} @click=${() => emit(this, 'parley-view', { filter })}>
      ${words()[filter]}${count === null || count.known === 0 ? nothing : html` <span class="count">${count.known}${count.more ? '+' : ''}</span>`}
    </button>`
  }

  #day(day: string, conversations: readonly ConversationWire[]): TemplateResult {
    return html`<h2 class="day">${day}</h2>
      <ul>
        ${repeat(
          conversations,
          ({ id }) => id,
          (conversation) =>
            conversationRow({
              conversation,
              me: this.state.me?.extension ?? null,
              now: this.now,
              selected: this.state.thread?.conversationId === conversation.id,
              unseen: isUnseen(this.state, conversation),
              onOpen: ({ detail }) =>
                emit(this, 'parley-open', { id: conversation.id, byPointer: detail > 0 }),
            }),
        )}
      </ul>`
  }

  #emptyWords(): string {
    const { filter, search, channel } = this.state.view
    if (search.trim() !== '') return words().nothingMatches(search.trim())
    if (channel !== 'any') return words().noneByChannel
    return {
      all: words().noneOpen,
      mine: words().noneMine,
      unassigned: words().noneWaiting,
      closed: words().noneClosed,
    }[filter]
  }

  #search(event: InputEvent): void {
    emit(this, 'parley-view', { search: (event.target as HTMLInputElement).value })
  }

  /** Up and down walk the rows. */
  #keys(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.row')]
    const index = rows.indexOf(event.target as HTMLElement)
    const next = rows[index + step]
    if (index < 0 || next === undefined) return
    event.preventDefault()
    next.focus()
  }
}

function byDay(conversations: readonly ConversationWire[], now: Date): Array<[string, ConversationWire[]]> {
  const days: Array<[string, ConversationWire[]]> = []
  for (const conversation of conversations) {
    const day = conversation.pinned
      ? words().pinned
      : dayWords(conversation.lastMessage?.at ?? conversation.openedAt, now)
    const last = days.at(-1)
    if (last?.[0] === day) last[1].push(conversation)
    else days.push([day, [conversation]])
  }
  return days
}
