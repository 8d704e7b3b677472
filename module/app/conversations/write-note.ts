import { findGroup } from '../../domain/directory/directory.ts'
import { fail, type Result } from '../../domain/failures.ts'
import { asExtension, type ConversationId } from '../../domain/ids.ts'
import type { Viewer } from '../people/access.ts'
import type { ReplyReceipt } from '../ports/store-requests.ts'
import type { PersonalDeps } from './personal-actions.ts'

export interface NoteDraft {
  readonly text: string
  /** Extensions of members who are to see it. */
  readonly mentions: readonly string[]
  readonly idempotencyKey: string
}

export type WriteNote = (
  viewer: Viewer,
  id: ConversationId,
  draft: NoteDraft,
) => Promise<Result<ReplyReceipt>>

/** A word among colleagues: in the conversation, and never out of the house. */
export function createWriteNote({ store, pbx, clock, find }: PersonalDeps): WriteNote {
  return async (viewer, conversationId, { text, mentions, idempotencyKey }) => {
    const conversation = find(viewer, conversationId)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    if (viewer.extension === null) return fail({ code: 'not-an-agent' })
    if (text.trim() === '') return fail({ code: 'empty-message' })
    const { directory } = pbx.snapshot()
    const members = findGroup(directory, conversation.group)?.members ?? []
    const stranger = mentions.find((each) => !members.some(({ extension }) => extension === each))
    if (stranger !== undefined) return fail({ code: 'not-a-member', extension: stranger })
    const named = (extension: string) => ({
      extension: asExtension(extension),
      name: directory.extensions.get(asExtension(extension))?.name ?? extension,
    })
    return store.commitNote({
      conversationId,
      author: named(viewer.extension),
      text,
      mentions: mentions.map(named),
      idempotencyKey,
      at: clock(),
    })
  }
}
