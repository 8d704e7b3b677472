import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { RuleHoursWire, RuleOverridesWire } from '../../module/contract/api/rules.ts'
import type { AdminState } from './admin-session.ts'
import { groupWords } from './group-words.ts'
import { channelNames } from './message-words.ts'
import type { RuleFields, RulePart } from './rule-draft.ts'

export const weekdays = [
  ['mon', 'Monday'],
  ['tue', 'Tuesday'],
  ['wed', 'Wednesday'],
  ['thu', 'Thursday'],
  ['fri', 'Friday'],
  ['sat', 'Saturday'],
  ['sun', 'Sunday'],
] as const

/** How conversations are shared out, for a person. The PBX's own words are kept beside them. */
export const strategyWords: Readonly<Record<string, string>> = {
  rrmemory: 'Round robin',
  rrordered: 'Round robin, in order',
  leastrecent: 'Longest since last designated',
  fewestcalls: 'Fewest open conversations',
  random: 'Random',
  wrandom: 'Random, by penalty',
  linear: 'In order',
  ringall: 'Fewest open (ring all)',
  ringallv2: 'Fewest open (ring all v2)',
  hunt: 'In order (hunt)',
  memoryhunt: 'In order (memory hunt)',
  firstavailable: 'First available',
  firstnotonphone: 'First not on the phone',
  'ringall-prim': 'First member first (ring all)',
  'ringallv2-prim': 'First member first (ring all v2)',
  'hunt-prim': 'First member first (hunt)',
  'memoryhunt-prim': 'First member first (memory hunt)',
}

export const strategyName = (strategy: string): string => strategyWords[strategy] ?? strategy

type Sticky = RuleOverridesWire['sticky']

export function stickyWords(sticky: Sticky): string {
  if (sticky === null) return 'As the group'
  switch (sticky.kind) {
    case 'keep':
      return 'Keeps the customer'
    case 'when-unavailable':
      return `Another when he is unavailable for ${sticky.afterMinutes} min`
    case 'unanswered':
      return `Another after ${sticky.afterMinutes} min unanswered`
    default:
      return sticky satisfies never
  }
}

export function scheduleWords(state: Pick<AdminState, 'system'>, key: string): string {
  const known = state.system?.pbx.schedules?.find((schedule) => schedule.key === key)
  const [kind = '', id = ''] = key.split('/')
  const plain = `${kind === 'call-flow' ? 'Call flow control' : 'Time condition'} ${id}`
  const name = known?.name == null ? plain : `${known.name} (${plain.toLowerCase()})`
  if (known === undefined) return `${name}, which the PBX no longer has`
  return known.open === null ? name : `${name}, ${known.open ? 'open' : 'closed'} now`
}

export function hoursWords(hours: RuleHoursWire, state: Pick<AdminState, 'system'>): string {
  switch (hours.kind) {
    case 'always':
      return 'Always'
    case 'pbx':
      return `While ${scheduleWords(state, hours.schedule)}`
    case 'weekly': {
      const days = weekdays.flatMap(([day]) => {
        const spans = hours.days[day]
        return spans === undefined || spans === '' ? [] : [`${day} ${spans}`]
      })
      const holidays = hours.holidays?.length ?? 0
      return `${days.join(', ') || 'never'} (${hours.timeZone})${holidays === 0 ? '' : `, ${holidays} holiday${holidays === 1 ? '' : 's'}`}`
    }
    default:
      return hours satisfies never
  }
}

/** The group of a choice, with the name that the PBX has for it. */
export function namedGroup(
  state: Pick<AdminState, 'groups' | 'system'>,
  { kind, number }: Pick<GroupWire, 'kind' | 'number'>,
): GroupWire {
  const known = state.groups.find(({ group }) => group.kind === kind && group.number === number)?.group
  if (known !== undefined) return known
  const person =
    kind === 'extension' ? state.system?.pbx.people?.find((each) => each.extension === number) : undefined
  return { kind, number, name: person?.name ?? '' }
}

/** One part of a rule in words, as it stands in the comparison of two edits. */
export function partWords(
  part: RulePart,
  fields: RuleFields,
  state: Pick<AdminState, 'groups' | 'system' | 'carriers'>,
): string {
  switch (part) {
    case 'name':
      return fields.name
    case 'enabled':
      return fields.enabled ? 'Yes' : 'No'
    case 'dids':
      return fields.dids.join(', ')
    case 'channels':
      return fields.channels?.map((channel) => channelNames[channel]).join(', ') ?? 'Every channel'
    case 'carriers':
      return (
        fields.carriers
          ?.map((id) => state.carriers.find((carrier) => carrier.id === id)?.name ?? id)
          .join(', ') ?? 'Every carrier'
      )
    case 'senders':
      return fields.senders === '' ? 'Everybody' : fields.senders
    case 'hours':
      return hoursWords(fields.hours, state)
    case 'destination':
      return groupWords(namedGroup(state, fields.destination))
    case 'outside':
      return outsideWords(fields.outside, state)
    case 'overrides': {
      const { strategy, cap, sticky } = fields.overrides
      const said = [
        ...(strategy == null ? [] : [strategyName(strategy)]),
        ...(cap == null ? [] : [`at most ${cap} open an agent`]),
        ...(sticky == null ? [] : [stickyWords(sticky)]),
      ]
      return said.join('; ') || 'None'
    }
    default:
      return part satisfies never
  }
}

export function outsideWords(
  outside: RuleFields['outside'],
  state: Pick<AdminState, 'groups' | 'system'>,
): string {
  switch (outside.kind) {
    case 'next-rule':
      return 'The next rule that fits'
    case 'group':
      return groupWords(namedGroup(state, outside.group))
    case 'hold':
      return outside.autoReply === null ? 'Hold' : `Hold, saying “${outside.autoReply}”`
    default:
      return outside satisfies never
  }
}
