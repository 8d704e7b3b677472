import type { AutoReplyWish } from '../conversation.ts'
import type { Millis } from '../ids.ts'
import type { Address } from './address.ts'
import type { InboundMessage } from './message.ts'
import { bare, consentWord } from './opt-out.ts'

const hourMs: Millis = 60 * 60 * 1000

/** At most one a conversation within this time, unless the wish names another. */
export const autoReplyWindowMs: Millis = 12 * hourMs
/** One sender may write to many groups; he hears no more than this within the window of a conversation. */
export const mostPerSender = 3
/** So far back is looked for signs of a robot. */
export const robotMemoryMs: Millis = 24 * hourMs
/**
 * Nobody reads a text and answers it in this time: who does so again and again is a robot. Longer than a carrier
 * needs there and back. A person who sends three lines in one breath looks the same, and only goes without the
 * next auto-reply of that day.
 */
const quickAnswerMs: Millis = 3000
const mostQuickAnswers = 2

/** An auto-reply that this sender got before, in whatever conversation. */
export interface EarlierAutoReply {
  readonly sameConversation: boolean
  readonly text: string
  readonly at: Millis
  /** When he wrote next. */
  readonly answeredAt: Millis | null
}

export type AutoReplyVerdict =
  | 'send'
  /** There is nothing to say. */
  | 'empty'
  /** STOP, START and HELP are answered by carriers, and never with small talk. */
  | 'consent-word'
  /** Short codes and names are machines. */
  | 'machine'
  /** The conversation had one already. */
  | 'had-one'
  | 'too-many'
  /** Our own words came back. */
  | 'echo'
  | 'too-quick'

/** Whether an inbound message gets the auto-reply that was wished for. Each reason alone ends any loop. */
export function judgeAutoReply(
  { text, windowMs = autoReplyWindowMs }: AutoReplyWish,
  message: Pick<InboundMessage, 'channel' | 'content' | 'sender' | 'receivedAt'>,
  earlier: readonly EarlierAutoReply[],
): AutoReplyVerdict {
  const at = message.receivedAt
  if (text.trim() === '') return 'empty'
  if (!isPerson(message.sender)) return 'machine'
  if (consentWord(message) !== null) return 'consent-word'
  const within = (ms: Millis) => earlier.filter((reply) => reply.at > at - ms)
  if (within(windowMs).some(({ sameConversation }) => sameConversation)) return 'had-one'
  // Not by the wish's own window: a short one must not open the way to a loop through many groups.
  if (within(Math.max(windowMs, autoReplyWindowMs)).length >= mostPerSender) return 'too-many'
  const recent = within(robotMemoryMs)
  if (isEcho(message, [text, ...recent.map((reply) => reply.text)])) return 'echo'
  const quick = recent.filter(
    (reply) => reply.answeredAt !== null && reply.answeredAt - reply.at <= quickAnswerMs,
  )
  return quick.length >= mostQuickAnswers ? 'too-quick' : 'send'
}

const isPerson = ({ kind }: Address): boolean => kind === 'number' || kind === 'whatsapp-user'

function isEcho({ content }: Pick<InboundMessage, 'content'>, texts: readonly string[]): boolean {
  if (content.kind !== 'text') return false
  const said = bare(content.text)
  return said !== '' && texts.some((text) => bare(text) === said)
}
