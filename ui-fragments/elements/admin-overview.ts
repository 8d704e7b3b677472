import { css, html, nothing, type TemplateResult } from 'lit'
import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { SystemWire } from '../../module/contract/api/system.ts'
import { kindName } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import { isSetUp } from '../data/setup-steps.ts'
import { type AgentLoad, type GroupLoad, loadByAgent, loadByGroup, loadOf } from '../data/supervision.ts'
import { durationWords, fullTime } from '../data/time-words.ts'
import { AdminSection } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { presenceDetail, presenceDot } from './presence.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** Which conversations the list below shows. */
type Shown =
  | { readonly kind: 'all' }
  | { readonly kind: 'group'; readonly key: string; readonly name: string }
  | { readonly kind: 'agent'; readonly extension: string; readonly name: string }

/** Who waits, who answers, and how it stands with the PBX; an installation that is not ready is led there first. */
export class AdminOverviewElement extends AdminSection {
  static override properties = { shown: { state: true }, opened: { state: true }, now: { state: true } }
  declare shown: Shown
  /** The conversation that is read along. */
  declare opened: string | null
  declare now: number
  #clock: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.shown = { kind: 'all' }
    this.opened = null
    this.now = Date.now()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#clock = setInterval(() => {
      this.now = Date.now()
    }, 15_000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#clock)
  }

  protected override render() {
    const { state } = this
    const conversations = [...state.conversations.values()]
    const groups = loadByGroup(conversations, state.groups, state.board)
    const agents = loadByAgent(conversations, state.groups, state.board)
    return html`
      <div class="head"><h2>Overview</h2></div>
      ${state.isAdmin && !isSetUp(state) ? html`<parley-admin-setup .session=${this.session} .state=${state}></parley-admin-setup>` : nothing}
      ${this.#figures(conversations, agents)}
      <div class="tables">
        <section aria-labelledby="by-group">
          <h3 id="by-group">Groups</h3>
          ${this.#groups(groups)}
        </section>
        <section aria-labelledby="by-agent">
          <h3 id="by-agent">Agents</h3>
          ${this.#agents(agents)}
        </section>
      </div>
      <parley-open-conversations
        .session=${this.session}
        .state=${state}
        .now=${this.now}
        .heading=${this.shown.kind === 'all' ? 'Open conversations' : `Open conversations: ${this.shown.name}`}
        .conversations=${this.#chosen(conversations)}
        .narrowed=${this.shown.kind !== 'all'}
        @parley-show-all=${() => this.#show({ kind: 'all' })}
        @parley-open-conversation=${({ detail }: CustomEvent<string>) => this.#open(detail)}
      ></parley-open-conversations>
      ${state.moreConversations ? html`<p class="callout">There are more open conversations than are shown here.</p>` : nothing}
      ${
        this.opened === null
          ? nothing
          : html`<parley-listen-in .session=${this.session} .state=${state} .conversationId=${this.opened} @parley-dialog-closed=${() => this.#open(null)}></parley-listen-in>`
      }
      ${state.isAdmin ? this.#pbx() : nothing}
    `
  }

  #figures(conversations: readonly ConversationWire[], agents: readonly AgentLoad[]): TemplateResult {
    const { open, waiting, oldestWaiting } = loadOf(conversations)
    const unassigned = conversations.filter(({ designated }) => designated === null).length
    const free = agents.filter(({ person }) => person?.available === true).length
    const figure = (name: string, value: string | number, tone = '') =>
      html`<div><dt>${name}</dt><dd class=${tone}>${value}</dd></div>`
    return html`<dl class="figures card">
      ${figure('Waiting for an answer', waiting, waiting > 0 ? 'warning' : '')}
      ${figure('Oldest waits', oldestWaiting === null ? '–' : this.#since(oldestWaiting), waiting > 0 ? 'warning' : '')}
      ${figure('Unassigned', unassigned, unassigned > 0 ? 'danger' : '')} ${figure('Open', open)}
      ${figure('Agents available', `${free} of ${agents.length}`, free === 0 ? 'danger' : '')}
    </dl>`
  }

  #groups(groups: readonly GroupLoad[]): TemplateResult {
    if (groups.length === 0)
      return html`<p class="card empty">The PBX has told of no ring group or queue yet.</p>`
    return html`<div class="card scroll"><table>
      <thead><tr><th scope="col">Group</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Oldest</th><th scope="col" class="number">Unassigned</th><th scope="col" class="number">Open</th><th scope="col" class="number">Available</th></tr></thead>
      <tbody>
        ${groups.map(({ group, waiting, oldestWaiting, unassigned, open, available, people }) => {
          const name = group.name === '' ? group.number : group.name
          return html`<tr>
            <th scope="row"><button class="link" @click=${() => this.#show({ kind: 'group', key: boardKey(group), name })}>${name}</button> <span class="muted">${kindName(group.kind)} ${group.number}</span></th>
            <td class="number">${waiting}</td><td class="number">${oldestWaiting === null ? '–' : this.#since(oldestWaiting)}</td><td class="number">${unassigned}</td><td class="number">${open}</td>
            <td class="number"><span class="tag ${available === 0 ? 'warning' : 'good'}">${available} of ${people.length}</span></td>
          </tr>`
        })}
      </tbody>
    </table></div>`
  }

  #agents(agents: readonly AgentLoad[]): TemplateResult {
    if (agents.length === 0) return html`<p class="card empty">No group has a member yet.</p>`
    return html`<div class="card scroll"><table>
      <thead><tr><th scope="col">Agent</th><th scope="col">Now</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Oldest</th><th scope="col" class="number">Open</th></tr></thead>
      <tbody>
        ${agents.map(
          ({ extension, name, person, waiting, oldestWaiting, open }) => html`<tr>
            <th scope="row"><button class="link" @click=${() => this.#show({ kind: 'agent', extension, name })}>${name}</button> <span class="muted">${extension}</span></th>
            <td>${person === null ? html`<span class="muted">No member any more</span>` : html`<span class="now">${presenceDot(person)} ${presenceDetail(person)}</span>`}</td>
            <td class="number">${waiting}</td><td class="number">${oldestWaiting === null ? '–' : this.#since(oldestWaiting)}</td><td class="number">${open}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`
  }

  #chosen(conversations: readonly ConversationWire[]): readonly ConversationWire[] {
    const { shown } = this
    switch (shown.kind) {
      case 'all':
        return conversations
      case 'group':
        return conversations.filter(({ group }) => boardKey(group) === shown.key)
      case 'agent':
        return conversations.filter(({ designated }) => designated?.extension === shown.extension)
      default:
        return shown satisfies never
    }
  }

  #pbx(): TemplateResult {
    const { system } = this.state
    return html`<section aria-labelledby="link">
        <h3 id="link">PBX</h3>
        ${system === null ? nothing : this.#link(system)}
      </section>
      <parley-doctor-findings .session=${this.session} .state=${this.state}></parley-doctor-findings>`
  }

  #link({ pbx, version }: SystemWire): TemplateResult {
    const read = pbx.readAt === null ? 'It was never read yet.' : `Last read ${fullTime(pbx.readAt)}.`
    return html`<div class="card">
      ${this.#state('AMI', 'Extensions, ring groups, queues and what happens in them', pbx.ami)}
      ${this.#state('ARI', 'States of devices, and texts by SIP MESSAGE', pbx.ari)}
      <div class="item">
        <div class="what">
          <h4>Directory</h4>
          <p>${counted(pbx.extensions, 'extension')}, ${counted(pbx.groups, 'group')}, ${counted(pbx.dids.length, 'DID')}. ${read} Parley ${version}.</p>
        </div>
        ${pbx.stale ? html`<span class="tag warning">Out of date: the PBX is not answering</span>` : html`<span class="tag good">Up to date</span>`}
      </div>
    </div>`
  }

  #state(name: string, purpose: string, { state, sentence }: SystemWire['pbx']['ami']): TemplateResult {
    const [tone, words] = linkWords[state] ?? ['', state]
    return html`<div class="item">
      <div class="what">
        <h4>${name}</h4>
        <p>${sentence ?? purpose}</p>
      </div>
      <span class="tag ${tone}">${words}</span>
    </div>`
  }

  #since = (at: string): string => durationWords(this.now - Date.parse(at))

  #show(shown: Shown): void {
    this.shown = shown
  }

  #open(id: string | null): void {
    this.opened = id
  }

  static override styles = [
    baseStyles,
    controlStyles,
    adminStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 18px;
      }
      .head {
        margin-bottom: -4px;
      }
      section > h3 {
        margin-bottom: 8px;
        font-size: 15px;
        font-weight: 650;
      }
      h4 {
        margin: 0;
        font-size: 14px;
        font-weight: 600;
      }
      .figures {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
        gap: 1px;
      }
      .figures > div {
        padding: 12px 16px;
      }
      dt {
        color: var(--muted);
        font-size: 12px;
      }
      dd {
        font-size: 22px;
        font-weight: 650;
        font-variant-numeric: tabular-nums;
        letter-spacing: -0.01em;
      }
      dd.warning {
        color: var(--warning);
      }
      dd.danger {
        color: var(--danger);
      }
      .tables {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(500px, 100%), 1fr));
        align-items: start;
        gap: 18px 16px;
      }
      .now {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      th .muted {
        white-space: nowrap;
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
