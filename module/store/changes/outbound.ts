import type { Result } from '../../domain/failures.ts'
import type { CarrierId, MessageId, Millis, Seq } from '../../domain/ids.ts'
import { type Address, addressKey } from '../../domain/message/address.ts'
import type { Actor, Channel } from '../../domain/message/message.ts'
import type { MediaRef, TemplateUse } from '../../domain/message/message-content.ts'
import { passSendGate, type SendPass } from '../../domain/message/send-gate.ts'
import { channelBit } from '../readings/conversation-row.ts'
import type { ConversationTable } from '../tables/conversation-table.ts'
import type { EventLog, EventPlace } from '../tables/event-log.ts'
import type { MessageTable } from '../tables/message-table.ts'
import type { OptOutTable } from '../tables/opt-out-table.ts'
import type { OutboxTable } from '../tables/outbox-table.ts'
import type { Effects } from './effects.ts'

export interface NewOutbound {
  readonly id: MessageId
  readonly channel: Channel
  readonly carrierId: CarrierId
  readonly to: Address
  readonly text: string
  readonly media?: readonly MediaRef[]
  readonly template?: TemplateUse | null
  readonly againOf?: Seq | null
  readonly author: Actor
  readonly at: Millis
}

/** The only way for a message to a customer into the outbox: first the gate, then the queue. */
export interface Outbound {
  /** Whether anything may be sent to this customer from this DID. */
  pass(customerPk: number, did: Address): Result<SendPass>
  queue(effects: Effects, place: EventPlace, pass: SendPass, message: NewOutbound): Seq
}

export function createOutbound(tables: {
  readonly conversations: ConversationTable
  readonly messages: MessageTable
  readonly outbox: OutboxTable
  readonly events: EventLog
  readonly optOuts: OptOutTable
}): Outbound {
  const { conversations, messages, outbox, events, optOuts } = tables
  return {
    pass: (customerPk, did) => passSendGate({ did, optedOut: optOuts.has(customerPk, addressKey(did)) }),

    queue(
      effects,
      place,
      pass,
      { id, channel, carrierId, to, text, media = [], template = null, againOf = null, author, at },
    ) {
      const seq = events.append(effects, place, at, {
        kind: 'message-written',
        messageId: id,
        author: author.kind === 'agent' ? author.extension : null,
      })
      messages.insert({
        seq,
        id,
        conversationPk: place.pk,
        direction: 'out',
        channel,
        carrierId,
        carrierMessageId: null,
        did: pass.did,
        peer: to,
        content: template === null ? { kind: 'text', text, media } : { kind: 'template', template, text },
        mention: null,
        author,
        state: 'queued',
        carrierAt: null,
        at,
        againOf,
      })
      conversations.setOutbound(place.pk, seq, channelBit(channel), at)
      outbox.addMessage(place, pass, { seq, carrierId }, at)
      effects.outboxDue = true
      return seq
    },
  }
}
