import type { GroupDetailWire, PersonWire } from '../../module/contract/api/groups.ts'
import type { ServerFrame } from '../../module/contract/live.ts'

export type PresenceFrame = Extract<ServerFrame, { type: 'presence' }>

/** Who is in which group and how they are, as last heard. */
export interface PresenceBoard {
  /** The PBX is not answering: this is what it said last. */
  readonly stale: boolean
  readonly groups: ReadonlyMap<string, readonly PersonWire[]>
}

export const emptyBoard: PresenceBoard = { stale: false, groups: new Map() }

export const boardKey = (group: { readonly kind: string; readonly number: string }): string =>
  `${group.kind}/${group.number}`

export function withPresence(board: PresenceBoard, frame: PresenceFrame): PresenceBoard {
  const groups = new Map(frame.full ? [] : board.groups)
  for (const group of frame.groups) groups.set(boardKey(group), group.people)
  return { stale: frame.stale, groups }
}

/** A group read by itself, until its presence comes: what was heard live is newer than any answer. */
export function withGroup(board: PresenceBoard, detail: GroupDetailWire): PresenceBoard {
  const key = boardKey(detail.group)
  if (board.groups.has(key)) return board
  const groups = new Map(board.groups).set(key, detail.people)
  return { stale: board.groups.size === 0 ? detail.stale : board.stale, groups }
}

export const peopleOf = (
  board: PresenceBoard,
  group: { kind: string; number: string },
): readonly PersonWire[] => board.groups.get(boardKey(group)) ?? []

/** The dot beside a name: the words beside it say the same. */
export type PresenceTone = 'free' | 'busy' | 'blocked' | 'gone' | 'unknown'

export function toneOf(person: PersonWire): PresenceTone {
  if (!person.loggedIn) return 'gone'
  if (person.dnd === 'on' || person.paused) return 'blocked'
  if (person.call !== 'idle' && person.call !== 'unknown') return 'busy'
  if (person.available) return 'free'
  return person.call === 'unknown' || person.registration === 'unknown' ? 'unknown' : 'gone'
}
