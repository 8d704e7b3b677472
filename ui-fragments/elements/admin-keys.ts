import { css, html, nothing, type TemplateResult } from 'lit'
import type { ApiKeyWire } from '../../module/contract/api/api-keys.ts'
import { groupWords } from '../data/group-words.ts'
import { type PagedList, pageOf, unreadList, withMore } from '../data/paged-list.ts'
import { boardKey } from '../data/presence-board.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { plusIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Keys of programs: what each may do and see. The key itself is shown once. */
export class AdminKeysElement extends AdminSection {
  static override properties = {
    list: { state: true },
    grantable: { state: true },
    making: { state: true },
    made: { state: true },
    revoking: { state: true },
  }
  declare list: PagedList<ApiKeyWire>
  declare grantable: readonly string[]
  declare making: boolean
  declare made: { readonly name: string; readonly key: string } | null
  declare revoking: ApiKeyWire | null

  constructor() {
    super()
    this.list = unreadList
    this.grantable = []
    this.making = false
    this.made = null
    this.revoking = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#read()
  }

  protected override render() {
    const { items, next, loaded } = this.list
    return html`
      <div class="head">
        <div>
          <h2>API keys</h2>
          <p>For programs that use Parley’s API. Give each what it needs, and no more.</p>
        </div>
        <button class="button primary" @click=${() => this.#make(true)}>${plusIcon} Create key</button>
      </div>
      ${this.problemLine()}
      ${this.made === null ? nothing : this.#shown(this.made)}
      ${this.making ? this.#form() : nothing}
      ${
        loaded && items.length === 0
          ? html`<p class="card empty">No program has a key.</p>`
          : html`<div class="card scroll"><table>
              <thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Last used</th><th scope="col">State</th><th scope="col"><span class="hidden-words">Revoke</span></th></tr></thead>
              <tbody>${items.map((key) => this.#row(key))}</tbody>
            </table></div>`
      }
      ${next === null ? nothing : html`<p><button class="button small" @click=${() => this.#readMore(next)}>Show older ones</button></p>`}
      ${
        this.revoking === null
          ? nothing
          : html`<parley-confirm-dialog heading="Revoke “${this.revoking.name}”?" sentence="The program that uses it is refused from this moment, for good." verb="Revoke" @parley-confirmed=${this.#revoke} @parley-dialog-closed=${() => this.#askRevoke(null)}></parley-confirm-dialog>`
      }
    `
  }

  #shown({ name, key }: { readonly name: string; readonly key: string }): TemplateResult {
    return html`<section class="card pad" aria-label="The new key" role="status">
      <p><strong>The key of ${name}.</strong> Copy it now: it is not shown again.</p>
      <parley-copy-text label="API key" .text=${key}></parley-copy-text>
      <p><button class="button small" @click=${() => this.#forget()}>I have it</button></p>
    </section>`
  }

  #row(key: ApiKeyWire): TemplateResult {
    const { name, scopes, groups, extension, createdAt, createdBy, lastUsedAt, expiresAt, revokedAt } = key
    const expired = expiresAt !== null && Date.parse(expiresAt) <= Date.now()
    const over = revokedAt !== null || expired
    return html`<tr>
      <th scope="row">${name}</th>
      <td>${scopes.join(', ')}${groups === null ? nothing : html`<br /><span class="muted">${groups.map(({ kind, number }) => `${kind} ${number}`).join(', ')}</span>`}${extension === null ? nothing : html`<br /><span class="muted">as ${extension}</span>`}</td>
      <td>${fullTime(createdAt)}<br /><span class="muted">${createdBy}</span></td>
      <td>${lastUsedAt === null ? 'Never' : fullTime(lastUsedAt)}</td>
      <td>${revokedAt !== null ? html`<span class="tag danger">Revoked</span>` : expired ? html`<span class="tag warning">Expired</span>` : html`<span class="tag good">Good</span>`}${expiresAt === null || over ? nothing : html`<br /><span class="muted">until ${fullTime(expiresAt)}</span>`}</td>
      <td class="acts">${over ? nothing : html`<button class="button small danger" aria-label="Revoke ${name}" @click=${() => this.#askRevoke(key)}>Revoke</button>`}</td>
    </tr>`
  }

  #form(): TemplateResult {
    const areas = [...new Set(this.grantable.map((scope) => scope.split(':')[0] ?? ''))]
    return html`<form class="card pad make" @submit=${this.#submit}>
      <div class="pair">
        <label>Name <input class="field" name="name" required maxlength="100" autocomplete="off" /></label>
        <label>Good until <input class="field" type="date" name="expires" /></label>
        <label>Writes as
          <select class="field" name="extension"><option value="">Nobody</option>${(this.state.system?.pbx.people ?? []).map(({ extension, name }) => html`<option value=${extension}>${name} (${extension})</option>`)}</select>
        </label>
      </div>
      <fieldset>
        <legend>It may</legend>
        <div class="scopes">
          ${areas.map(
            (area) => html`<div>
              <span>${area}</span>
              ${this.grantable.filter((scope) => scope.startsWith(`${area}:`)).map((scope) => html`<label class="check"><input type="checkbox" name="scope" value=${scope} aria-label=${scope} />${scope.split(':')[1]}</label>`)}
            </div>`,
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>Conversations of</legend>
        <p class="muted">None chosen means all groups.</p>
        <div class="checks">${this.state.groups.map(({ group }) => html`<label class="check"><input type="checkbox" name="group" value=${boardKey(group)} />${groupWords(group)}</label>`)}</div>
      </fieldset>
      <p class="actions">
        <button class="button primary small" type="submit" ?disabled=${this.busy}>Create</button>
        <button class="button small" type="button" @click=${() => this.#make(false)}>Cancel</button>
      </p>
    </form>`
  }

  #make(making: boolean): void {
    this.making = making
  }

  #forget(): void {
    this.made = null
  }

  #askRevoke(key: ApiKeyWire | null): void {
    this.revoking = key
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const name = String(form.get('name') ?? '').trim()
    const expires = String(form.get('expires') ?? '')
    const groups = form.getAll('group').map((each) => {
      const [kind = '', number = ''] = String(each).split('/')
      return { kind, number }
    })
    const scopes = form.getAll('scope').map(String)
    if (scopes.length === 0) {
      this.problem = 'Choose at least one thing that the key may do.'
      return
    }
    await this.attempt(async () => {
      const { key } = await this.session.admin.createApiKey({
        name,
        scopes,
        groups: groups.length === 0 ? null : groups,
        extension: String(form.get('extension') ?? '') || null,
        expiresAt: expires === '' ? null : new Date(`${expires}T23:59:59`).toISOString(),
      })
      this.made = key === null ? null : { name, key }
      this.making = false
      await this.#read()
    })
  }

  async #read(): Promise<void> {
    await this.attempt(async () => {
      const page = await this.session.admin.apiKeys()
      this.list = pageOf(page)
      this.grantable = page.grantable
    })
  }

  async #readMore(next: string): Promise<void> {
    await this.attempt(async () => {
      this.list = withMore(this.list, await this.session.admin.apiKeys(next))
    })
  }

  #revoke = async (): Promise<void> => {
    const id = this.revoking?.id
    this.revoking = null
    if (id !== undefined && (await this.attempt(() => this.session.admin.revokeApiKey(id))))
      await this.#read()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      section p + * {
        margin-top: 8px;
      }
      .make {
        display: grid;
        gap: 14px;
      }
      .scopes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr));
        gap: 6px 16px;
        font-size: 13px;
      }
      .scopes > div {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: 12px;
      }
      strong {
        font-weight: 600;
      }
    `,
  ]
}
