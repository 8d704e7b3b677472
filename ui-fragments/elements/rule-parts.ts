import { html, nothing, type TemplateResult } from 'lit'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { AdminState } from '../data/admin-session.ts'
import { groupWords } from '../data/group-words.ts'
import { boardKey } from '../data/presence-board.ts'
import type { RuleFields } from '../data/rule-draft.ts'
import { namedGroup, strategyWords } from '../data/rule-words.ts'

type Choice = Pick<GroupWire, 'kind' | 'number'>

export interface GroupSelect {
  readonly name: string
  readonly state: Pick<AdminState, 'groups' | 'system' | 'board'>
  /** With an empty number, none. */
  readonly chosen: Choice
  readonly onChange: (choice: Choice) => void
  /** Single extensions are offered, too, unless this says no. */
  readonly extensions?: boolean
}

/** A list of the PBX's queues, ring groups and extensions, each with how many of it are there. */
export function groupSelect({
  name,
  state,
  chosen,
  onChange,
  extensions = true,
}: GroupSelect): TemplateResult {
  const groups = state.groups.map(({ group }) => group).filter(({ kind }) => kind !== 'extension')
  const people: GroupWire[] = extensions
    ? (state.system?.pbx.people ?? []).map(({ extension, name }) => ({
        kind: 'extension',
        number: extension,
        name,
      }))
    : []
  const known = [...groups, ...people].some((group) => boardKey(group) === boardKey(chosen))
  const option = (group: GroupWire) =>
    html`<option value=${boardKey(group)} ?selected=${boardKey(group) === boardKey(chosen)}>${groupWords(group)}${countWords(state, group)}</option>`
  const change = (event: Event) => {
    const [kind = '', number = ''] = (event.target as HTMLSelectElement).value.split('/')
    onChange({ kind: kind as GroupWire['kind'], number })
  }
  return html`<select class="field" name=${name} required @change=${change}>
    ${chosen.number === '' ? html`<option value="" selected disabled>Choose…</option>` : nothing}
    ${chosen.number === '' || known ? nothing : html`<option value=${boardKey(chosen)} selected>${groupWords(namedGroup(state, chosen))}, which the PBX no longer has</option>`}
    <optgroup label="Queues">${groups.filter(({ kind }) => kind === 'queue').map(option)}</optgroup>
    <optgroup label="Ring groups">${groups.filter(({ kind }) => kind === 'ring-group').map(option)}</optgroup>
    ${people.length === 0 ? nothing : html`<optgroup label="Extensions">${people.map(option)}</optgroup>`}
  </select>`
}

function countWords({ groups, board }: Pick<AdminState, 'groups' | 'board'>, group: GroupWire): string {
  const people =
    board.groups.get(boardKey(group)) ??
    groups.find((each) => boardKey(each.group) === boardKey(group))?.people
  if (group.kind === 'extension' || people === undefined) return ''
  return `, ${people.filter(({ available }) => available).length} of ${people.length} available`
}

type Overrides = RuleFields['overrides']

/** What a rule does otherwise than its group. Closed while it says nothing. */
export function overridesFields(
  overrides: Overrides,
  onChange: (overrides: Overrides) => void,
): TemplateResult {
  const { strategy = null, cap = null, sticky = null } = overrides
  const set = (change: Partial<Overrides>) => onChange({ strategy, cap, sticky, ...change })
  return html`<details ?open=${strategy !== null || cap !== null || sticky !== null}>
    <summary>Otherwise than the group</summary>
    <div class="pair">
      <label>Strategy ${strategySelect(strategy, (next) => set({ strategy: next }), 'As the group')}</label>
      <label>Open conversations an agent, at most
        <input class="field" type="number" name="cap" min="1" max="1000" .value=${cap === null ? '' : String(cap)} @input=${(event: Event) => set({ cap: numberOf(event) })} placeholder="As the group" />
      </label>
      ${stickyFields(sticky, (next) => set({ sticky: next }), true)}
    </div>
  </details>`
}

export const strategySelect = (
  chosen: string | null,
  onChange: (strategy: string | null) => void,
  none: string,
): TemplateResult => html`<select
  class="field"
  name="strategy"
  @change=${(event: Event) => onChange((event.target as HTMLSelectElement).value || null)}
>
  <option value="" ?selected=${chosen === null}>${none}</option>
  ${Object.entries(strategyWords).map(([strategy, words]) => html`<option value=${strategy} ?selected=${strategy === chosen}>${words}</option>`)}
</select>`

type Sticky = NonNullable<Overrides['sticky']>
const firstMinutes = 10

export function stickyFields<None extends boolean>(
  sticky: Sticky | null,
  onChange: (sticky: None extends true ? Sticky | null : Sticky) => void,
  none: None,
): TemplateResult {
  const minutes = sticky === null || sticky.kind === 'keep' ? firstMinutes : sticky.afterMinutes
  const tell = onChange as (sticky: Sticky | null) => void
  const choose = (kind: string) => {
    if (kind === '') tell(null)
    else if (kind === 'keep') tell({ kind })
    else if (kind === 'when-unavailable' || kind === 'unanswered') tell({ kind, afterMinutes: minutes })
  }
  const kinds = [
    ['keep', 'Keeps the customer'],
    ['when-unavailable', 'Another when unavailable for…'],
    ['unanswered', 'Another when unanswered for…'],
  ] as const
  return html`<label>The designated agent
      <select class="field" name="sticky" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${none ? html`<option value="" ?selected=${sticky === null}>As the group</option>` : nothing}
        ${kinds.map(([kind, words]) => html`<option value=${kind} ?selected=${sticky?.kind === kind}>${words}</option>`)}
      </select>
    </label>
    ${
      sticky === null || sticky.kind === 'keep'
        ? nothing
        : html`<label>Minutes
            <input class="field" type="number" name="sticky-minutes" min=${sticky.kind === 'unanswered' ? 1 : none ? 1 : 0} max="10080" required .value=${String(minutes)} @input=${(event: Event) => tell({ kind: sticky.kind, afterMinutes: numberOf(event) ?? firstMinutes })} />
          </label>`
    }`
}

export const numberOf = (event: Event): number | null => {
  const { value } = event.target as HTMLInputElement
  return value === '' ? null : Number(value)
}
