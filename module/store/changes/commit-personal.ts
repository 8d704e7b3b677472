import type { Store } from '../../app/ports/store.ts'
import type { PersonalState, Reader } from '../../app/ports/stored.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import type { Millis } from '../../domain/ids.ts'
import type { ConversationRow } from '../readings/conversation-row.ts'
import type { ConversationTable } from '../tables/conversation-table.ts'
import type { EventLog } from '../tables/event-log.ts'
import type { MessageTable } from '../tables/message-table.ts'
import type { NoteTable } from '../tables/note-table.ts'
import type { PersonalTable } from '../tables/personal-table.ts'
import type { Effects } from './effects.ts'

type ReadRequest = Parameters<Store['markRead']>[0]
type PreferencesRequest = Parameters<Store['savePreferences']>[0]

/** As many as fit on a screen or two: all of them stand on every first page. */
export const mostPins = 50

/** What an agent does for himself alone. Only his own panels are told. */
export function createPersonalVerbs(tables: {
  readonly conversations: ConversationTable
  readonly messages: MessageTable
  readonly notes: NoteTable
  readonly personal: PersonalTable
  readonly events: EventLog
}) {
  const { conversations, messages, notes, personal, events } = tables
  const unknownConversation = fail({ code: 'not-found', what: 'conversation' })

  /** Runs something that may change what an agent has read, and tells his panels when it did. */
  function reading(
    effects: Effects,
    conversation: ConversationRow,
    reader: Reader,
    at: Millis,
    read: () => void,
  ): PersonalState {
    const before = personal.read(reader, conversation.pk)
    read()
    const after = personal.read(reader, conversation.pk)
    const { unread, mentionsMe } = after
    if (unread !== before.unread || mentionsMe !== before.mentionsMe) {
      const agent = reader.extension
      events.append(effects, conversation, at, { kind: 'read-changed', agent, unread, mentionsMe })
    }
    return after
  }

  return {
    reading,

    markRead(effects: Effects, { reader, conversationId, through, at }: ReadRequest): Result<PersonalState> {
      const conversation = conversations.byId(conversationId)
      if (conversation === null) return unknownConversation
      const read = messages.byId(through) ?? notes.byId(through)
      if (read?.conversationId !== conversationId) return fail({ code: 'not-found', what: 'message' })
      const state = reading(effects, conversation, reader, at, () => {
        personal.markRead(reader, conversation.pk, read.seq)
      })
      return succeed(state)
    },

    savePreferences(effects: Effects, request: PreferencesRequest): Result<PersonalState> {
      const { reader, at } = request
      const conversation = conversations.byId(request.conversationId)
      if (conversation === null) return unknownConversation
      const before = personal.read(reader, conversation.pk)
      const muted = request.muted ?? before.muted
      const pinned = request.pinned ?? before.pinned
      if (muted === before.muted && pinned === before.pinned) return succeed(before)
      if (pinned && !before.pinned && personal.pinned(reader, mostPins).length >= mostPins)
        return fail({ code: 'too-many-pins', most: mostPins })
      personal.setPreferences(reader, conversation.pk, muted, pinned)
      const agent = reader.extension
      events.append(effects, conversation, at, { kind: 'preferences-changed', agent, muted, pinned })
      return succeed({ ...before, muted, pinned })
    },
  }
}

export type PersonalVerbs = ReturnType<typeof createPersonalVerbs>
