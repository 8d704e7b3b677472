import { html, nothing, type TemplateResult } from 'lit'
import type { AuditEntryWire } from '../../module/contract/api/audit.ts'
import type { AuditQuery } from '../data/admin-api.ts'
import { type PagedList, pageOf, unreadList, withMore } from '../data/paged-list.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** What can be asked for by the first word of an act. */
const kinds: readonly (readonly [act: string, words: string])[] = [
  ['rule', 'Rules'],
  ['conversation', 'Conversations'],
  ['agent', 'Agents’ status'],
  ['carrier', 'Carriers'],
  ['group', 'Groups'],
  ['person', 'People'],
  ['session', 'Sessions'],
  ['sign-in', 'Sign-ins'],
  ['api-key', 'API keys'],
  ['opt-out', 'Opt-outs'],
  ['canned-reply', 'Canned replies'],
  ['contact', 'Contacts'],
  ['unrouted', 'Unrouted messages'],
]

const everything: AuditQuery = { act: null, actor: null, target: null, since: null, until: null }

/** Every administrative act: who, when, what, and which fields differ. */
export class AdminAuditElement extends AdminSection {
  static override properties = { list: { state: true } }
  static override styles = [baseStyles, controlStyles, adminStyles]
  declare list: PagedList<AuditEntryWire>
  #asked: AuditQuery = everything

  constructor() {
    super()
    this.list = unreadList
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
          <h2>Audit log</h2>
          <p>What was changed or looked at by administrators and programs. It keeps which fields differ, never secrets or what customers wrote.</p>
        </div>
      </div>
      <form class="toolbar" role="search" @submit=${this.#find}>
        <label>What
          <select class="field" name="act"><option value="">Everything</option>${kinds.map(([act, words]) => html`<option value=${act}>${words}</option>`)}</select>
        </label>
        <label>Extension or key <input class="field" name="actor" maxlength="128" autocomplete="off" /></label>
        <label>From <input class="field" type="date" name="since" /></label>
        <label>Until <input class="field" type="date" name="until" /></label>
        <button class="button small" type="submit">Search</button>
      </form>
      ${this.problemLine()}
      ${
        loaded && items.length === 0
          ? html`<p class="card empty">Nothing of the kind was done.</p>`
          : html`<div class="card scroll"><table>
              <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Fields</th></tr></thead>
              <tbody>${items.map((entry) => this.#row(entry))}</tbody>
            </table></div>`
      }
      ${next === null ? nothing : html`<p><button class="button small" @click=${() => this.#readMore(next)}>Show older ones</button></p>`}
    `
  }

  #row({ at, actor, sentence, act, target, changed }: AuditEntryWire): TemplateResult {
    return html`<tr>
      <td><time datetime=${at}>${fullTime(at)}</time></td>
      <td>${actor.name}${actor.kind === 'api-key' ? html` <span class="tag">Key</span>` : nothing}</td>
      <td>${sentence}<br /><span class="muted mono">${act} ${target}</span></td>
      <td>${changed.join(', ')}</td>
    </tr>`
  }

  async #find(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim() || null
    const [since, until] = [text('since'), text('until')]
    this.#asked = {
      act: text('act'),
      actor: text('actor'),
      target: null,
      since: since === null ? null : new Date(`${since}T00:00`).toISOString(),
      // That day is meant to its end.
      until: until === null ? null : new Date(`${until}T23:59:59.999`).toISOString(),
    }
    await this.#read()
  }

  async #read(): Promise<void> {
    await this.attempt(async () => {
      this.list = pageOf(await this.session.admin.audit(this.#asked))
    })
  }

  async #readMore(next: string): Promise<void> {
    await this.attempt(async () => {
      this.list = withMore(this.list, await this.session.admin.audit(this.#asked, next))
    })
  }
}
