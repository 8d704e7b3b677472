import { fail, type Result } from '../../domain/failures.ts'
import { asMessageId, type ConversationId, type MessageId } from '../../domain/ids.ts'
import { type Viewer, visibleGroups } from '../people/access.ts'
import type { Clock } from '../ports/ambient.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import type { PersonalState, Reader, UnreadTotals } from '../ports/stored.ts'
import type { ConversationActions } from './act-on-conversation.ts'

export interface PersonalDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly clock: Clock
  readonly find: ConversationActions['find']
  /** Told of what an agent read; left out, nobody is. */
  readonly tellRead?: (viewer: Viewer, id: ConversationId, through: MessageId) => void
}

/** Whoever is no agent has read nothing, and nothing waits for him. */
const nothingOfMine: PersonalState = { unread: 0, mentionsMe: 0, muted: false, pinned: false }

/** What an agent does for himself alone: read, mute, pin. */
export function createPersonalActions({ store, pbx, clock, find, tellRead }: PersonalDeps) {
  function readerOf({ extension }: Viewer): Reader | null {
    return extension === null ? null : { pbxId: pbx.snapshot().directory.pbxId, extension }
  }

  async function act(
    viewer: Viewer,
    conversationId: ConversationId,
    action: (request: {
      reader: Reader
      conversationId: ConversationId
      at: number
    }) => Promise<Result<PersonalState>>,
  ): Promise<Result<PersonalState>> {
    if (find(viewer, conversationId) === null) return fail({ code: 'not-found', what: 'conversation' })
    const reader = readerOf(viewer)
    if (reader === null) return fail({ code: 'not-an-agent' })
    return action({ reader, conversationId, at: clock() })
  }

  return {
    readerOf,

    /** Of conversations that the viewer may see. */
    of(viewer: Viewer, ids: readonly ConversationId[]): (id: ConversationId) => PersonalState {
      const reader = readerOf(viewer)
      const states = reader === null ? new Map<ConversationId, PersonalState>() : store.personal(reader, ids)
      return (id) => states.get(id) ?? nothingOfMine
    },

    totals(viewer: Viewer): UnreadTotals {
      const reader = readerOf(viewer)
      if (reader !== null)
        return store.unreadTotals(reader, visibleGroups(viewer, pbx.snapshot().directory, store))
      return { unreadMessages: 0, unreadConversations: 0, mentions: 0, mentioningConversations: 0 }
    },

    async markRead(viewer: Viewer, id: ConversationId, through: string): Promise<Result<PersonalState>> {
      const last = asMessageId(through)
      const result = await act(viewer, id, (request) => store.markRead({ ...request, through: last }))
      if (result.ok) tellRead?.(viewer, id, last)
      return result
    },

    setPreferences: (
      viewer: Viewer,
      id: ConversationId,
      wanted: { readonly muted: boolean | null; readonly pinned: boolean | null },
    ) => act(viewer, id, (request) => store.savePreferences({ ...request, ...wanted })),
  }
}

export type PersonalActions = ReturnType<typeof createPersonalActions>
