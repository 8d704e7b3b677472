import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import { mentionAsked, mentionsIn, withMention } from '../data/note-mentions.ts'
import { words } from '../data/words/words.ts'
import { composerStyles, fitTextarea, movedChoice, sends } from './composer-styles.ts'
import { checkIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { presenceDot } from './presence.ts'
import { baseStyles, controlStyles } from './theme.ts'

const longestText = 4096

/** Where a note is written: for colleagues, never for the customer. `@` offers whom to mention. */
export class NoteComposerElement extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true }
  static override properties = {
    text: { type: String },
    people: { attribute: false },
    choice: { state: true },
    offered: { state: true },
  }
  declare text: string
  declare people: readonly PersonWire[]
  declare choice: number
  declare offered: readonly PersonWire[]

  constructor() {
    super()
    this.text = ''
    this.people = []
    this.choice = 0
    this.offered = []
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text')) fitTextarea(this.#area)
  }

  /** To write, not to the first button. */
  override focus(options?: FocusOptions): void {
    const place = this.renderRoot.querySelector<HTMLElement>('textarea, parley-note-composer')
    if (place === null) super.focus(options)
    else place.focus(options)
  }

  protected override render(): TemplateResult {
    const open = this.offered.length > 0
    return html`
      ${open ? this.#choices() : nothing}
      <div class="box noted">
        <textarea
          class="bare"
          rows="1"
          dir="auto"
          maxlength=${longestText}
          placeholder=${words().writeNoteTo}
          aria-label=${words().note}
          aria-describedby="not-sent"
          aria-autocomplete="list"
          aria-controls=${open ? 'people' : nothing}
          aria-activedescendant=${open ? `person-${this.choice}` : nothing}
          .value=${this.text}
          @input=${this.#write}
          @keydown=${this.#keys}
          @blur=${() => this.#offer([])}
        ></textarea>
        <button class="send" aria-label=${words().saveNote} title=${words().saveNoteEnter} ?disabled=${this.text.trim() === ''} @click=${this.#save}>${checkIcon}</button>
      </div>
      <p class="below">
        <slot name="mode"></slot>
        <span id="not-sent" class="keys">${words().noteIsFor}. ${words().noteKeys}</span>
      </p>
    `
  }

  #choices(): TemplateResult {
    return html`<ul class="choices" id="people" role="listbox" aria-label=${words().mentionSomeone}>
      ${this.offered.map(
        (person, index) =>
          html`<li role="option" id="person-${index}" aria-selected=${index === this.choice} @mousedown=${(event: Event) => event.preventDefault()} @click=${() => this.#mention(person)}>
            ${presenceDot(person)} <strong>${person.name}</strong> ${person.extension}
          </li>`,
      )}
    </ul>`
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea')
  }

  #offer(people: readonly PersonWire[]): void {
    this.offered = people
    this.choice = 0
  }

  #change(text: string): void {
    this.text = text
    emit(this, 'parley-note-draft', { text })
  }

  #write(event: InputEvent): void {
    const area = event.target as HTMLTextAreaElement
    this.#change(area.value)
    this.#offer(mentionAsked(this.people, area.value.slice(0, area.selectionStart)))
  }

  async #mention({ name }: PersonWire): Promise<void> {
    const at = this.#area?.selectionStart ?? this.text.length
    const written = withMention(this.text, at, name)
    this.#change(written.text)
    this.#offer([])
    await this.updateComplete
    this.#area?.setSelectionRange(written.at, written.at)
    this.focus()
  }

  #keys(event: KeyboardEvent): void {
    const chosen = this.offered[this.choice]
    if (chosen !== undefined && !event.isComposing) {
      const moved = movedChoice(event.key, this.choice, this.offered.length)
      const takes = event.key === 'Enter' || event.key === 'Tab'
      if (moved !== null) this.choice = moved
      else if (takes) void this.#mention(chosen)
      else if (event.key === 'Escape') this.#offer([])
      if (moved !== null || takes || event.key === 'Escape') {
        event.preventDefault()
        event.stopPropagation()
        return
      }
    }
    if (!sends(event)) return
    event.preventDefault()
    this.#save()
  }

  #save(): void {
    const text = this.text.trim()
    if (text === '') return
    this.#change('')
    const mentions = mentionsIn(this.people, text)
    // The panel keeps what was refused for the conversation that it was written in.
    emit(this, 'parley-note', { text, mentions, refused: () => this.#change(text) })
    this.focus()
  }

  static override styles = [baseStyles, controlStyles, composerStyles]
}
