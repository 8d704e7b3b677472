import type {
  ConversationListWire,
  ConversationWire,
  PersonalWire,
} from '../../module/contract/api/conversations.ts'
import type { ListFilter } from './api-client.ts'

export const listFilters = ['all', 'mine', 'unassigned', 'closed'] as const satisfies readonly ListFilter[]
export type ChannelFilter = 'any' | 'sms' | 'whatsapp'

/** How far the server's list was read under one filter. */
export interface ListReading {
  /** For the following page; null at the end or before the first page. */
  readonly next: string | null
  readonly started: boolean
}

/**
 * The conversations that this panel has read, each once, whichever list brought it. What a filter shows is
 * worked out from the conversation itself, so that an event moves it between filters without another request.
 */
export interface ConversationList {
  readonly byId: ReadonlyMap<string, ConversationWire>
  readonly readings: Readonly<Record<ListFilter, ListReading>>
}

const unread: ListReading = { next: null, started: false }

export const emptyList: ConversationList = {
  byId: new Map(),
  readings: { all: unread, mine: unread, unassigned: unread, closed: unread },
}

export function withPage(
  list: ConversationList,
  filter: ListFilter,
  page: ConversationListWire,
): ConversationList {
  const byId = new Map(list.byId)
  for (const item of page.items) byId.set(item.id, newer(byId.get(item.id), item))
  return { byId, readings: { ...list.readings, [filter]: { next: page.next, started: true } } }
}

export function withConversation(list: ConversationList, conversation: ConversationWire): ConversationList {
  const byId = new Map(list.byId)
  byId.set(conversation.id, newer(byId.get(conversation.id), conversation))
  return { ...list, byId }
}

/** What changed of it for me alone. */
export function withPersonal(
  list: ConversationList,
  id: string,
  personal: Partial<PersonalWire>,
): ConversationList {
  const held = list.byId.get(id)
  if (held === undefined) return list
  return { ...list, byId: new Map(list.byId).set(id, { ...held, ...personal }) }
}

/** It is gone, or its group is no longer mine. */
export function withoutConversation(list: ConversationList, id: string): ConversationList {
  if (!list.byId.has(id)) return list
  const byId = new Map(list.byId)
  byId.delete(id)
  return { ...list, byId }
}

/** Answers may overtake each other: what was read later but says less is passed over. */
function newer(held: ConversationWire | undefined, read: ConversationWire): ConversationWire {
  if (held === undefined || read.version > held.version) return read
  if (read.version < held.version) return held
  return lastAt(read) >= lastAt(held) ? read : held
}

const lastAt = (conversation: ConversationWire): number =>
  Date.parse(conversation.lastMessage?.at ?? conversation.openedAt)

export function matches(conversation: ConversationWire, filter: ListFilter, me: string | null): boolean {
  if (filter === 'closed') return conversation.status === 'closed'
  if (conversation.status === 'closed') return false
  if (filter === 'mine') return me !== null && conversation.designated?.extension === me
  return filter === 'all' || conversation.designated === null
}

export interface ListView {
  readonly filter: ListFilter
  readonly channel: ChannelFilter
  readonly search: string
}

/** What the list shows: what I pinned, then the newest first. */
export function visible(list: ConversationList, view: ListView, me: string | null): ConversationWire[] {
  const wanted = view.search.trim().toLowerCase()
  return [...list.byId.values()]
    .filter((conversation) => matches(conversation, view.filter, me))
    .filter(({ channels }) => isShown(channels, view.channel))
    .filter((conversation) => wanted === '' || found(conversation, wanted))
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || lastAt(b) - lastAt(a) || (a.id < b.id ? 1 : -1))
}

/** A text by a SIP trunk is an SMS to whoever reads it: only the way it came differs. */
const isShown = (channels: ConversationWire['channels'], filter: ChannelFilter): boolean =>
  filter === 'any' || channels.includes(filter) || (filter === 'sms' && channels.includes('sip'))

/** By name, or by digits in any writing: `954 278` finds +19542788086. */
function found({ customer }: ConversationWire, wanted: string): boolean {
  if (customer.address.toLowerCase().includes(wanted)) return true
  if (customer.name?.toLowerCase().includes(wanted) === true) return true
  const digits = wanted.replace(/[\s().+-]/g, '')
  return /^\d+$/.test(digits) && customer.address.includes(digits)
}

export interface FilterCount {
  readonly known: number
  /** The server has more than was read. */
  readonly more: boolean
}

/** Null until that list was asked for at all. */
export function countOf(list: ConversationList, filter: ListFilter, me: string | null): FilterCount | null {
  const reading = list.readings[filter]
  if (!reading.started) return null
  const known = [...list.byId.values()].filter((conversation) => matches(conversation, filter, me)).length
  return { known, more: reading.next !== null }
}
