import { type Address, addressKey, sameAddress } from '../domain/address.ts'
import { findGroup } from '../domain/directory.ts'
import { fail, type Result, succeed } from '../domain/failures.ts'
import { decideStart } from '../domain/handover.ts'
import { asExtension, type GroupRef, groupKey } from '../domain/ids.ts'
import type { Channel } from '../domain/message.ts'
import { judgeLeaving } from '../domain/send-window.ts'
import { type Viewer, visibleGroups } from './access.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'
import type { Clock } from './ports/ambient.ts'
import type { AddressReader, CarrierAccount } from './ports/carriers.ts'
import type { Pbx } from './ports/pbx.ts'
import type { Store } from './ports/store.ts'
import type { StartReceipt, StartRequest } from './ports/store-requests.ts'

export interface StartDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly carriers: CarrierAccounts
  readonly readAddress: AddressReader
  readonly clock: Clock
}

export interface NewConversation {
  readonly to: string
  readonly group: GroupRef
  /** Null takes the number by which the group was texted last, else the first there is. */
  readonly from: string | null
  /** Null takes what the carrier offers first. */
  readonly channel: Channel | null
  readonly text: string
  readonly idempotencyKey: string
}

/** An agent writes to a customer first, and is the conversation's designated agent. */
export function createStartConversation({ store, pbx, carriers, readAddress, clock }: StartDeps) {
  /** The numbers that can send, each with its carrier: those that accounts list, else those of the PBX. */
  function senders(): readonly { readonly account: CarrierAccount; readonly did: Address }[] {
    const ofPbx = pbx.snapshot().directory.dids
    return carriers
      .accounts()
      .filter(({ enabled }) => enabled)
      .flatMap((account) => {
        const own = numbersOf(account)
        return (own.length > 0 ? own : ofPbx).map((number) => ({ account, did: readAddress(number) }))
      })
  }

  function wayFrom(
    from: string | null,
    channel: Channel | null,
    group: GroupRef,
  ): Result<StartRequest['via']> {
    const wanted = from === null ? lastTexted(group) : readAddress(from)
    const able = senders().filter(({ account }) => offers(account, channel))
    const sender = wanted === null ? able[0] : able.find(({ did }) => sameAddress(did, wanted))
    const carrier = sender === undefined ? undefined : carriers.find(sender.account.id)
    const by = channel ?? carrier?.channels[0]
    if (sender === undefined || by === undefined) return fail({ code: 'no-such-sender', from })
    return succeed({ carrierId: sender.account.id, channel: by, did: sender.did })
  }

  const offers = ({ id }: CarrierAccount, channel: Channel | null): boolean =>
    channel === null || (carriers.find(id)?.channels.includes(channel) ?? false)

  function lastTexted(group: GroupRef): Address | null {
    const [last] = store.conversations({
      groups: [groupKey(group)],
      status: 'all',
      designated: { kind: 'anyone' },
      channel: null,
      before: null,
      limit: 1,
    }).items
    return last?.lastInbound?.did ?? null
  }

  /** When a customer who has a conversation with the group wrote last by this way. */
  function lastWritten(customer: Address, group: GroupRef, way: StartRequest['via']) {
    const known = store.routingState(customer, group).conversation
    if (known === null) return null
    const taken = store.takenWays(known.id)
    return taken.find((each) => each.channel === way.channel && sameAddress(each.did, way.did))?.at ?? null
  }

  return async (viewer: Viewer, wanted: NewConversation): Promise<Result<StartReceipt>> => {
    const { directory } = pbx.snapshot()
    const group = findGroup(directory, wanted.group)
    if (group === null || !visibleGroups(viewer, directory, store).includes(groupKey(wanted.group)))
      return fail({ code: 'not-found', what: 'group' })
    const { extension } = viewer
    if (extension === null) return fail({ code: 'not-an-agent' })
    if (!group.members.some((member) => member.extension === extension))
      return fail({ code: 'not-a-member', extension })
    if (wanted.text.trim() === '') return fail({ code: 'empty-message' })
    const customer = readAddress(wanted.to)
    if (customer.kind === 'name') return fail({ code: 'cannot-be-answered', sender: addressKey(customer) })
    const via = wayFrom(wanted.from, wanted.channel, wanted.group)
    if (!via.ok) return via
    const author = {
      extension: asExtension(extension),
      name: directory.extensions.get(extension)?.name ?? extension,
    }
    const limits = carriers.find(via.value.carrierId)?.limits
    if (limits !== undefined) {
      const judged = judgeLeaving(
        { kind: 'text', text: wanted.text },
        {
          channel: via.value.channel,
          lastAt: lastWritten(customer, wanted.group, via.value),
          limits,
          at: clock(),
        },
      )
      if (!judged.ok) return judged
    }
    return store.commitStart(
      {
        customer,
        group: wanted.group,
        via: via.value,
        author,
        text: wanted.text,
        idempotencyKey: wanted.idempotencyKey,
        at: clock(),
      },
      (conversation) => decideStart(conversation, author),
    )
  }
}

function numbersOf({ settings }: CarrierAccount): readonly string[] {
  const { numbers } = settings
  return Array.isArray(numbers) ? numbers.filter((number) => typeof number === 'string') : []
}
