import { css, html, nothing, type TemplateResult } from 'lit'
import type { CarrierHealthWire, CarrierWire } from '../../module/contract/api/carriers.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { plusIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Which dialog is open, for which account. */
type Open =
  | { readonly kind: 'edit'; readonly carrier: CarrierWire | null }
  | { readonly kind: 'keys' | 'calls' | 'delete'; readonly carrier: CarrierWire }

/** The accounts that move messages: how each fares, and the URL that its provider must be told. */
export class CarrierListElement extends AdminSection {
  static override properties = { open: { state: true }, testing: { state: true } }
  declare open: Open | null
  declare testing: string | null

  constructor() {
    super()
    this.open = null
    this.testing = null
  }

  protected override render() {
    const { carriers } = this.state
    return html`
      <div class="head">
        <div>
          <h2>Carriers</h2>
          <p>The accounts that own your numbers. Secrets can be written but never read back.</p>
        </div>
        <button class="button primary" @click=${() => this.#show({ kind: 'edit', carrier: null })}>${plusIcon} Add carrier</button>
      </div>
      ${this.problemLine()}
      <ul class="list">
        ${carriers.map((carrier) => this.#carrier(carrier))}
        ${carriers.length === 0 ? html`<li class="card empty">No carrier yet, so no message comes or goes. Add the account that owns your numbers.</li>` : nothing}
      </ul>
      ${this.open === null ? nothing : this.#dialog(this.open)}
    `
  }

  #carrier(carrier: CarrierWire): TemplateResult {
    const { id, name, enabled, health } = carrier
    const kind = this.state.carrierKinds.find((each) => each.kind === carrier.kind)
    const [tone, words] = enabled ? healthWords[health?.state ?? 'unknown'] : ['', 'Disabled']
    const testing = this.testing === id
    return html`<li class="card carrier ${enabled ? '' : 'off'}">
      <div class="top">
        <div class="what">
          <h3>${name} <span class="tag ${tone}">${words}</span></h3>
          <p>${kind?.name ?? carrier.kind} · ${id}</p>
        </div>
        <input class="switch" type="checkbox" role="switch" aria-label="Enabled: ${name}" .checked=${enabled} ?disabled=${this.busy} @change=${() => this.#switch(carrier)} />
      </div>
      ${enabled && health !== undefined ? this.#health(health) : nothing}
      ${this.#webhook(carrier, kind?.webhookPlace ?? null)}
      <div class="actions">
        <button class="button small" aria-label="Test ${name}" ?disabled=${testing || !enabled} @click=${() => this.#test(id)}>${testing ? 'Testing…' : 'Test'}</button>
        <button class="button small" aria-label="Edit ${name}" @click=${() => this.#show({ kind: 'edit', carrier })}>Edit</button>
        ${(carrier.storedSecrets?.length ?? 0) === 0 ? nothing : html`<button class="button small" aria-label="Keys of ${name}" @click=${() => this.#show({ kind: 'keys', carrier })}>Keys</button>`}
        ${carrier.webhookUrl === null ? nothing : html`<button class="button small" aria-label="Unread calls of ${name}" @click=${() => this.#show({ kind: 'calls', carrier })}>Unread calls</button>`}
        <button class="button small danger" aria-label="Delete ${name}" @click=${() => this.#show({ kind: 'delete', carrier })}>Delete</button>
      </div>
    </li>`
  }

  #health({
    sentence,
    lastInboundAt,
    lastSuccessAt,
    errorRate,
    expiresAt,
    webhook,
  }: CarrierHealthWire): TemplateResult {
    const facts = [
      lastInboundAt === null ? 'Nothing came in yet' : `Last came in ${fullTime(lastInboundAt)}`,
      ...(lastSuccessAt === null ? [] : [`last went out ${fullTime(lastSuccessAt)}`]),
      ...(errorRate === null ? [] : [`${Math.round(errorRate * 100)} % of the last sends failed`]),
      ...(expiresAt === null ? [] : [`credentials expire ${fullTime(expiresAt)}`]),
    ]
    return html`<div class="health" role="status">
      <p>${sentence}</p>
      ${webhook === null ? nothing : html`<p class=${webhook.works ? '' : 'bad'}>Webhook: ${webhook.sentence}</p>`}
      <p class="muted">${facts.join(' · ')}</p>
    </div>`
  }

  #webhook({ kind, webhookUrl }: CarrierWire, place: string | null): TemplateResult | typeof nothing {
    if (webhookUrl === null) {
      if (kind === 'sip-message') return nothing
      return html`<p class="callout">This carrier calls Parley, and Parley does not know its own public address yet. Set publicUrl in its configuration.</p>`
    }
    return html`<div class="webhook">
      <p>Webhook for incoming messages</p>
      <parley-copy-text label="Webhook URL" .text=${webhookUrl}></parley-copy-text>
      ${place === null ? nothing : html`<p class="muted">${place}</p>`}
    </div>`
  }

  #dialog(open: Open): TemplateResult {
    const closed = () => this.#show(null)
    switch (open.kind) {
      case 'edit':
        return html`<parley-carrier-form .session=${this.session} .state=${this.state} .carrier=${open.carrier} @parley-dialog-closed=${closed}></parley-carrier-form>`
      case 'keys':
        return html`<parley-carrier-keys .session=${this.session} .state=${this.state} .carrier=${open.carrier} @parley-dialog-closed=${closed}></parley-carrier-keys>`
      case 'calls':
        return html`<parley-carrier-calls .session=${this.session} .state=${this.state} .carrier=${open.carrier} @parley-dialog-closed=${closed}></parley-carrier-calls>`
      case 'delete':
        return html`<parley-confirm-dialog
          heading="Delete “${open.carrier.name}”?"
          sentence="Nothing comes in or goes out by it any more, and its keys are forgotten. Conversations and messages stay."
          verb="Delete"
          @parley-confirmed=${() => this.#delete(open.carrier)}
          @parley-dialog-closed=${closed}
        ></parley-confirm-dialog>`
      default:
        return open satisfies never
    }
  }

  #show(open: Open | null): void {
    this.open = open
  }

  async #test(id: string): Promise<void> {
    this.testing = id
    await this.attempt(async () => {
      await this.session.admin.testCarrier(id)
      await this.session.readCarriers()
    })
    this.testing = null
  }

  async #switch({ id, kind, name, enabled, settings }: CarrierWire): Promise<void> {
    await this.attempt(async () => {
      await this.session.admin.saveCarrier(id, { kind, name, enabled: !enabled, settings })
    })
    const refused = this.problem
    await this.attempt(this.session.readCarriers)
    this.problem ??= refused
    this.requestUpdate()
  }

  async #delete({ id }: CarrierWire): Promise<void> {
    this.open = null
    await this.attempt(async () => {
      await this.session.admin.deleteCarrier(id)
      await this.session.readCarriers()
    })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .list {
        display: grid;
        gap: 12px;
      }
      .carrier {
        display: grid;
        gap: 10px;
        padding: 14px 16px;
      }
      .top {
        display: flex;
        align-items: flex-start;
        gap: 12px;
      }
      .health p,
      .webhook p {
        font-size: 13px;
      }
      .health .bad {
        color: var(--danger);
      }
      .webhook .muted {
        margin-top: 4px;
      }
      .carrier .callout {
        margin: 0;
      }
    `,
  ]
}

const healthWords: Readonly<Record<CarrierHealthWire['state'], readonly [tone: string, words: string]>> = {
  ok: ['good', 'Works'],
  warn: ['warning', 'Look at this'],
  down: ['danger', 'Down'],
  unknown: ['', 'Not tried yet'],
}
