import { html, LitElement, nothing } from 'lit'
import { words } from '../data/words/words.ts'
import { closeIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** What the customer is called. */
export class NameDialogElement extends LitElement {
  static override properties = {
    address: { type: String },
    name: { type: String },
    problem: { type: String },
    busy: { type: Boolean },
  }
  declare address: string
  declare name: string
  declare problem: string | null
  declare busy: boolean

  constructor() {
    super()
    this.address = ''
    this.name = ''
    this.problem = null
    this.busy = false
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${() => emit(this, 'parley-dialog-closed', null)}>
      <header>
        <h2 id="title">${this.name === '' ? words().addContact : words().editContact}</h2>
        <button class="icon-button" aria-label=${words().close} @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit}>
        <div class="body">
          <p class="hint">${this.address}. ${words().contactHint}</p>
          <label>${words().contactName}<input class="field" name="name" required maxlength="100" dir="auto" autofocus autocomplete="off" .value=${this.name} /></label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>${words().cancel}</button>
          <button type="submit" class="button primary" ?disabled=${this.busy}>${words().save}</button>
        </footer>
      </form>
    </dialog>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault()
    const name = String(new FormData(event.target as HTMLFormElement).get('name') ?? '').trim()
    if (name !== '' && !this.busy) emit(this, 'parley-name', { name })
  }

  static override styles = [baseStyles, controlStyles, dialogStyles]
}
