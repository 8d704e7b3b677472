import type { ReadReceipts } from '../../app/ports/carriers.ts'
import { isCarrierId } from '../json-webhook.ts'
import { type Graph, postGraph } from './whatsapp-graph.ts'

/** Enough for what is open in all panels; of older messages every number is asked. */
const remembered = 10_000

/** Which number each message came to: WhatsApp takes a receipt by that number alone. */
export class ArrivalNumbers {
  readonly #byMessage = new Map<string, string>()

  remember(carrierMessageId: string, phoneNumberId: string): void {
    this.#byMessage.set(carrierMessageId, phoneNumberId)
    if (this.#byMessage.size <= remembered) return
    const [oldest] = this.#byMessage.keys()
    if (oldest !== undefined) this.#byMessage.delete(oldest)
  }

  of(carrierMessageId: string): string | undefined {
    return this.#byMessage.get(carrierMessageId)
  }
}

/** Best effort: a receipt that does not arrive harms nobody, so nothing is said of it. */
export function whatsAppReceipts(
  graph: Graph,
  phoneNumberIds: readonly string[],
  arrivals: ArrivalNumbers,
): ReadReceipts {
  const tell = async (carrierMessageId: string, more: object): Promise<void> => {
    if (!isCarrierId(carrierMessageId)) return
    const known = arrivals.of(carrierMessageId)
    for (const id of known === undefined ? phoneNumberIds : [known]) {
      const result = await postGraph(graph, `${id}/messages`, {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: carrierMessageId,
        ...more,
      })
      if (result.kind === 'answered' && result.status === 200) return
    }
  }
  return {
    markRead: (carrierMessageId) => tell(carrierMessageId, {}),
    /** Shown for 25 s at most, and it marks the message as read. */
    showTyping: (carrierMessageId) => tell(carrierMessageId, { typing_indicator: { type: 'text' } }),
  }
}
