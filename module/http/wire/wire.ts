import type { CarrierAccount } from '../../app/ports/carriers.ts'
import type {
  ConversationSummary,
  PersonalState,
  StoredMessage,
  StoredNote,
  UnroutedMessage,
} from '../../app/ports/stored.ts'
import type { CarrierWire } from '../../contract/api/carriers.ts'
import type { ConversationWire } from '../../contract/api/conversations.ts'
import type { DecisionWire } from '../../contract/api/decisions.ts'
import type { MessageWire } from '../../contract/api/messages.ts'
import type { GroupWire } from '../../contract/api/parts.ts'
import type { DecisionRecord } from '../../domain/conversation.ts'
import { type DesignationInput, designate } from '../../domain/designation/designation.ts'
import { explainDecision } from '../../domain/designation/explain.ts'
import { reasonOf } from '../../domain/designation/standing-words.ts'
import { type Directory, groupName } from '../../domain/directory/directory.ts'
import { asExtension, type GroupRef, type Millis } from '../../domain/ids.ts'
import { type Address, addressKey, canBeAnswered } from '../../domain/message/address.ts'
import { contentWire } from './content-wire.ts'

/** RFC 3339 */
export const time = (at: Millis): string => new Date(at).toISOString()
export const timeOrNull = (at: Millis | null): string | null => (at === null ? null : time(at))

/** An address as people read it: numbers, codes and names as they are. */
const shown = (address: Address): string => address.value

export const groupWire = (directory: Directory, ref: GroupRef): GroupWire => ({
  kind: ref.kind,
  number: ref.number,
  name: groupName(directory, ref),
})

const agent = (directory: Directory, extension: string | null, name: string | null) =>
  extension === null
    ? null
    : { extension, name: name ?? directory.extensions.get(asExtension(extension))?.name ?? extension }

/** As it is for one viewer. */
export function conversationWire(
  conversation: ConversationSummary,
  directory: Directory,
  personal: PersonalState,
): ConversationWire {
  const { lastMessage } = conversation
  return {
    id: conversation.id,
    customer: {
      address: shown(conversation.customer.address),
      name: conversation.customer.name,
      answerable: canBeAnswered(conversation.customer.address),
    },
    group: groupWire(directory, conversation.group),
    designated: agent(directory, conversation.designated, conversation.designatedName),
    version: conversation.version,
    status: conversation.status,
    channels: [...conversation.channels],
    lastMessage:
      lastMessage === null
        ? null
        : {
            direction: lastMessage.direction,
            preview: lastMessage.preview,
            mention: agent(directory, lastMessage.mention, null),
            at: time(lastMessage.at),
          },
    waitingSince: timeOrNull(conversation.waitingSince),
    ...(waitsForHours(conversation) ? { held: true } : {}),
    openedAt: time(conversation.openedAt),
    place: conversation.place,
    activeAt: time(conversation.activeAt ?? conversation.openedAt),
    continuedIn: conversation.continuedIn ?? null,
    optedOut: conversation.optedOut,
    ...personal,
  }
}

const waitsForHours = ({ held, designated, status }: ConversationSummary): boolean =>
  held === true && designated === null && status === 'open'

export function messageWire(message: StoredMessage): MessageWire {
  return {
    id: message.id,
    direction: message.direction,
    channel: message.channel,
    did: shown(message.did),
    ...contentWire(message.content, message.media),
    mention: message.mention?.extension ?? null,
    mentionName: message.mention?.name ?? null,
    mentions: [],
    author: {
      kind: message.author.kind,
      extension: message.author.kind === 'agent' ? message.author.extension : null,
      name: message.author.name,
    },
    state: message.state,
    failure:
      message.failure === null ? null : { code: message.failure.code, sentence: message.failure.sentence },
    repliesTo: message.refersTo ?? null,
    againOf: message.againOf ?? null,
    carrierAt: timeOrNull(message.carrierAt),
    at: time(message.at),
  }
}

/** Until when free texts may be sent; null where they always may. */
export const windowWire = (closesAt: Millis | null, now: Millis) =>
  closesAt === null ? null : { closesAt: time(closesAt), open: closesAt > now }

/** A message, or a note in a message's shape. */
export function threadWire(entry: StoredMessage | StoredNote): MessageWire {
  if (entry.direction !== 'note') return messageWire(entry)
  return {
    id: entry.id,
    direction: 'note',
    channel: null,
    did: null,
    kind: 'text',
    text: entry.text,
    media: [],
    notice: null,
    mention: null,
    mentionName: null,
    mentions: [...entry.mentions],
    author: {
      kind: entry.author.kind,
      extension: entry.author.kind === 'agent' ? entry.author.extension : null,
      name: entry.author.name,
    },
    state: null,
    failure: null,
    carrierAt: null,
    at: time(entry.at),
  }
}

export function decisionWire(decision: DecisionRecord): DecisionWire {
  return {
    id: decision.id,
    conversationId: decision.conversationId,
    at: time(decision.at),
    cause: decision.cause,
    sentence: explainDecision(decision),
    actor: { kind: decision.actor.kind, name: decision.actor.name },
    previous: decision.previous,
    winner: decision.winner,
    note: decision.note,
    candidates: candidatesWire(decision.input),
  }
}

/** How each stood; nobody where a person decided. */
export function candidatesWire(input: DesignationInput | null): DecisionWire['candidates'] {
  if (input === null) return []
  return designate(input).candidates.map((candidate, index) => ({
    extension: candidate.extension,
    name: candidate.name,
    tier: candidate.verdict.kind === 'available' ? candidate.verdict.tier : null,
    excluded: candidate.verdict.kind === 'excluded' ? candidate.verdict.reason : null,
    reason: reasonOf(candidate, input.candidates[index]),
  }))
}

/** Never its secrets. */
export const carrierWire = (account: CarrierAccount, webhookUrl: string | null): CarrierWire => ({
  id: account.id,
  kind: account.kind,
  name: account.name,
  enabled: account.enabled,
  settings: { ...account.settings },
  webhookUrl,
  storedSecrets: Object.keys(account.secrets),
})

export const unroutedWire = ({ id, message }: UnroutedMessage) => ({
  id,
  did: shown(message.did),
  sender: addressKey(message.sender),
  channel: message.channel,
  text: contentWire(message.content).text,
  at: time(message.receivedAt),
})
