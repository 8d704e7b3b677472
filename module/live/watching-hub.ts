import type { Viewer } from '../app/people/access.ts'
import type { Clock } from '../app/ports/ambient.ts'
import type { Pbx } from '../app/ports/pbx.ts'
import type { Store } from '../app/ports/store.ts'
import type { ClientFrame, ServerFrame, WatchersWire } from '../contract/live.ts'
import type { CommittedEvent } from '../domain/events.ts'
import {
  asConversationId,
  type ConversationId,
  type Extension,
  type GroupKey,
  groupKey,
  type Millis,
} from '../domain/ids.ts'
import { createWatching, type WatchedConversation } from './watching.ts'

const checkEveryMs = 1000
/** Frames about looking and writing: so many at once, and so many a second in the long run. */
const mostAtOnce = 10
const refillPerSecond = 2

/** A panel, as far as this is concerned. */
export interface WatchingPanel {
  readonly viewer: Viewer
  readonly peer: { send(frame: ServerFrame): void }
}

export interface WatchingHubDeps<Panel extends WatchingPanel> {
  readonly store: Store
  readonly pbx: Pbx
  readonly clock: Clock
  readonly panels: Iterable<Panel>
  /** What a panel's viewer may see at this moment. */
  readonly groupsOf: (panel: Panel) => ReadonlySet<GroupKey>
  /** Called with every word of an agent that he writes in a conversation which he may see. */
  readonly onTyping?: (viewer: Viewer, id: ConversationId) => void
}

/**
 * Tells colleagues who looks at a conversation and who writes in it. Nothing of it is stored or has a place in
 * the order of events; whoever may not see a conversation neither hears of it nor is seen at it.
 */
export function createWatchingHub<Panel extends WatchingPanel>(deps: WatchingHubDeps<Panel>) {
  const { store, pbx, clock, panels, groupsOf } = deps
  const watching = createWatching(clock)
  const allowances = new WeakMap<Panel, { left: number; at: Millis }>()
  const timer = setInterval(() => tell(watching.expire()), checkEveryMs)
  timer.unref()

  /** Whether this panel has not talked too much. */
  function allows(panel: Panel): boolean {
    const now = clock()
    const { left, at } = allowances.get(panel) ?? { left: mostAtOnce, at: now }
    const refilled = Math.min(mostAtOnce, left + (Math.max(0, now - at) / 1000) * refillPerSecond)
    allowances.set(panel, { left: refilled < 1 ? refilled : refilled - 1, at: now })
    return refilled >= 1
  }

  function tell(changed: readonly WatchedConversation[]): void {
    if (changed.length > 0) for (const panel of panels) send(panel, false, changed)
  }

  function send(panel: Panel, full: boolean, changed: readonly WatchedConversation[]): void {
    const groups = groupsOf(panel)
    const conversations = changed.filter((each) => groups.has(each.groupKey)).map(watchersWire)
    if (full || conversations.length > 0) panel.peer.send({ type: 'watching', full, conversations })
  }

  function watchersWire({ id, viewing, typing }: WatchedConversation): WatchersWire {
    const { extensions } = pbx.snapshot().directory
    const agent = (extension: Extension) => ({
      extension,
      name: extensions.get(extension)?.name ?? extension,
    })
    return { conversationId: id, viewing: viewing.map(agent), typing: typing.map(agent) }
  }

  return {
    hear(panel: Panel, frame: Extract<ClientFrame, { type: 'viewing' | 'typing' }>): void {
      const { extension } = panel.viewer
      if (extension === null || !allows(panel)) return
      if (frame.conversationId === null) {
        tell(watching.lookAway(panel))
        return
      }
      const id = asConversationId(frame.conversationId)
      const conversation = store.conversation(id)
      if (conversation === null) return
      const key = groupKey(conversation.group)
      if (!groupsOf(panel).has(key)) return
      if (frame.type === 'viewing') tell(watching.look(panel, extension, id, key))
      else {
        tell(watching.type(extension, id, key))
        deps.onTyping?.(panel.viewer, id)
      }
    },

    /** Everything that a new panel may know of it. */
    admitted: (panel: Panel) => send(panel, true, watching.all()),

    left: (panel: Panel) => tell(watching.lookAway(panel)),

    /** Memberships may have changed: who left a group is no longer seen in its conversations. */
    recheck(): void {
      for (const panel of panels) {
        const at = watching.looksAt(panel)
        if (at !== null && !groupsOf(panel).has(at.groupKey)) tell(watching.lookAway(panel))
      }
    },

    /** Whoever has sent his text is no longer writing it. */
    committed(events: readonly CommittedEvent[]): void {
      for (const { event, conversationId } of events) {
        if (event.kind !== 'message-written' && event.kind !== 'note-written') continue
        if (event.author !== null) tell(watching.wrote(event.author, conversationId))
      }
    },

    close: () => clearInterval(timer),
  }
}
