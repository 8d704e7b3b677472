import type { ConversationState, DesignationChange, RoutingState } from '../../domain/conversation.ts'
import {
  type ActingAgent,
  decideGroupTransfer,
  decideReassign,
  decideReply,
  decideStatus,
  decideTake,
  decideTransfer,
} from '../../domain/designation/handover.ts'
import { groupName } from '../../domain/directory/directory.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import {
  asExtension,
  type CarrierId,
  type ConversationId,
  type GroupRef,
  groupKey,
  type MediaId,
  type MessageId,
} from '../../domain/ids.ts'
import { sameAddress } from '../../domain/message/address.ts'
import type { Actor } from '../../domain/message/message.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import { judgeFiles } from '../../domain/message/outbound-media.ts'
import type { SendWay } from '../../domain/message/send-window.ts'
import { isAdmin, isConfined, isSupervisor, type Viewer, visibleGroups } from '../people/access.ts'
import type { AddressReader, MessageTemplate } from '../ports/carriers.ts'
import type { DesignationReceipt, GroupTransferReceipt, ReplyReceipt } from '../ports/store-requests.ts'
import type { ConversationSummary, TimelineEntry } from '../ports/stored.ts'
import { type RoutingDeps, routingContext, underRule } from '../routing/routing-context.ts'
import type { CarrierAccounts } from '../sending/carrier-accounts.ts'
import { createMessageTemplates } from '../sending/message-templates.ts'
import { createSendWays, type WayState } from '../sending/send-ways.ts'

export interface ConversationActionsDeps extends RoutingDeps {
  /** Left out, files are sent by none. */
  readonly carriers?: Pick<CarrierAccounts, 'find' | 'atWork' | 'settingsOf'>
  readonly readAddress?: AddressReader
  /** Whether carriers can fetch files from us. */
  readonly hasPublicAddress?: boolean
}

/** How a reply leaves, where not as a text by the usual way. */
export interface ReplyHow {
  readonly via?: SendWay
  readonly template?: TemplateUse
  /** The message of which it is the second attempt. */
  readonly again?: MessageId
}

const noCarriers = { find: () => undefined, atWork: () => [], settingsOf: () => ({}) }

const sameWay = (a: SendWay, b: SendWay): boolean =>
  a.carrierId === b.carrierId && a.channel === b.channel && sameAddress(a.did, b.did)

