import type { RuleWire } from '../../module/contract/api/rules.ts'
import type { RuleDraft } from './admin-api.ts'

/** All of a rule that its form shows. */
export type RuleFields = Required<Omit<RuleDraft, 'position' | 'version'>>

/** The parts in which two edits of one rule can meet, as they are shown side by side. */
export const ruleParts = {
  name: 'Name',
  enabled: 'Enabled',
  dids: 'DIDs',
  channels: 'Channels',
  carriers: 'Carriers',
  senders: 'Senders',
  hours: 'Hours',
  destination: 'Destination',
  outside: 'Outside the hours',
  overrides: 'Overrides',
} as const satisfies Record<keyof RuleFields, string>

export type RulePart = keyof typeof ruleParts
export const rulePartNames = Object.keys(ruleParts) as RulePart[]

/** A rule as it would be written again; its place is not the edit's business. */
export const fieldsOf = ({
  id: _id,
  position: _position,
  version: _version,
  destination,
  outside,
  ...rule
}: RuleWire): RuleFields => ({
  ...rule,
  destination: choiceOf(destination),
  outside: outside.kind === 'group' ? { kind: 'group', group: choiceOf(outside.group) } : outside,
})

export const newRule: RuleFields = {
  name: '',
  enabled: true,
  dids: [],
  channels: null,
  carriers: null,
  senders: '',
  hours: { kind: 'always' },
  destination: { kind: 'queue', number: '' },
  outside: { kind: 'next-rule' },
  overrides: { strategy: null, cap: null, sticky: null },
}

/** What the form would save, over the version that was seen. */
export const draftOf = (fields: RuleFields, version: number | null): RuleDraft => ({
  ...fields,
  ...(version === null ? {} : { version }),
})

export const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)

/**
 * Two edits of the same rule: in which parts they differ, and for each whose is offered. A part that only one of
 * them changed keeps that change; one that both changed is for the reader to choose, and is mine until he does.
 */
export function conflictOf(base: RuleFields, mine: RuleFields, theirs: RuleFields): readonly RuleConflict[] {
  return rulePartNames
    .filter((part) => !same(mine[part], theirs[part]))
    .map((part) => {
      const iChanged = !same(base[part], mine[part])
      const theyChanged = !same(base[part], theirs[part])
      return { part, both: iChanged && theyChanged, offered: iChanged ? 'mine' : 'theirs' }
    })
}

export interface RuleConflict {
  readonly part: RulePart
  /** Both changed it, to different things. */
  readonly both: boolean
  readonly offered: 'mine' | 'theirs'
}

export function merged(
  mine: RuleFields,
  theirs: RuleFields,
  chosen: ReadonlyMap<RulePart, 'mine' | 'theirs'>,
): RuleFields {
  const taken = [...chosen].flatMap(([part, whose]) => (whose === 'theirs' ? [[part, theirs[part]]] : []))
  return { ...mine, ...Object.fromEntries(taken) }
}

const choiceOf = ({ kind, number }: RuleWire['destination']) => ({ kind, number })

/** Text that is the same for the same value, whatever the order of its members; what is empty or absent is one. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  return `{${Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== '' && !isEmptyList(member))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${name}:${canonical(member)}`)
    .join(',')}}`
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0
