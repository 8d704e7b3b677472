import type { ReplyBodyWire } from '../../module/contract/api/messages.ts'
import type { ApiClient } from './api-client.ts'
import { type ApiError, asApiError } from './api-error.ts'
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

/** A server that answers, but only with trouble, is not asked for ever. Without a network one waits for it. */
const mostRefusals = 5
const longestPauseMs = 30_000

/**
 * Sends replies, one after another in each conversation. A reply keeps its key for all its attempts and across
 * reloads of the page, so trying again can never send it twice. While there is no network replies wait, in their
 * order, and the first of them tries again as soon as there is one.
 */
export class ReplySender {
  readonly #ports: ReplySenderPorts
  readonly #tails = new Map<string, Promise<void>>()
  readonly #pauses = new Set<() => void>()
  /** What is known of each reply that is not handed over yet, by its key. */
  readonly #held = new Map<string, PendingReply>()
  #stopped = false

  constructor(ports: ReplySenderPorts) {
    this.#ports = ports
  }

  send(conversationId: string, reply: Omit<UnsentReply, 'key' | 'at'>): Promise<void> {
    return this.retry(conversationId, { ...reply, key: randomId(), at: Date.now() })
  }

  /** Resolves once the reply is handed over or stuck. */
  retry(conversationId: string, given: UnsentReply): Promise<void> {
    const reply = asUnsent(given)
    this.#ports.drafts.keepUnsent(conversationId, reply)
    this.#report(conversationId, reply, { state: 'sending' })
    const tail = (this.#tails.get(conversationId) ?? Promise.resolve()).then(() =>
      this.#try(conversationId, reply),
    )
    this.#tails.set(conversationId, tail)
    return tail
  }

  /** As it stands now; undefined when this page did not try it. */
  held(key: string): PendingReply | undefined {
    return this.#held.get(key)
  }

  /** It is not sent any more, unless it is being sent just now. */
  drop(conversationId: string, key: string): void {
    this.#held.delete(key)
    this.#ports.drafts.dropUnsent(conversationId, key)
  }

  /** The network is back, or the sign-in: don't sit out the waits. */
  hurry(): void {
    for (const end of [...this.#pauses]) end()
  }

  stop(): void {
    this.#stopped = true
    this.hurry()
  }

  async #try(conversationId: string, reply: UnsentReply): Promise<void> {
    let refusals = 0
    for (let attempt = 0; !this.#stopped && this.#held.has(reply.key); attempt += 1) {
      try {
        await this.#ports.api.reply(conversationId, bodyOf(reply), reply.key)
        this.#ports.drafts.dropUnsent(conversationId, reply.key)
        return this.#report(conversationId, reply, { state: 'handed' })
      } catch (thrown) {
        const error = asApiError(thrown)
        if (error.unauthorised) {
          await this.#signIn(conversationId, reply, error)
          continue
        }
        const offline = error.status === 0
        if (!offline) refusals += 1
        if (!error.transient || refusals >= mostRefusals) return this.#stuck(conversationId, reply, error)
        if (offline) this.#report(conversationId, reply, { state: 'sending', waiting: true })
        const firstMs = this.#ports.firstRetryMs ?? 1000
        const waitMs = error.retryAfterMs ?? backoffMs(attempt, Math.random(), { firstMs })
        await this.#pause(Math.min(waitMs, longestPauseMs))
      }
    }
  }

  /** Nobody is to click twenty times because a sign-in ran out: it waits for the next one. */
  async #signIn(conversationId: string, reply: UnsentReply, { sentence }: ApiError): Promise<void> {
    this.#report(conversationId, reply, { state: 'sending', waiting: true, sentence })
    await this.#pause(null)
  }

  #stuck(conversationId: string, reply: UnsentReply, error: ApiError): void {
    this.#report(conversationId, reply, {
      state: 'stuck',
      sentence: error.sentence,
      retryable: error.transient,
      ...(error.code === 'answered-meanwhile' ? { answeredBy: error.changedBy ?? '' } : {}),
    })
  }

  /** Null waits until somebody hurries. */
  #pause(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.#pauses.delete(end)
        resolve()
      }
      const timer = ms === null ? undefined : setTimeout(end, ms)
      this.#pauses.add(end)
    })
  }

  #report(
    conversationId: string,
    reply: UnsentReply,
    now: Pick<PendingReply, 'state'> & Partial<PendingReply>,
  ): void {
    const pending = { ...reply, sentence: null, retryable: false, ...now }
    if (now.state === 'handed') this.#held.delete(reply.key)
    else this.#held.set(reply.key, pending)
    this.#ports.onChange(conversationId, pending)
  }
}

/** Without what is only known while it is on its way. */
function asUnsent({ key, text, at, media, via, template, seen, confirm }: UnsentReply): UnsentReply {
  return {
    key,
    text,
    at,
    ...(media === undefined || media.length === 0 ? {} : { media }),
    ...(via === undefined ? {} : { via }),
    ...(template === undefined ? {} : { template }),
    ...(seen === undefined ? {} : { seen }),
    ...(confirm === undefined ? {} : { confirm }),
  }
}

function bodyOf({ text, media, via, template, seen, confirm }: UnsentReply): ReplyBodyWire {
  return {
    text: template === undefined ? text : '',
    ...(media === undefined ? {} : { media: media.map(({ id }) => id) }),
    ...(via === undefined ? {} : { via }),
    ...(template === undefined ? {} : { template }),
    ...(seen === undefined ? {} : { seen }),
    ...(confirm === undefined ? {} : { confirm }),
  }
}
