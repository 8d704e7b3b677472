import { failureSentence } from '../../domain/failures.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import { judgeLeaving } from '../../domain/message/send-window.ts'
import type { Clock, Log } from '../ports/ambient.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'

export interface FittingAutoReplyDeps {
  readonly carriers: Pick<CarrierAccounts, 'find'>
  readonly clock: Clock
  readonly log: Log
}

export type FitsAsAutoReply = (message: InboundMessage, text: string) => boolean

/**
 * Whether an auto-reply could leave the way its customer wrote: not a text longer than the carrier takes, nor one after
 * the window for free texts, which a message that its carrier delivered late may find closed. What could not is not
 * queued, since nobody would mend a message that nobody wrote; the log says so.
 */
export function createFitsAsAutoReply({ carriers, clock, log }: FittingAutoReplyDeps): FitsAsAutoReply {
  return ({ carrierAt, carrierId, channel, receivedAt }, text) => {
    const limits = carriers.find(carrierId)?.limits
    if (limits === undefined) return true
    const lastAt = Math.min(carrierAt ?? receivedAt, receivedAt)
    const judged = judgeLeaving({ kind: 'text', text }, { channel, lastAt, limits, at: clock() })
    if (judged.ok) return true
    const { code } = judged.failure
    log.warn({ carrierId, code, reason: failureSentence(judged.failure) }, 'An auto-reply was left out')
    return false
  }
}
