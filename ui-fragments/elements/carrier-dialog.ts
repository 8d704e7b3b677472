import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CarrierWire } from '../../module/contract/api/carriers.ts'
import {
  type CarrierField,
  type CarrierKind,
  carrierDraft,
  carrierFields,
  carrierIdOf,
  carrierKinds,
  settingText,
} from '../data/carrier-fields.ts'
import { answered, ask } from './admin-events.ts'
import { adminStyles } from './admin-styles.ts'
import { closeIcon } from './icons.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** One carrier account as a form. Secrets are only ever written. */
export class CarrierDialogElement extends LitElement {
  static override properties = {
    carrier: { attribute: false },
    taken: { attribute: false },
    kind: { state: true },
    problem: { state: true },
    busy: { state: true },
  }
  /** Null for a new one. */
  declare carrier: CarrierWire | null
  declare taken: readonly string[]
  declare kind: CarrierKind
  declare problem: string | null
  declare busy: boolean

  constructor() {
    super()
    this.carrier = null
    this.taken = []
    this.kind = 'twilio'
    this.problem = null
    this.busy = false
  }

  protected override willUpdate(): void {
    const known = carrierKinds.find(([name]) => name === this.carrier?.kind)
    if (!this.hasUpdated && known !== undefined) this.kind = known[0]
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  protected override render() {
    const { carrier } = this
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('parley-dialog-closed'))}>
      <header>
        <h2 id="title">${carrier === null ? 'Add carrier' : `Edit ${carrier.name}`}</h2>
        <button class="icon-button" aria-label="Close" @click=${this.#close}>${closeIcon}</button>
      </header>
      <form @submit=${this.#submit} autocomplete="off">
        <div class="body">
          ${
            carrier === null
              ? html`<label>Kind
                  <select class="field" name="kind" @change=${this.#chooseKind}>
                    ${carrierKinds.map(([kind, words]) => html`<option value=${kind} ?selected=${kind === this.kind}>${words}</option>`)}
                  </select>
                </label>`
              : nothing
          }
          <label>Name <input class="field" name="name" required maxlength="100" .value=${carrier?.name ?? ''} /></label>
          ${carrierFields[this.kind].map((field) => this.#field(field))}
          <label class="check"><input type="checkbox" name="enabled" .checked=${carrier?.enabled ?? true} />Enabled</label>
          ${this.problem === null ? nothing : html`<p class="callout danger" role="alert">${this.problem}</p>`}
        </div>
        <footer>
          <button type="button" class="button" @click=${this.#close}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
        </footer>
      </form>
    </dialog>`
  }

  #field({ name, label, hint, form, required, choices = [] }: CarrierField): TemplateResult {
    const value = settingText(this.carrier?.settings[name])
    const words = html`<span>${label}${required ? nothing : html` <span class="hint">(optional)</span>`}</span>`
    const control = {
      text: () => html`<input class="field" name="field-${name}" ?required=${required} .value=${value} />`,
      list: () => html`<textarea class="field" name="field-${name}" rows="2" .value=${value}></textarea>`,
      'numbers-with-ids': () =>
        html`<textarea class="field" name="field-${name}" rows="2" ?required=${required} .value=${value}></textarea>`,
      choice: () => html`<select class="field" name="field-${name}">
        ${choices.map(([choice, choiceWords]) => html`<option value=${choice} ?selected=${choice === value}>${choiceWords}</option>`)}
      </select>`,
      secret: () =>
        html`<input class="field" type="password" name="field-${name}" autocomplete="new-password" ?required=${required && this.carrier === null} placeholder=${this.carrier === null ? '' : 'Stored. Type only to replace it'} />`,
    }[form]
    return html`<label>${words}${control()}${hint === '' ? nothing : html`<span class="hint">${hint}</span>`}</label>`
  }

  #chooseKind(event: Event): void {
    this.kind = (event.target as HTMLSelectElement).value as CarrierKind
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const values = Object.fromEntries(
      carrierFields[this.kind].map(({ name }) => [name, String(form.get(`field-${name}`) ?? '')]),
    )
    const name = String(form.get('name') ?? '')
    const draft = carrierDraft(this.kind, { name, enabled: form.get('enabled') !== null, values })
    const id = this.carrier?.id ?? carrierIdOf(name, this.taken)
    this.busy = true
    this.problem = await answered((done) => ask(this, 'parley-save-carrier', { id, draft, done }))
    this.busy = false
    if (this.problem === null) this.#close()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      .body > label {
        flex: none;
      }
    `,
  ]
}
