import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { PersonWire } from '../../module/contract/api/groups.ts'
import { words } from '../data/words/words.ts'
import { avatar, avatarStyles } from './avatar.ts'
import { closeIcon, searchIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

const longestNote = 500

/** Hands the conversation to another member: who, a word for him, and a warning when he is not there. */
export class TransferDialogElement extends LitElement {
  static override properties = {
    people: { attribute: false },
    me: { type: String },
    problem: { type: String },
    busy: { type: Boolean },
    search: { state: true },
    chosen: { state: true },
  }
  declare people: readonly PersonWire[]
  declare me: string
  /** Why the last try was refused. */
  declare problem: string | null
  declare busy: boolean
  declare search: string
  declare chosen: string | null

  constructor() {
    super()
    this.people = []
    this.me = ''
    this.problem = null
    this.busy = false
    this.search = ''
    this.chosen = null
  }

  protected override firstUpdated(_: PropertyValues<this>): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const others = this.people.filter(({ extension }) => extension !== this.me)
    const wanted = this.search.trim().toLowerCase()
    const found = others.filter(({ name, extension }) =>
      `${name} ${extension}`.toLowerCase().includes(wanted),
    )
    const chosen = others.find(({ extension }) => extension === this.chosen)
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${words().transferHandler}</h2>
        <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          <p class="hint">${words().transferHint}</p>
          <label class="search">
            ${searchIcon}<span class="hidden-words">${words().searchMembers}</span>
            <input class="bare" type="search" placeholder=${words().searchMembers} autocomplete="off" autofocus .value=${this.search} @input=${this.#searched} @keydown=${this.#intoList} />
          </label>
          <div class="people" role="radiogroup" aria-label=${words().newAgent}>
            ${found.map((person) => this.#person(person))}
            ${found.length === 0 ? html`<p class="hint">${others.length === 0 ? words().nobodyElse : words().noMemberMatches}</p>` : nothing}
          </div>
          ${chosen === undefined || chosen.available ? nothing : html`<p class="callout" role="status">${words().unavailableNow(chosen.name, chosen.summary)}</p>`}
          <label>
            ${words().note} <span class="hint">${words().noteHint}</span>
            <textarea class="field" name="note" rows="2" maxlength=${longestNote}></textarea>
          </label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>${words().cancel}</button>
          <button type="submit" class="button primary" ?disabled=${chosen === undefined || this.busy}>${words().confirm}</button>
        </footer>
      </form>
    </dialog>`
  }

  #person(person: PersonWire): TemplateResult {
    return html`<label class="person">
      <input type="radio" name="to" value=${person.extension} .checked=${this.chosen === person.extension} @change=${() => this.#choose(person)} />
      ${avatar(person.name, person.extension)}
      <span class="who">
        <span class="name">${person.name} <span class="extension">${person.extension}</span></span>
        <span class="presence">${presenceDot(person)}${presenceDetail(person)}</span>
      </span>
    </label>`
  }

  #choose({ extension }: PersonWire): void {
    this.chosen = extension
    this.problem = null
  }

  #searched(event: InputEvent): void {
    this.search = (event.target as HTMLInputElement).value
  }

  /** From the search straight to the first member found; Enter there must not send the form. */
  #intoList(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    const first = this.renderRoot.querySelector<HTMLInputElement>('input[type=radio]')
    if (first === null) return
    first.focus()
    first.click()
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.chosen === null || this.busy) return
    const note = String(new FormData(event.target as HTMLFormElement).get('note') ?? '').trim()
    emit(this, 'parley-transfer', { to: this.chosen, note })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    avatarStyles,
    css`
      .body > .search {
        flex-direction: row;
        gap: 8px;
      }
      .people {
        display: flex;
        flex-direction: column;
        gap: 2px;
        max-height: 280px;
        margin: 0 -8px;
        padding: 2px;
        overflow-y: auto;
        flex: none;
      }
      .person {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 8px;
        border-radius: 12px;
        cursor: pointer;
      }
      .person:hover {
        background: var(--hover);
      }
      .person:has(:checked) {
        background: var(--selected);
      }
      .person input {
        flex: none;
        width: 18px;
        height: 18px;
        accent-color: var(--accent);
      }
      .who {
        display: flex;
        flex-direction: column;
        min-width: 0;
      }
      .name {
        font-weight: 600;
      }
      .extension {
        color: var(--muted);
        font-weight: 400;
      }
      .presence {
        display: flex;
        align-items: center;
        gap: 6px;
        color: var(--muted);
        font-size: 13px;
      }
    `,
  ]
}
