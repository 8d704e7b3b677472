import type { ConversationState, DesignationChange, RoutingState } from '../domain/conversation.ts'
import { groupName } from '../domain/directory.ts'
import { fail, type Result } from '../domain/failures.ts'
import {
  type ActingAgent,
  decideGroupTransfer,
  decideReassign,
  decideReply,
  decideStatus,
  decideTake,
  decideTransfer,
} from '../domain/handover.ts'
import {
  asExtension,
  type CarrierId,
  type ConversationId,
  type GroupRef,
  groupKey,
  type MediaId,
  type MessageId,
} from '../domain/ids.ts'
import type { Actor } from '../domain/message.ts'
import { judgeFiles } from '../domain/outbound-media.ts'
import { isAdmin, isSupervisor, type Viewer, visibleGroups } from './access.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'
import type { DesignationReceipt, GroupTransferReceipt, ReplyReceipt } from './ports/store-requests.ts'
import type { ConversationSummary, TimelineEntry } from './ports/stored.ts'
import { type RoutingDeps, routingContext, underRule } from './routing-context.ts'

export interface ConversationActionsDeps extends RoutingDeps {
  /** Left out, files are sent by none. */
  readonly carriers?: Pick<CarrierAccounts, 'find'>
  /** Whether carriers can fetch files from us. */
  readonly hasPublicAddress?: boolean
}

/** What a viewer may do to a conversation. Whatever he may not see does not exist for him. */
export function createConversationActions(deps: ConversationActionsDeps) {
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

  /** The conversation, if he may see it or one that it went on in: what came before belongs to the customer's story. */
  function findReadable(viewer: Viewer, id: ConversationId): ConversationSummary | null {
    const own = find(viewer, id)
    if (own !== null) return own
    const visible = visibleGroups(viewer, pbx.snapshot().directory, store)
    const goesOnWithHim = store.continuedBy(id).some((later) => visible.includes(later.groupKey))
    return goesOnWithHim ? store.conversation(id) : null
  }

  /** Of another's file he learns nothing, not even whether it is too large. */
  function mayCarry(by: ActingAgent, carrierId: CarrierId, media: readonly MediaId[]): Result<void> {
    const files = media.flatMap((id) => {
      const known = store.media(id)
      if (known === null || known.file === null || known.uploader?.extension !== by.extension) return []
      return [{ fileName: known.fileName, byteLength: known.file.byteLength }]
    })
    if (files.length < media.length) return fail({ code: 'media', why: { kind: 'unknown-upload' } })
    const limits = deps.carriers?.find(carrierId)?.limits.media ?? null
    return judgeFiles(files, limits, deps.hasPublicAddress ?? false)
  }

  function actorOf(viewer: Viewer): Actor {
    return viewer.extension === null
      ? { kind: 'admin', id: viewer.sessionId, name: 'Administrator' }
      : { kind: 'agent', ...agentOf(viewer.extension) }
  }

  /** Runs an action of a supervisor or administrator on a conversation that he sees. */
  async function supervise<T>(
    viewer: Viewer,
    id: ConversationId,
    action: (by: Actor, conversation: ConversationSummary) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const conversation = find(viewer, id)
    if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
    if (!isSupervisor(viewer)) return fail({ code: 'not-a-supervisor' })
    return action(actorOf(viewer), conversation)
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
    findReadable,

    reply(
      viewer: Viewer,
      id: ConversationId,
      text: string,
      idempotencyKey: string,
      seen: MessageId | null = null,
      media: readonly MediaId[] = [],
    ): Promise<Result<ReplyReceipt>> {
      if (text.trim() === '' && media.length === 0) return Promise.resolve(fail({ code: 'empty-message' }))
      return act(viewer, id, (author, { group }) => {
        const context = routingContext(deps, group)
        return store.commitReply(
          { conversationId: id, author, text, media, idempotencyKey, seen, at: context.at },
          (state, answered) => {
            const decided = decideReply(state, author, context, answered)
            if (!decided.ok) return decided
            const carried = mayCarry(author, decided.value.via.carrierId, media)
            return carried.ok ? decided : carried
          },
        )
      })
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

    /** To another group, to a member of it or to whomever its strategy finds. */
    transferToGroup(
      viewer: Viewer,
      id: ConversationId,
      toGroup: GroupRef,
      to: string | null,
      expectedVersion: number | null,
      note: string | null,
    ): Promise<Result<GroupTransferReceipt>> {
      return act(viewer, id, (by) => {
        const context = routingContext(deps, toGroup)
        const actor = { kind: 'agent', ...by } as const
        return store.commitGroupTransfer(
          { conversationId: id, expectedVersion, at: context.at, toGroup, actor, note },
          (from, there) =>
            decideGroupTransfer(from, there, by, to === null ? null : agentOf(to), context, note),
        )
      })
    },

    /** To a member, or with null to whomever the group's strategy finds among the others. */
    reassign(
      viewer: Viewer,
      id: ConversationId,
      to: string | null,
      expectedVersion: number | null,
      note: string | null,
    ): Promise<Result<DesignationReceipt>> {
      return supervise(viewer, id, (by, { group }) => {
        const context = routingContext(deps, group)
        const request = { conversationId: id, expectedVersion, at: context.at }
        const decide = (
          state: RoutingState & { readonly conversation: ConversationState },
        ): Result<DesignationChange | null> =>
          decideReassign(
            state,
            by,
            to === null ? 'strategy' : agentOf(to),
            underRule(context, store, state.conversation.ruleId),
            note,
          )
        return store.commitDesignation(request, decide)
      })
    },

    /** The open conversations of an agent, in the groups that a supervisor sees. */
    designatedTo(viewer: Viewer, extension: string): readonly ConversationId[] {
      return visibleGroups(viewer, pbx.snapshot().directory, store).flatMap((group) => [
        ...store.designatedTo(group, asExtension(extension)),
      ])
    },

    timeline(viewer: Viewer, id: ConversationId, limit: number): readonly TimelineEntry[] | null {
      return findReadable(viewer, id) === null ? null : store.timeline(id, limit)
    },

    take(
      viewer: Viewer,
      id: ConversationId,
      expectedVersion: number | null,
    ): Promise<Result<DesignationReceipt>> {
      return act(viewer, id, (by, { group }) => {
        const context = routingContext(deps, group)
        const request = { conversationId: id, expectedVersion, at: context.at }
        return store.commitDesignation(request, (state) => decideTake(state.conversation, by, context))
      })
    },

    setStatus(
      viewer: Viewer,
      id: ConversationId,
      status: 'open' | 'closed',
      expectedVersion: number | null = null,
    ): Promise<Result<DesignationReceipt>> {
      const request = { conversationId: id, expectedVersion, at: clock() }
      if (isSupervisor(viewer)) {
        return supervise(viewer, id, (actor) =>
          store.commitStatus({ ...request, actor }, (state) => decideStatus(state, 'admin', status)),
        )
      }
      return act(viewer, id, (by) =>
        store.commitStatus({ ...request, actor: { kind: 'agent', ...by } }, (state) =>
          decideStatus(state, by, status),
        ),
      )
    },

    groupName: (conversation: ConversationSummary) => groupName(pbx.snapshot().directory, conversation.group),
  }
}

export type ConversationActions = ReturnType<typeof createConversationActions>
