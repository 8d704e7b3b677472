import { css, html, nothing, type TemplateResult } from 'lit'
import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { foreignWords, kindName } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { strategyName } from '../data/rule-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** The PBX's ring groups and queues with their people, and how Parley treats their conversations. */
export class AdminGroupsElement extends AdminSection {
  static override properties = { editing: { state: true } }
  declare editing: GroupWire | null

  constructor() {
    super()
    this.editing = null
  }

  protected override render() {
    const { groups } = this.state
    return html`
      <div class="head">
        <div>
          <h2>Groups</h2>
          <p>Ring groups and queues are the PBX’s own. What is set here is how their conversations are shared out, kept and closed.</p>
        </div>
      </div>
      ${groups.length === 0 ? html`<p class="card empty">The PBX has told of no ring group or queue yet.</p>` : nothing}
      <div class="grid">${groups.map((detail) => this.#group(detail))}</div>
      ${
        this.editing === null
          ? nothing
          : html`<parley-group-settings .session=${this.session} .state=${this.state} .group=${this.editing} @parley-dialog-closed=${() => this.#edit(null)}></parley-group-settings>`
      }
    `
  }

  #group({ group, strategy, people: read, foreign }: GroupDetailWire): TemplateResult {
    const people = this.state.board.groups.get(boardKey(group)) ?? read
    const free = people.filter(({ available }) => available).length
    const name = group.name === '' ? group.number : group.name
    return html`<article class="card group">
      <header>
        <h3>${name}</h3>
        <span class="tag ${free === 0 ? 'warning' : 'good'}">${free} of ${people.length} available</span>
      </header>
      <p class="muted">${kindName(group.kind)} ${group.number} · ${strategyName(strategy)}</p>
      <ul>
        ${people.map(
          (person) =>
            html`<li>${presenceDot(person)}<span class="name">${person.name} <span class="muted">${person.extension}</span></span><span class="muted">${presenceDetail(person)}</span></li>`,
        )}
        ${people.length === 0 ? html`<li class="muted">No members</li>` : nothing}
      </ul>
      ${foreign.map((line) => html`<p class="muted">${foreignWords(line)}</p>`)}
      <p class="foot"><button class="button small" aria-label="Settings of ${name}" @click=${() => this.#edit(group)}>Settings</button></p>
    </article>`
  }

  #edit(group: GroupWire | null): void {
    this.editing = group
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr));
        gap: 14px;
      }
      .group {
        display: flex;
        flex-direction: column;
        padding: 14px 16px;
      }
      .group header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: 10px;
      }
      .group h3 {
        font-weight: 650;
      }
      .group ul {
        margin: 8px 0 4px;
      }
      .group li {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 3px 0;
      }
      .group .name {
        flex: 1;
        min-width: 0;
      }
      .foot {
        margin-top: auto;
        padding-top: 8px;
      }
    `,
  ]
}
