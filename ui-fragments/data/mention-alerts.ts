import type { LiveNews } from './live-client.ts'

/** What the person is looking at when something happens. */
export interface Attention {
  readonly me: string | null
  /** The tab is visible and has the focus. */
  readonly focused: boolean
  readonly openConversation: string | null
  /** Conversations that I am taking right now, by my own doing: no news to me. */
  readonly ownDoing: ReadonlySet<string>
  /** I want no alert of this one. */
  readonly muted: boolean
}

export type AlertDecision =
  /** Nobody's business, or mine and I am looking at it. */
  | 'quiet'
  /** A message for me: sound, badge, notification. */
  | 'mention'
  /** A conversation became mine without a message: the same. */
  | 'designated'

/** Whether news is for me and would go unseen. Others' mentions never make a sound here. */
export function alertFor(news: LiveNews, attention: Attention): AlertDecision {
  if (news.type !== 'event' || attention.me === null || attention.muted) return 'quiet'
  const { event, conversationId } = news
  const looking = attention.focused && attention.openConversation === conversationId
  if (event.kind === 'message-received' && event.mention === attention.me)
    return looking ? 'quiet' : 'mention'
  // Even under his eyes: he has looked for long and not answered.
  if (event.kind === 'mention-repeated' && event.extension === attention.me) return 'mention'
  if (event.kind === 'designation-changed' && event.designated === attention.me) {
    return looking || attention.ownDoing.has(conversationId) ? 'quiet' : 'designated'
  }
  return 'quiet'
}

/** Conversations with something for me that I have not looked at yet: the number in the tab's title. */
export const titleWithBadge = (title: string, unseen: number): string =>
  unseen === 0 ? title : `(${unseen}) ${title}`
