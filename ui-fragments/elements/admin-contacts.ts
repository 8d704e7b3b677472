import { css, html, nothing, type TemplateResult } from 'lit'
import type { ContactImportWire, ContactWire } from '../../module/contract/api/contacts.ts'
import { type PagedList, pageOf, unreadList, withMore } from '../data/paged-list.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { plusIcon } from './icons.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Names for customers' numbers, by hand or from a CSV file that is tried before it is taken in. */
export class AdminContactsElement extends AdminSection {
  static override properties = {
    list: { state: true },
    editing: { state: true },
    trial: { state: true },
    said: { state: true },
  }
  declare list: PagedList<ContactWire>
  declare editing: { readonly contact: ContactWire | null } | null
  /** What an import would do, before it is done. */
  declare trial: { readonly file: File; readonly outcome: ContactImportWire } | null
  declare said: string
  #search: string | null = null

  constructor() {
    super()
    this.list = unreadList
    this.editing = null
    this.trial = null
    this.said = ''
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
          <h2>Contacts</h2>
          <p>Agents see these names in place of numbers.</p>
        </div>
        <div class="actions">
          <label class="button file">Import CSV<input type="file" accept=".csv,text/csv" class="hidden-words" @change=${this.#try} /></label>
          <button class="button" ?disabled=${this.busy} @click=${this.#export}>Export CSV</button>
          <button class="button primary" @click=${() => this.#edit({ contact: null })}>${plusIcon} Add contact</button>
        </div>
      </div>
      <form class="toolbar" role="search" @submit=${this.#find}>
        <label>Name or number <input class="field" name="search" type="search" maxlength="100" autocomplete="off" /></label>
        <button class="button small" type="submit">Search</button>
      </form>
      ${this.problemLine()}
      <p class="muted" role="status">${this.said}</p>
      ${this.trial === null ? nothing : this.#trial(this.trial.file, this.trial.outcome)}
      ${this.editing === null ? nothing : this.#form(this.editing.contact)}
      ${
        loaded && items.length === 0
          ? html`<p class="card empty">${this.#search === null ? 'No contact yet. A CSV file has the columns address, name and note.' : 'Nobody is called so.'}</p>`
          : html`<div class="card scroll"><table>
              <thead><tr><th scope="col">Name</th><th scope="col">Number</th><th scope="col">Note</th><th scope="col"><span class="hidden-words">Change</span></th></tr></thead>
              <tbody>${items.map((contact) => this.#row(contact))}</tbody>
            </table></div>`
      }
      ${next === null ? nothing : html`<p><button class="button small" @click=${() => this.#readMore(next)}>Show more</button></p>`}
    `
  }

  #row(contact: ContactWire): TemplateResult {
    const { name, address, note } = contact
    return html`<tr>
      <th scope="row">${name}</th><td>${address}</td><td dir="auto">${note ?? ''}</td>
      <td class="acts"><button class="button small" aria-label="Edit ${name}" @click=${() => this.#edit({ contact })}>Edit</button> <button class="button small danger" aria-label="Delete ${name}" ?disabled=${this.busy} @click=${() => this.#delete(contact)}>Delete</button></td>
    </tr>`
  }

  #form(contact: ContactWire | null): TemplateResult {
    return html`<form class="toolbar card pad" @submit=${this.#save}>
      <label>Number <input class="field" name="address" required maxlength="60" autocomplete="off" ?readonly=${contact !== null} .value=${contact?.address ?? ''} /></label>
      <label>Name <input class="field" name="name" required maxlength="100" pattern=".*\\S.*" autocomplete="off" .value=${contact?.name ?? ''} /></label>
      <label>Note <input class="field" name="note" maxlength="1000" autocomplete="off" .value=${contact?.note ?? ''} /></label>
      <button class="button primary small" type="submit" ?disabled=${this.busy}>Save</button>
      <button class="button small" type="button" @click=${() => this.#edit(null)}>Cancel</button>
    </form>`
  }

  #trial(
    file: File,
    { rows, created, changed, unchanged, failed, errors }: ContactImportWire,
  ): TemplateResult {
    return html`<section class="card pad" aria-label="Import">
      <h3>${file.name}</h3>
      <p>${rows} rows: ${created} new, ${changed} changed, ${unchanged} as they are${failed === 0 ? '.' : html`, <strong>${failed} that can’t be read</strong>.`}</p>
      ${errors.length === 0 ? nothing : html`<ul class="errors">${errors.map(({ line, sentence }) => html`<li>Line ${line}: ${sentence}</li>`)}</ul>`}
      <p class="actions">
        <button class="button primary small" ?disabled=${this.busy || created + changed === 0} @click=${() => this.#import(file)}>${failed === 0 ? 'Import' : 'Import the others'}</button>
        <button class="button small" @click=${() => this.#forget()}>Cancel</button>
      </p>
    </section>`
  }

  #edit(editing: { readonly contact: ContactWire | null } | null): void {
    this.editing = editing
  }

  #forget(): void {
    this.trial = null
  }

  #try = async (event: Event): Promise<void> => {
    const input = event.target as HTMLInputElement
    const file = input.files?.[0]
    input.value = ''
    if (file === undefined) return
    await this.attempt(async () => {
      this.trial = { file, outcome: await this.session.admin.importContacts(file, true) }
    })
  }

  async #import(file: File): Promise<void> {
    await this.attempt(async () => {
      const { created, changed } = await this.session.admin.importContacts(file, false)
      this.trial = null
      this.said = `${created} added, ${changed} changed.`
    })
    await this.#read()
  }

  #export = async (): Promise<void> => {
    await this.attempt(async () => {
      const url = URL.createObjectURL(await this.session.admin.exportContacts())
      const link = document.createElement('a')
      link.href = url
      link.download = 'contacts.csv'
      link.click()
      URL.revokeObjectURL(url)
    })
  }

  async #find(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const search = String(new FormData(event.target as HTMLFormElement).get('search') ?? '').trim()
    this.#search = search === '' ? null : search
    await this.#read()
  }

  async #read(): Promise<void> {
    const refused = this.problem
    await this.attempt(async () => {
      this.list = pageOf(await this.session.admin.contacts(this.#search))
    })
    this.problem ??= refused
  }

  async #readMore(next: string): Promise<void> {
    await this.attempt(async () => {
      this.list = withMore(this.list, await this.session.admin.contacts(this.#search, next))
    })
  }

  async #save(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const version = this.editing?.contact?.version ?? null
    const done = await this.attempt(() =>
      this.session.admin.saveContact(text('address'), {
        name: text('name'),
        note: text('note') || null,
        version,
      }),
    )
    if (!done) return
    this.editing = null
    await this.#read()
  }

  async #delete({ address }: ContactWire): Promise<void> {
    if (await this.attempt(() => this.session.admin.deleteContact(address))) await this.#read()
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .file {
        position: relative;
        cursor: pointer;
      }
      .file:focus-within {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      .errors {
        max-height: 180px;
        margin: 8px 0;
        color: var(--danger);
        font-size: 13px;
        overflow-y: auto;
      }
      section p.actions {
        margin-top: 10px;
      }
      h3 {
        font-weight: 650;
      }
    `,
  ]
}
