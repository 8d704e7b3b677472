import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { SystemWire } from '../../module/contract/api/system.ts'
import type { AdminState } from '../data/admin-session.ts'
import { foreignWords, kindName } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { fullTime } from '../data/time-words.ts'
import { adminStyles } from './admin-styles.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** How the link to the PBX is, and who is there to answer. */
export class AdminOverviewElement extends LitElement {
  static override properties = { state: { attribute: false } }
  declare state: AdminState

  protected override render() {
    const { system, groups } = this.state
    return html`
      <section aria-labelledby="link">
        <div class="head"><h2 id="link">PBX</h2></div>
        ${system === null ? nothing : this.#link(system)}
      </section>
      <parley-doctor-findings .report=${this.state.doctor} .examining=${this.state.examining}></parley-doctor-findings>
      <section aria-labelledby="groups">
        <div class="head"><h2 id="groups">Groups</h2></div>
        ${groups.length === 0 ? html`<p class="card empty">The PBX has told of no ring group or queue yet.</p>` : nothing}
        <div class="grid">${groups.map((detail) => this.#group(detail))}</div>
      </section>
    `
  }

  #link({ pbx, version }: SystemWire): TemplateResult {
    const read = pbx.readAt === null ? 'It was never read yet.' : `Last read ${fullTime(pbx.readAt)}.`
    return html`<div class="card">
      ${this.#state('AMI', 'Extensions, ring groups, queues and what happens in them', pbx.ami)}
      ${this.#state('ARI', 'States of devices, and texts by SIP MESSAGE', pbx.ari)}
      <div class="item">
        <div class="what">
          <h3>Directory</h3>
          <p>${counted(pbx.extensions, 'extension')}, ${counted(pbx.groups, 'group')}, ${counted(pbx.dids.length, 'DID')}. ${read}</p>
        </div>
        ${pbx.stale ? html`<span class="tag warning">Out of date: the PBX is not answering</span>` : html`<span class="tag good">Up to date</span>`}
      </div>
      <div class="item"><p class="muted">Parley ${version}</p></div>
    </div>`
  }

  #state(name: string, purpose: string, { state, sentence }: SystemWire['pbx']['ami']): TemplateResult {
    const [tone, words] = linkWords[state] ?? ['', state]
    return html`<div class="item">
      <div class="what">
        <h3>${name}</h3>
        <p>${sentence ?? purpose}</p>
      </div>
      <span class="tag ${tone}">${words}</span>
    </div>`
  }

  #group({ group, strategy, people: read, foreign }: GroupDetailWire): TemplateResult {
    const people = this.state.board.groups.get(boardKey(group)) ?? read
    const free = people.filter(({ available }) => available).length
    return html`<article class="card group">
      <header>
        <h3>${group.name === '' ? group.number : group.name}</h3>
        <span class="tag ${free === 0 ? 'warning' : 'good'}">${free} of ${people.length} available</span>
      </header>
      <p class="muted">${kindName(group.kind)} ${group.number} · strategy ${strategy}</p>
      <ul>
        ${people.map(
          (person) =>
            html`<li>${presenceDot(person)}<span class="name">${person.name} <span class="muted">${person.extension}</span></span><span class="muted">${presenceDetail(person)}</span></li>`,
        )}
        ${people.length === 0 ? html`<li class="muted">No members</li>` : nothing}
      </ul>
      ${foreign.map((line) => html`<p class="muted">${foreignWords(line)}</p>`)}
    </article>`
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      :host {
        display: grid;
        gap: 28px;
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr));
        gap: 14px;
      }
      .group {
        padding: 16px 18px;
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
        margin: 10px 0 4px;
      }
      .group li {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 4px 0;
      }
      .group .name {
        flex: 1;
        min-width: 0;
      }
    `,
  ]
}

const counted = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`

const linkWords: Readonly<Record<string, readonly [tone: string, words: string]>> = {
  up: ['good', 'Connected'],
  connecting: ['warning', 'Connecting'],
  down: ['danger', 'Down'],
}
