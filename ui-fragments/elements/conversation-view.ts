import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import { type AgentState, openConversation, openPeople } from '../data/agent-state.ts'
import { type AllowedActions, allowedActions } from '../data/allowed-actions.ts'
import type { ConversationThread } from '../data/conversation-thread.ts'
import type { Attachment } from '../data/uploads.ts'
import { watchersLine } from '../data/watchers.ts'
import { chosenWay, wayOut } from '../data/ways.ts'
import { words } from '../data/words/words.ts'
import { backIcon, chatIcon } from './icons.ts'
import type { MessageTimelineElement } from './message-timeline.ts'
import { emit, type PanelEvents } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'
import { groupName } from './timeline-rows.ts'

type Tab = 'messages' | 'people'

/** The right side: one conversation, its people, and the place to answer. */
export class ConversationViewElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    draft: { type: String },
    attachments: { attribute: false },
    loadBackTo: { attribute: false },
    tab: { state: true },
    searching: { state: true },
    search: { state: true },
    dropping: { state: true },
  }
  declare state: AgentState
  /** What was written here and not sent yet. */
  declare draft: string
  declare attachments: readonly Attachment[]
  declare loadBackTo: (found: () => boolean) => Promise<boolean>
  declare tab: Tab
  declare searching: boolean
  declare search: string
  /** Files are held above it. */
  declare dropping: boolean

  constructor() {
    super()
    this.attachments = []
    this.loadBackTo = () => Promise.resolve(false)
    this.searching = false
    this.search = ''
    this.dropping = false
    this.addEventListener('dragover', (event) => this.#draggedOver(event))
    this.addEventListener('dragleave', (event) => this.#draggedOut(event))
    this.addEventListener('drop', (event) => this.#dropped(event))
    this.draft = ''
    this.tab = 'messages'
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('state')) return
    const before = changed.get('state')
    if (before?.thread?.conversationId === this.state.thread?.conversationId) return
    this.tab = 'messages'
    this.searching = false
    this.search = ''
  }

  /** For a screen that shows one pane at a time: the focus follows to this one. */
  focusStart(): void {
    this.renderRoot.querySelector<HTMLElement>('.back')?.focus()
  }

  /** Ready to write, where writing is possible. */
  focusComposer(): void {
    this.renderRoot.querySelector<HTMLElement>('parley-message-composer')?.focus()
  }

  protected override render() {
    const conversation = openConversation(this.state)
    const { thread, me } = this.state
    if (thread === null || me === null) return nothingOpen()
    if (conversation === null) return html`<p class="empty">${words().loading}</p>`
    const allowed = allowedActions(conversation, me)
    return html`
      ${this.#header(conversation, allowed)}
      ${this.searching ? this.#searchBar(thread) : nothing}
      ${this.tab === 'messages' ? this.#messages(conversation, thread, allowed) : this.#people(conversation)}
    `
  }

  #header(conversation: ConversationWire, allowed: AllowedActions): TemplateResult {
    const people = openPeople(this.state).length
    return html`<header>
      <div class="top">
        <button class="icon-button back" aria-label=${words().back} @click=${() => emit(this, 'parley-open', { id: null, byPointer: false })}>${backIcon}</button>
        <div class="title">
          <h2><bdi dir="ltr">${conversation.customer.address}</bdi> | <bdi>${groupName(conversation.group)}</bdi></h2>
          <p>${conversation.customer.name === null ? nothing : html`<span class="customer">${conversation.customer.name}</span> · `}${this.#designated(conversation)}</p>
        </div>
        <parley-action-menu .allowed=${allowed} ?closed=${conversation.status === 'closed'} ?pinned=${conversation.pinned} ?muted=${conversation.muted} ?named=${conversation.customer.name !== null} @parley-action=${this.#acted}></parley-action-menu>
      </div>
      <div role="tablist" aria-label=${words().conversation} @keydown=${this.#tabKeys}>
        ${this.#tab('messages', words().messages)} ${this.#tab('people', words().people(people))}
      </div>
    </header>`
  }

  #designated({ designated, status }: ConversationWire): TemplateResult {
    if (status === 'closed') return html`<span class="tag">${words().closed}</span>`
    if (designated === null) return html`<span class="tag warning">${words().unassigned}</span>`
    const mine = designated.extension === this.state.me?.extension
    return html`<span>${words().designatedIs} ${mine ? html`<strong>${words().you}</strong>` : `${designated.name} (${designated.extension})`}</span>`
  }

  #tab(tab: Tab, words: string): TemplateResult {
    const selected = this.tab === tab
    return html`<button role="tab" id="tab-${tab}" aria-selected=${selected} aria-controls="panel" tabindex=${selected ? 0 : -1} @click=${() => this.#show(tab)}>${words}</button>`
  }

  #messages(
    conversation: ConversationWire,
    thread: ConversationThread,
    allowed: AllowedActions,
  ): TemplateResult {
    const way = wayOut(thread, conversation)
    return html`
      <parley-message-timeline id="panel" role="tabpanel" aria-labelledby="tab-messages" .thread=${thread} .group=${conversation.group} .people=${openPeople(this.state)} .me=${this.state.me?.extension ?? null} .search=${this.search}></parley-message-timeline>
      ${this.dropping ? html`<p class="drop">${words().dropHere}</p>` : nothing}
      <p class="watchers" aria-live="polite">${watchersLine(this.state.watchers, conversation.id, this.state.me?.extension ?? null)}</p>
      <parley-message-composer
        .conversationId=${conversation.id}
        .canned=${thread.canned}
        .people=${openPeople(this.state).filter(({ extension }) => extension !== this.state.me?.extension)}
        .note=${thread.note}
        .ways=${thread.ways}
        .way=${chosenWay(thread)}
        .attachments=${this.attachments}
        .noting=${this.state.me?.extension !== null}
        .text=${this.draft}
        .channel=${way.channel}
        .did=${way.did}
        .hindrance=${allowed.reply}
        .hint=${this.#hint(conversation)}
      >
        ${this.#remedy(conversation, allowed)}
      </parley-message-composer>
    `
  }

  #searchBar({ messages }: ConversationThread): TemplateResult {
    return html`<parley-chat-search
      .messages=${messages}
      .loadBackTo=${this.loadBackTo}
      @parley-search=${(event: CustomEvent<PanelEvents['parley-search']>) => this.#found(event.detail)}
    ></parley-chat-search>`
  }

  #found({ text, show, done }: PanelEvents['parley-search']): void {
    this.search = text
    if (show !== null)
      this.renderRoot.querySelector<MessageTimelineElement>('parley-message-timeline')?.reveal(show)
    if (!done) return
    this.searching = false
    this.search = ''
    this.focusComposer()
  }

  #acted({ detail }: CustomEvent<PanelEvents['parley-action']>): void {
    if (detail.action !== 'search') return
    this.tab = 'messages'
    this.searching = true
  }

  #draggedOver(event: DragEvent): void {
    if (!(event.dataTransfer?.types.includes('Files') ?? false) || this.state.thread === null) return
    event.preventDefault()
    this.dropping = true
  }

  #draggedOut(event: DragEvent): void {
    // Going over what is inside also leaves what was left for it.
    if (event.relatedTarget === null || !this.renderRoot.contains(event.relatedTarget as Node))
      this.dropping = false
  }

  #dropped(event: DragEvent): void {
    if (!this.dropping) return
    event.preventDefault()
    this.dropping = false
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) emit(this, 'parley-attach', { files })
  }

  #hint({ designated }: ConversationWire): string {
    if (designated === null) return words().nobodyDesignated
    if (designated.extension === this.state.me?.extension) return ''
    return words().otherDesignated(designated.name, designated.extension)
  }

  /** What removes the reason that stands in the composer. */
  #remedy(
    { status, designated }: ConversationWire,
    allowed: AllowedActions,
  ): TemplateResult | typeof nothing {
    const button = (action: PanelEvents['parley-action']['action'], words: string) =>
      html`<button slot="remedy" class="button small" @click=${() => emit(this, 'parley-action', { action })}>${words}</button>`
    if (status === 'closed') return allowed.reopen === null ? button('reopen', words().reopen) : nothing
    return designated === null && allowed.take === null ? button('take', words().take) : nothing
  }

  #people(conversation: ConversationWire): TemplateResult {
    return html`<parley-people-list
      id="panel"
      role="tabpanel"
      aria-labelledby="tab-people"
      tabindex="0"
      .people=${openPeople(this.state)}
      .designated=${conversation.designated?.extension ?? null}
      .me=${this.state.me?.extension ?? null}
      .stale=${this.state.board.stale}
    ></parley-people-list>`
  }

  #show(tab: Tab): void {
    this.tab = tab
  }

  async #tabKeys(event: KeyboardEvent): Promise<void> {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    this.#show(this.tab === 'messages' ? 'people' : 'messages')
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        position: relative;
        background: var(--canvas);
      }
      .drop {
        position: absolute;
        inset: 12px;
        z-index: 4;
        display: grid;
        place-items: center;
        border: 2px dashed var(--accent);
        border-radius: 16px;
        background: var(--surface);
        color: var(--accent);
        font-weight: 600;
        opacity: 0.94;
        pointer-events: none;
      }
      header {
        padding: 12px 16px 0 24px;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      .top {
        display: flex;
        align-items: flex-start;
        gap: 8px;
      }
      .title {
        flex: 1;
        min-width: 0;
      }
      .title h2 {
        overflow: hidden;
        font-size: 16px;
        font-weight: 650;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .title p {
        color: var(--muted);
        font-size: 13px;
      }
      .customer {
        color: var(--text);
        font-weight: 550;
      }
      .back {
        display: none;
        margin-inline-start: -6px;
      }
      [role='tablist'] {
        display: flex;
        gap: 20px;
        margin-top: 6px;
      }
      [role='tab'] {
        padding: 6px 2px 8px;
        border-bottom: 2px solid transparent;
        color: var(--muted);
        font-size: 13px;
        font-weight: 600;
      }
      [role='tab'][aria-selected='true'] {
        border-color: var(--accent);
        color: var(--accent);
      }
      #panel {
        flex: 1;
      }
      .watchers {
        padding: 4px 24px;
        color: var(--muted);
        font-size: 12px;
      }
      .watchers:empty {
        display: none;
      }
      .empty {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 12px;
        flex: 1;
        padding: 32px;
        color: var(--muted);
        text-align: center;
      }
      .empty svg {
        stroke-width: 1;
      }
      @container panel (max-width: 720px) {
        .back {
          display: inline-grid;
        }
        header {
          padding: 8px 10px 0 14px;
        }
      }
    `,
  ]
}

const nothingOpen = () => html`<div class="empty">${chatIcon}<p>${words().chooseConversation}</p></div>`
