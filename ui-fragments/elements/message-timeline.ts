import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'
import type { ConversationThread } from '../data/conversation-thread.ts'
import { decisionLine, whyQuestion } from '../data/decision-words.ts'
import { timeOfDay } from '../data/time-words.ts'
import { type TimelineRow, timelineRows } from '../data/timeline.ts'
import { words } from '../data/words/words.ts'
import { downIcon } from './icons.ts'
import { messageBubble, messageBubbleStyles } from './message-bubble.ts'
import { emit } from './panel-events.ts'
import { pendingBubble } from './pending-bubble.ts'
import { baseStyles, controlStyles } from './theme.ts'

const nearPx = 80

/** What was said and decided, the newest at the bottom; it stays there unless the reader scrolled away. */
export class MessageTimelineElement extends LitElement {
  static override properties = {
    thread: { attribute: false },
    people: { attribute: false },
    me: { type: String },
    below: { state: true },
  }
  declare thread: ConversationThread
  declare people: readonly PersonWire[]
  declare me: string | null
  /** Something came that the reader, who scrolled up, does not see. */
  declare below: boolean
  #fromBottom = 0
  /** A growing composer must not cover what is read at the bottom. */
  readonly #resized = new ResizeObserver(() => {
    const scroller = this.#scroller
    if (scroller !== null && this.#fromBottom === 0) scroller.scrollTop = scroller.scrollHeight
  })

  constructor() {
    super()
    this.people = []
    this.me = null
    this.below = false
  }

  protected override firstUpdated(): void {
    const scroller = this.#scroller
    if (scroller !== null) this.#resized.observe(scroller)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#resized.disconnect()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('thread')
    if (before === undefined) return
    if (before.conversationId !== this.thread.conversationId) {
      this.#fromBottom = 0
      this.below = false
      return
    }
    const grew = before.loaded && before.messages.at(-1)?.id !== this.thread.messages.at(-1)?.id
    const own = this.thread.pending.length > before.pending.length
    if (own) this.#fromBottom = 0
    else if (grew && this.#fromBottom > 0) this.below = true
  }

  protected override updated(changed: PropertyValues<this>): void {
    const scroller = this.#scroller
    if (scroller === null || !changed.has('thread')) return
    const before = changed.get('thread')
    const older = before !== undefined && before.messages[0]?.id !== this.thread.messages[0]?.id
    // Keeps the bottom in sight; what is read further up stays where it is when older messages come above it.
    if (this.#fromBottom === 0 || older) {
      scroller.scrollTop = scroller.scrollHeight - scroller.clientHeight - this.#fromBottom
    }
  }

  protected override render() {
    const { thread } = this
    return html`
      <div class="scroller" tabindex="0" role="log" aria-live="off" aria-label=${words().messages} @scroll=${this.#scrolled}>
        ${
          thread.older === null
            ? nothing
            : html`<button class="button small older" @click=${() => emit(this, 'parley-older', null)}>${words().olderMessages}</button>`
        }
        ${thread.loaded ? nothing : html`<p class="loading">${words().loadingMessages}</p>`}
        <ol>
          ${repeat(
            timelineRows(thread, new Date()),
            ({ key }) => key,
            (row) => this.#row(row),
          )}
        </ol>
      </div>
      ${this.below ? html`<button class="button small jump" @click=${this.#jump}>${downIcon} ${words().newMessages}</button>` : nothing}
    `
  }

  #row(row: TimelineRow): TemplateResult {
    switch (row.kind) {
      case 'day':
        return html`<li class="day"><span>${row.words}</span></li>`
      case 'decision':
        return this.#decision(row.decision)
      case 'pending':
        return pendingBubble(this, row.reply)
      case 'message': {
        const { message, continues } = row
        if (message.direction === 'note' && message.author.kind === 'pbx') return noticeLine(message)
        const author = this.people.find(({ extension }) => extension === message.author.extension) ?? null
        const onSendAgain = (text: string) => emit(this, 'parley-send', { text })
        return messageBubble({ message, me: this.me, author, continues, onSendAgain })
      }
      default:
        return row satisfies never
    }
  }

  #decision(decision: DecisionWire): TemplateResult {
    return html`<li class="decision">
      <span>${decisionLine(decision, this.me)}</span> · <time datetime=${decision.at}>${timeOfDay(decision.at)}</time> ·
      <button class="link" @click=${() => emit(this, 'parley-why', { decision })}>${whyQuestion(decision, this.me)}</button>
      ${decision.note === null ? nothing : html`<q>${decision.note}</q>`}
    </li>`
  }

  get #scroller(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.scroller')
  }

  #scrolled(): void {
    const scroller = this.#scroller
    if (scroller === null) return
    const fromBottom = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
    this.#fromBottom = fromBottom < nearPx ? 0 : fromBottom
    if (this.#fromBottom === 0) this.below = false
  }

  #jump(): void {
    const scroller = this.#scroller
    if (scroller !== null) scroller.scrollTop = scroller.scrollHeight
    this.below = false
  }

  static override styles = [
    baseStyles,
    controlStyles,
    messageBubbleStyles,
    css`
      :host {
        position: relative;
        min-height: 0;
      }
      .scroller {
        display: flex;
        flex-direction: column;
        height: 100%;
        padding: 8px 24px 20px;
        overflow-y: auto;
        overflow-anchor: none;
        overscroll-behavior: contain;
      }
      .scroller:focus-visible {
        outline-offset: -2px;
      }
      ol {
        display: flex;
        flex-direction: column;
        width: 100%;
        max-width: 960px;
        margin: auto auto 0;
      }
      .day {
        align-self: center;
        margin: 20px 0 2px;
        color: var(--muted);
        font-size: 12px;
        font-weight: 600;
      }
      .decision {
        align-self: center;
        max-width: 90%;
        margin-top: 12px;
        color: var(--muted);
        font-size: 12px;
        text-align: center;
        text-wrap: balance;
      }
      .decision q {
        display: block;
        font-style: italic;
      }
      .older {
        display: flex;
        margin: 8px auto;
      }
      .loading {
        padding: 32px;
        color: var(--muted);
        text-align: center;
      }
      .jump {
        position: absolute;
        right: 50%;
        bottom: 12px;
        transform: translateX(50%);
        border-radius: 999px;
        box-shadow: var(--raised);
      }
      @container panel (max-width: 720px) {
        .scroller {
          padding: 4px 12px 14px;
        }
        .message {
          max-width: 88%;
        }
      }
    `,
  ]
}

/** What Parley noted by itself. */
const noticeLine = ({ text, at }: MessageWire): TemplateResult =>
  html`<li class="decision"><span>${text}</span> · <time datetime=${at}>${timeOfDay(at)}</time></li>`
