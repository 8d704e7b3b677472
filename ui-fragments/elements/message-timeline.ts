import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { type ConversationThread, furtherBack } from '../data/conversation-thread.ts'
import { type TimelineRow, timelineRows } from '../data/timeline.ts'
import { words } from '../data/words/words.ts'
import { downIcon, upIcon } from './icons.ts'
import { messageBubble, messageBubbleStyles } from './message-bubble.ts'
import { messageContentStyles } from './message-content.ts'
import { emit } from './panel-events.ts'
import { pendingBubble } from './pending-bubble.ts'
import { type RowWindow, windowAround, windowAtEnd, windowDown, windowUp } from './row-window.ts'
import { baseStyles, controlStyles } from './theme.ts'
import { decisionRow, groupRow, noticeLine, statusRow } from './timeline-rows.ts'
import { timelineStyles } from './timeline-styles.ts'

const nearPx = 80
/** So far from an end of what is drawn, more of it is drawn or loaded. */
const aheadPx = 600
const askAgainMs = 4000

/** A row by its key, and how far it is below the upper edge. */
interface Standing {
  readonly key: string
  readonly top: number
}

/**
 * What was said and decided, the newest at the bottom; it stays there unless the reader scrolled away. However long
 * the conversation is, only a window of its rows is drawn; the row that is read keeps its place when it moves.
 */
export class MessageTimelineElement extends LitElement {
  static override properties = {
    thread: { attribute: false },
    people: { attribute: false },
    group: { attribute: false },
    me: { type: String },
    search: { type: String },
    drawn: { state: true },
    below: { state: true },
    unreadAbove: { state: true },
  }
  declare thread: ConversationThread
  declare people: readonly PersonWire[]
  declare group: GroupWire | null
  declare me: string | null
  declare search: string
  declare drawn: RowWindow
  /** Something came that the reader, who scrolled up, does not see. */
  declare below: boolean
  /** The first unread message is above what is seen. */
  declare unreadAbove: boolean
  #rows: readonly TimelineRow[] = []
  #messages = new Map<string, MessageWire>()
  #fromBottom = 0
  /** The row that is to stay where it stands, whatever grows above it. */
  #anchor: Standing | null = null
  #show: { readonly key: string; readonly flash: boolean } | null = null
  /** It stands at a row that was asked for, until the reader scrolls: there may be less than a screen below it. */
  #held = false
  #scrolledTo = 0
  #asked = ''
  #askedAt = 0
  /** A growing composer must not cover what is read at the bottom. */
  readonly #resized = new ResizeObserver(() => this.#restore())

  constructor() {
    super()
    this.people = []
    this.group = null
    this.me = null
    this.search = ''
    this.drawn = windowAtEnd(0)
    this.below = false
    this.unreadAbove = false
  }

  protected override firstUpdated(): void {
    const scroller = this.#scroller
    const list = this.renderRoot.querySelector('ol')
    if (scroller !== null) this.#resized.observe(scroller)
    if (list !== null) this.#resized.observe(list)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resized.disconnect()
  }

