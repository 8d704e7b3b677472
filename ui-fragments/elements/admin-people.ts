import { html, nothing, type TemplateResult } from 'lit'
import type { PersonWire, SessionWire } from '../../module/contract/api/people.ts'
import { groupWords } from '../data/group-words.ts'
import { type PagedList, pageOf, unreadList, withMore } from '../data/paged-list.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

const sources: Readonly<Record<SessionWire['source'], string>> = {
  portal: 'PBX portal',
  standalone: 'Code on the phone',
  link: 'Link from the console',
}
const roleNames: Readonly<Record<PersonWire['roles'][number], string>> = {
  agent: 'Agent',
  supervisor: 'Supervisor',
  admin: 'Administrator',
}

/** Who may do what, where each comes from, and where everybody is signed in. */
export class AdminPeopleElement extends AdminSection {
  static override properties = {
    people: { state: true },
    sessions: { state: true },
    of: { state: true },
    editing: { state: true },
  }
  static override styles = [baseStyles, controlStyles, adminStyles]
  declare people: PagedList<PersonWire>
  declare sessions: PagedList<SessionWire>
  /** Whose sessions are listed; null for everybody's. */
  declare of: PersonWire | null
  declare editing: PersonWire | null

  constructor() {
    super()
    this.people = unreadList
    this.sessions = unreadList
    this.of = null
    this.editing = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#read()
  }

  protected override render() {
    return html`
      <div class="head">
        <div>
          <h2>People</h2>
          <p>Every extension’s user is an agent of its own groups. More is granted here for those who sign in without the PBX’s portal; the portal says itself who administers.</p>
        </div>
      </div>
      ${this.problemLine()}
      <div class="card scroll"><table>
        <thead><tr><th scope="col">Person</th><th scope="col">Roles</th><th scope="col">Groups</th><th scope="col">Comes from</th><th scope="col">Last here</th><th scope="col"><span class="hidden-words">Change</span></th></tr></thead>
        <tbody>${this.people.items.map((person) => this.#person(person))}</tbody>
      </table></div>
      ${this.people.next === null ? nothing : html`<p><button class="button small" @click=${() => this.#morePeople()}>Show more</button></p>`}
      <section aria-labelledby="sessions">
        <div class="head sessions">
          <h3 id="sessions">${this.of === null ? 'Sessions' : `Sessions of ${this.of.name}`}</h3>
          ${this.of === null ? nothing : html`<button class="button small" @click=${() => this.#list(null)}>Everybody’s</button>`}
        </div>
        ${
          this.sessions.loaded && this.sessions.items.length === 0
            ? html`<p class="card empty">Nobody is signed in.</p>`
            : html`<div class="card scroll"><table>
                <thead><tr><th scope="col">Who</th><th scope="col">From</th><th scope="col">Browser</th><th scope="col">Last here</th><th scope="col">State</th><th scope="col"><span class="hidden-words">End</span></th></tr></thead>
                <tbody>${this.sessions.items.map((session) => this.#session(session))}</tbody>
              </table></div>`
        }
        ${this.sessions.next === null ? nothing : html`<p><button class="button small" @click=${() => this.#moreSessions()}>Show older ones</button></p>`}
      </section>
      ${
        this.editing === null
          ? nothing
          : html`<parley-person-form .session=${this.session} .state=${this.state} .person=${this.editing} @parley-saved=${() => this.#read()} @parley-dialog-closed=${() => this.#edit(null)}></parley-person-form>`
      }
    `
  }

  #person(person: PersonWire): TemplateResult {
    const { extension, name, onPbx, roles, memberOf, supervises, comesFrom, lastSeenAt, openSessions } =
      person
    return html`<tr>
      <th scope="row">${name} <span class="muted">${extension}</span>${onPbx ? nothing : html` <span class="tag warning">Not on the PBX</span>`}</th>
      <td>${roles.map((role) => roleNames[role]).join(', ')}</td>
      <td>${memberOf.map(groupWords).join(', ')}${supervises.length === 0 ? nothing : html`<br /><span class="muted">Oversees ${supervises.map(groupWords).join(', ')}</span>`}</td>
      <td>${comesFrom.map((source) => sources[source]).join(', ') || '–'}</td>
      <td>${lastSeenAt === null ? 'Never' : fullTime(lastSeenAt)}${openSessions === 0 ? nothing : html`<br /><span class="muted">${openSessions} open</span>`}</td>
      <td class="acts"><button class="button small" aria-label="Sessions of ${name}" @click=${() => this.#list(person)}>Sessions</button> <button class="button small" aria-label="Roles of ${name}" @click=${() => this.#edit(person)}>Roles</button></td>
    </tr>`
  }

  #session({
    sid,
    name,
    extension,
    source,
    browser,
    address,
    lastSeenAt,
    state,
    revokedBy,
    mine,
  }: SessionWire): TemplateResult {
    const tag = {
      open: html`<span class="tag good">Open</span>`,
      ended: html`<span class="tag">Ended</span>`,
      revoked: html`<span class="tag danger">Ended by ${revokedBy ?? 'Parley'}</span>`,
    }[state]
    return html`<tr>
      <th scope="row">${name}${extension === null ? nothing : html` <span class="muted">${extension}</span>`}${mine ? html` <span class="tag">This one</span>` : nothing}</th>
      <td>${sources[source]}<br /><span class="muted">${address}</span></td><td>${browser}</td><td>${fullTime(lastSeenAt)}</td><td>${tag}</td>
      <td class="acts">${state === 'open' && !mine ? html`<button class="button small danger" aria-label="End the session of ${name}" ?disabled=${this.busy} @click=${() => this.#end(sid)}>End</button>` : nothing}</td>
    </tr>`
  }

  #edit(person: PersonWire | null): void {
    this.editing = person
  }

  async #list(person: PersonWire | null): Promise<void> {
    this.of = person
    await this.#read()
  }

  async #read(): Promise<void> {
    await this.attempt(async () => {
      const { admin } = this.session
      const [people, sessions] = await Promise.all([
        admin.people(),
        admin.sessions(this.of?.extension ?? null),
      ])
      this.people = pageOf(people)
      this.sessions = pageOf(sessions)
    })
  }

  async #morePeople(): Promise<void> {
    await this.attempt(async () => {
      this.people = withMore(this.people, await this.session.admin.people(this.people.next))
    })
  }

  async #moreSessions(): Promise<void> {
    await this.attempt(async () => {
      const page = await this.session.admin.sessions(this.of?.extension ?? null, this.sessions.next)
      this.sessions = withMore(this.sessions, page)
    })
  }

  async #end(sid: string): Promise<void> {
    if (await this.attempt(() => this.session.admin.endSession(sid))) await this.#read()
  }
}
