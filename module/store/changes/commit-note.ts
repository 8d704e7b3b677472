import type { IdSource } from '../../app/ports/ambient.ts'
import type { NoteRequest, ReplyReceipt } from '../../app/ports/store-requests.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { asMessageId, groupOfKey, type MessageId } from '../../domain/ids.ts'
import type { ConversationTable } from '../tables/conversation-table.ts'
import type { EventLog, EventPlace } from '../tables/event-log.ts'
import type { NewNote, NoteTable } from '../tables/note-table.ts'
import type { PersonalTable } from '../tables/personal-table.ts'
import type { Effects } from './effects.ts'

export type Note = Pick<NewNote, 'author' | 'text' | 'mentions' | 'clientKey' | 'at'>

export interface Notes {
  append(effects: Effects, place: EventPlace, note: Note): MessageId
  commitNote(effects: Effects, request: NoteRequest): Result<ReplyReceipt>
}

/** Writes notes into conversations: those of agents, and Parley's own. */
export function createNotes(
  tables: {
    readonly conversations: ConversationTable
    readonly notes: NoteTable
    readonly personal: PersonalTable
    readonly events: EventLog
  },
  newId: IdSource,
): Notes {
  const { conversations, notes, personal, events } = tables

  function append(effects: Effects, place: EventPlace, note: Note): MessageId {
    const id = asMessageId(newId())
    const { pbxId } = groupOfKey(place.group_key)
    const author = note.author.kind === 'agent' ? note.author.extension : null
    const seq = events.append(effects, place, note.at, { kind: 'note-written', messageId: id, author })
    notes.insert({ seq, id, conversationPk: place.pk, ...note })
    for (const extension of new Set(note.mentions.map((mention) => mention.extension)))
      personal.addMention({ pbxId, extension }, place.pk)
    // Who writes has read what stands above.
    if (author !== null) personal.markRead({ pbxId, extension: author }, place.pk, seq)
    conversations.setActivity(place.pk, seq, note.at)
    return id
  }

  return {
    append,
    commitNote(effects, { conversationId, author, text, mentions, idempotencyKey, at }) {
      const conversation = conversations.byId(conversationId)
      if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
      const earlier = notes.byKey(conversation.pk, author.extension, idempotencyKey)
      if (earlier !== null) {
        if (earlier.text !== text) return fail({ code: 'idempotency-key-reused' })
        return succeed({ messageId: earlier.id, repeated: true })
      }
      const by = { kind: 'agent', ...author } as const
      const messageId = append(effects, conversation, {
        author: by,
        text,
        mentions,
        clientKey: idempotencyKey,
        at,
      })
      return succeed({ messageId, repeated: false })
    },
  }
}
