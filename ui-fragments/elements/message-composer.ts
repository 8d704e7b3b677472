import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import { asksForCanned, cannedChoices } from '../data/canned-choice.ts'
import { messageLength } from '../data/message-length.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { words } from '../data/words/words.ts'
import { checkIcon, sendIcon } from './icons.ts'
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
    conversationId: { type: String },
    canned: { attribute: false },
    noting: { type: Boolean },
    mode: { state: true },
    note: { state: true },
    choice: { state: true },
  }
  declare text: string
  /** The way the reply will go: that of the last inbound message. */
  declare channel: Channel
  declare did: string
  /** Why nothing can be sent here; null when it can. */
  declare hindrance: string | null
  /** Who is designated, when it is not the writer. */
  declare hint: string
  declare conversationId: string
  /** Null until asked for. */
  declare canned: readonly FilledInWire[] | null
  /** Whether notes can be written here at all. */
  declare noting: boolean
  declare mode: 'reply' | 'note'
  /** Kept apart from the reply, so that neither can be sent for the other. */
  declare note: string
  declare choice: number
  readonly #notes = new Map<string, string>()

  constructor() {
    super()
    this.text = ''
    this.channel = 'sms'
    this.did = ''
    this.hindrance = null
    this.hint = ''
    this.conversationId = ''
    this.canned = null
    this.noting = false
    this.mode = 'reply'
    this.note = ''
    this.choice = 0
  }

  /** Another conversation opens for a reply, unless a note was begun in it. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.choice = 0
    if (!changed.has('conversationId')) return
    this.note = this.#notes.get(this.conversationId) ?? ''
    this.mode = this.note === '' ? 'reply' : 'note'
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') || changed.has('note') || changed.has('mode')) this.#fit()
  }

  protected override render() {
    if (this.mode === 'note') return this.#noteBox()
    if (this.hindrance !== null) {
      return html`<div class="blocked"><span id="why">${this.hindrance}</span><span class="ways">${this.#modeButton('note', words().writeNote)}<slot name="remedy"></slot></span></div>`
    }
    const length = messageLength(this.text, this.channel)
    const way = this.did === '' ? '' : words().wayFrom(channelNames[this.channel], this.did)
    return html`
      ${this.hint === '' ? nothing : html`<div class="hint" id="hint"><span>${this.hint}</span><slot name="remedy"></slot></div>`}
      ${this.#choices()}
      <div class="box">
        <textarea
          class="bare"
          rows="1"
          maxlength=${longestText}
          placeholder=${words().writeReply}
          aria-label=${words().reply}
          aria-describedby="keys ${this.hint === '' ? '' : 'hint'}"
          aria-autocomplete="list"
          aria-controls=${this.#offered.length > 0 ? 'canned' : nothing}
          aria-activedescendant=${this.#offered.length > 0 ? `canned-${this.choice}` : nothing}
          .value=${this.text}
          @input=${this.#write}
          @keydown=${this.#keys}
        ></textarea>
        <button class="send" aria-label=${words().send} title=${words().sendEnter} ?disabled=${this.text.trim() === ''} @click=${this.#send}>${sendIcon}</button>
      </div>
      <p class="below">
        ${this.#modeButton('note', words().writeNote)}
        <span>${way}</span>
        <span id="keys" class="keys">${words().keys}</span>
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

  #noteBox(): TemplateResult {
    return html`
      <div class="box noted">
        <textarea
          class="bare"
          rows="1"
          maxlength=${longestText}
          placeholder=${words().writeNoteTo}
          aria-label=${words().note}
          aria-describedby="not-sent"
          .value=${this.note}
          @input=${(event: InputEvent) => this.#keepNote((event.target as HTMLTextAreaElement).value)}
          @keydown=${this.#keys}
        ></textarea>
        <button class="send" aria-label=${words().saveNote} title=${words().saveNoteEnter} ?disabled=${this.note.trim() === ''} @click=${this.#send}>${checkIcon}</button>
      </div>
      <p class="below">
        ${this.#modeButton('reply', words().replyInstead)}
        <span id="not-sent" class="keys">${words().noteIsFor}</span>
      </p>
    `
  }

  #modeButton(mode: 'reply' | 'note', words: string): TemplateResult | typeof nothing {
    if (!this.noting) return nothing
    const turn = async () => {
      this.mode = mode
      await this.updateComplete
      this.focus()
    }
    return html`<button class="link" @click=${turn}>${words}</button>`
  }

  get #offered(): readonly FilledInWire[] {
    return cannedChoices(this.canned ?? [], this.text)
  }

  #choices(): TemplateResult | typeof nothing {
    if (!asksForCanned(this.text)) return nothing
    const offered = this.#offered
    if (offered.length === 0)
      return this.canned === null ? nothing : html`<p class="hint">${words().noCanned}</p>`
    return html`<ul class="canned" id="canned" role="listbox" aria-label=${words().cannedReplies}>
      ${offered.map(
        (reply, index) =>
          html`<li role="option" id="canned-${index}" aria-selected=${index === this.choice} @mousedown=${(event: Event) => event.preventDefault()} @click=${() => this.#useCanned(reply)}>
            <strong>/${reply.shortcut}</strong> ${reply.title}<span class="filled">${reply.text}</span>
          </li>`,
      )}
    </ul>`
  }

  #useCanned({ text }: FilledInWire): void {
    this.text = text
    emit(this, 'parley-draft', { text })
    this.focus()
  }

  /** Whether the key was for the list of canned replies. */
  #choseCanned({ key }: KeyboardEvent): boolean {
    const offered = this.#offered
    const chosen = offered[this.choice]
    if (chosen === undefined) return false
    if (key === 'ArrowDown') this.choice = (this.choice + 1) % offered.length
    else if (key === 'ArrowUp') this.choice = (this.choice - 1 + offered.length) % offered.length
    else if (key === 'Enter' || key === 'Tab') this.#useCanned(chosen)
    else return false
    return true
  }

  #keepNote(text: string): void {
    this.note = text
    if (text === '') this.#notes.delete(this.conversationId)
    else this.#notes.set(this.conversationId, text)
  }

  #write(event: InputEvent): void {
    this.text = (event.target as HTMLTextAreaElement).value
    if (this.canned === null && asksForCanned(this.text)) emit(this, 'parley-canned', null)
    emit(this, 'parley-draft', { text: this.text })
  }

  #keys(event: KeyboardEvent): void {
    if (this.mode === 'reply' && !event.shiftKey && !event.isComposing && this.#choseCanned(event)) {
      event.preventDefault()
      return
    }
    // While an input method composes a word, Enter accepts the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    this.#send()
  }

  #sendNote(): void {
    const { conversationId } = this
    const text = this.note.trim()
    if (text === '') return
    this.#keepNote('')
    const refused = () => {
      this.#notes.set(conversationId, text)
      if (this.conversationId === conversationId && this.note === '') this.note = text
    }
    emit(this, 'parley-note', { text, refused })
    this.focus()
  }

  #send(): void {
    if (this.mode === 'note') {
      this.#sendNote()
      return
    }
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
        padding-block: 4px;
        padding-inline: 14px 4px;
        border: 1px solid var(--strong-line);
        border-radius: 22px;
        background: var(--surface);
      }
      .box.noted {
        border: 1px dashed var(--warning);
        background: var(--warning-ground);
      }
      .ways {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      .canned {
        max-height: 240px;
        margin-bottom: 6px;
        padding: 4px;
        overflow-y: auto;
        border: 1px solid var(--line);
        border-radius: 12px;
        box-shadow: var(--raised);
      }
      .canned li {
        padding: 6px 10px;
        border-radius: 8px;
        cursor: pointer;
      }
      .canned li[aria-selected='true'] {
        background: var(--selected);
      }
      .filled {
        display: block;
        overflow: hidden;
        color: var(--muted);
        font-size: 12px;
        text-overflow: ellipsis;
        white-space: nowrap;
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
