import type { OutboxDoor, OutboxItem, OutboxResult } from '../../app/ports/store-requests.ts'
import {
  asCarrierId,
  asMessageId,
  type CarrierId,
  type GroupKey,
  type MessageId,
  type Millis,
  type OutboxId,
  type Seq,
} from '../../domain/ids.ts'
import { addressOfKey } from '../../domain/message/address.ts'
import {
  afterDeliveryEvent,
  type Delivery,
  type DeliveryEvent,
  type DeliveryReport,
  type DeliveryState,
  expiredUnsent,
  type SendFailure,
} from '../../domain/message/delivery.ts'
import type { InquiryResult } from '../../domain/message/inquiry.ts'
import { refusedAtGate } from '../../domain/message/send-gate.ts'
import type { Connection } from '../database/connection.ts'
import { nullableJson, parseNullableJson } from '../readings/stored-json.ts'
import type { EventLog, EventPlace } from '../tables/event-log.ts'
import type { InquiryTable } from '../tables/inquiry-table.ts'
import type { OptOutTable } from '../tables/opt-out-table.ts'
import { type OutboxRow, type OutboxTable, outboxItem, placeOf } from '../tables/outbox-table.ts'
import type { Consent } from './consent.ts'
import type { EarlyReports } from './early-reports.ts'
import type { Effects } from './effects.ts'
import type { Outbound } from './outbound.ts'

interface SentRow {
  seq: Seq
  id: string
  state: DeliveryState
  failure: string | null
  did: string
  at: Millis
  customer_pk: number
  conversation_pk: number
  conversation_id: string
  group_pk: number
  group_key: GroupKey
}

/** A message whose state may change, and what it is now. */
interface Changing {
  readonly place: EventPlace
  readonly seq: Seq
  readonly id: string
  readonly delivery: Delivery
}

/** So many expire in one transaction. */
const expiryBatch = 100

