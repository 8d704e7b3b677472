import type { AgentReader } from './agent-reader.ts'
import { type AgentState, withUnseen } from './agent-state.ts'
import { withState } from './conversation-thread.ts'
import type { LiveNews } from './live-client.ts'
import { type AlertDecision, alertFor } from './mention-alerts.ts'
import type { Observed } from './observed.ts'
import { withPresence } from './presence-board.ts'
import { withWatchers } from './watchers.ts'

type LiveEvent = Extract<LiveNews, { type: 'event' }>

export interface AgentEarsPorts {
  readonly state: Observed<AgentState>
  readonly reader: AgentReader
  /** Whether the person has this panel before his eyes. */
  readonly focused: () => boolean
  /** The key is the same in every tab that hears of it. */
  readonly onAlert: (decision: Exclude<AlertDecision, 'quiet'>, conversationId: string, key: string) => void
  /** What would have been an alert is before his eyes. */
  readonly onSeen: (key: string) => void
  /** Who is how has changed, perhaps I. */
  readonly onPresence: () => void
}

/** Turns what the live connection says into readings and alerts. An event names what changed, never what it says. */
export class AgentEars {
  /** Conversations that I am taking myself: their designation is no news to me. */
  readonly ownDoing = new Set<string>()
  readonly #ports: AgentEarsPorts

  constructor(ports: AgentEarsPorts) {
    this.#ports = ports
  }

  hear(news: LiveNews): void {
    const { reader } = this.#ports
    switch (news.type) {
      case 'presence':
        reader.patch((state) => ({ board: withPresence(state.board, news) }))
        this.#ports.onPresence()
        return
      case 'watching':
        reader.patch((state) => ({ watchers: withWatchers(state.watchers, news) }))
        return
      case 'reset':
        reader.quietly(reader.readAgain())
        return
      case 'event':
        this.#alert(news)
        this.#heardEvent(news)
        return
      default:
        news satisfies never
    }
  }

  #heardEvent({ conversationId: id, event }: LiveEvent): void {
    const { reader, state } = this.#ports
    switch (event.kind) {
      case 'message-received':
      case 'message-written':
      case 'note-written':
        reader.request(id, 'conversation', 'messages')
        return
      case 'read-changed': {
        const { unread, mentionsMe } = event
        reader.patchPersonal(id, { unread, mentionsMe })
        return
      }
      case 'preferences-changed': {
        const { muted, pinned } = event
        reader.patchPersonal(id, { muted, pinned })
        return
      }
      case 'message-state-changed': {
        const delivery = deliveryStates.find((word) => word === event.state)
        if (delivery !== undefined)
          reader.patchThread(id, (thread) => withState(thread, event.messageId, delivery))
        // The reason of a failure is not in the event.
        if (state.value.thread?.conversationId === id) reader.request(id, 'messages')
        return
      }
      case 'media-changed':
        if (state.value.thread?.conversationId === id) reader.request(id, 'messages')
        return
      case 'designation-changed':
      case 'status-changed':
        reader.request(id, 'conversation', 'decisions')
        return
      case 'mention-repeated':
        return
      default:
        event satisfies never
    }
  }

  #alert(news: LiveEvent): void {
    const { state, reader, focused, onAlert } = this.#ports
    const id = news.conversationId
    const attention = {
      me: state.value.me?.extension ?? null,
      focused: focused(),
      openConversation: state.value.thread?.conversationId ?? null,
      ownDoing: this.ownDoing,
      muted: state.value.list.byId.get(id)?.muted ?? false,
    }
    const decision = alertFor(news, attention)
    if (decision === 'quiet' && alertFor(news, { ...attention, focused: false }) !== 'quiet')
      this.#ports.onSeen(news.cursor)
    if (news.event.kind === 'designation-changed') this.ownDoing.delete(id)
    if (decision === 'quiet') return
    reader.patch((held) => withUnseen(held, id, false))
    onAlert(decision, id, news.cursor)
  }
}

const deliveryStates = [
  'queued',
  'sending',
  'accepted',
  'sent',
  'delivered',
  'read',
  'failed',
  'unknown',
] as const
