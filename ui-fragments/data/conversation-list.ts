import type {
  ConversationListWire,
  ConversationWire,
  PersonalWire,
} from '../../module/contract/api/conversations.ts'
import type { ListFilter } from './api-client.ts'

export const listFilters = ['all', 'mine', 'unassigned', 'closed'] as const satisfies readonly ListFilter[]
export type ChannelFilter = 'any' | 'sms' | 'whatsapp'

/** Which of the server's lists: each is read by itself. */
export interface ListScope {
  readonly filter: ListFilter
  readonly channel: ChannelFilter
  /** `queue/8000`; null for all of mine. */
  readonly group: string | null
}

export interface ListView extends ListScope {
  readonly search: string
}

/** How far one of the server's lists was read: everything from its top down to the place `floor`. */
export interface ListReading {
  readonly started: boolean
  readonly more: boolean
  readonly floor: number
}

/**
 * The conversations that this panel has read, each once, whichever list brought it. What a list shows is worked
 * out from the conversation itself, so that an event moves it between lists without another request.
 */
export interface ConversationList {
  readonly byId: ReadonlyMap<string, ConversationWire>
  readonly readings: ReadonlyMap<string, ListReading>
}

const unread: ListReading = { started: false, more: false, floor: Number.NEGATIVE_INFINITY }

export const emptyList: ConversationList = { byId: new Map(), readings: new Map() }

const keyOf = ({ filter, channel, group }: ListScope): string => `${filter} ${channel} ${group ?? ''}`

export const readingOf = (list: ConversationList, scope: ListScope): ListReading =>
  list.readings.get(keyOf(scope)) ?? unread

/** The first page of a list, or the one below its floor. */
export function withPage(
  list: ConversationList,
  scope: ListScope,
  page: ConversationListWire,
  below: number | null = null,
): ConversationList {
  const byId = new Map(list.byId)
  for (const item of page.items) byId.set(item.id, newer(byId.get(item.id), item))
  const places = page.items.filter(({ pinned }) => !pinned).map(({ place }) => place)
  const more = page.next !== null
  // A list whose first page holds nothing but pins, and more, begins below everything.
  const lowest = places.length === 0 ? (below ?? Number.MAX_SAFE_INTEGER) : Math.min(...places)
  const floor = more ? lowest : Number.NEGATIVE_INFINITY
  return { byId, readings: new Map(list.readings).set(keyOf(scope), { started: true, more, floor }) }
}

export function withConversation(list: ConversationList, conversation: ConversationWire): ConversationList {
  const held = list.byId.get(conversation.id)
  const next = newer(held, conversation)
  return next === held ? list : { ...list, byId: new Map(list.byId).set(conversation.id, next) }
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

/** The lists were read long ago, and much has happened: each is read again when it is looked at. */
export const withoutReadings = (list: ConversationList): ConversationList => ({
  ...list,
  readings: new Map(),
})

/**
 * Lets go of what is far below the top of the list that is looked at, and of all that no list needs, so that a day
 * of traffic does not fill the memory. What is let go of is read again by scrolling there.
 */
export function withTrimmed(
  list: ConversationList,
  scope: ListScope,
  me: string | null,
  most: number,
  needed: (conversation: ConversationWire) => boolean,
): ConversationList {
  const shown = visible(list, scope, me).filter(({ pinned }) => !pinned)
  const last = shown[most - 1]
  if (last === undefined || shown.length === most) return list
  const kept = new Set(shown.slice(0, most))
  const byId = new Map(
    [...list.byId].filter(([, one]) => kept.has(one) || one.pinned || one.mentionsMe > 0 || needed(one)),
  )
  return { byId, readings: new Map([[keyOf(scope), { started: true, more: true, floor: last.place }]]) }
}

/** Answers may overtake each other: what was read later but says less is passed over. */
function newer(held: ConversationWire | undefined, read: ConversationWire): ConversationWire {
  if (held === undefined || read.version > held.version) return read
  if (read.version < held.version) return held
  return read.place >= held.place ? read : held
}

export function matches(conversation: ConversationWire, filter: ListFilter, me: string | null): boolean {
  if (filter === 'closed') return conversation.status === 'closed'
  if (conversation.status === 'closed') return false
  if (filter === 'mine') return me !== null && conversation.designated?.extension === me
  return filter === 'all' || conversation.designated === null
}

/** What the list shows: what I pinned, then by place. */
export function visible(list: ConversationList, scope: ListScope, me: string | null): ConversationWire[] {
  const { floor } = readingOf(list, scope)
  return [...list.byId.values()]
    .filter(
      (one) =>
        (one.pinned || one.place >= floor) &&
        matches(one, scope.filter, me) &&
        isShown(one.channels, scope.channel) &&
        (scope.group === null || groupParam(one.group) === scope.group),
    )
    .sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.place - a.place || (a.id < b.id ? 1 : -1))
}

/** As the API takes it: `queue/8000`. */
export const groupParam = ({ kind, number }: { readonly kind: string; readonly number: string }): string =>
  `${kind}/${number}`

/** A text by a SIP trunk is an SMS to whoever reads it: only the way it came differs. */
const isShown = (channels: ConversationWire['channels'], filter: ChannelFilter): boolean =>
  filter === 'any' || channels.includes(filter) || (filter === 'sms' && channels.includes('sip'))
