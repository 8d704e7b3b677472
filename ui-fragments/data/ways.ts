import type { ConversationWire, WayWire } from '../../module/contract/api/conversations.ts'
import type { ConversationThread } from './conversation-thread.ts'
import type { Channel } from './message-words.ts'

export const wayKey = ({ carrierId, channel, did }: WayWire): string => `${channel} ${did} ${carrierId}`

/** The way that a reply takes: the one chosen, while it is still there, else as the customer wrote last. */
export function chosenWay({ ways, way }: ConversationThread): WayWire | null {
  return ways.find((each) => wayKey(each) === way) ?? ways.find(({ usual }) => usual) ?? null
}

/** By channel and number, whether or not the ways are known yet. */
export function wayOut(
  thread: ConversationThread,
  conversation: ConversationWire,
): { channel: Channel; did: string } {
  const chosen = chosenWay(thread)
  if (chosen !== null) return { channel: chosen.channel, did: chosen.did }
  const last = thread.messages.findLast(({ direction }) => direction === 'in')
  return { channel: last?.channel ?? conversation.channels[0] ?? 'sms', did: last?.did ?? '' }
}

/** How long free texts may still leave by it, in milliseconds: 0 when only templates may, null without such a limit. */
export function windowLeftMs({ window }: Pick<WayWire, 'window'>, nowMs: number): number | null {
  if (window === null) return null
  return window.open ? Math.max(0, Date.parse(window.closesAt) - nowMs) : 0
}
