import { groupName } from '../domain/directory.ts'
import { fail, type Result } from '../domain/failures.ts'
import {
  type ActingAgent,
  decideReply,
  decideStatus,
  decideTake,
  decideTransfer,
} from '../domain/handover.ts'
import { asExtension, type ConversationId, groupKey } from '../domain/ids.ts'
import { isAdmin, type Viewer, visibleGroups } from './access.ts'
import type { ConversationSummary, DesignationReceipt, ReplyReceipt } from './ports.ts'
import { type RoutingDeps, routingContext } from './receive-inbound.ts'

/** What a viewer may do to a conversation. Whatever he may not see does not exist for him. */
export function createConversationActions(deps: RoutingDeps) {
  const { store, pbx, clock } = deps

  /** The conversation, if the viewer may see it. */
  function find(viewer: Viewer, id: ConversationId): ConversationSummary | null {
    const conversation = store.conversation(id)
    if (conversation === null) return null
    if (isAdmin(viewer)) return conversation
    return visibleGroups(viewer, pbx.snapshot().directory, store).includes(groupKey(conversation.group))
      ? conversation
      : null
  }

  /** Runs an action of an agent on a conversation that he sees. */
  async function act<T>(
    viewer: Viewer,
    id: ConversationId,
    action: (by: ActingAgent, conversation: ConversationSummary) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const conversation = find(viewer, id)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    if (viewer.extension === null) return fail({ code: 'not-an-agent' })
    return action(agentOf(viewer.extension), conversation)
  }

  function agentOf(extension: string): ActingAgent {
    const known = pbx.snapshot().directory.extensions.get(asExtension(extension))
    return { extension: asExtension(extension), name: known?.name ?? extension }
  }

  return {
    find,

    reply(
      viewer: Viewer,
      id: ConversationId,
      text: string,
      idempotencyKey: string,
    ): Promise<Result<ReplyReceipt>> {
      if (text.trim() === '') return Promise.resolve(fail({ code: 'empty-message' }))
      return act(viewer, id, (author) =>
        store.commitReply({ conversationId: id, author, text, idempotencyKey, at: clock() }, (state) =>
          decideReply(state, author),
        ),
      )
    },

    transfer(
      viewer: Viewer,
      id: ConversationId,
      to: string,
      expectedVersion: number | null,
      note: string | null,
    ): Promise<Result<DesignationReceipt>> {
      return act(viewer, id, (by, { group }) => {
        const context = routingContext(deps, group)
        const request = { conversationId: id, expectedVersion, at: context.at }
        return store.commitDesignation(request, (state) =>
          decideTransfer(state.conversation, by, agentOf(to), context, note),
        )
      })
    },

    take(
      viewer: Viewer,
      id: ConversationId,
      expectedVersion: number | null,
    ): Promise<Result<DesignationReceipt>> {
      return act(viewer, id, (by) =>
        store.commitDesignation({ conversationId: id, expectedVersion, at: clock() }, (state) =>
          decideTake(state.conversation, by),
        ),
      )
    },

    setStatus(
      viewer: Viewer,
      id: ConversationId,
      status: 'open' | 'closed',
    ): Promise<Result<DesignationReceipt>> {
      return act(viewer, id, (by) =>
        store.commitStatus(
          { conversationId: id, expectedVersion: null, at: clock(), actor: { kind: 'agent', ...by } },
          (state) => decideStatus(state, isAdmin(viewer) ? 'admin' : by, status),
        ),
      )
    },

    groupName: (conversation: ConversationSummary) => groupName(pbx.snapshot().directory, conversation.group),
  }
}

export type ConversationActions = ReturnType<typeof createConversationActions>