  /** Brings a message before the reader's eyes; false when it is not loaded. */
  reveal(id: string): boolean {
    const place = this.#rows.findIndex(({ key }) => key === id)
    if (place < 0) return false
    this.drawn = windowAround(place, this.#rows.length)
    this.#show = { key: id, flash: true }
    this.requestUpdate()
    return true
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('thread')) return
    const before = changed.get('thread')
    const count = this.#rows.length
    const atEnd = this.drawn.end >= count
    this.#rows = timelineRows(this.thread, this.group, new Date())
    this.#messages = new Map(this.thread.messages.map((message) => [message.id, message]))
    const isOther = before?.conversationId !== this.thread.conversationId
    if (isOther) {
      this.#fromBottom = 0
      this.#held = false
      this.below = false
      this.unreadAbove = false
      this.#anchor = null
      this.#asked = ''
    }
    const grew = before?.loaded === true && before.messages.at(-1)?.id !== this.thread.messages.at(-1)?.id
    // Who reads at the end goes on with what comes.
    if (grew && !isOther && this.#held) this.#measure()
    if (isOther || (this.#fromBottom === 0 && atEnd && !this.#held))
      this.drawn = windowAtEnd(this.#rows.length)
    else this.#keepWindow()
    const wanted = this.thread.wanted !== null && this.thread.wanted !== before?.wanted
    if (this.thread.loaded && (isOther || before?.loaded !== true || wanted)) this.#begin()
    if (isOther || before === undefined) return
    const own = this.thread.pending.length > before.pending.length
    if (own) this.#toEnd()
    else if (grew && this.#fromBottom > 0) this.below = true
  }

  /** It may stand further back than what is loaded, and comes then. */
  /** Where reading begins: at a message that was asked for, else at what is new, else at the end. */
  #begin(): void {
    const { wanted, firstUnread } = this.thread
    if (wanted !== null && this.reveal(wanted)) return
    const place = firstUnread === null ? -1 : this.#rows.findIndex(({ kind }) => kind === 'new')
    if (place < 0) return
    this.drawn = place < this.drawn.start ? windowAround(place, this.#rows.length) : this.drawn
    this.#show = { key: 'new', flash: false }
  }

  /** The rows that were drawn stay so, wherever in the list they are now. */
  #keepWindow(): void {
    this.#hold()
    const place = this.#rows.findIndex(({ key }) => key === this.#anchor?.key)
    this.drawn = place < 0 ? windowAtEnd(this.#rows.length) : windowAround(place, this.#rows.length)
  }

  protected override updated(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const show = this.#show
    this.#show = null
    if (show === null) this.#restore()
    else this.#scrollTo(show.key, show.flash)
    this.#look()
  }

  /** The end stays in sight, or the row that is being read where it is. */
  #restore(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    if (this.#fromBottom > 0 && !this.#held) this.#hold()
    const row = this.#anchor === null ? null : this.#rowOf(this.#anchor.key)
    if (this.#fromBottom === 0 && !this.#held) scroller.scrollTop = scroller.scrollHeight
    else if (row !== null) scroller.scrollTop += this.#topOf(row) - (this.#anchor?.top ?? 0)
    this.#scrolledTo = scroller.scrollTop
  }

  #scrollTo(key: string, flash: boolean): void {
    const scroller = this.#scroller
    const row = this.#rowOf(key)
    if (scroller === null || row === null) return
    // What is new begins near the top, so that one reads on from there; at the end there may be less than a screen.
    const wantedTop = scroller.clientHeight * (flash ? 0.35 : 0.15)
    scroller.scrollTop += this.#topOf(row) - wantedTop
    this.#measure()
    this.#anchor = { key, top: wantedTop }
    this.#held = true
    if (!flash) return
    row.classList.add('shown')
    row.addEventListener('animationend', () => row.classList.remove('shown'), { once: true })
  }

  protected override render() {
    const { thread } = this
    const { start, end } = this.drawn
    const more = furtherBack(thread) !== null
    return html`
      <div class="scroller" tabindex="0" role="log" aria-live="off" aria-label=${words().messages} @scroll=${this.#scrolled}>
        ${thread.loaded ? nothing : html`<p class="loading">${words().loadingMessages}</p>`}
        ${thread.loaded && start === 0 ? html`<p class="beginning" role=${more ? 'status' : nothing}>${more ? words().loadingMessages : words().beginning}</p>` : nothing}
        <ol>
          ${repeat(
            this.#rows.slice(start, end),
            ({ key }) => key,
            (row) => this.#row(row),
          )}
        </ol>
      </div>
      <div class="jumps">
        ${this.unreadAbove ? html`<button class="button small" @click=${this.#toUnread}>${upIcon} ${words().firstUnread}</button>` : nothing}
        ${this.below || thread.newer !== null ? html`<button class="button small" @click=${this.#jump}>${downIcon} ${words().newMessages}</button>` : nothing}
      </div>
    `
  }

  #row(row: TimelineRow): TemplateResult {
    switch (row.kind) {
      case 'day':
        return html`<li class="day" data-key=${row.key}><span>${row.words}</span></li>`
      case 'new':
        return html`<li class="new" data-key="new">${words().newDivider}</li>`
      case 'group':
        return groupRow(row.key, row.group, row.before)
      case 'decision':
        return decisionRow(this, row.decision, this.me)
      case 'status':
        return statusRow(this, row.entry)
      case 'pending':
        return pendingBubble(this, row.reply, this.#saidBy(row.reply.answeredBy))
      case 'message':
        return this.#message(row)
      default:
        return row satisfies never
    }
  }

  #message({ message, continues, effect }: Extract<TimelineRow, { kind: 'message' }>): TemplateResult {
    if (message.direction === 'note' && message.author.kind === 'pbx') return noticeLine(message)
    return messageBubble({
      message,
      me: this.me,
      author: this.people.find(({ extension }) => extension === message.author.extension) ?? null,
      continues,
      effect,
      quoted: message.repliesTo == null ? undefined : this.#messages.get(message.repliesTo.id),
      search: this.search,
      onSendAgain: () => emit(this, 'parley-send-again', { message }),
      onQuoted: (id) => this.reveal(id),
    })
  }

  #saidBy(name: string | undefined): string {
    if (name === undefined) return ''
    const { messages } = this.thread
    const last = messages.findLast(({ direction, author }) => direction === 'out' && author.name === name)
    return last?.text ?? ''
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroller')
  }

  #rowOf(key: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  }

  #topOf(row: HTMLElement): number {
    return row.getBoundingClientRect().top - (this.#scroller?.getBoundingClientRect().top ?? 0)
  }

  /** The uppermost row in sight, and where it stands. */
  #firstSeen(): Standing | null {
    for (const row of this.renderRoot.querySelectorAll<HTMLElement>('[data-key]')) {
      const top = this.#topOf(row)
      const { key } = row.dataset
      if (key !== undefined && !key.startsWith('day ') && top + row.offsetHeight > 0) return { key, top }
    }
    return null
  }

  #measure(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const fromBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
    const atEnd = this.drawn.end >= this.#rows.length && this.thread.newer === null
    this.#held = false
    this.#fromBottom = atEnd && fromBottom < nearPx ? 0 : Math.max(fromBottom, 1)
    if (this.#fromBottom === 0) this.below = false
    this.#anchor = this.#firstSeen()
    this.#scrolledTo = scroller.scrollTop
  }

  /** What grew since the last look does not count, what the reader scrolled since then does. */
  #hold(): void {
    if (this.#held) return
    if (this.#anchor === null || this.#scroller?.scrollTop !== this.#scrolledTo)
      this.#anchor = this.#firstSeen()
  }

  #scrolled(): void {
    // What was scrolled from here is known already, and what grew since then is not to be taken for the reader's wish.
    if (this.#scroller?.scrollTop !== this.#scrolledTo) this.#measure()
    this.#look()
  }

  /** Draws or loads more where the reader comes near an end. */
  #look(): void {
    const scroller = this.#scroller
    if (scroller === null || !this.thread.loaded || scroller.clientHeight === 0) return
    this.unreadAbove = this.#isUnreadAbove()
    const { drawn } = this
    const count = this.#rows.length
    if (scroller.scrollTop < aheadPx) {
      if (drawn.start > 0) {
        this.#move(windowUp(drawn, count))
        return
      }
      const asked = furtherBack(this.thread)
      if (asked !== null) this.#askFor('parley-older', `${asked.id} ${asked.before}`)
      return
    }
    const fromBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
    if (fromBottom >= aheadPx) return
    if (drawn.end < count) this.#move(windowDown(drawn, count))
    else if (this.thread.newer !== null) this.#askFor('parley-newer', this.thread.newer)
  }

  /** What failed is asked for again, though not at every wheel's turn. */
  #askFor(what: 'parley-older' | 'parley-newer', place: string): void {
    const asked = `${what} ${this.thread.conversationId} ${place}`
    const now = performance.now()
    if (asked === this.#asked && now - this.#askedAt < askAgainMs) return
    this.#asked = asked
    this.#askedAt = now
    emit(this, what, null)
  }

  #move(drawn: RowWindow): void {
    if (drawn.start === this.drawn.start && drawn.end === this.drawn.end) return
    this.#hold()
    this.drawn = drawn
  }

  #isUnreadAbove(): boolean {
    const place = this.#rows.findIndex(({ kind }) => kind === 'new')
    if (place < 0) return false
    if (place < this.drawn.start) return true
    const row = this.#rowOf('new')
    return row !== null && this.#topOf(row) < 0 && this.below
  }

  #toUnread(): void {
    const place = this.#rows.findIndex(({ kind }) => kind === 'new')
    this.drawn = windowAround(place, this.#rows.length)
    this.#show = { key: 'new', flash: false }
    this.requestUpdate()
  }

  #toEnd(): void {
    this.#held = false
    this.drawn = windowAtEnd(this.#rows.length)
    this.#fromBottom = 0
    this.below = false
  }

  #jump(): void {
    if (this.thread.newer !== null) emit(this, 'parley-newest', null)
    this.#toEnd()
    this.requestUpdate()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    messageBubbleStyles,
    messageContentStyles,
    timelineStyles,
  ]
}
