import { css, html, nothing, type TemplateResult } from 'lit'
import type { CarrierKindWire, CarrierWire } from '../../module/contract/api/carriers.ts'
import {
  type CarrierField,
  carrierDraft,
  carrierIdOf,
  fieldsOfKind,
  isPrevious,
  settingText,
} from '../data/carrier-form.ts'
import { channelNames } from '../data/message-words.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** A carrier account as a form: its kind is chosen by what each can do; its fields are what the kind's schema names. */
export class CarrierFormElement extends AdminDialog {
  static override properties = {
    carrier: { attribute: false },
    kind: { state: true },
    touched: { state: true },
  }
  /** Null for a new one. */
  declare carrier: CarrierWire | null
  declare kind: CarrierKindWire | null
  declare touched: boolean

  constructor() {
    super()
    this.carrier = null
    this.kind = null
    this.touched = false
  }

  protected override get dirty(): boolean {
    return this.touched
  }

  protected override willUpdate(): void {
    if (!this.hasUpdated)
      this.kind = this.state.carrierKinds.find(({ kind }) => kind === this.carrier?.kind) ?? null
  }

  protected override render() {
    const { carrier, kind } = this
    if (carrier === null && kind === null) return this.frame('Add carrier', this.#kinds(), 'wide')
    return this.frame(
      carrier === null ? `Add ${kind?.name ?? ''}` : `Edit ${carrier.name}`,
      kind === null
        ? html`<div class="body"><p>This Parley does not know carriers of the kind ${carrier?.kind}.</p></div>`
        : this.#form(kind),
      'wide',
    )
  }

  #kinds(): TemplateResult {
    return html`<div class="body">
      <p>What moves your messages?</p>
      <ul class="kinds">
        ${this.state.carrierKinds.map(
          (kind) => html`<li><button class="kind" @click=${() => this.#choose(kind)}>
            <strong>${kind.name}</strong>
            <span class="muted">${kind.channels.map((channel) => channelNames[channel]).join(', ')}</span>
            <span>${kind.can.join(' · ')}</span>
            ${kind.cannot.length === 0 ? nothing : html`<span class="muted">Not: ${kind.cannot.join(', ').toLowerCase()}</span>`}
          </button></li>`,
        )}
      </ul>
    </div>`
  }

  #form(kind: CarrierKindWire): TemplateResult {
    const { carrier } = this
    const fields = fieldsOfKind(kind).filter(({ name }) => !isPrevious(name))
    const usual = fields.filter(({ form }) => form !== 'json')
    const deep = fields.filter(({ form }) => form === 'json')
    return html`<form @submit=${this.#submit} @input=${() => this.#touch()} autocomplete="off">
      <div class="body">
        <label>Name <input class="field" name="name" required maxlength="100" autofocus .value=${carrier?.name ?? ''} /></label>
        ${usual.map((field) => this.#field(field))}
        ${
          deep.length === 0
            ? nothing
            : html`<details ?open=${deep.some(({ name }) => carrier?.settings[name] !== undefined)}>
                <summary>Describe a carrier that has no preset</summary>
                <div class="deep">${deep.map((field) => this.#field(field))}</div>
              </details>`
        }
        <label class="check"><input type="checkbox" name="enabled" .checked=${carrier?.enabled ?? true} />Enabled</label>
        ${this.problemLine()}
      </div>
      <footer>
        <button type="button" class="button" @click=${() => this.leave()}>Cancel</button>
        <button type="submit" class="button primary" ?disabled=${this.busy}>Save</button>
      </footer>
    </form>`
  }

  #field(field: CarrierField): TemplateResult {
    const { name, part, label, hint, form, choices } = field
    const stored = part === 'secrets' && this.#hasStored(field)
    const required = field.required && !stored
    const value = part === 'settings' ? settingText(field, this.carrier?.settings[name]) : ''
    const id = `field-${name}`
    const note = stored ? 'Stored. Type only to replace it' : ''
    const control = (): TemplateResult => {
      switch (form) {
        case 'choice':
          return html`<select class="field" name=${id} aria-describedby="${id}-hint">
            ${field.required ? nothing : html`<option value="">–</option>`}
            ${choices.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}
          </select>`
        case 'lines':
        case 'records':
        case 'json':
        case 'pairs':
          return html`<textarea class="field ${form === 'json' ? 'mono' : ''}" name=${id} rows=${form === 'json' ? 4 : 2} ?required=${required} placeholder=${note} spellcheck="false" aria-describedby="${id}-hint" .value=${value}></textarea>`
        case 'text':
        case 'number':
          return html`<input class="field" type=${part === 'secrets' ? 'password' : form} step="any" name=${id} autocomplete=${part === 'secrets' ? 'new-password' : 'off'} ?required=${required} placeholder=${note} aria-describedby="${id}-hint" .value=${value} />`
        default:
          return form satisfies never
      }
    }
    const lines =
      form === 'lines'
        ? ' One a line.'
        : form === 'records'
          ? ` One a line: ${field.members.join(', a space, ')}.`
          : ''
    return html`<label>
      <span>${label}${field.required ? nothing : html` <span class="hint">(optional)</span>`}</span>
      ${control()}
      <span class="hint" id="${id}-hint">${hint}${hint === '' || lines === '' ? '' : '.'}${lines}</span>
    </label>`
  }

  #hasStored({ name, form }: CarrierField): boolean {
    const stored = this.carrier?.storedSecrets ?? []
    return form === 'pairs' ? stored.length > 0 : stored.includes(name)
  }

  #choose(kind: CarrierKindWire): void {
    this.kind = kind
  }

  #touch(): void {
    this.touched = true
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const { kind, carrier } = this
    if (kind === null) return
    const form = new FormData(event.target as HTMLFormElement)
    const fields = fieldsOfKind(kind)
    const values = Object.fromEntries(
      fields.map(({ name }) => [name, String(form.get(`field-${name}`) ?? '')]),
    )
    const name = String(form.get('name') ?? '')
    const draft = carrierDraft(fields, {
      kind: kind.kind,
      name,
      enabled: form.get('enabled') !== null,
      values,
    })
    if (typeof draft === 'string') {
      this.problem = draft
      return
    }
    // What the form does not show, such as a key that is being replaced, stays as it is.
    const shown = new Set(fields.filter(({ name }) => !isPrevious(name)).map(({ name }) => name))
    const kept = Object.entries(carrier?.settings ?? {}).filter(([setting]) => !shown.has(setting))
    const settings = { ...Object.fromEntries(kept), ...draft.settings }
    const id =
      carrier?.id ??
      carrierIdOf(
        name,
        this.state.carriers.map((each) => each.id),
      )
    const done = await this.attempt(async () => {
      await this.session.admin.saveCarrier(id, { ...draft, settings })
      await this.session.readCarriers()
    })
    if (!done) return
    this.touched = false
    this.close()
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
      .kinds {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr));
        gap: 10px;
      }
      .kinds li {
        display: grid;
      }
      .kind {
        display: flex;
        flex-direction: column;
        gap: 3px;
        padding: 12px 14px;
        border: 1px solid var(--line);
        border-radius: 10px;
        font-size: 13px;
      }
      .kind:hover {
        background: var(--hover);
      }
      .kind strong {
        font-size: 14px;
        font-weight: 600;
      }
      .deep {
        display: grid;
        gap: 12px;
        margin-top: 10px;
      }
      .deep label {
        display: flex;
        flex-direction: column;
        gap: 5px;
        font-weight: 550;
      }
    `,
  ]
}
