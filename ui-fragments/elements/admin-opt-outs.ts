import { html, nothing, type TemplateResult } from 'lit'
import type { OptOutWire } from '../../module/contract/api/opt-outs.ts'
import { type PagedList, pageOf, unreadList, withMore } from '../data/paged-list.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { plusIcon } from './icons.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** Who wants nothing from which DID. Each change asks for a reason, which is kept for good. */
export class AdminOptOutsElement extends AdminSection {
  static override properties = { list: { state: true }, changing: { state: true } }
  static override styles = [baseStyles, controlStyles, dialogStyles, adminStyles]
  declare list: PagedList<OptOutWire>
  /** `null` adds one; otherwise it is allowed again. */
  declare changing: { readonly optOut: OptOutWire | null } | null
  #search: string | null = null

  constructor() {
    super()
    this.list = unreadList
    this.changing = null
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
          <h2>Opt-outs</h2>
          <p>Nothing is sent to these customers from that number. STOP and START set and clear it by themselves.</p>
        </div>
        <button class="button primary" @click=${() => this.#change({ optOut: null })}>${plusIcon} Add opt-out</button>
      </div>
      <form class="toolbar" role="search" @submit=${this.#find}>
        <label>Customer <input class="field" name="customer" type="search" maxlength="60" autocomplete="off" /></label>
        <button class="button small" type="submit">Search</button>
      </form>
      ${this.problemLine()}
      ${this.changing === null ? nothing : this.#form(this.changing.optOut)}
      ${
        loaded && items.length === 0
          ? html`<p class="card empty">${this.#search === null ? 'Nobody has opted out.' : 'This customer has not opted out.'}</p>`
          : html`<div class="card scroll"><table>
              <thead><tr><th scope="col">Customer</th><th scope="col">DID</th><th scope="col">Since</th><th scope="col">By</th><th scope="col">Reason</th><th scope="col"><span class="hidden-words">Change</span></th></tr></thead>
              <tbody>${items.map((optOut) => this.#row(optOut))}</tbody>
            </table></div>`
      }
      ${next === null ? nothing : html`<p><button class="button small" @click=${() => this.#readMore(next)}>Show older ones</button></p>`}
    `
  }

  #row(optOut: OptOutWire): TemplateResult {
    const { customer, name, did, since, source, by, reason } = optOut
    const sources = { keyword: 'The customer', carrier: 'The carrier', admin: by }
    return html`<tr>
      <th scope="row">${name ?? customer}${name === null ? nothing : html` <span class="muted">${customer}</span>`}</th>
      <td>${did}</td><td><time datetime=${since}>${fullTime(since)}</time></td><td>${sources[source]}</td><td>${reason ?? ''}</td>
      <td class="acts"><button class="button small" aria-label="Allow messages to ${customer}" @click=${() => this.#change({ optOut })}>Allow again</button></td>
    </tr>`
  }

  #form(optOut: OptOutWire | null): TemplateResult {
    return html`<form class="toolbar card pad" @submit=${this.#submit}>
      ${
        optOut === null
          ? html`<label>Customer <input class="field" name="who" required maxlength="60" autocomplete="off" /></label>
              <label>DID <input class="field" name="did" required maxlength="60" autocomplete="off" /></label>`
          : html`<p>Messages from ${optOut.did} to ${optOut.name ?? optOut.customer} are allowed again.</p>`
      }
      <label>Reason, kept for good <input class="field" name="reason" required maxlength="500" autocomplete="off" /></label>
      <button class="button primary small" type="submit" ?disabled=${this.busy}>Save</button>
      <button class="button small" type="button" @click=${() => this.#change(null)}>Cancel</button>
    </form>`
  }

  #change(changing: { readonly optOut: OptOutWire | null } | null): void {
    this.changing = changing
  }

  async #find(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const customer = String(new FormData(event.target as HTMLFormElement).get('customer') ?? '').trim()
    this.#search = customer === '' ? null : customer
    await this.#read()
  }

  async #read(): Promise<void> {
    await this.attempt(async () => {
      this.list = pageOf(await this.session.admin.optOuts(this.#search))
    })
  }

  async #readMore(next: string): Promise<void> {
    await this.attempt(async () => {
      this.list = withMore(this.list, await this.session.admin.optOuts(this.#search, next))
    })
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const optOut = this.changing?.optOut ?? null
    const done = await this.attempt(() =>
      this.session.admin.setOptOut({
        customer: optOut?.customer ?? text('who'),
        did: optOut?.did ?? text('did'),
        optedOut: optOut === null,
        reason: text('reason'),
      }),
    )
    if (!done) return
    this.changing = null
    await this.#read()
  }
}
