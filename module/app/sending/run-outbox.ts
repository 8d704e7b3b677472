import { setTimeout as pause } from 'node:timers/promises'
import type { CarrierId, Millis } from '../../domain/ids.ts'
import type { SendOutcome } from '../../domain/message/delivery.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import type { Clock, Log, RandomSource } from '../ports/ambient.ts'
import type { Carrier, SendLimits } from '../ports/carriers.ts'
import type { OutboxDoor, OutboxItem, OutboxResult } from '../ports/store-requests.ts'
import { type AlertPhoneDeps, createAlertPhone } from './alert-phone.ts'
import { createSendPace, type SendPace } from './send-pace.ts'

export interface OutboxDeps extends AlertPhoneDeps {
  readonly carriers: (id: CarrierId) => Carrier | undefined
  /** What an account's settings make of its carrier's limits; the carrier's own where left out. */
  readonly limits?: (id: CarrierId) => SendLimits | undefined
  /** Which carriers are out of order; none where left out. */
  readonly health?: SendHealth
  /** Gives the files of a message addresses that its carrier can fetch them from. */
  readonly link?: (message: OutboundMessage) => OutboundMessage
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly times?: Partial<OutboxTimes>
}

export interface OutboxTimes {
  /** How often the outbox is looked at without being told to. */
  readonly pollMs: number
  readonly firstRetryMs: number
  readonly longestRetryMs: number
  /** A send that says nothing for so long is given up as of unknown end. Carriers give up earlier by themselves. */
  readonly sendDeadlineMs: number
}

/** What the outbox tells of a carrier, and asks about it. */
export interface SendHealth {
  room(carrierId: CarrierId, underWay: number): number
  attempted(carrierId: CarrierId, outcome: SendOutcome): void
  /** Called when a carrier may be tried again. */
  onReady(listener: () => void): () => void
}

const usualTimes: OutboxTimes = {
  pollMs: 1000,
  firstRetryMs: 1000,
  longestRetryMs: 60 * 1000,
  sendDeadlineMs: 60 * 1000,
}
/** At once by one carrier: one that hangs holds so many and no other's. */
const mostAtOnce = 16
const mostClaimed = 256
/** A reply that could not leave for so long fails, with "send again". */
const messageLifetimeMs: Millis = 60 * 60 * 1000
/** About an hour. What then still can't be stored is unknown after the next start. */
const mostSettleAttempts = 60
const noLimits = { perSecond: 10, perPairMs: 0 }

type MessageItem = Extract<OutboxItem, { kind: 'message' }>

/** What leaves by one carrier; alerts on phones have one of their own. */
interface Lane {
  underWay: number
  readonly pace: SendPace
}

/**
 * Sends what was committed to be sent: each item claimed, attempted once, settled by what is known of it. Every carrier
 * has its own room and its own pace, so that one which hangs, fails or asks for patience delays no other.
 */
