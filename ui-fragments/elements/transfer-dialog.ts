import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { GroupDetailWire, PersonWire } from '../../module/contract/api/groups.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { presenceWords } from '../data/presence-words.ts'
import { words } from '../data/words/words.ts'
import { avatar, avatarStyles } from './avatar.ts'
import { closeIcon, searchIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'
import { groupName } from './timeline-rows.ts'

const longestNote = 500
/** Whom the group's strategy finds. */
const anyone = ''

/**
 * Hands the conversation to another member, or to another group and one of its members: who, a word for him, and a
 * warning when he is not there. For a supervisor the same, within the group, is a reassignment.
 */
export class TransferDialogElement extends LitElement {
  static override properties = {
    people: { attribute: false },
    groups: { attribute: false },
    here: { attribute: false },
    me: { type: String },
    designated: { type: String },
    reassigning: { type: Boolean },
    problem: { type: String },
    busy: { type: Boolean },
    search: { state: true },
    chosen: { state: true },
    elsewhere: { state: true },
    group: { state: true },
  }
  declare people: readonly PersonWire[]
  /** All groups there are; null until they are known. */
  declare groups: readonly GroupDetailWire[] | null
  /** The conversation's group. */
  declare here: GroupWire | null
  declare me: string
  declare designated: string | null
  declare reassigning: boolean
  /** Why the last try was refused. */
  declare problem: string | null
  declare busy: boolean
  declare search: string
  /** An extension, or nobody in particular. */
  declare chosen: string | null
  /** The tab of other groups. */
  declare elsewhere: boolean
  declare group: GroupDetailWire | null

  constructor() {
    super()
    this.people = []
    this.groups = null
    this.here = null
    this.me = ''
    this.designated = null
    this.reassigning = false
    this.problem = null
    this.busy = false
    this.search = ''
    this.chosen = null
    this.elsewhere = false
    this.group = null
  }

  protected override firstUpdated(_: PropertyValues<this>): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const chosen = this.#candidates.find(({ extension }) => extension === this.chosen)
    const title = this.reassigning ? words().reassign : words().transferHandler
    const hint = this.reassigning
      ? words().reassignHint
      : this.elsewhere
        ? words().groupHint
        : words().transferHint
    const choosesGroup = this.elsewhere && this.group === null
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${title}</h2>
        <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          ${this.reassigning ? nothing : this.#tabs()}
          <p class="hint">${hint}</p>
          ${this.group === null ? nothing : html`<p class="picked"><strong>${groupName(this.group.group)}</strong> <button type="button" class="link" @click=${() => this.#pickGroup(null)}>${words().chooseGroup}</button></p>`}
          ${this.#searchField(choosesGroup ? words().searchGroups : words().searchMembers)}
          ${choosesGroup ? this.#groupList() : this.#memberList()}
          ${chosen === undefined || chosen.available ? nothing : html`<p class="callout" role="status">${words().unavailableNow(chosen.name, presenceWords(chosen))}</p>`}
          <label>
            ${words().note} <span class="hint">${words().noteHint}</span>
            <textarea class="field" name="note" rows="2" dir="auto" maxlength=${longestNote}></textarea>
          </label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>${words().cancel}</button>
          <button type="submit" class="button primary" ?disabled=${this.chosen === null || choosesGroup || this.busy}>${words().confirm}</button>
        </footer>
      </form>
    </dialog>`
  }

  #tabs(): TemplateResult {
    const tab = (elsewhere: boolean, label: string) =>
      html`<button type="button" role="tab" aria-selected=${this.elsewhere === elsewhere} tabindex=${this.elsewhere === elsewhere ? 0 : -1} @click=${() => this.#turn(elsewhere)}>${label}</button>`
    return html`<div class="tabs" role="tablist" aria-label=${words().newAgent} @keydown=${this.#tabKeys}>${tab(false, words().membersHere)}${tab(true, words().otherGroups)}</div>`
  }

  #searchField(label: string): TemplateResult {
    return html`<label class="search">
      ${searchIcon}<span class="hidden-words">${label}</span>
      <input class="bare" type="search" placeholder=${label} autocomplete="off" autofocus .value=${this.search} @input=${this.#searched} @keydown=${this.#intoList} />
    </label>`
  }

  /** Who could get it. */
  get #candidates(): readonly PersonWire[] {
    if (this.elsewhere) return this.group?.people ?? []
    const not = this.reassigning ? this.designated : this.me
    return this.people.filter(({ extension }) => extension !== not)
  }

  #matches(...parts: readonly string[]): boolean {
    return parts.join(' ').toLowerCase().includes(this.search.trim().toLowerCase())
  }

  #memberList(): TemplateResult {
    const others = this.#candidates
    const found = others.filter(({ name, extension }) => this.#matches(name, extension))
    const strategy = this.elsewhere || this.reassigning
    return html`<div class="people" role="radiogroup" aria-label=${words().newAgent}>
      ${
        strategy && this.search.trim() === ''
          ? this.#choice(
              anyone,
              html`<span class="name">${this.reassigning ? words().makeUnassigned : words().whomItFinds}</span><span class="presence">${words().whomItFindsHint}</span>`,
            )
          : nothing
      }
      ${found.map((person) => this.#person(person))}
      ${found.length === 0 && !strategy ? html`<p class="hint">${others.length === 0 ? words().nobodyElse : words().noMemberMatches}</p>` : nothing}
    </div>`
  }

  #groupList(): TemplateResult {
    const { groups, here } = this
    if (groups === null) return html`<p class="hint" role="status">${words().loading}</p>`
    const others = groups.filter(({ group }) => !(group.kind === here?.kind && group.number === here.number))
    const found = others.filter(({ group }) => this.#matches(group.name, group.number))
    return html`<div class="people" role="group" aria-label=${words().otherGroups}>
      ${found.map(
        (detail) =>
          html`<button type="button" class="person" @click=${() => this.#pickGroup(detail)}>
            <span class="who"><span class="name">${groupName(detail.group)} <span class="extension">${detail.group.number}</span></span>
            <span class="presence">${words().people(detail.people.length)}</span></span>
          </button>`,
      )}
      ${found.length === 0 ? html`<p class="hint">${words().noOtherGroup}</p>` : nothing}
    </div>`
  }

  #person(person: PersonWire): TemplateResult {
    return this.#choice(
      person.extension,
      html`<span class="name">${person.name} <span class="extension">${person.extension}</span></span>
        <span class="presence">${presenceDot(person)}${presenceDetail(person)}</span>`,
      avatar(person.name, person.extension),
    )
  }

  #choice(
    value: string,
    who: TemplateResult,
    sign: TemplateResult | typeof nothing = nothing,
  ): TemplateResult {
    return html`<label class="person">
      <input type="radio" name="to" value=${value} .checked=${this.chosen === value} @change=${() => this.#choose(value)} />
      ${sign}<span class="who">${who}</span>
    </label>`
  }

  #choose(extension: string): void {
    this.chosen = extension
    this.problem = null
  }

  #turn(elsewhere: boolean): void {
    this.elsewhere = elsewhere
    this.#pickGroup(null)
  }

  #pickGroup(group: GroupDetailWire | null): void {
    this.group = group
    this.chosen = group === null ? null : anyone
    this.search = ''
    this.problem = null
    this.renderRoot.querySelector<HTMLElement>('input[type=search]')?.focus()
  }

  async #tabKeys(event: KeyboardEvent): Promise<void> {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    event.preventDefault()
    this.#turn(!this.elsewhere)
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus()
  }

  #searched(event: InputEvent): void {
    this.search = (event.target as HTMLInputElement).value
  }

  /** From the search straight to the first that was found; Enter there must not send the form. */
  #intoList(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    const first = this.renderRoot.querySelector<HTMLElement>('.people input, .people button')
    if (first === null) return
    first.focus()
    if (first.matches('input')) first.click()
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.chosen === null || this.busy) return
    const note = String(new FormData(event.target as HTMLFormElement).get('note') ?? '').trim()
    const to = this.chosen === anyone ? null : this.chosen
    emit(this, 'parley-transfer', { to, group: this.elsewhere ? (this.group?.group ?? null) : null, note })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    avatarStyles,
    css`
      .tabs {
        display: flex;
        gap: 20px;
      }
      [role='tab'] {
        padding: 2px 2px 6px;
        border-bottom: 2px solid transparent;
        color: var(--muted);
        font-weight: 600;
      }
      [role='tab'][aria-selected='true'] {
        border-color: var(--accent);
        color: var(--accent);
      }
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
