import { html, nothing, type TemplateResult } from 'lit'
import { live } from 'lit/directives/live.js'
import type { AgentState } from '../data/agent-state.ts'
import type { ListFilter } from '../data/api-client.ts'
import { type ChannelFilter, groupParam, listFilters } from '../data/conversation-list.ts'
import { channelNames } from '../data/message-words.ts'
import { words } from '../data/words/words.ts'
import { searchIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { groupName } from './timeline-rows.ts'

/** The server counts no further. */
export const mostCounted = 1000
const channelChoices: readonly ChannelFilter[] = ['any', 'sms', 'whatsapp']

/** Above the rows: the search, and what of everything is looked at. */
export function listHead(
  host: HTMLElement,
  state: AgentState,
  onSearchKey: (event: KeyboardEvent) => void,
): TemplateResult {
  const search = (event: InputEvent) =>
    emit(host, 'parley-view', { search: (event.target as HTMLInputElement).value })
  return html`
    <search>
      <label class="search">
        ${searchIcon}<span class="hidden-words">${words().searchEverything}</span>
        <input class="bare" type="search" placeholder=${words().searchEverything} autocomplete="off" maxlength="200" .value=${live(state.view.search)} @input=${search} @keydown=${onSearchKey} />
      </label>
    </search>
    <div class="filters" role="group" aria-label=${words().whichConversations}>${listFilters.map((filter) => filterButton(host, state, filter))}</div>
    <div class="channels">
      <div class="channels-in" role="group" aria-label=${words().channel}>${channelChoices.map((channel) => channelButton(host, state, channel))}</div>
      ${groupChoice(host, state)}
    </div>`
}

function filterButton(host: HTMLElement, { view, counts }: AgentState, filter: ListFilter): TemplateResult {
  const count = filter === 'closed' ? 0 : (counts?.[filter] ?? 0)
  const choose = () => emit(host, 'parley-view', { filter, search: '' })
  return html`<button class="filter" aria-pressed=${view.filter === filter} @click=${choose}>
    ${words()[filter]}${count === 0 ? nothing : html` <span class="count">${count >= mostCounted ? words().countFull : count}</span>`}
  </button>`
}

function channelButton(host: HTMLElement, { view }: AgentState, channel: ChannelFilter): TemplateResult {
  const any = channel === 'any'
  return html`<button class="chip" aria-pressed=${view.channel === channel} title=${any ? words().everyChannel : nothing} @click=${() => emit(host, 'parley-view', { channel })}>${any ? words().anyShort : channelNames[channel]}</button>`
}

function groupChoice(host: HTMLElement, { me, view }: AgentState): TemplateResult | typeof nothing {
  if (me === null || me.groups.length < 2) return nothing
  const choose = (event: Event) => {
    const { value } = event.target as HTMLSelectElement
    emit(host, 'parley-view', { group: value === '' ? null : value })
  }
  return html`<select class="groups" aria-label=${words().group} .value=${live(view.group ?? '')} @change=${choose}>
    <option value="">${words().everyGroup}</option>
    ${me.groups.map((group) => html`<option value=${groupParam(group)} ?selected=${view.group === groupParam(group)}>${groupName(group)}</option>`)}
  </select>`
}
