import type { ConversationCountsWire, ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MeWire, PersonWire } from '../../module/contract/api/groups.ts'
import { type ConversationList, emptyList, type ListView } from './conversation-list.ts'
import type { ConversationThread } from './conversation-thread.ts'
import type { LiveState } from './live-client.ts'
import { type MyStatus, nothingKnown } from './my-status.ts'
import { emptyBoard, type PresenceBoard, peopleOf } from './presence-board.ts'
import { noSearch, type SearchState } from './search-desk.ts'
import type { Watchers } from './watchers.ts'

/** Everything that the agent panel shows, as one value. */
export interface AgentState {
  readonly me: MeWire | null
  readonly list: ConversationList
  readonly view: ListView
  readonly search: SearchState
  /** For the tabs, of the channel and group that are looked at; null until they were read. */
  readonly counts: ConversationCountsWire | null
  readonly mine: MyStatus
  readonly thread: ConversationThread | null
  readonly board: PresenceBoard
  readonly live: LiveState
  /** Who looks at and writes in what, by conversation. */
  readonly watchers: Watchers
  /** Conversations with something for me that I have not looked at yet. */
  readonly unseen: ReadonlySet<string>
  /** What stands in the way of the whole panel: no token, an expired one, no network at the start. */
  readonly obstacle: string | null
  /** What was refused last, to be shown once. */
  readonly notice: string | null
  /** Spoken by screen readers when it changes. */
  readonly announcement: string
}

export const firstState: AgentState = {
  me: null,
  list: emptyList,
  view: { filter: 'all', channel: 'any', group: null, search: '' },
  search: noSearch,
  counts: null,
  mine: nothingKnown,
  thread: null,
  board: emptyBoard,
  live: { kind: 'connecting' },
  watchers: new Map(),
  unseen: new Set(),
  obstacle: null,
  notice: null,
  announcement: '',
}

export const openConversation = ({ thread, list }: AgentState): ConversationWire | null =>
  thread === null ? null : (list.byId.get(thread.conversationId) ?? null)

export const openPeople = (state: AgentState): readonly PersonWire[] => {
  const conversation = openConversation(state)
  return conversation === null ? [] : peopleOf(state.board, conversation.group)
}

/** Something for me in it that I have not looked at: the server counts mentions; a designation is only heard. */
export const isUnseen = ({ unseen }: AgentState, { id, mentionsMe }: ConversationWire): boolean =>
  mentionsMe > 0 || unseen.has(id)

/** How many conversations have something for me: the number in the tab's title. */
export function unseenCount(state: AgentState): number {
  const mentioning = [...state.list.byId.values()].filter(({ mentionsMe }) => mentionsMe > 0)
  return new Set([...state.unseen, ...mentioning.map(({ id }) => id)]).size
}

export function withUnseen(state: AgentState, id: string, seen: boolean): AgentState {
  if (state.unseen.has(id) !== seen) return state
  const unseen = new Set(state.unseen)
  if (seen) unseen.delete(id)
  else unseen.add(id)
  return { ...state, unseen }
}
