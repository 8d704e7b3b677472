import { decideStart } from '../../domain/designation/handover.ts'
import { findGroup } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { asExtension, type GroupRef, groupKey } from '../../domain/ids.ts'
import { type Address, addressKey, sameAddress } from '../../domain/message/address.ts'
import type { Channel } from '../../domain/message/message.ts'
import type { TemplateUse } from '../../domain/message/message-content.ts'
import { judgeLeaving } from '../../domain/message/send-window.ts'
import { type Viewer, visibleGroups } from '../people/access.ts'
import type { Clock } from '../ports/ambient.ts'
import type { AddressReader, MessageTemplate } from '../ports/carriers.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import type { StartReceipt, StartRequest } from '../ports/store-requests.ts'
import type { CarrierAccounts } from '../sending/carrier-accounts.ts'
import { createMessageTemplates } from '../sending/message-templates.ts'
import { ownNumbersOf, ruledTo } from '../sending/own-numbers.ts'

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
  /** Empty with a template. */
  readonly text: string
  readonly template: TemplateUse | null
  readonly idempotencyKey: string
}

/** A number by which a customer may be written to first. */
export type StartWay = StartRequest['via'] & {
  readonly templates: boolean
  /** To a customer who has not written lately, nothing but templates may leave by it. */
  readonly templatesOnly: boolean
}

/** An agent writes to a customer first, and is the conversation's designated agent. */
export function createStartConversation({ store, pbx, carriers, readAddress, clock }: StartDeps) {
  const templates = createMessageTemplates({ find: carriers.find, clock })

  /** The numbers that can send, each with its carrier: those that accounts list, else those of the PBX. */
  function senders(): readonly StartRequest['via'][] {
    const ofPbx = pbx.snapshot().directory.dids
    return carriers.atWork().flatMap((carrier) => {
      const own =
        ownNumbersOf(carrier, carriers, readAddress) ??
        carrier.channels.flatMap((channel) => ofPbx.map((did) => ({ channel, did: readAddress(did) })))
      return own.map(({ channel, did }) => ({ carrierId: carrier.id, channel, did }))
    })
  }

  /**
   * Those of its own, where the group has any: by another's number the customer's answer would go to the others.
   */
  function sendersFor(group: GroupRef): readonly StartRequest['via'][] {
    const all = senders()
    const texted = store.groupWays(group)
    const leadsThere = ruledTo(store, group)
    const its = all.filter(
      (way) =>
        leadsThere(way) ||
        texted.some((each) => each.channel === way.channel && sameAddress(each.did, way.did)),
    )
    return its.length > 0 ? its : all
  }

  function wayFrom(
    from: string | null,
    channel: Channel | null,
    group: GroupRef,
  ): Result<StartRequest['via']> {
    const able = sendersFor(group).filter((way) => channel === null || way.channel === channel)
    const wanted = from === null ? lastTexted(group) : readAddress(from)
    const way = able.find(({ did }) => wanted !== null && sameAddress(did, wanted))
    const chosen = way ?? (from === null ? able[0] : undefined)
    return chosen === undefined ? fail({ code: 'no-such-sender', from }) : succeed(chosen)
  }

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

  /** The group, if he may see it. */
  function groupFor(viewer: Viewer, ref: GroupRef): Result<Group> {
    const { directory } = pbx.snapshot()
    const group = findGroup(directory, ref)
    const isHis = visibleGroups(viewer, directory, store).includes(groupKey(ref))
    return group === null || !isHis ? fail({ code: 'not-found', what: 'group' }) : succeed(group)
  }

  async function start(viewer: Viewer, wanted: NewConversation): Promise<Result<StartReceipt>> {
    const { directory } = pbx.snapshot()
    const group = groupFor(viewer, wanted.group)
    if (!group.ok) return group
    const { extension } = viewer
    if (extension === null) return fail({ code: 'not-an-agent' })
    if (!group.value.members.some((member) => member.extension === extension))
      return fail({ code: 'not-a-member', extension })
    const { template } = wanted
    if (template === null && wanted.text.trim() === '') return fail({ code: 'empty-message' })
    const customer = readAddress(wanted.to)
    if (customer.kind === 'name') return fail({ code: 'cannot-be-answered', sender: addressKey(customer) })
    const via = wayFrom(wanted.from, wanted.channel, wanted.group)
    if (!via.ok) return via
    const author = {
      extension: asExtension(extension),
      name: directory.extensions.get(extension)?.name ?? extension,
    }
    const { carrierId, did } = via.value
    const words = template === null ? succeed(wanted.text) : await templates.fill(carrierId, did, template)
    if (!words.ok) return words
    const limits = carriers.find(carrierId)?.limits
    if (limits !== undefined) {
      const judged = judgeLeaving(
        { kind: template === null ? 'text' : 'template', text: words.value },
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
        text: words.value,
        template,
        idempotencyKey: wanted.idempotencyKey,
        at: clock(),
      },
      (conversation) => decideStart(conversation, author),
    )
  }
  return {
    start,

    /** By which numbers members of the group may write to somebody first. */
    ways(viewer: Viewer, group: GroupRef): Result<readonly StartWay[]> {
      const known = groupFor(viewer, group)
      if (!known.ok) return known
      return succeed(
        sendersFor(group).map((way) => {
          const carrier = carriers.find(way.carrierId)
          return {
            ...way,
            templates: carrier?.templates !== undefined,
            templatesOnly: carrier?.limits.windowMs[way.channel] !== undefined,
          }
        }),
      )
    },

    /** What the carrier approved to be sent first by one of these ways; null takes the first that has templates. */
    async templates(
      viewer: Viewer,
      group: GroupRef,
      via: StartRequest['via'] | null,
    ): Promise<Result<readonly MessageTemplate[]>> {
      const known = groupFor(viewer, group)
      if (!known.ok) return known
      const way = sendersFor(group).find(({ carrierId, channel, did }) =>
        via === null
          ? carriers.find(carrierId)?.templates !== undefined
          : carrierId === via.carrierId && channel === via.channel && sameAddress(did, via.did),
      )
      if (way !== undefined) return templates.list(way.carrierId, way.did)
      return via === null ? succeed([]) : fail({ code: 'no-such-sender', from: via.did.value })
    },
  }
}
