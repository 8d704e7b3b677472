import type { ConversationId, MessageId } from '../../domain/ids.ts'
import type { Viewer } from '../people/access.ts'
import type { Log } from '../ports/ambient.ts'
import type { Store } from '../ports/store.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'

export interface TellCustomerReadDeps {
  readonly store: Pick<Store, 'conversation' | 'messages' | 'message'>
  readonly carriers: Pick<CarrierAccounts, 'find' | 'settingsOf'>
  readonly log: Log
}

/** So far back is looked for the customer's last message. */
const looked = 20

/**
 * Tells the customer's app that his messages were read, once the designated agent has read them; not where the account
 * says `readReceipts: false`. Nothing waits for it, and what goes wrong is nobody's loss.
 */
export function createTellCustomerRead({ store, carriers, log }: TellCustomerReadDeps) {
  return (viewer: Viewer, id: ConversationId, through: MessageId): void => {
    if (viewer.extension === null || store.conversation(id)?.designated !== viewer.extension) return
    const seq = store.message(through)?.seq ?? Number.MAX_SAFE_INTEGER
    const last = store
      .messages(id, null, looked)
      .items.find((message) => message.direction === 'in' && message.seq <= seq)
    if (last?.carrierId === undefined || last.carrierMessageId == null) return
    if (carriers.settingsOf(last.carrierId).readReceipts === false) return
    const { carrierId } = last
    carriers
      .find(carrierId)
      ?.readReceipts?.markRead(last.carrierMessageId)
      .catch((error: unknown) =>
        log.debug({ err: error, carrierId }, 'A customer was not told that he was read'),
      )
  }
}
