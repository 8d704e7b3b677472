import type { ConversationId, Millis } from '../../domain/ids.ts'
import type { Viewer } from '../people/access.ts'
import type { Clock } from '../ports/ambient.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'
import type { TellCustomerReadDeps } from './tell-customer-read.ts'

export interface TellCustomerTypingDeps extends TellCustomerReadDeps {
  readonly carriers: Pick<CarrierAccounts, 'atWork' | 'find' | 'settingsOf'>
  readonly clock: Clock
}

/** WhatsApp shows it for 25 s at most, so that by then it is said again. */
const sayAgainMs: Millis = 20_000
/** So far back is looked for the customer's last message. */
const looked = 20

/**
 * Tells the customer's app that the designated agent types, where the account says `typing: true`. It marks the
 * customer's message as read too, so it is silent where `readReceipts` is false. What goes wrong is nobody's loss.
 */
export function createTellCustomerTyping({ store, carriers, clock, log }: TellCustomerTypingDeps) {
  const said = new Map<ConversationId, Millis>()

  return (viewer: Viewer, id: ConversationId): void => {
    // With each word somebody writes; mostly nobody wants to know.
    if (!carriers.atWork().some((carrier) => carriers.settingsOf(carrier.id).typing === true)) return
    if (viewer.extension === null || store.conversation(id)?.designated !== viewer.extension) return
    const now = clock()
    for (const [each, at] of said) if (now - at >= sayAgainMs) said.delete(each)
    if (said.has(id)) return
    const last = store.messages(id, null, looked).items.find(({ direction }) => direction === 'in')
    if (last?.carrierId === undefined || last.carrierMessageId == null) return
    const { carrierId } = last
    const { readReceipts, typing } = carriers.settingsOf(carrierId)
    const receipts = carriers.find(carrierId)?.readReceipts
    if (typing !== true || readReceipts === false || receipts?.showTyping === undefined) return
    said.set(id, now)
    receipts
      .showTyping(last.carrierMessageId)
      .catch((error: unknown) =>
        log.debug({ err: error, carrierId }, 'A customer was not shown that his agent types'),
      )
  }
}
