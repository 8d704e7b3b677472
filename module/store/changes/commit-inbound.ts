import type { IdSource } from '../../app/ports/ambient.ts'
import type {
  InboundReceipt,
  InboundRequest,
  InboundRoute,
  UnroutedRequest,
} from '../../app/ports/store-requests.ts'
import {
  type AutoReplyWish,
  type InboundDecision,
  type RoutingState,
  standsAlone,
} from '../../domain/conversation.ts'
import {
  asMessageId,
  type Extension,
  type GroupRef,
  groupKey,
  type MessageId,
  type Millis,
  type Seq,
} from '../../domain/ids.ts'
import { type Address, addressKey } from '../../domain/message/address.ts'
import { autoReplyWindowMs, judgeAutoReply, robotMemoryMs } from '../../domain/message/auto-reply.ts'
import type { Actor, InboundMessage } from '../../domain/message/message.ts'
import { wantsAnswer } from '../../domain/message/message-content.ts'
import { consentWord } from '../../domain/message/opt-out.ts'
import { type ConversationRow, conversationState } from '../readings/conversation-row.ts'
import type { AutoReplyTable } from '../tables/auto-reply-table.ts'
import type { CustomerTable } from '../tables/customer-table.ts'
import type { InboundKeys } from '../tables/inbound-keys.ts'
import type { MediaTable } from '../tables/media-table.ts'
import type { Meta } from '../tables/meta.ts'
import type { UnroutedTable } from '../tables/unrouted-table.ts'
import type { WayTable } from '../tables/way-table.ts'
import type { Consent } from './consent.ts'
import type { Continuations } from './continuations.ts'
import type { Effects } from './effects.ts'
import type { Outbound } from './outbound.ts'
import type { StandingChanges, Tables } from './standing.ts'

export interface InboundTables extends Tables {
  readonly customers: CustomerTable
  readonly keys: InboundKeys
  readonly unrouted: UnroutedTable
  readonly meta: Meta
  readonly standing: StandingChanges
  readonly consent: Consent
  readonly continuations: Continuations
  readonly autoReplies: AutoReplyTable
  readonly outbound: Outbound
  readonly media: MediaTable
  readonly ways: WayTable
}

/** A message and when it is taken in. */
interface Arrival {
  readonly messageId: MessageId
  readonly message: InboundMessage
  readonly route: InboundRoute
  readonly at: Millis
  /**
   * It was unrouted until now. Its STOP or START held from when it came, and may have been taken back since; and
   * nobody expects an answer by itself any more.
   */
  readonly late: boolean
}

type Decide = (state: RoutingState) => InboundDecision

