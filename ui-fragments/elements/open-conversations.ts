import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import { boardKey } from '../data/presence-board.ts'
import { durationWords } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

const shownAtFirst = 50
const byStrategy = '?'

/** The conversations that a supervisor looks at, the longest wait first: read one, or give several to another. */
export class OpenConversationsElement extends AdminSection {
  static override properties = {
    conversations: { attribute: false },
    heading: { type: String },
    narrowed: { type: Boolean },
    now: { attribute: false },
    chosen: { state: true },
    to: { state: true },
    limit: { state: true },
    said: { state: true },
  }
  declare conversations: readonly ConversationWire[]
  declare heading: string
  declare narrowed: boolean
  declare now: number
  declare chosen: ReadonlySet<string>
  declare to: string
  declare limit: number
  declare said: string

  constructor() {
    super()
    this.conversations = []
    this.heading = ''
    this.narrowed = false
    this.now = Date.now()
    this.chosen = new Set()
    this.to = ''
    this.limit = shownAtFirst
    this.said = ''
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('conversations')) return
    const here = new Set(this.conversations.map(({ id }) => id))
    const kept = [...this.chosen].filter((id) => here.has(id))
    if (kept.length < this.chosen.size) this.chosen = new Set(kept)
  }

  protected override render() {
    const ordered = [...this.conversations].sort(byWait)
    const shown = ordered.slice(0, this.limit)
    const all = shown.length > 0 && shown.every(({ id }) => this.chosen.has(id))
    return html`<section aria-labelledby="open">
      <div class="head">
        <h3 id="open">${this.heading}</h3>
        ${this.narrowed ? html`<button class="button small" @click=${() => this.#say('parley-show-all')}>Show all</button>` : nothing}
      </div>
      ${this.problemLine()}
      ${this.chosen.size > 0 ? this.#reassign() : nothing}
      <p class="hidden-words" role="status">${this.said}</p>
      ${
        shown.length === 0
          ? html`<p class="card empty">Nothing is open here.</p>`
          : html`<div class="card scroll"><table>
              <thead>
                <tr>
                  <th scope="col"><input type="checkbox" aria-label="Choose all" .checked=${all} @change=${() => this.#choose(all ? [] : shown.map(({ id }) => id))} /></th>
                  <th scope="col">Customer</th><th scope="col">Group</th><th scope="col">Designated</th><th scope="col">Last message</th><th scope="col" class="number">Waits</th><th scope="col"><span class="hidden-words">Read</span></th>
                </tr>
              </thead>
              <tbody>${shown.map((conversation) => this.#row(conversation))}</tbody>
            </table></div>`
      }
      ${ordered.length > this.limit ? html`<p><button class="button small more" @click=${() => this.#more()}>Show more of ${ordered.length}</button></p>` : nothing}
    </section>`
  }

  #row(conversation: ConversationWire): TemplateResult {
    const { id, customer, group, designated, lastMessage, waitingSince } = conversation
    const who = customer.name ?? customer.address
    return html`<tr>
      <td><input type="checkbox" aria-label="Choose ${who}" .checked=${this.chosen.has(id)} @change=${() => this.#toggle(id)} /></td>
      <th scope="row">${who}${customer.name === null ? nothing : html` <span class="muted">${customer.address}</span>`}</th>
      <td>${group.name === '' ? group.number : group.name}</td>
      <td>${designated === null ? html`<span class="tag danger">Nobody</span>` : designated.name}</td>
      <td class="preview" dir="auto">${lastMessage?.preview ?? ''}</td>
      <td class="number">${waitingSince === null ? '–' : durationWords(this.now - Date.parse(waitingSince))}</td>
      <td class="acts"><button class="button small" aria-label="Read ${who}" @click=${() => this.#say('parley-open-conversation', id)}>Read</button></td>
    </tr>`
  }

  #reassign(): TemplateResult {
    const chosen = this.conversations.filter(({ id }) => this.chosen.has(id))
    const keys = new Set(chosen.map(({ group }) => boardKey(group)))
    const lists = this.state.groups
      .filter(({ group }) => keys.has(boardKey(group)))
      .map(({ group, people }) => this.state.board.groups.get(boardKey(group)) ?? people)
    // Whoever is to have them all must be a member everywhere.
    const [first = [], ...others] = lists
    const people = first.filter(({ extension }) =>
      others.every((list) => list.some((person) => person.extension === extension)),
    )
    return html`<form class="toolbar" @submit=${this.#submit}>
      <label>Give ${chosen.length} to
        <select class="field" name="to" required @change=${(event: Event) => this.#chooseAgent((event.target as HTMLSelectElement).value)}>
          <option value="" ?selected=${this.to === ''} disabled>Choose…</option>
          <option value=${byStrategy} ?selected=${this.to === byStrategy}>Whom the group’s strategy finds</option>
          ${people.map(({ extension, name, summary }) => html`<option value=${extension} ?selected=${this.to === extension}>${name} (${extension}), ${summary.toLowerCase()}</option>`)}
        </select>
      </label>
      <button class="button primary small" type="submit" ?disabled=${this.busy}>Reassign</button>
      <button class="button small" type="button" @click=${() => this.#choose([])}>Cancel</button>
    </form>`
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const ids = [...this.chosen]
    const to = this.to === byStrategy ? null : this.to
    await this.attempt(async () => {
      const { reassigned, items } = await this.session.admin.reassign(ids, to)
      const refused = items.filter(({ done }) => !done)
      this.said = `${reassigned} of ${ids.length} reassigned.`
      this.#choose(refused.map(({ id }) => id))
      const [first] = refused
      if (first !== undefined)
        this.problem = `${this.said} ${refused.length === 1 ? 'One' : refused.length} stayed: ${first.sentence ?? first.code ?? ''}`
    })
  }

  #toggle(id: string): void {
    const chosen = new Set(this.chosen)
    if (!chosen.delete(id)) chosen.add(id)
    this.chosen = chosen
  }

  #choose(ids: readonly string[]): void {
    this.chosen = new Set(ids)
  }

  #chooseAgent(to: string): void {
    this.to = to
  }

  #more(): void {
    this.limit += shownAtFirst * 4
  }

  #say(name: string, detail: string | null = null): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .head {
        margin-bottom: 8px;
      }
      .more {
        margin-top: 10px;
      }
      td input {
        width: 16px;
        height: 16px;
        accent-color: var(--accent);
      }
      .preview {
        max-width: 280px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: var(--muted);
      }
    `,
  ]
}

/** Who waits comes first, the longest wait foremost; then what was written last. */
function byWait(a: ConversationWire, b: ConversationWire): number {
  if (a.waitingSince !== null && b.waitingSince !== null)
    return Date.parse(a.waitingSince) - Date.parse(b.waitingSince)
  if (a.waitingSince !== null) return -1
  if (b.waitingSince !== null) return 1
  return Date.parse(b.lastMessage?.at ?? b.openedAt) - Date.parse(a.lastMessage?.at ?? a.openedAt)
}
