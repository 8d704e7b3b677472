import type { CarrierId } from '../../domain/ids.ts'
import { type InquiryAnswer, judgeInquiry } from '../../domain/message/inquiry.ts'
import type { Clock, Log } from '../ports/ambient.ts'
import type { Carrier } from '../ports/carriers.ts'
import type { Store } from '../ports/store.ts'
import type { DueInquiry } from '../ports/store-requests.ts'

export interface InquireDeps {
  readonly store: Store
  readonly carriers: (id: CarrierId) => Carrier | undefined
  readonly clock: Clock
  readonly log: Log
  readonly pollMs?: number
}

const usualPollMs = 1000
const mostAtOnce = 8
const deadlineMs = 30_000

/** Asks carriers what became of sends whose answer never came. What is to be asked when is stored, so that no restart forgets it. */
export function startInquiries({ store, carriers, clock, log, pollMs = usualPollMs }: InquireDeps) {
  const underWay = new Map<string, Promise<void>>()
  const timer = setInterval(look, pollMs)
  timer.unref()
  look()

  function look(): void {
    // Those under way are due still: they stand among what is read here.
    for (const due of store.dueInquiries(clock(), 2 * mostAtOnce)) {
      const { messageId } = due.message
      if (underWay.has(messageId) || underWay.size >= mostAtOnce) continue
      const asking = ask(due)
        .catch((error: unknown) => log.error({ err: error }, 'What became of a send could not be stored'))
        .finally(() => underWay.delete(messageId))
      underWay.set(messageId, asking)
    }
  }

  async function ask(due: DueInquiry): Promise<void> {
    const { carrierId, message, sentAt, asked } = due
    const carrier = carriers(carrierId)
    const answer =
      carrier?.inquiry === undefined ? null : await within(carrier.inquiry.ask(message, sentAt), deadlineMs)
    const now = clock()
    // A carrier that can't be asked, or is not there at the moment, is no reason to ask for ever.
    const result =
      answer === null && carrier !== undefined
        ? ({ kind: 'give-up' } as const)
        : judgeInquiry(answer ?? { kind: 'no-answer', reason: 'the carrier is disabled' }, {
            sentAt,
            asked,
            now,
          })
    await store.settleInquiry(carrierId, message.messageId, result, now)
    log.info(
      { carrierId, messageId: message.messageId, answer: answer?.kind, result: result.kind },
      'Asked after a send',
    )
  }

  return {
    async close(): Promise<void> {
      clearInterval(timer)
      await Promise.all(underWay.values())
    },
  }
}

async function within(asking: Promise<InquiryAnswer>, ms: number): Promise<InquiryAnswer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<InquiryAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'no-answer', reason: `nothing within ${ms} ms` }), ms)
  })
  try {
    return await Promise.race([asking, late])
  } catch (error) {
    return { kind: 'no-answer', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
