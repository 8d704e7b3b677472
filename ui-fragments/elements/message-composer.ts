import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { WayWire } from '../../module/contract/api/conversations.ts'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import { asksForCanned, cannedChoices } from '../data/canned-choice.ts'
import { sizeWords } from '../data/media-words.ts'
import { messageLength } from '../data/message-length.ts'
import type { Channel } from '../data/message-words.ts'
import { durationWords } from '../data/time-words.ts'
import { type Attachment, longestFileBytes, mostFiles } from '../data/uploads.ts'
import { windowLeftMs } from '../data/ways.ts'
import { words } from '../data/words/words.ts'
import { attachmentTray, attachmentTrayStyles } from './attachment-tray.ts'
import { cannedList } from './canned-list.ts'
import { composerStyles, fitTextarea, movedChoice, sends } from './composer-styles.ts'
import { clipIcon, sendIcon } from './icons.ts'
import { emit, type PanelEvents } from './panel-events.ts'
import { baseStyles, controlStyles } from './theme.ts'
import { wayPicker, wayPickerStyles } from './way-picker.ts'

const longestText = 4096
const windowTickMs = 20_000

/** Where a reply is written. Enter sends, Shift+Enter breaks the line. */
export class MessageComposerElement extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true }
  static override properties = {
    text: { type: String },
    channel: { type: String },
    did: { type: String },
    ways: { attribute: false },
    way: { attribute: false },
    attachments: { attribute: false },
    hindrance: { type: String },
    hint: { type: String },
    conversationId: { type: String },
    canned: { attribute: false },
    people: { attribute: false },
    noting: { type: Boolean },
    note: { type: String },
    mode: { state: true },
    choice: { state: true },
    leftMs: { state: true },
  }
  declare text: string
  /** The way the reply will go. */
  declare channel: Channel
  declare did: string
  declare ways: readonly WayWire[]
  declare way: WayWire | null
  declare attachments: readonly Attachment[]
  /** Why nothing can be sent here; null when it can. */
  declare hindrance: string | null
  /** Who is designated, when it is not the writer. */
  declare hint: string
  declare conversationId: string
  /** Null until asked for. */
  declare canned: readonly FilledInWire[] | null
  /** Whom a note may mention. */
  declare people: readonly PersonWire[]
  /** Whether notes can be written here at all. */
  declare noting: boolean
  /** Kept apart from the reply, so that neither can be sent for the other. */
  declare note: string
  declare mode: 'reply' | 'note'
  declare choice: number
  /** How long free texts may still be sent; null without such a limit. */
  declare leftMs: number | null
  #tick: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.text = ''
    this.channel = 'sms'
    this.did = ''
    this.ways = []
    this.way = null
    this.attachments = []
    this.hindrance = null
    this.hint = ''
    this.conversationId = ''
    this.canned = null
    this.people = []
    this.noting = false
    this.note = ''
    this.mode = 'reply'
    this.choice = 0
    this.leftMs = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#tick = setInterval(() => this.#countDown(), windowTickMs)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#tick)
  }

  #countDown(): void {
    this.leftMs = this.way === null ? null : windowLeftMs(this.way, Date.now())
  }

  /** Another conversation opens for a reply, unless a note was begun in it. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.choice = 0
    if (changed.has('way')) this.#countDown()
    if (changed.has('conversationId')) this.mode = this.note === '' ? 'reply' : 'note'
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') || changed.has('mode')) fitTextarea(this.#area)
  }

  /** To write, not to the first button. */
  override focus(options?: FocusOptions): void {
    const place = this.renderRoot.querySelector<HTMLElement>('textarea, parley-note-composer')
    if (place === null) super.focus(options)
    else place.focus(options)
  }

  protected override render() {
    if (this.mode === 'note') {
      return html`<parley-note-composer .text=${this.note} .people=${this.people}>${this.#modeButton('reply', words().replyInstead, 'mode')}</parley-note-composer>`
    }
    if (this.hindrance !== null) {
      return html`<div class="blocked"><span id="why">${this.hindrance}</span><span class="ways">${this.#modeButton('note', words().writeNote)}<slot name="remedy"></slot></span></div>`
    }
    return html`
      ${this.hint === '' ? nothing : html`<div class="hint" id="hint"><span>${this.hint}</span><slot name="remedy"></slot></div>`}
      ${this.leftMs === 0 ? this.#onlyTemplates() : this.#free()}
    `
  }

  /** Past the carrier's time for free answers. */
  #onlyTemplates(): TemplateResult {
    return html`<div class="blocked">
        <span id="why">${words().windowShut}</span>
        <span class="ways">${this.#modeButton('note', words().writeNote)}${
          this.way?.templates === true
            ? html`<button class="button small primary" @click=${() => emit(this, 'parley-templates', null)}>${words().chooseTemplate}</button>`
            : nothing
        }</span>
      </div>
      <p class="below">${wayPicker(this, this)}</p>`
  }

  #free(): TemplateResult {
    const length = messageLength(this.text, this.channel)
    const offered = this.#offered.length > 0
    const limits = words().fileLimits(sizeWords(longestFileBytes), mostFiles)
    return html`
      ${attachmentTray(this, this.attachments)}
      ${this.#choices()}
      <div class="box tooled">
        <button class="icon-button" aria-label=${words().attach} title="${words().attach}. ${limits}" @click=${this.#browse}>${clipIcon}</button>
        <input type="file" multiple hidden @change=${this.#picked} />
        <parley-emoji-picker @parley-emoji=${this.#emoji}></parley-emoji-picker>
        <textarea
          class="bare"
          rows="1"
          dir="auto"
          maxlength=${longestText}
          placeholder=${words().writeReply}
          aria-label=${words().reply}
          aria-describedby="keys ${this.hint === '' ? '' : 'hint'}"
          aria-autocomplete="list"
          aria-controls=${offered ? 'canned' : nothing}
          aria-activedescendant=${offered ? `canned-${this.choice}` : nothing}
          .value=${this.text}
          @input=${this.#write}
          @keydown=${this.#keys}
          @paste=${this.#pasted}
        ></textarea>
        <button class="send" aria-label=${words().send} title=${this.#uploading ? words().waitForUploads : words().sendEnter} ?disabled=${!this.#ready} @click=${this.#send}>${sendIcon}</button>
      </div>
      <p class="below">
        ${this.#modeButton('note', words().writeNote)}
        ${wayPicker(this, this)}
        ${this.leftMs === null ? nothing : html`<span class="window">${words().windowLeft(durationWords(this.leftMs))}</span>`}
        <span id="keys" class="keys">${this.#uploading ? words().waitForUploads : words().keys}</span>
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

  #modeButton(mode: 'reply' | 'note', words: string, slot?: string): TemplateResult | typeof nothing {
    if (!this.noting) return nothing
    const turn = async () => {
      this.mode = mode
      await this.updateComplete
      this.focus()
    }
    return html`<button class="link" slot=${slot ?? nothing} @click=${turn}>${words}</button>`
  }

  get #offered(): readonly FilledInWire[] {
    return cannedChoices(this.canned ?? [], this.text)
  }

  get #uploading(): boolean {
    return this.attachments.some(({ id }) => id === null)
  }

  get #ready(): boolean {
    return !this.#uploading && (this.text.trim() !== '' || this.attachments.length > 0)
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea')
  }

  #choices(): TemplateResult | typeof nothing {
    if (!asksForCanned(this.text)) return nothing
    const offered = this.#offered
    if (offered.length === 0)
      return this.canned === null ? nothing : html`<p class="hint">${words().noCanned}</p>`
    return cannedList(offered, this.choice, (reply) => this.#useCanned(reply))
  }

  #useCanned({ text }: FilledInWire): void {
    this.#change(text)
    this.focus()
  }

  /** Whether the key was for the list of canned replies. */
  #choseCanned({ key }: KeyboardEvent): boolean {
    const offered = this.#offered
    const chosen = offered[this.choice]
    if (chosen === undefined) return false
    const moved = movedChoice(key, this.choice, offered.length)
    if (moved !== null) this.choice = moved
    else if (key === 'Enter' || key === 'Tab') this.#useCanned(chosen)
    else return false
    return true
  }

  #change(text: string): void {
    this.text = text
    emit(this, 'parley-draft', { text })
  }

  #write(event: InputEvent): void {
    const { value } = event.target as HTMLTextAreaElement
    if (this.canned === null && asksForCanned(value)) emit(this, 'parley-canned', null)
    this.#change(value)
  }

  #keys(event: KeyboardEvent): void {
    if (!event.shiftKey && !event.isComposing && this.#choseCanned(event)) {
      event.preventDefault()
      return
    }
    if (!sends(event)) return
    event.preventDefault()
    this.#send()
  }

  /** Where the cursor stands. */
  async #emoji(event: CustomEvent<PanelEvents['parley-emoji']>): Promise<void> {
    event.stopPropagation()
    const area = this.#area
    const from = area?.selectionStart ?? this.text.length
    const to = area?.selectionEnd ?? from
    this.#change(this.text.slice(0, from) + event.detail.emoji + this.text.slice(to))
    await this.updateComplete
    this.focus()
    const at = from + event.detail.emoji.length
    this.#area?.setSelectionRange(at, at)
  }

  #browse(): void {
    this.renderRoot.querySelector<HTMLInputElement>('input[type=file]')?.click()
  }

  #picked(event: Event): void {
    const input = event.target as HTMLInputElement
    this.#attach([...(input.files ?? [])])
    input.value = ''
  }

  #pasted(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    this.#attach(files)
  }

  #attach(files: readonly File[]): void {
    if (files.length > 0) emit(this, 'parley-attach', { files })
    this.focus()
  }

  #send(): void {
    if (!this.#ready) return
    const text = this.text.trim()
    const media = this.attachments.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }]))
    const { way } = this
    const via =
      way === null || way.usual
        ? {}
        : { via: { carrierId: way.carrierId, channel: way.channel, did: way.did } }
    this.#change('')
    emit(this, 'parley-send', { text, ...(media.length === 0 ? {} : { media }), ...via })
    this.focus()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    composerStyles,
    attachmentTrayStyles,
    wayPickerStyles,
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
      .ways {
        display: flex;
        align-items: center;
        gap: 12px;
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
        .blocked {
          flex-wrap: wrap;
        }
        .below {
          flex-wrap: wrap;
          gap: 2px 12px;
        }
      }
    `,
  ]
}
