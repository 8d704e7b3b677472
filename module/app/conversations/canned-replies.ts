import { groupName } from '../../domain/directory/directory.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { asExtension, type CannedReplyId, type ConversationId, groupKey } from '../../domain/ids.ts'
import { type CannedReply, parseCannedText, renderCannedText } from '../../domain/message/canned-reply.ts'
import type { Viewer } from '../people/access.ts'
import type { ConversationSummary } from '../ports/stored.ts'
import type { PersonalDeps } from './personal-actions.ts'

/** Texts to use again: written by administrators, filled in for an agent and his conversation. */
export function createCannedReplies({ store, pbx, find }: PersonalDeps) {
  function factsOf(viewer: Viewer, conversation: ConversationSummary) {
    const { directory } = pbx.snapshot()
    const { address, name } = conversation.customer
    const entry =
      viewer.extension === null ? undefined : directory.extensions.get(asExtension(viewer.extension))
    return {
      'agent.name': entry?.name ?? viewer.extension ?? 'Administrator',
      'group.name': groupName(directory, conversation.group),
      // A greeting without a name would look like a mistake.
      'customer.name': name ?? address.value,
      'customer.number': address.value,
      did: conversation.lastInbound?.did.value ?? '',
    }
  }

  return {
    all: () => store.cannedReplies(),

    async save(reply: CannedReply): Promise<Result<CannedReply>> {
      if (reply.text.trim() === '') return fail({ code: 'empty-message' })
      const parsed = parseCannedText(reply.text)
      return parsed.ok ? store.saveCannedReply(reply) : parsed
    },

    remove: (id: CannedReplyId) => store.deleteCannedReply(id),

    /** Ready to send in this conversation. One of the group stands before one of all groups with its shortcut. */
    filledIn(viewer: Viewer, id: ConversationId): Result<readonly CannedReply[]> {
      const conversation = find(viewer, id)
      if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
      const here = groupKey(conversation.group)
      const usable = store.cannedReplies().filter(({ group }) => group === null || groupKey(group) === here)
      const own = new Set(usable.filter(({ group }) => group !== null).map(({ shortcut }) => shortcut))
      const facts = factsOf(viewer, conversation)
      return succeed(
        usable
          .filter(({ group, shortcut }) => group !== null || !own.has(shortcut))
          .map((reply) => ({ ...reply, text: renderCannedText(reply.text, facts) })),
      )
    },
  }
}

export type CannedReplies = ReturnType<typeof createCannedReplies>
