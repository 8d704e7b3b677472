import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { CarrierWire } from '../../module/contract/api/carriers.ts'
import type { AdminState } from '../data/admin-session.ts'
import { carrierKinds } from '../data/carrier-fields.ts'
import { adminStyles } from './admin-styles.ts'
import { copyIcon, plusIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** The accounts that move messages, each with the URL that its provider must be told. */
export class CarrierListElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    editing: { state: true },
    copied: { state: true },
  }
  declare state: AdminState
  declare editing: { readonly carrier: CarrierWire | null } | null
  declare copied: string | null

  constructor() {
    super()
    this.editing = null
    this.copied = null
  }

  protected override render() {
    const { carriers } = this.state
    return html`
      <div class="head">
        <div>
          <h2>Carriers</h2>
          <p>Secrets can be written but never read back.</p>
        </div>
        <button class="button primary" @click=${() => this.#edit({ carrier: null })}>${plusIcon} Add carrier</button>
      </div>
      <ul class="card">
        ${carriers.map((carrier) => this.#carrier(carrier))}
        ${carriers.length === 0 ? html`<li class="empty">No carrier yet, so no message comes or goes. Add the account that owns your numbers.</li>` : nothing}
      </ul>
      <p class="hidden-words" role="status">${this.copied === null ? '' : 'Copied'}</p>
      ${
        this.editing === null
          ? nothing
          : html`<parley-carrier-dialog .carrier=${this.editing.carrier} .taken=${carriers.map(({ id }) => id)} @parley-dialog-closed=${() => this.#edit(null)}></parley-carrier-dialog>`
      }
    `
  }

  #carrier(carrier: CarrierWire): TemplateResult {
    const kind = carrierKinds.find(([name]) => name === carrier.kind)?.[1] ?? carrier.kind
    return html`<li class="item ${carrier.enabled ? '' : 'off'}">
      <div class="what">
        <h3>${carrier.name}</h3>
        <p>${kind} · ${carrier.id}</p>
        ${this.#webhook(carrier)}
      </div>
      <div class="actions">
        <span class="tag ${carrier.enabled ? 'good' : ''}">${carrier.enabled ? 'Enabled' : 'Disabled'}</span>
        <button class="button small" aria-label="Edit ${carrier.name}" @click=${() => this.#edit({ carrier })}>Edit</button>
      </div>
    </li>`
  }

  #webhook({ id, kind, webhookUrl }: CarrierWire): TemplateResult | typeof nothing {
    if (webhookUrl === null) {
      if (kind === 'sip-message') return nothing
      return html`<p class="callout">This carrier calls Parley, and Parley does not know its own public address yet. Set publicUrl in its configuration.</p>`
    }
    const copied = this.copied === id
    return html`<p class="webhook">
      Webhook for incoming messages:
      <input class="field" readonly aria-label="Webhook URL" .value=${webhookUrl} @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()} />
      <button class="button small" @click=${(event: MouseEvent) => this.#copy(id, event)}>${copyIcon} ${copied ? 'Copied' : 'Copy'}</button>
    </p>`
  }

  #edit(editing: { readonly carrier: CarrierWire | null } | null): void {
    this.editing = editing
  }

  /** Pages without https have no clipboard of their own: there the URL is at least selected. */
  async #copy(id: string, event: MouseEvent): Promise<void> {
    const field = (event.currentTarget as HTMLElement).parentElement?.querySelector('input')
    if (field === null || field === undefined) return
    field.select()
    if (navigator.clipboard !== undefined) await navigator.clipboard.writeText(field.value)
    else if (!document.execCommand('copy')) return
    this.copied = id
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .webhook {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 8px;
        margin-top: 6px;
      }
      .webhook .field {
        flex: 1 1 320px;
        width: auto;
        min-height: 30px;
        padding: 3px 9px;
        color: var(--text);
        font: 12px / 1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
      }
      .what .callout {
        margin-top: 6px;
        color: var(--warning);
      }
    `,
  ]
}