/** What becomes of outbound messages once they are stored. */
export function createDeliveryVerbs(
  db: Connection,
  tables: {
    readonly outbox: OutboxTable
    readonly events: EventLog
    readonly outbound: Outbound
    readonly optOuts: OptOutTable
    readonly consent: Consent
    readonly inquiries: InquiryTable
  },
  earlyReports: EarlyReports,
) {
  const { outbox, events, outbound, optOuts, consent, inquiries } = tables
  const setState = db.prepare<[DeliveryState, string | null, Seq]>(
    'UPDATE messages SET state = ?, failure = ? WHERE seq = +?',
  )
  const setCarrierMessageId = db.prepare<[string, Seq]>(
    'UPDATE messages SET carrier_message_id = ? WHERE seq = +?',
  )
  const sent = (
    which: string,
  ) => `SELECT m.seq, m.id, m.state, m.failure, m.did, m.at, m.conversation_pk, c.id AS conversation_id,
            c.customer_pk, c.group_pk,
            g.pbx_id || '/' || g.kind || '/' || g.number AS group_key
       FROM messages m
       JOIN conversations c ON c.pk = m.conversation_pk
       JOIN groups g ON g.pk = c.group_pk
      WHERE m.direction = 'out' AND m.carrier_id = +? AND ${which} = +?
      ORDER BY m.seq DESC LIMIT 1`
  const findByCarriersId = db.prepare<[CarrierId, string], SentRow>(sent('m.carrier_message_id'))
  const findByOwnId = db.prepare<[CarrierId, MessageId], SentRow>(sent('m.id'))

  /**
   * The message that a report is about. Our own id, which some carriers echo, finds one whose send ended without
   * an answer; while a send is under way its own end must come first.
   */
  function reported(
    carrierId: CarrierId,
    { carrierMessageId, messageId }: DeliveryReport,
  ): SentRow | undefined {
    const known = findByCarriersId.get(carrierId, carrierMessageId)
    if (known !== undefined || messageId === undefined) return known
    const own = findByOwnId.get(carrierId, messageId)
    if (own === undefined || own.state === 'queued' || own.state === 'sending') return undefined
    setCarrierMessageId.run(carrierMessageId, own.seq)
    return own
  }

  /** Stores what an event makes of a message, and tells of it; null where it makes nothing of it. */
  function advance(
    effects: Effects,
    { place, seq, id, delivery }: Changing,
    event: DeliveryEvent,
    now: Millis,
  ): Delivery | null {
    const next = afterDeliveryEvent(delivery, event)
    if (next === null) return null
    setState.run(next.state, nullableJson(next.failure), seq)
    if (delivery.state === 'unknown') inquiries.close(seq)
    events.append(effects, place, now, {
      kind: 'message-state-changed',
      messageId: asMessageId(id),
      state: next.state,
    })
    return next
  }

  const queuedOf = (row: OutboxRow): Changing => ({
    place: placeOf(row),
    seq: row.message_seq,
    id: row.message_id,
    delivery: { state: row.state ?? 'queued', failure: null },
  })

  function claim(
    effects: Effects,
    now: Millis,
    limit: number,
    door: OutboxDoor = openDoor,
  ): readonly OutboxItem[] {
    for (const row of outbox.unsentSince(door.expireBefore, expiryBatch))
      withdraw(effects, row, expiredUnsent, now)
    const due = outbox
      .carriers()
      .flatMap((carrierId) => {
        const room = Math.min(limit, Math.max(0, Math.floor(door.room(carrierId))))
        return room === 0 ? [] : outbox.due(carrierId, now, room)
      })
      .sort((a, b) => a.seq - b.seq)
      .slice(0, limit)
    const rows = due.filter((row) => mayLeave(effects, row, door, now))
    for (const row of rows) {
      outbox.markSending(row.seq, now)
      if (row.kind === 'message') advance(effects, queuedOf(row), { kind: 'claimed' }, now)
    }
    return rows.map(outboxItem)
  }

  /** The customer may have opted out since it was queued: then it fails here, and never leaves. */
  function mayLeave(effects: Effects, row: OutboxRow, door: OutboxDoor, now: Millis): boolean {
    if (row.kind !== 'message') return true
    const from = addressOfKey(row.did)
    if (!outbound.pass(row.customer_pk, from).ok) {
      withdraw(effects, row, refusedAtGate(from), now)
      return false
    }
    const until = door.putOff({ carrierId: asCarrierId(row.carrier_id), from, to: addressOfKey(row.peer) })
    if (until === null) return true
    outbox.putOff(row.seq, until)
    return false
  }

  function withdraw(effects: Effects, row: OutboxRow, failure: SendFailure, now: Millis): void {
    outbox.remove(row.seq)
    effects.outboxDue = true
    advance(effects, queuedOf(row), { kind: 'withdrawn', failure }, now)
  }

  /**
   * A carrier that refuses for an opt-out knows of one that we don't. What it says of a message from before the
   * customer's last word on it is stale.
   */
  function learnOptOut(
    effects: Effects,
    message: {
      readonly customer_pk: number
      readonly did: string
      readonly at: Millis
      readonly place: EventPlace
    },
    failure: SendFailure | null,
    now: Millis,
  ): void {
    if (failure?.code !== 'opted-out') return
    const changedAt = optOuts.changedAt(message.customer_pk, message.did)
    if (changedAt !== null && changedAt > message.at) return
    const actor = { kind: 'pbx', name: 'Carrier' } as const
    const change = {
      did: addressOfKey(message.did),
      optedOut: true,
      source: 'carrier',
      actor,
      at: now,
    } as const
    consent.record(effects, message.customer_pk, { ...change, reason: failure.carrierCode }, message.place)
  }

  function settle(effects: Effects, id: OutboxId, result: OutboxResult, now: Millis): void {
    const row = outbox.byId(id)
    if (row === null || row.sending === 0) throw new Error(`outbox item ${id} is settled without being sent`)
    const message = queuedOf(row)
    if (result.kind === 'retry') {
      outbox.requeue(row.seq, result.notBefore)
      const outcome = { kind: 'not-processed', reason: result.reason, retryAfterMs: null } as const
      if (row.kind === 'message') advance(effects, message, { kind: 'attempted', outcome }, now)
      return
    }
    outbox.remove(row.seq)
    // The next of this lane waited for it.
    effects.outboxDue = true
    if (row.kind !== 'message') return
    const { outcome } = result
    let delivery = advance(effects, message, { kind: 'attempted', outcome }, now)
    if (outcome.kind === 'unknown') inquiries.open(row.message_seq, row.claimed_at ?? now)
    if (outcome.kind === 'taken' && outcome.carrierMessageId !== null && delivery !== null)
      delivery = catchUp(effects, { ...message, delivery }, outcome.carrierMessageId, row.carrier_id, now)
    const failure = delivery?.failure ?? null
    learnOptOut(effects, { ...row, at: row.created_at, place: placeOf(row) }, failure, now)
  }

  /** The reports that were quicker than the carrier's answer. */
  function catchUp(
    effects: Effects,
    message: Changing,
    carrierMessageId: string,
    carrierId: string,
    now: Millis,
  ): Delivery {
    setCarrierMessageId.run(carrierMessageId, message.seq)
    return earlyReports
      .take(carrierId, carrierMessageId)
      .reduce(
        (delivery, report) =>
          advance(effects, { ...message, delivery }, { kind: 'reported', report }, now) ?? delivery,
        message.delivery,
      )
  }

  /** Nobody can say whether these left: they become `unknown`. Alerts that were under way are dropped. */
  function settleInterrupted(effects: Effects, now: Millis): number {
    const rows = outbox.underWay()
    const sent = rows.filter((row) => row.kind === 'message')
    for (const row of rows) outbox.remove(row.seq)
    for (const row of sent) {
      advance(effects, queuedOf(row), { kind: 'interrupted' }, now)
      inquiries.open(row.message_seq, row.claimed_at ?? now)
    }
    if (rows.length > 0) effects.outboxDue = true
    return sent.length
  }

  function report(effects: Effects, carrierId: CarrierId, delivery: DeliveryReport, now: Millis) {
    const row = reported(carrierId, delivery)
    if (row === undefined) {
      // Carriers may report on a message before they answer the request that sent it.
      if (outbox.isSending(carrierId)) earlyReports.keep(carrierId, delivery, now)
      return 'no-such-message'
    }
    return reportOn(effects, row, delivery, now)
  }

  function reportOn(effects: Effects, row: SentRow, report: DeliveryReport, now: Millis) {
    const message = changing(row)
    const next = advance(effects, message, { kind: 'reported', report }, now)
    if (next === null) return 'unchanged'
    learnOptOut(effects, { ...row, place: message.place }, next.failure, now)
    return 'changed'
  }

  function settleInquiry(
    effects: Effects,
    carrierId: CarrierId,
    messageId: MessageId,
    result: InquiryResult,
    now: Millis,
  ): 'changed' | 'unchanged' {
    const row = findByOwnId.get(carrierId, messageId)
    if (row === undefined) return 'unchanged'
    switch (result.kind) {
      case 'ask-again':
        inquiries.again(row.seq, result.at)
        return 'unchanged'
      case 'give-up':
        inquiries.close(row.seq)
        return 'unchanged'
      case 'never-taken':
        return advance(effects, changing(row), { kind: 'never-taken' }, now) === null
          ? 'unchanged'
          : 'changed'
      case 'found':
        setCarrierMessageId.run(result.report.carrierMessageId, row.seq)
        return reportOn(effects, row, result.report, now)
      default:
        return result satisfies never
    }
  }

  return { claim, settle, settleInterrupted, report, settleInquiry }
}

/** Whatever is due may leave, and nothing is too old. */
const openDoor: OutboxDoor = {
  room: () => Number.POSITIVE_INFINITY,
  putOff: () => null,
  expireBefore: 0,
}

const changing = (row: SentRow): Changing => ({
  place: {
    pk: row.conversation_pk,
    id: row.conversation_id,
    group_pk: row.group_pk,
    group_key: row.group_key,
  },
  seq: row.seq,
  id: row.id,
  delivery: { state: row.state, failure: parseNullableJson<SendFailure>(row.failure) },
})