/** One message from a carrier: its dedupe key and all its effects, in one. */
export function createInboundVerbs(tables: InboundTables, newId: IdSource) {
  const { conversations, customers, groups, messages, outbox, events, keys, unrouted, meta, standing } =
    tables
  const { consent, continuations, autoReplies, media, outbound, personal, ways } = tables

  function commitInbound(effects: Effects, request: InboundRequest, decide: Decide): InboundReceipt {
    const { message, route, ruleSetVersion } = request
    const known = keys.find(message.carrierId, message.carrierMessageId)
    if (known !== null) return { kind: 'duplicate', messageId: known }
    if (ruleSetVersion !== meta.ruleSetVersion()) return { kind: 'stale-rules' }
    if (route !== null && !goesWhereRouted(message, route)) return { kind: 'stale-rules' }

    const messageId = asMessageId(newId())
    keys.insert(message.carrierId, message.carrierMessageId, messageId)
    expectFiles(effects, messageId, message)
    if (route === null) {
      unrouted.insert(messageId, message)
      hearConsent(effects, message)
      return { kind: 'unrouted', messageId }
    }
    return receive(effects, { messageId, message, route, at: message.receivedAt, late: false }, decide)
  }

  /** Routed or not: what its carrier keeps for a while only is fetched at once. */
  function expectFiles(effects: Effects, id: MessageId, { carrierId, content, receivedAt }: InboundMessage) {
    if (content.kind !== 'text' || content.media.length === 0) return
    media.insertInbound(id, carrierId, content.media, receivedAt)
    effects.mediaDue = true
  }

  /** A transfer to another group may have begun or ended since the message was routed. */
  function goesWhereRouted(message: InboundMessage, { group, divertedFrom }: InboundRoute): boolean {
    const ruled = divertedFrom ?? group
    const groupPk = groups.find(ruled)
    const customerPk = customers.find(addressKey(message.sender))
    const row = groupPk === null || customerPk === null ? null : conversations.ofCustomer(customerPk, groupPk)
    const there = row === null ? ruled : conversationState(continuations.follow(row)).group
    return groupKey(there) === groupKey(group)
  }

  /** The dedupe key stays as it was: the carrier's next delivery of it is still a duplicate. */
  function commitUnrouted(
    effects: Effects,
    { messageId, route, ruleSetVersion, at }: UnroutedRequest,
    decide: Decide,
  ): InboundReceipt | null {
    const kept = unrouted.byId(messageId)
    if (kept === null) return null
    if (ruleSetVersion !== null && ruleSetVersion !== meta.ruleSetVersion()) return { kind: 'stale-rules' }
    if (!goesWhereRouted(kept.message, route)) return { kind: 'stale-rules' }
    unrouted.remove(messageId)
    return receive(effects, { messageId, message: kept.message, route, at, late: true }, decide)
  }

  function receive(effects: Effects, arrival: Arrival, decide: Decide): InboundReceipt {
    const { messageId, message, route, at, late } = arrival
    const customerPk = customers.find(addressKey(message.sender))
    const { existing, state } = lookUp(customerPk, route.group)
    const decision = wantsAnswer(message.content) ? decide(state) : standsAlone

    let conversation = existing ?? open(message, route.group, customerPk)
    if (conversation.customer_name === null && message.senderName !== null) {
      customers.fillName(conversation.customer_pk, message.senderName)
    }
    const author: Actor = { kind: 'customer', name: nameOf(conversation, message) }
    if (!late && wantsAnswer(message.content)) autoReplies.answered(conversation.customer_pk, at)
    const seq = insertMessage(effects, arrival, conversation, decision, author)
    if (decision.mention !== null)
      personal.addMention({ pbxId: route.group.pbxId, extension: decision.mention }, conversation.pk)
    if (decision.reopens && conversation.status === 'closed') {
      conversation = standing.setStatus(effects, conversation, 'open', author, at)
    }
    // After the message, so that the alert and the unanswered messages it is for include this one.
    if (decision.designation !== null) standing.designate(effects, conversation, decision.designation, at)
    if (decision.alertPhone !== null) {
      outbox.addPhoneAlert(conversation, seq, decision.alertPhone, at)
      effects.outboxDue = true
    }
    if (!late) hearConsent(effects, message, conversation)
    if (!late && decision.autoReply != null) autoReply(effects, message, conversation, decision.autoReply)
    return { kind: 'committed', messageId, conversationId: conversationState(conversation).id, seq }
  }

  /** STOP and START hold from this very commit on, whether or not a rule takes the message. */
  function hearConsent(effects: Effects, message: InboundMessage, conversation?: ConversationRow): void {
    const word = consentWord(message)
    if (word !== 'stop' && word !== 'start') return
    const change = {
      did: message.did,
      optedOut: word === 'stop',
      source: 'keyword',
      actor: { kind: 'customer', name: message.senderName ?? message.sender.value },
      reason: null,
      at: message.receivedAt,
    } as const
    if (conversation !== undefined) consent.record(effects, conversation.customer_pk, change, conversation)
    else consent.set(effects, { customer: message.sender, ...change })
  }

  function autoReply(
    effects: Effects,
    message: InboundMessage,
    conversation: ConversationRow,
    wish: AutoReplyWish,
  ): void {
    const at = message.receivedAt
    const since = at - Math.max(wish.windowMs ?? 0, autoReplyWindowMs, robotMemoryMs)
    const earlier = autoReplies.earlier(conversation.customer_pk, conversation.pk, since)
    if (judgeAutoReply(wish, message, earlier) !== 'send') return
    const pass = outbound.pass(conversation.customer_pk, message.did)
    if (!pass.ok) return
    const seq = outbound.queue(effects, conversation, pass.value, {
      id: asMessageId(newId()),
      channel: message.channel,
      carrierId: message.carrierId,
      to: message.sender,
      text: wish.text,
      author: { kind: 'pbx', name: 'Auto-reply' },
      at,
    })
    autoReplies.insert(seq, conversation, wish.text, at)
  }

  function lookUp(customerPk: number | null, group: GroupRef) {
    const groupPk = groups.find(group)
    const existing =
      groupPk === null || customerPk === null ? null : conversations.ofCustomer(customerPk, groupPk)
    return { existing, state: groups.state(groupPk, existing === null ? null : conversationState(existing)) }
  }

  function open(message: InboundMessage, group: GroupRef, customerPk: number | null): ConversationRow {
    const at = message.receivedAt
    const customer = customerPk ?? customers.insert(addressKey(message.sender), message.senderName, at)
    // What wants no answer opens nothing: it is kept in a closed conversation.
    const status = wantsAnswer(message.content) ? 'open' : 'closed'
    return conversations.insert(newId(), customer, groups.findOrInsert(group), at, status)
  }

  function insertMessage(
    effects: Effects,
    { messageId: id, message, route, at, late }: Arrival,
    conversation: ConversationRow,
    decision: InboundDecision,
    author: Actor,
  ): Seq {
    const { mention } = decision
    const seq = events.append(effects, conversation, at, {
      kind: 'message-received',
      messageId: id,
      mention,
    })
    messages.insert({
      seq,
      id,
      conversationPk: conversation.pk,
      direction: 'in',
      channel: message.channel,
      carrierId: message.carrierId,
      carrierMessageId: message.carrierMessageId,
      did: message.did,
      peer: message.sender,
      content: message.content,
      mention:
        mention === null ? null : { extension: mention, name: mentionName(mention, conversation, decision) },
      author,
      state: null,
      carrierAt: message.carrierAt,
      at: message.receivedAt,
      asks: wantsAnswer(message.content),
      refersTo: 'refersTo' in message.content ? message.content.refersTo : (message.repliesTo ?? null),
    })
    const asks = wantsAnswer(message.content)
    const waits = conversation.status === 'open' || decision.reopens
    conversations.setInbound(conversation.pk, seq, message, { waits, asks, route, late })
    ways.taken(conversation, message)
    return seq
  }

  return {
    commitInbound,
    commitUnrouted,
    routingState: (customer: Address, group: GroupRef): RoutingState =>
      lookUp(customers.find(addressKey(customer)), group).state,
  }
}

const nameOf = (conversation: ConversationRow, message: InboundMessage): string =>
  conversation.customer_name ?? message.senderName ?? message.sender.value

/** The mentioned agent's name at this moment: he is designated by this very message, or was before. */
function mentionName(
  mention: Extension,
  conversation: ConversationRow,
  { designation }: InboundDecision,
): string {
  if (designation?.to?.extension === mention) return designation.to.name
  if (conversation.designated === mention) return conversation.designated_name ?? mention
  return mention
}
