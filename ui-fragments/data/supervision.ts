import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { GroupDetailWire, PersonWire } from '../../module/contract/api/groups.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import { boardKey, type PresenceBoard } from './presence-board.ts'

/** What is open, and since when its customers wait. */
export interface Load {
  readonly open: number
  /** Their last word is the customer's. */
  readonly waiting: number
  /** RFC 3339; null where nobody waits. */
  readonly oldestWaiting: string | null
}

export interface GroupLoad extends Load {
  readonly group: GroupWire
  readonly unassigned: number
  readonly people: readonly PersonWire[]
  readonly available: number
}

export interface AgentLoad extends Load {
  readonly extension: string
  readonly name: string
  /** As the first of his groups tells; null for one who is no member of any that is seen here. */
  readonly person: PersonWire | null
  readonly groups: readonly GroupWire[]
}

export const loadOf = (conversations: readonly ConversationWire[]): Load => {
  const waiting = conversations.flatMap(({ waitingSince }) => (waitingSince === null ? [] : [waitingSince]))
  return {
    open: conversations.length,
    waiting: waiting.length,
    oldestWaiting: waiting.sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null,
  }
}

/** The longest wait stands first; what nobody waits in, by its name. */
export function loadByGroup(
  conversations: readonly ConversationWire[],
  groups: readonly GroupDetailWire[],
  board: PresenceBoard,
): GroupLoad[] {
  const known = new Map(groups.map(({ group, people }) => [boardKey(group), { group, people }]))
  for (const { group } of conversations)
    if (!known.has(boardKey(group))) known.set(boardKey(group), { group, people: [] })
  return [...known]
    .map(([key, { group, people: read }]) => {
      const own = conversations.filter((conversation) => boardKey(conversation.group) === key)
      const people = board.groups.get(key) ?? read
      return {
        group,
        ...loadOf(own),
        unassigned: own.filter(({ designated }) => designated === null).length,
        people,
        available: people.filter(({ available }) => available).length,
      }
    })
    .sort((a, b) => byWait(a, b) || a.group.name.localeCompare(b.group.name))
}

export function loadByAgent(
  conversations: readonly ConversationWire[],
  groups: readonly GroupDetailWire[],
  board: PresenceBoard,
): AgentLoad[] {
  const agents = new Map<string, { name: string; person: PersonWire | null; groups: GroupWire[] }>()
  for (const { group, people: read } of groups) {
    for (const person of board.groups.get(boardKey(group)) ?? read) {
      const known = agents.get(person.extension)
      if (known !== undefined) known.groups.push(group)
      else agents.set(person.extension, { name: person.name, person, groups: [group] })
    }
  }
  for (const { designated, group } of conversations) {
    if (designated === null || agents.has(designated.extension)) continue
    agents.set(designated.extension, { name: designated.name, person: null, groups: [group] })
  }
  return [...agents]
    .map(([extension, { name, person, groups }]) => {
      const own = conversations.filter(({ designated }) => designated?.extension === extension)
      return { extension, name, person, groups, ...loadOf(own) }
    })
    .sort((a, b) => b.open - a.open || byWait(a, b) || a.name.localeCompare(b.name))
}

function byWait(a: Load, b: Load): number {
  const at = ({ oldestWaiting }: Load) =>
    oldestWaiting === null ? Number.POSITIVE_INFINITY : Date.parse(oldestWaiting)
  return at(a) === at(b) ? 0 : at(a) - at(b)
}
