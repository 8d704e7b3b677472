import type { ConversationState, LastInbound } from '../../domain/conversation.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import type { GroupRef, Millis } from '../../domain/ids.ts'
import { type Address, addressKey, canBeAnswered, sameAddress } from '../../domain/message/address.ts'
import type { Channel } from '../../domain/message/message.ts'
import {
  judgeLeaving,
  type SendWay,
  type TakenWay,
  windowClosesAt,
} from '../../domain/message/send-window.ts'
import type { AddressReader } from '../ports/carriers.ts'
import type { Store } from '../ports/store.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'
import { ownNumbersOf, ruledTo } from './own-numbers.ts'

export interface SendWaysDeps {
  readonly store: Store
  readonly carriers: Pick<CarrierAccounts, 'find' | 'atWork' | 'settingsOf'>
  readonly readAddress?: AddressReader
}

/** A way that an agent of the group may choose, as it stands now. */
export interface WayState extends SendWay {
  /** Whom a message would go to. */
  readonly to: Address
  /** As the customer wrote last. */
  readonly usual: boolean
  /** Until when free texts may leave by it; null where they always may, 0 where only templates may from the start. */
  readonly closesAt: Millis | null
  /** Why nothing may leave by it; null where something may. */
  readonly obstacle: string | null
}

/** By which ways the group of a conversation can write to its customer: the numbers that it was texted on, or is to be. */
export function createSendWays({ store, carriers, readAddress = readPlainly }: SendWaysDeps) {
  function ofConversation(conversation: ConversationState): readonly WayState[] {
    const taken = store.takenWays(conversation.id)
    const usual = conversation.lastInbound
    const optedOut = store.optOuts(null, mostOptOuts, conversation.customer.address).items
    const open = (usual === null ? [] : [usual as SendWay]).concat(waysOf(conversation.group))
    const seen = new Set<string>()
    return open.flatMap((way) => {
      if (seen.has(keyOf(way)) || carriers.find(way.carrierId) === undefined) return []
      seen.add(keyOf(way))
      const { carrierId, channel, did } = way
      const to = addressee(conversation, taken, way)
      const isOut = optedOut.some((each) => sameAddress(each.did, did))
      return [
        {
          carrierId,
          channel,
          did,
          to: to ?? conversation.customer.address,
          usual: usual !== null && keyOf(usual) === keyOf(way),
          closesAt: windowOf(taken, way),
          obstacle: isOut
            ? `The customer opted out of messages from ${did.value}.`
            : to === null
              ? `The customer can’t be reached by ${channelNames[channel]}.`
              : null,
        },
      ]
    })
  }

  /** Those that the group was texted by, and those of the rules that lead to it. */
  function waysOf(group: GroupRef): readonly SendWay[] {
    const texted = store.groupWays(group)
    const leadsThere = ruledTo(store, group)
    const ruled = carriers.atWork().flatMap((carrier) =>
      (ownNumbersOf(carrier, carriers, readAddress) ?? [])
        // Which of its numbers WhatsApp knows, a carrier must say itself.
        .filter(({ channel }) => channel !== 'whatsapp' || carrier.numbers !== null)
        .filter(leadsThere)
        .map(({ channel, did }) => ({ carrierId: carrier.id, channel, did })),
    )
    return [...texted, ...ruled]
  }

  const windowOf = (taken: readonly TakenWay[], way: SendWay): Millis | null =>
    windowClosesAt(lastAt(taken, way), carriers.find(way.carrierId)?.limits.windowMs[way.channel])

  return {
    ofConversation,

    /** Until when a free text may leave by the way that a reply takes by itself; null where it always may. */
    windowOf(conversation: ConversationState): Millis | null {
      const way = conversation.lastInbound
      if (way === null) return null
      // Most channels have no such rule: then nothing needs to be read.
      if (carriers.find(way.carrierId)?.limits.windowMs[way.channel] === undefined) return null
      return windowOf(store.takenWays(conversation.id), way)
    },

    /** The way of a reply: the one chosen, or back as the customer wrote; with what may leave by it now. */
    leave(
      conversation: ConversationState,
      usual: LastInbound,
      chosen: SendWay | null,
      content: { readonly kind: 'text' | 'template'; readonly text: string },
      at: Millis,
    ): Result<LastInbound> {
      const taken = store.takenWays(conversation.id)
      let via = usual
      if (chosen !== null && keyOf(chosen) !== keyOf(usual)) {
        const way = ofConversation(conversation).find((each) => keyOf(each) === keyOf(chosen))
        if (way === undefined || addressee(conversation, taken, chosen) === null)
          return fail({ code: 'no-such-sender', from: chosen.did.value })
        via = { ...chosen, sender: way.to, at }
      }
      const limits = carriers.find(via.carrierId)?.limits
      if (limits === undefined) return succeed(via)
      const { channel } = via
      const judged = judgeLeaving(content, { channel, lastAt: lastAt(taken, via), limits, at })
      return judged.ok ? succeed(via) : judged
    },
  }
}

export type SendWays = ReturnType<typeof createSendWays>

const mostOptOuts = 200
const channelNames: Record<Channel, string> = { sms: 'SMS', whatsapp: 'WhatsApp', sip: 'SIP MESSAGE' }

const keyOf = ({ carrierId, channel, did }: SendWay): string => `${carrierId} ${channel} ${addressKey(did)}`

const readPlainly: AddressReader = (value) =>
  value.startsWith('+') ? { kind: 'number', value } : { kind: 'short-code', value }

/** By whatever carrier: the number is the same to the customer. */
const lastAt = (taken: readonly TakenWay[], { channel, did }: SendWay): Millis | null =>
  taken.find((each) => each.channel === channel && sameAddress(each.did, did))?.at ?? null

/** The customer's address on a way; null where none of his can be written to by it. */
function addressee(
  { customer, lastInbound }: ConversationState,
  taken: readonly TakenWay[],
  { channel, did }: SendWay,
): Address | null {
  const same = taken.filter((each) => each.channel === channel)
  const known = same.find((each) => sameAddress(each.did, did)) ?? same[0]
  const candidates = [
    known?.sender,
    customer.address,
    lastInbound?.sender,
    ...taken.map(({ sender }) => sender),
  ]
  for (const address of candidates) {
    if (address === undefined || !canBeAnswered(address)) continue
    if (channel === 'whatsapp' ? address.kind !== 'short-code' : address.kind !== 'whatsapp-user')
      return address
  }
  return null
}
