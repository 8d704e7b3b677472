import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { MessageTemplate } from '../data/thread-desk.ts'
import { words } from '../data/words/words.ts'
import { closeIcon, searchIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** One of the templates that the carrier approved, its variables filled in, as the customer will read it. */
export class TemplateDialogElement extends LitElement {
  static override properties = {
    templates: { attribute: false },
    problem: { type: String },
    search: { state: true },
    chosen: { state: true },
    values: { state: true },
  }
  /** Null until they were read. */
  declare templates: readonly MessageTemplate[] | null
  declare problem: string | null
  declare search: string
  declare chosen: MessageTemplate | null
  declare values: Readonly<Record<string, string>>

  constructor() {
    super()
    this.templates = null
    this.problem = null
    this.search = ''
    this.chosen = null
    this.values = {}
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${words().chooseTemplate}</h2>
        <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          <label class="search">${searchIcon}<span class="hidden-words">${words().searchTemplates}</span>
            <input class="bare" type="search" placeholder=${words().searchTemplates} autocomplete="off" autofocus .value=${this.search} @input=${this.#searched} /></label>
          ${this.#list()}
          ${this.chosen === null ? nothing : this.#filling(this.chosen)}
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>${words().cancel}</button>
          <button type="submit" class="button primary" ?disabled=${!this.#complete}>${words().sendTemplate}</button>
        </footer>
      </form>
    </dialog>`
  }

  #list(): TemplateResult | typeof nothing {
    if (this.templates === null)
      return this.problem === null ? html`<p class="hint" role="status">${words().loading}</p>` : nothing
    const wanted = this.search.trim().toLowerCase()
    const found = this.templates.filter(({ name, text }) => `${name} ${text}`.toLowerCase().includes(wanted))
    if (found.length === 0) return html`<p class="hint">${words().noTemplates}</p>`
    return html`<div class="list" role="radiogroup" aria-label=${words().template}>
      ${found.map(
        (template) =>
          html`<label><input type="radio" name="template" .checked=${this.chosen === template} @change=${() => this.#choose(template)} />
            <span><strong>${template.name}</strong> <span class="tag">${template.language}</span><span class="of" dir="auto">${template.text}</span></span></label>`,
      )}
    </div>`
  }

  #filling({ variables, text }: MessageTemplate): TemplateResult {
    return html`${variables.map(
      (name) =>
        html`<label>${words().variable(name)}<input class="field" required maxlength="1024" dir="auto" .value=${this.values[name] ?? ''} @input=${(event: InputEvent) => this.#fill(name, event)} /></label>`,
    )}
    <p class="labelled">${words().preview}</p>
    <p class="preview" dir="auto" aria-live="polite">${filledIn(text, this.values)}</p>`
  }

  get #complete(): boolean {
    return this.chosen?.variables.every((name) => (this.values[name] ?? '').trim() !== '') ?? false
  }

  #searched(event: InputEvent): void {
    this.search = (event.target as HTMLInputElement).value
  }

  #choose(template: MessageTemplate): void {
    this.chosen = template
    this.values = {}
  }

  #fill(name: string, event: InputEvent): void {
    this.values = { ...this.values, [name]: (event.target as HTMLInputElement).value }
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.chosen === null || !this.#complete) return
    const { name, language, text } = this.chosen
    emit(this, 'parley-template', {
      text: filledIn(text, this.values),
      template: { name, language, variables: { ...this.values } },
    })
    this.#close()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    css`
      .body > .search {
        flex-direction: row;
      }
      .list {
        display: grid;
        gap: 2px;
        max-height: 220px;
        flex: none;
        overflow-y: auto;
      }
      .list label {
        display: flex;
        gap: 10px;
        padding: 8px;
        border-radius: 10px;
      }
      .list label:has(:checked) {
        background: var(--selected);
      }
      .of {
        display: block;
        color: var(--muted);
        font-size: 13px;
      }
      .preview {
        padding: 8px 13px;
        border-radius: 16px;
        background: var(--mine);
        color: var(--on-mine);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ]
}

/** What is not filled in yet stays as the template has it. */
const filledIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(
    /\{\{\s*([^{}\s]+)\s*\}\}/g,
    (whole: string, name: string) => (Object.hasOwn(values, name) && values[name]) || whole,
  )
