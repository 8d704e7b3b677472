import type { OutboxItem, OutboxResult } from '../app/ports/store-requests.ts'
import { addressOfKey } from '../domain/address.ts'
import {
  afterReport,
  type DeliveryReport,
  type DeliveryState,
  type ReportedState,
  type SendFailure,
} from '../domain/delivery.ts'
import {
  asMessageId,
  type CarrierId,
  type GroupKey,
  type MessageId,
  type Millis,
  type OutboxId,
  type Seq,
} from '../domain/ids.ts'
import { refusedAtGate } from '../domain/send-gate.ts'
import type { Connection } from './connection.ts'
import type { Consent } from './consent.ts'
import type { EarlyReports } from './early-reports.ts'
import type { Effects } from './effects.ts'
import type { EventLog, EventPlace } from './event-log.ts'
import type { OptOutTable } from './opt-out-table.ts'
import type { Outbound } from './outbound.ts'
import { type OutboxRow, type OutboxTable, outboxItem, placeOf } from './outbox-table.ts'
import { nullableJson } from './stored-json.ts'

interface SentRow {
  seq: Seq
  id: string
  state: DeliveryState
  did: string
  at: Millis
  customer_pk: number
  conversation_pk: number
  conversation_id: string
  group_pk: number
  group_key: GroupKey
}

type DoneOutcome = Extract<OutboxResult, { kind: 'done' }>['outcome']

interface Fate {
  readonly state: DeliveryState
  readonly failure: SendFailure | null
}

/** What becomes of outbound messages once they are stored. */
export function createDeliveryVerbs(
  db: Connection,
  tables: {
    readonly outbox: OutboxTable
    readonly events: EventLog
    readonly outbound: Outbound
    readonly optOuts: OptOutTable
    readonly consent: Consent
  },
  earlyReports: EarlyReports,
) {
  const { outbox, events, outbound, optOuts, consent } = tables
  const setState = db.prepare<[DeliveryState, string | null, Seq]>(
    'UPDATE messages SET state = ?, failure = ? WHERE seq = +?',
  )
  const setCarrierMessageId = db.prepare<[string, Seq]>(
    'UPDATE messages SET carrier_message_id = ? WHERE seq = +?',
  )
  const sent = (
    which: string,
  ) => `SELECT m.seq, m.id, m.state, m.did, m.at, m.conversation_pk, c.id AS conversation_id,
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

  function changeState(
    effects: Effects,
    message: { readonly place: EventPlace; readonly seq: Seq; readonly id: string },
    state: DeliveryState,
    failure: SendFailure | null,
    now: Millis,
  ): void {
    setState.run(state, nullableJson(failure), message.seq)
    const messageId = asMessageId(message.id)
    events.append(effects, message.place, now, { kind: 'message-state-changed', messageId, state })
  }

  const messageOf = (row: OutboxRow) => ({ place: placeOf(row), seq: row.message_seq, id: row.message_id })

  function claim(effects: Effects, now: Millis, limit: number): readonly OutboxItem[] {
    const rows = outbox.due(now, limit).filter((row) => mayLeave(effects, row, now))
    for (const row of rows) {
      outbox.markSending(row.seq)
      if (row.kind === 'message') changeState(effects, messageOf(row), 'sending', null, now)
    }
    return rows.map(outboxItem)
  }

  /** The customer may have opted out since it was queued: then it fails here, and never leaves. */
  function mayLeave(effects: Effects, row: OutboxRow, now: Millis): boolean {
    if (row.kind !== 'message') return true
    const did = addressOfKey(row.did)
    if (outbound.pass(row.customer_pk, did).ok) return true
    outbox.remove(row.seq)
    effects.outboxDue = true
    changeState(effects, messageOf(row), 'failed', refusedAtGate(did), now)
    return false
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
    if (result.kind === 'retry') {
      outbox.requeue(row.seq, result.notBefore)
      if (row.kind === 'message') changeState(effects, messageOf(row), 'queued', null, now)
      return
    }
    outbox.remove(row.seq)
    // The next of this lane waited for it.
    effects.outboxDue = true
    if (row.kind !== 'message') return
    const { state, failure } = outcomeOf(row, result.outcome)
    changeState(effects, messageOf(row), state, failure, now)
    learnOptOut(effects, { ...row, at: row.created_at, place: placeOf(row) }, failure, now)
  }

  function outcomeOf(row: OutboxRow, outcome: DoneOutcome): Fate {
    switch (outcome.kind) {
      case 'taken':
        return afterSend(row, outcome.carrierMessageId, outcome.state)
      case 'refused':
        return { state: 'failed', failure: outcome.failure }
      case 'unknown':
        return { state: 'unknown', failure: null }
      default:
        return outcome satisfies never
    }
  }

  /** The carrier's answer, and the reports that were quicker than it. */
  function afterSend(row: OutboxRow, carrierMessageId: string | null, taken: ReportedState): Fate {
    let state = afterReport('sending', taken)
    let failure: SendFailure | null = null
    if (carrierMessageId === null) return { state, failure }
    setCarrierMessageId.run(carrierMessageId, row.message_seq)
    for (const report of earlyReports.take(row.carrier_id, carrierMessageId)) {
      const next = afterReport(state, report.state)
      if (next !== state) failure = next === 'failed' ? report.failure : null
      state = next
    }
    return { state, failure }
  }

  /** Nobody can say whether these left: they become `unknown`. Alerts that were under way are dropped. */
  function settleInterrupted(effects: Effects, now: Millis): number {
    const rows = outbox.underWay()
    const sent = rows.filter((row) => row.kind === 'message')
    for (const row of rows) outbox.remove(row.seq)
    for (const row of sent) changeState(effects, messageOf(row), 'unknown', null, now)
    if (rows.length > 0) effects.outboxDue = true
    return sent.length
  }

  function report(effects: Effects, carrierId: CarrierId, delivery: DeliveryReport, now: Millis) {
    const { state, failure } = delivery
    const row = reported(carrierId, delivery)
    if (row === undefined) {
      // Carriers may report on a message before they answer the request that sent it.
      if (outbox.isSending(carrierId)) earlyReports.keep(carrierId, delivery, now)
      return 'no-such-message'
    }
    const next = afterReport(row.state, state)
    if (next === row.state) return 'unchanged'
    const place = {
      pk: row.conversation_pk,
      id: row.conversation_id,
      group_pk: row.group_pk,
      group_key: row.group_key,
    }
    changeState(effects, { place, seq: row.seq, id: row.id }, next, next === 'failed' ? failure : null, now)
    if (next === 'failed') learnOptOut(effects, { ...row, place }, failure, now)
    return 'changed'
  }

  return { claim, settle, settleInterrupted, report }
}