export function startOutbox(deps: OutboxDeps) {
  const { store, log, clock, health } = deps
  const { pollMs, firstRetryMs, longestRetryMs, sendDeadlineMs } = { ...usualTimes, ...deps.times }
  const alertPhone = createAlertPhone(deps)
  const lanes = new Map<CarrierId | null, Lane>()
  const underWay = new Set<Promise<void>>()
  let claiming = false
  let askedAgain = false
  let closed = false
  const stopping = new AbortController()
  let alarm: { readonly at: Millis; readonly timer: NodeJS.Timeout } | null = null

  const stops = [store.onOutbox(() => wake()), health?.onReady(() => wake()) ?? (() => {})]
  const timer = setInterval(wake, pollMs)
  wake()

  function wake(): void {
    if (closed) return
    if (claiming) {
      askedAgain = true
      return
    }
    claiming = true
    claim()
      .catch((error: unknown) => log.error({ err: error }, 'The outbox could not be read'))
      .finally(() => {
        claiming = false
        if (!askedAgain) return
        askedAgain = false
        wake()
      })
  }

  /** No later than the poll would come by itself. */
  function wakeAt(at: Millis): void {
    const inMs = at - clock()
    if (closed || inMs >= pollMs || (alarm !== null && alarm.at <= at)) return
    if (alarm !== null) clearTimeout(alarm.timer)
    const ring = setTimeout(
      () => {
        alarm = null
        wake()
      },
      Math.max(1, inMs),
    )
    alarm = { at, timer: ring }
  }

  function laneOf(carrierId: CarrierId | null): Lane {
    const known = lanes.get(carrierId)
    if (known !== undefined) return known
    const limits = () =>
      carrierId === null
        ? { perSecond: 100, perPairMs: 0 }
        : (deps.limits?.(carrierId) ?? deps.carriers(carrierId)?.limits ?? noLimits)
    const lane = { underWay: 0, pace: createSendPace(limits) }
    lanes.set(carrierId, lane)
    return lane
  }

  async function claim(): Promise<void> {
    for (;;) {
      if (closed) return
      const now = clock()
      let putOff = 0
      const door: OutboxDoor = {
        room: (carrierId) => roomOf(carrierId, now),
        putOff({ carrierId, from, to }) {
          const until = laneOf(carrierId).pace.putOff(from, to, now)
          if (until !== null) {
            putOff += 1
            wakeAt(until)
          }
          return until
        },
        expireBefore: now - messageLifetimeMs,
      }
      const items = await store.claimOutbox(now, mostClaimed, door)
      for (const item of items) begin(item)
      // Those that were put off may have hidden others that need not wait.
      if (items.length === 0 && putOff === 0) return
    }
  }

  function roomOf(carrierId: CarrierId | null, now: Millis): number {
    const lane = laneOf(carrierId)
    const places = mostAtOnce - lane.underWay
    const working =
      carrierId === null ? places : (health?.room(carrierId, lane.underWay) ?? Number.POSITIVE_INFINITY)
    const room = Math.min(places, working)
    if (room <= 0) return 0
    const inPace = lane.pace.room(now)
    if (inPace <= 0) wakeAt(lane.pace.readyAt(now))
    return Math.min(room, inPace)
  }

  function begin(item: OutboxItem): void {
    const lane = laneOf(item.kind === 'message' ? item.carrierId : null)
    lane.underWay += 1
    lane.pace.took(1, clock())
    const work = handle(item, lane)
      .catch((error: unknown) => log.error({ err: error }, 'An outbox item could not be settled'))
      .finally(() => {
        lane.underWay -= 1
        underWay.delete(work)
        wake()
      })
    underWay.add(work)
  }

  async function handle(item: OutboxItem, lane: Lane): Promise<void> {
    const result = item.kind === 'message' ? await sendMessage(item, lane) : await ring(item)
    await settle(item, result)
    if (result.kind === 'retry') wakeAt(result.notBefore)
    log.info(
      { outboxId: item.id, kind: item.kind, attempt: item.attempt, result: result.kind },
      'Outbox item settled',
    )
  }

  /** Until it is stored, or Parley stops: else what was sent would stand as being sent, and its conversation still. */
  async function settle(item: OutboxItem, result: OutboxResult): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store.settleOutbox(item.id, result, clock())
      } catch (error) {
        if (attempt >= mostSettleAttempts) throw error
        log.error({ err: error, outboxId: item.id }, 'An outbox item could not be settled; it is tried again')
        const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 10))
        await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {
          throw error
        })
      }
    }
  }

  async function ring(item: Extract<OutboxItem, { kind: 'phone-alert' }>): Promise<OutboxResult> {
    if (!(await alertPhone(item))) return retry(item, 'the PBX is not answering', null)
    return { kind: 'done', outcome: { kind: 'taken', carrierMessageId: null, state: 'accepted' } }
  }

  async function sendMessage(item: MessageItem, lane: Lane): Promise<OutboxResult> {
    const carrier = deps.carriers(item.carrierId)
    if (carrier === undefined) return retry(item, 'the carrier is disabled or removed', null)
    const outcome = await handOver(carrier, item)
    health?.attempted(item.carrierId, outcome)
    if (outcome.kind !== 'not-processed') return { kind: 'done', outcome }
    const again = retry(item, outcome.reason, outcome.retryAfterMs)
    if (outcome.holds === 'carrier' && again.kind === 'retry') lane.pace.hold(again.notBefore)
    return again
  }

  /** Never rejects, and ends: what a carrier says after that still counts. */
  function handOver(carrier: Carrier, item: MessageItem): Promise<SendOutcome> {
    return new Promise((resolve) => {
      let late = false
      const giveUp = setTimeout(() => {
        late = true
        resolve({ kind: 'unknown', reason: `the carrier said nothing within ${sendDeadlineMs} ms` })
      }, sendDeadlineMs)
      void sendOnce(carrier, item).then((outcome) => {
        clearTimeout(giveUp)
        if (late) heardLate(item, outcome)
        else resolve(outcome)
      })
    })
  }

  async function sendOnce(carrier: Carrier, item: MessageItem): Promise<SendOutcome> {
    try {
      return await carrier.send(deps.link?.(item.message) ?? item.message)
    } catch (error) {
      // A carrier that throws may have sent before it did.
      log.error({ err: error, carrierId: item.carrierId }, 'A carrier failed while sending')
      return { kind: 'unknown', reason: 'the carrier adapter failed' }
    }
  }

  /** The message is settled as unknown already; that the carrier took it settles it anew. */
  function heardLate(item: MessageItem, outcome: SendOutcome): void {
    if (outcome.kind !== 'taken' || outcome.carrierMessageId === null || closed) return
    const { carrierMessageId, state } = outcome
    const report = { carrierMessageId, messageId: item.message.messageId, state, failure: null }
    store
      .commitReport(item.carrierId, report, clock())
      .catch((error: unknown) => log.error({ err: error }, 'A late answer could not be stored'))
  }

  function retry(item: OutboxItem, reason: string, retryAfterMs: number | null): OutboxResult {
    const backoffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(item.attempt - 1, 10))
    const waitMs = Math.max(retryAfterMs ?? 0, backoffMs * (0.5 + deps.random() / 2))
    return { kind: 'retry', notBefore: clock() + waitMs, reason }
  }

  return {
    /** Takes nothing new, and waits for what is being sent. */
    async close(): Promise<void> {
      closed = true
      stopping.abort()
      clearInterval(timer)
      if (alarm !== null) clearTimeout(alarm.timer)
      for (const stop of stops) stop()
      await Promise.all(underWay)
    },
  }
}