/** What a viewer may do to a conversation. Whatever he may not see does not exist for him. */
export function createConversationActions(deps: ConversationActionsDeps) {
  const { store, pbx, clock } = deps
  const carriers = deps.carriers ?? noCarriers
  const ways = createSendWays({
    store,
    carriers,
    ...(deps.readAddress === undefined ? {} : { readAddress: deps.readAddress }),
  })
  const templates = createMessageTemplates({ find: carriers.find, clock })

  const visibleTo = (viewer: Viewer) => visibleGroups(viewer, pbx.snapshot().directory, store)

  /** The conversation, if the viewer may see it. */
  function find(viewer: Viewer, id: ConversationId): ConversationSummary | null {
    const conversation = store.conversation(id)
    if (conversation === null) return null
    if (isAdmin(viewer)) return conversation
    return visibleTo(viewer).includes(groupKey(conversation.group)) ? conversation : null
  }

  /** The conversation, if he may see it or one that it went on in: what came before belongs to the customer's story. */
  function findReadable(viewer: Viewer, id: ConversationId): ConversationSummary | null {
    const own = find(viewer, id)
    if (own !== null) return own
    const visible = visibleTo(viewer)
    const goesOnWithHim = store.continuedBy(id).some((later) => visible.includes(later.groupKey))
    return goesOnWithHim ? store.conversation(id) : null
  }

  /** Of another's file he learns nothing, not even whether it is too large. */
  function mayCarry(
    by: ActingAgent,
    carrierId: CarrierId,
    media: readonly MediaId[],
    again: MessageId | null,
  ): Result<void> {
    const files = media.flatMap((id) => {
      const known = store.media(id)
      if (known === null || known.file === null) return []
      const ofMessage = again !== null && known.messageId === again
      if (!ofMessage && known.uploader?.extension !== by.extension) return []
      return [{ fileName: known.fileName, byteLength: known.file.byteLength }]
    })
    if (files.length < media.length) return fail({ code: 'media', why: { kind: 'unknown-upload' } })
    const limits = deps.carriers?.find(carrierId)?.limits.media ?? null
    return judgeFiles(files, limits, deps.hasPublicAddress ?? false)
  }

  /** What the customer will read: the text, or the template filled in. */
  async function wordsOf(
    conversation: ConversationState,
    template: TemplateUse | null,
    via: SendWay | null,
    text: string,
  ): Promise<Result<string>> {
    if (template === null) return succeed(text)
    const way = via ?? conversation.lastInbound
    if (way === null) return fail({ code: 'no-way-back' })
    return templates.fill(way.carrierId, way.did, template)
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
      how: ReplyHow = {},
    ): Promise<Result<ReplyReceipt>> {
      const { again = null, template = null, via = null } = how
      if (template === null && text.trim() === '' && media.length === 0)
        return Promise.resolve(fail({ code: 'empty-message' }))
      return act(viewer, id, async (author, conversation) => {
        const words = await wordsOf(conversation, template, via, text)
        if (!words.ok) return words
        const content = { kind: template === null ? 'text' : 'template', text: words.value } as const
        const context = routingContext(deps, conversation.group)
        const request = { conversationId: id, author, text: words.value, media, template, againOf: again }
        return store.commitReply({ ...request, idempotencyKey, seen, at: context.at }, (state, answered) => {
          const decided = decideReply(state, author, context, answered)
          if (!decided.ok) return decided
          const leaving = ways.leave(state, decided.value.via, via, content, context.at)
          if (!leaving.ok) return leaving
          const carried = mayCarry(author, leaving.value.carrierId, media, again)
          return carried.ok ? succeed({ ...decided.value, via: leaving.value }) : carried
        })
      })
    },

    /** A second attempt at a message that failed or may have: a message of its own, which says whose repeat it is. */
    async sendAgain(
      viewer: Viewer,
      messageId: MessageId,
      idempotencyKey: string,
    ): Promise<Result<ReplyReceipt>> {
      const message = store.message(messageId)
      if (message === null || find(viewer, message.conversationId) === null)
        return fail({ code: 'not-found', what: 'message' })
      const { content } = message
      if (message.direction !== 'out' || (content.kind !== 'text' && content.kind !== 'template'))
        return fail({ code: 'not-sendable-again', why: 'state' })
      const files = store.mediaOf(messageId).filter(({ state }) => state === 'stored')
      if (content.kind === 'text' && files.length < content.media.length)
        return fail({ code: 'not-sendable-again', why: 'files' })
      const media = files.map(({ id }) => id)
      const { carrierId, channel, did } = message
      return this.reply(viewer, message.conversationId, content.text, idempotencyKey, null, media, {
        again: messageId,
        ...(carrierId === undefined ? {} : { via: { carrierId, channel, did } }),
        ...(content.kind === 'template' ? { template: content.template } : {}),
      })
    },

    /** By which ways a reply may leave, the usual one first. */
    waysOf(viewer: Viewer, id: ConversationId): Result<readonly WayState[]> {
      const conversation = find(viewer, id)
      if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
      return succeed(ways.ofConversation(conversation))
    },

    /** Until when a free text may leave by itself; null where it always may. */
    windowOf: (conversation: ConversationState) => ways.windowOf(conversation),

    /** What the carrier approved for the way chosen, or the usual one. */
    async templatesOf(
      viewer: Viewer,
      id: ConversationId,
      via: SendWay | null,
    ): Promise<Result<readonly MessageTemplate[]>> {
      const conversation = find(viewer, id)
      if (conversation === null) return fail({ code: 'not-found', what: 'conversation' })
      const all = ways.ofConversation(conversation)
      const way = via === null ? all[0] : all.find((each) => sameWay(each, via))
      if (way === undefined)
        return via === null ? succeed([]) : fail({ code: 'no-such-sender', from: via.did.value })
      return templates.list(way.carrierId, way.did)
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
      return act(viewer, id, async (by) => {
        const reachable = !isConfined(viewer) || visibleTo(viewer).includes(groupKey(toGroup))
        if (!reachable) return fail({ code: 'not-found', what: 'group' })
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
