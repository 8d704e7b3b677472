import type { ApiClient } from './api-client.ts'
import { asApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import type { PendingReply } from './conversation-thread.ts'
import type { Drafts, UnsentReply } from './drafts.ts'
import { randomId } from './random-id.ts'

export interface ReplySenderPorts {
  readonly api: Pick<ApiClient, 'reply'>
  readonly drafts: Drafts
  /** Called with every new state of a reply. */
  readonly onChange: (conversationId: string, reply: PendingReply) => void
  readonly firstRetryMs?: number
}

const mostAttempts = 5

/**
 * Sends replies, one after another in each conversation. A reply keeps its key for all its attempts and across
 * reloads of the page, so trying again can never send it twice.
 */
export class ReplySender {
  readonly #ports: ReplySenderPorts
  readonly #tails = new Map<string, Promise<void>>()
  #stopped = false

  constructor(ports: ReplySenderPorts) {
    this.#ports = ports
  }

  send(conversationId: string, text: string): Promise<void> {
    return this.retry(conversationId, { key: randomId(), text, at: Date.now() })
  }

  /** Resolves once the reply is handed over or stuck. */
  retry(conversationId: string, reply: UnsentReply): Promise<void> {
    const { key, text, at } = reply
    this.#ports.drafts.keepUnsent(conversationId, { key, text, at })
    this.#report(conversationId, reply, 'sending')
    const tail = (this.#tails.get(conversationId) ?? Promise.resolve()).then(() =>
      this.#try(conversationId, reply),
    )
    this.#tails.set(conversationId, tail)
    return tail
  }

  stop(): void {
    this.#stopped = true
  }

  async #try(conversationId: string, reply: UnsentReply): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        await this.#ports.api.reply(conversationId, reply.text, reply.key)
        this.#ports.drafts.dropUnsent(conversationId, reply.key)
        return this.#report(conversationId, reply, 'handed')
      } catch (thrown) {
        const error = asApiError(thrown)
        if (!error.transient || attempt + 1 >= mostAttempts) {
          return this.#report(
            conversationId,
            reply,
            'stuck',
            error.sentence,
            error.transient || error.unauthorised,
          )
        }
        await pause(
          error.retryAfterMs ??
            backoffMs(attempt, Math.random(), { firstMs: this.#ports.firstRetryMs ?? 1000 }),
        )
      }
    }
  }

  #report(
    conversationId: string,
    { key, text, at }: UnsentReply,
    state: PendingReply['state'],
    sentence: string | null = null,
    retryable = false,
  ): void {
    this.#ports.onChange(conversationId, { key, text, at, state, sentence, retryable })
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
