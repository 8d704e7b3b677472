import type { Clock } from '../app/ports/ambient.ts'
import type { ConversationId, Extension, GroupKey, Millis } from '../domain/ids.ts'

/** Said again by panels well within these; a panel that falls silent is forgotten. */
const viewingLastsMs: Millis = 90_000
const typingLastsMs: Millis = 6000

/** Who has a conversation before his eyes, and who is writing in it. Each agent once, however many panels he has. */
export interface Watchers {
  readonly viewing: readonly Extension[]
  readonly typing: readonly Extension[]
}

export interface WatchedConversation extends Watchers {
  readonly id: ConversationId
  readonly groupKey: GroupKey
}

interface Watched {
  readonly groupKey: GroupKey
  /** By panel: one agent may look with two. */
  readonly viewing: Map<object, { readonly extension: Extension; until: Millis }>
  readonly typing: Map<Extension, Millis>
}

export type Watching = ReturnType<typeof createWatching>

/**
 * Remembers who looks and who writes, in memory alone and only for a while. Every change gives the conversations
 * whose watchers are others than before, for whoever tells the panels.
 */
export function createWatching(clock: Clock) {
  const watched = new Map<ConversationId, Watched>()
  const looksAt = new Map<object, ConversationId>()

  function of(id: ConversationId): Watchers {
    const found = watched.get(id)
    if (found === undefined) return { viewing: [], typing: [] }
    const viewing = new Set([...found.viewing.values()].map(({ extension }) => extension))
    return { viewing: [...viewing].sort(), typing: [...found.typing.keys()].sort() }
  }

  /** Runs a change and gives those of the conversations that it made a difference to. */
  function changing(ids: readonly ConversationId[], change: () => void): readonly WatchedConversation[] {
    const before = new Map(ids.map((id) => [id, JSON.stringify(of(id))]))
    const groupKeys = new Map(ids.map((id) => [id, watched.get(id)?.groupKey]))
    change()
    for (const id of ids) {
      const found = watched.get(id)
      if (found?.viewing.size === 0 && found.typing.size === 0) watched.delete(id)
    }
    return ids.flatMap((id) => {
      const groupKey = groupKeys.get(id) ?? watched.get(id)?.groupKey
      const now = of(id)
      const same = groupKey === undefined || before.get(id) === JSON.stringify(now)
      return same ? [] : [{ id, groupKey, ...now }]
    })
  }

  function entry(id: ConversationId, groupKey: GroupKey): Watched {
    const found = watched.get(id) ?? { groupKey, viewing: new Map(), typing: new Map() }
    watched.set(id, found)
    return found
  }

  function lookAway(panel: object): void {
    const id = looksAt.get(panel)
    if (id === undefined) return
    looksAt.delete(panel)
    watched.get(id)?.viewing.delete(panel)
  }

  return {
    all: (): readonly WatchedConversation[] =>
      [...watched].map(([id, { groupKey }]) => ({ id, groupKey, ...of(id) })),

    looksAt(panel: object): { readonly groupKey: GroupKey } | null {
      const id = looksAt.get(panel)
      return (id === undefined ? undefined : watched.get(id)) ?? null
    },

    look(panel: object, extension: Extension, id: ConversationId, groupKey: GroupKey) {
      const before = looksAt.get(panel)
      return changing(before === undefined || before === id ? [id] : [before, id], () => {
        if (before !== id) lookAway(panel)
        looksAt.set(panel, id)
        entry(id, groupKey).viewing.set(panel, { extension, until: clock() + viewingLastsMs })
      })
    },

    /** The panel shows nothing now, or is gone. */
    lookAway(panel: object) {
      const before = looksAt.get(panel)
      return before === undefined ? [] : changing([before], () => lookAway(panel))
    },

    type(extension: Extension, id: ConversationId, groupKey: GroupKey) {
      return changing([id], () => entry(id, groupKey).typing.set(extension, clock() + typingLastsMs))
    },

    /** He sent what he was writing. */
    wrote(extension: Extension, id: ConversationId) {
      return watched.has(id) ? changing([id], () => watched.get(id)?.typing.delete(extension)) : []
    },

    /** Forgets what was not said again in time. */
    expire() {
      const now = clock()
      return changing([...watched.keys()], () => {
        for (const { viewing, typing } of [...watched.values()]) {
          for (const [extension, until] of typing) if (until <= now) typing.delete(extension)
          for (const [panel, { until }] of viewing) if (until <= now) lookAway(panel)
        }
      })
    },
  }
}
