import type { OptOutRequest } from '../../app/ports/store-requests.ts'
import { addressKey } from '../../domain/message/address.ts'
import { type OptOutChange, optOutNote } from '../../domain/message/opt-out.ts'
import type { ConversationTable } from '../tables/conversation-table.ts'
import type { CustomerTable } from '../tables/customer-table.ts'
import type { EventPlace } from '../tables/event-log.ts'
import type { OptOutTable } from '../tables/opt-out-table.ts'
import type { Notes } from './commit-note.ts'
import type { Effects } from './effects.ts'

/** Changes who is opted out, and says so in the conversations that it concerns. */
export interface Consent {
  record(
    effects: Effects,
    customerPk: number,
    change: OptOutChange,
    /** Where it is told; left out, in every conversation of the customer with that DID. */
    place?: EventPlace,
  ): boolean
  set(effects: Effects, request: OptOutRequest): boolean
}

export function createConsent(tables: {
  readonly conversations: ConversationTable
  readonly customers: CustomerTable
  readonly optOuts: OptOutTable
  readonly notes: Notes
}): Consent {
  const { conversations, customers, optOuts, notes } = tables

  function record(effects: Effects, customerPk: number, change: OptOutChange, place?: EventPlace): boolean {
    if (!optOuts.change(customerPk, change)) return false
    const places =
      place === undefined ? conversations.ofCustomerAndDid(customerPk, addressKey(change.did)) : [place]
    for (const each of places) {
      notes.append(effects, each, {
        author: { kind: 'pbx', name: 'Parley' },
        text: optOutNote(change),
        mentions: [],
        clientKey: null,
        at: change.at,
      })
    }
    return true
  }

  return {
    record,
    set(effects, { customer, ...change }) {
      const address = addressKey(customer)
      const known = customers.find(address)
      // Nobody can opt in who was never heard of.
      if (known === null && !change.optedOut) return false
      return record(effects, known ?? customers.insert(address, null, change.at), change)
    },
  }
}
