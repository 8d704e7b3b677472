import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { messageLength } from '../data/message-length.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { sendIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'

const longestText = 4096

/** Where a reply is written. Enter sends, Shift+Enter breaks the line. */
export class MessageComposerElement extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true }
  static override properties = {
    text: { type: String },
    channel: { type: String },
    did: { type: String },
    hindrance: { type: String },
    hint: { type: String },
  }
  declare text: string
  /** The way the reply will go: that of the last inbound message. */
  declare channel: Channel
  declare did: string
  /** Why nothing can be sent here; null when it can. */
  declare hindrance: string | null
  /** Who is designated, when it is not the writer. */
  declare hint: string

  constructor() {
    super()
    this.text = ''
    this.channel = 'sms'
    this.did = ''
    this.hindrance = null
    this.hint = ''
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.#fit()
  }

  protected override render() {
    if (this.hindrance !== null) {
      return html`<div class="blocked"><span id="why">${this.hindrance}</span><slot name="remedy"></slot></div>`
    }
    const length = messageLength(this.text, this.channel)
    const way = this.did === '' ? '' : `${channelNames[this.channel]} from ${this.did}`
    return html`
      ${this.hint === '' ? nothing : html`<div class="hint" id="hint"><span>${this.hint}</span><slot name="remedy"></slot></div>`}
      <div class="box">
        <textarea
          class="bare"
          rows="1"
          maxlength=${longestText}
          placeholder="Write a reply"
          aria-label="Reply"
          aria-describedby="keys ${this.hint === '' ? '' : 'hint'}"
          .value=${this.text}
          @input=${this.#write}
          @keydown=${this.#keys}
        ></textarea>
        <button class="send" aria-label="Send" title="Send (Enter)" ?disabled=${this.text.trim() === ''} @click=${this.#send}>${sendIcon}</button>
      </div>
      <p class="below">
        <span>${way}</span>
        <span id="keys" class="keys">Enter sends, Shift+Enter breaks the line</span>
        <span class="length ${length.unicode ? 'unicode' : ''}" title=${length.sentence}>${this.#lengthWords(length)}</span>
      </p>
    `
  }

  #lengthWords({ characters, segments, unicode, sentence }: ReturnType<typeof messageLength>) {
    if (this.text === '') return nothing
    const short =
      segments === null ? `${characters}` : `${characters} · ${segments} SMS${unicode ? ' · Unicode' : ''}`
    return html`<span aria-hidden="true">${short}</span><span class="hidden-words">${sentence}</span>`
  }

  #write(event: InputEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value
    emit(this, 'parley-draft', { text: this.text })
  }

  #keys(event: KeyboardEvent): void {
    // While an input method composes a word, Enter accepts the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    this.#send()
  }

  #send(): void {
    const text = this.text.trim()
    if (text === '') return
    this.text = ''
    emit(this, 'parley-draft', { text: '' })
    emit(this, 'parley-send', { text })
    this.focus()
  }

  /** Grows with the text up to its greatest height. */
  #fit(): void {
    const area = this.renderRoot.querySelector('textarea')
    if (area === null) return
    area.rows = 1
    const line = 21
    area.rows = Math.min(8, Math.max(1, Math.round((area.scrollHeight - 18) / line)))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    css`
      :host {
        padding: 10px 24px 12px;
        border-top: 1px solid var(--line);
        background: var(--surface);
      }
      .hint,
      .blocked {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        padding: 2px 2px 8px;
        color: var(--muted);
        font-size: 13px;
      }
      .blocked {
        min-height: 52px;
        padding: 8px 14px;
        border-radius: 12px;
        background: var(--sunken);
      }
      .box {
        display: flex;
        align-items: flex-end;
        gap: 6px;
        padding: 4px 4px 4px 14px;
        border: 1px solid var(--strong-line);
        border-radius: 22px;
        background: var(--surface);
      }
      .box:focus-within {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }
      textarea {
        padding: 7px 0 8px;
        line-height: 21px;
        resize: none;
      }
      .send {
        display: grid;
        place-items: center;
        flex: none;
        width: 36px;
        height: 36px;
        border-radius: 50%;
        background: var(--accent);
        color: var(--on-accent);
      }
      .send:hover:not(:disabled) {
        background: var(--accent-hover);
      }
      .send:disabled {
        background: var(--sunken);
        color: var(--muted);
      }
      .below {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        min-height: 18px;
        padding: 4px 14px 0;
        color: var(--muted);
        font-size: 12px;
      }
      .keys {
        flex: 1;
      }
      .length {
        font-variant-numeric: tabular-nums;
      }
      .length.unicode {
        color: var(--warning);
      }
      @container panel (max-width: 720px) {
        :host {
          padding: 8px 10px 10px;
        }
        .keys {
          display: none;
        }
      }
    `,
  ]
}
