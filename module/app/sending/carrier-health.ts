import type { CarrierId, Millis } from '../../domain/ids.ts'
import type { SendOutcome } from '../../domain/message/delivery.ts'
import type { Clock, Log, Unsubscribe } from '../ports/ambient.ts'
import { type Carrier, isWebhookCarrier, type ProbeResult } from '../ports/carriers.ts'
import type { Store } from '../ports/store.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'
import { type CircuitBreaker, createCircuitBreaker, whatItSays } from './circuit-breaker.ts'
import { type CarrierState, judgeCarrier, type WebhookCheck } from './judge-carrier-health.ts'
import type { SendHealth } from './run-outbox.ts'

export interface CarrierHealthDeps {
  readonly store: Pick<Store, 'carrierSeen' | 'saveCarrierSeen'>
  readonly carriers: Pick<CarrierAccounts, 'find' | 'atWork' | 'faultOf'>
  /** Calls our own public address of a carrier's webhook; left out where there is none. Never rejects. */
  readonly callOurself?: (carrierId: CarrierId) => Promise<Omit<WebhookCheck, 'at'>>
  readonly clock: Clock
  readonly log: Log
  readonly times?: Partial<HealthTimes>
}

export interface HealthTimes {
  readonly lookEveryMs: number
  readonly probeEveryMs: number
  /** After a probe that got no answer. */
  readonly probeAgainMs: number
  readonly probeDeadlineMs: number
  readonly saveEveryMs: number
}

const usualTimes: HealthTimes = {
  lookEveryMs: 1000,
  probeEveryMs: 5 * 60 * 1000,
  probeAgainMs: 15 * 1000,
  probeDeadlineMs: 20 * 1000,
  saveEveryMs: 30 * 1000,
}

/** How a carrier fares, as its administrators see it. */
export interface Health {
  readonly state: CarrierState
  readonly sentence: string
  /** Since when it has been so. */
  readonly since: Millis
  readonly lastInboundAt: Millis | null
  readonly lastSuccessAt: Millis | null
  /** Of the sends of the last ten minutes, 0 to 1; null without any. */
  readonly errorRate: number | null
  /** Of the access token. */
  readonly expiresAt: Millis | null
  readonly webhook: WebhookCheck | null
}

interface Known {
  readonly breaker: CircuitBreaker
  attempts: { readonly at: Millis; readonly works: boolean }[]
  /** Since the process began, for metrics. */
  readonly outcomes: Map<SendOutcome['kind'], number>
  lastFailure: string | null
  inboundAt: Millis | null
  successAt: Millis | null
  probe: ProbeResult | null
  unreachable: number
  probeAt: Millis
  probing: Promise<void> | null
  /** Half-open, and its probe said that a message may try. */
  cleared: boolean
  announcedReady: Millis
  webhook: WebhookCheck | null
  state: CarrierState
  sentence: string
  since: Millis
}

const windowMs: Millis = 10 * 60 * 1000
const mostAttempts = 1000

/** Watches every carrier: by what its sends come to, by asking it, and by calling our own address. */
export function startCarrierHealth(deps: CarrierHealthDeps) {
  const { store, carriers, clock, log } = deps
  const times = { ...usualTimes, ...deps.times }
  const known = new Map<CarrierId, Known>()
  const readyListeners = new Set<() => void>()
  const changeListeners = new Set<(carrierId: CarrierId, health: Health) => void>()
  let unsaved = false
  let savedAt = clock()
  for (const { carrierId, inboundAt, successAt } of store.carrierSeen())
    Object.assign(of(carrierId), { inboundAt, successAt })

  const timer = setInterval(look, times.lookEveryMs)
  timer.unref()

  function of(carrierId: CarrierId): Known {
    let found = known.get(carrierId)
    if (found === undefined) {
      found = {
        breaker: createCircuitBreaker(),
        attempts: [],
        outcomes: new Map(),
        lastFailure: null,
        inboundAt: null,
        successAt: null,
        probe: null,
        unreachable: 0,
        probeAt: 0,
        probing: null,
        cleared: false,
        announcedReady: 0,
        webhook: null,
        state: 'unknown',
        sentence: '',
        since: clock(),
      }
      known.set(carrierId, found)
    }
    return found
  }

  function look(): void {
    const now = clock()
    for (const carrier of carriers.atWork()) {
      const its = of(carrier.id)
      if (now >= its.probeAt) void probe(carrier)
      const tryAt = its.breaker.tryAt()
      if (tryAt !== null && now >= tryAt && its.announcedReady !== tryAt) ready(carrier, its, tryAt)
      judge(carrier.id)
    }
    if (unsaved && now - savedAt >= times.saveEveryMs) void save()
  }

  /** Where a carrier can be asked, that is done before a message is risked on it. */
  function ready(carrier: Carrier, its: Known, tryAt: Millis): void {
    its.announcedReady = tryAt
    if (carrier.probe === undefined) its.cleared = true
    else if (!its.cleared) {
      void probe(carrier).then(() => {
        if (its.probe?.kind === 'valid') {
          its.cleared = true
          tellReady()
        } else its.breaker.stillOut(clock())
      })
      return
    }
    tellReady()
  }

  function tellReady(): void {
    for (const listener of readyListeners) listener()
  }

  /** Asks the carrier, and calls our own address; whoever asks meanwhile waits for the same answer. */
  function probe(carrier: Carrier): Promise<void> {
    const its = of(carrier.id)
    its.probing ??= examine(carrier, its).finally(() => {
      its.probing = null
      its.probeAt = clock() + (its.probe?.kind === 'unreachable' ? times.probeAgainMs : times.probeEveryMs)
      judge(carrier.id)
    })
    return its.probing
  }

  async function examine(carrier: Carrier, its: Known): Promise<void> {
    const [result, webhook] = await Promise.all([
      carrier.probe === undefined ? null : checkWithin(carrier.probe.check(), times.probeDeadlineMs),
      isWebhookCarrier(carrier) ? (deps.callOurself?.(carrier.id) ?? null) : null,
    ])
    its.probe = result
    its.unreachable = result?.kind === 'unreachable' ? its.unreachable + 1 : 0
    its.webhook = webhook === null ? null : { ...webhook, at: clock() }
  }

  /** Tells when the verdict changed; an outage is told of once. */
  function judge(carrierId: CarrierId): void {
    const its = of(carrierId)
    const { state, sentence } = verdictOf(carrierId, its)
    if (state === its.state && sentence === its.sentence) return
    const before = its.state
    its.sentence = sentence
    if (state !== before) {
      its.state = state
      its.since = clock()
      if (state === 'down') log.error({ code: 'carrier-down', carrierId }, `A carrier is down. ${sentence}`)
      else if (before === 'down') log.info({ code: 'carrier-up', carrierId }, 'A carrier is back')
    }
    for (const listener of changeListeners) listener(carrierId, health(carrierId))
  }

  function verdictOf(carrierId: CarrierId, its: Known) {
    const now = clock()
    const recent = recentOf(its, now)
    return judgeCarrier(
      {
        fault: carriers.faultOf(carrierId),
        breaker: its.breaker.state(now),
        lastFailure: its.lastFailure,
        probe: its.probe,
        unreachable: its.unreachable,
        webhook: its.webhook,
        attempts: recent.length,
        failures: recent.filter(({ works }) => !works).length,
        inboundAt: its.inboundAt,
        successAt: its.successAt,
      },
      now,
    )
  }

  function recentOf(its: Known, now: Millis) {
    if (its.attempts.length > mostAttempts || (its.attempts[0]?.at ?? now) < now - windowMs)
      its.attempts = its.attempts.filter(({ at }) => at >= now - windowMs).slice(-mostAttempts)
    return its.attempts
  }

  function health(carrierId: CarrierId): Health {
    const its = of(carrierId)
    const { state, sentence } = verdictOf(carrierId, its)
    const recent = recentOf(its, clock())
    return {
      state,
      sentence,
      since: its.since,
      lastInboundAt: its.inboundAt,
      lastSuccessAt: its.successAt,
      errorRate: recent.length === 0 ? null : recent.filter(({ works }) => !works).length / recent.length,
      expiresAt: its.probe?.kind === 'valid' ? its.probe.expiresAt : null,
      webhook: its.webhook,
    }
  }

  async function save(): Promise<void> {
    unsaved = false
    savedAt = clock()
    const seen = [...known].map(([carrierId, { inboundAt, successAt }]) => ({
      carrierId,
      inboundAt,
      successAt,
    }))
    try {
      await store.saveCarrierSeen(seen)
    } catch (error) {
      log.warn({ err: error }, 'When carriers were last seen could not be stored')
    }
  }

  const sending: SendHealth = {
    room(carrierId, underWay) {
      const its = of(carrierId)
      const now = clock()
      if (its.breaker.state(now) === 'half-open' && !its.cleared) return 0
      return its.breaker.room(now, underWay)
    },
    attempted(carrierId, outcome) {
      const its = of(carrierId)
      const now = clock()
      const tryAt = its.breaker.tryAt()
      its.breaker.attempted(outcome, now)
      // The one trial is used up; a carrier that asks for patience leaves it open.
      if (its.breaker.tryAt() !== tryAt) its.cleared = false
      its.outcomes.set(outcome.kind, (its.outcomes.get(outcome.kind) ?? 0) + 1)
      const works = whatItSays(outcome)
      if (works !== null) its.attempts.push({ at: now, works })
      if (outcome.kind === 'taken') {
        its.successAt = now
        unsaved = true
      }
      if (works === false) its.lastFailure = 'reason' in outcome ? outcome.reason : null
      judge(carrierId)
    },
    onReady: (listener) => subscribe(readyListeners, listener),
  }

  return {
    ...sending,
    received(carrierId: CarrierId): void {
      of(carrierId).inboundAt = clock()
      unsaved = true
    },
    of: health,
    /** Asks now. */
    async test(carrierId: CarrierId): Promise<Health> {
      const carrier = carriers.find(carrierId)
      if (carrier !== undefined) await probe(carrier)
      return health(carrierId)
    },
    /** Its account was changed: what was known of it says nothing of the new one. */
    changed(carrierId: CarrierId): void {
      const { inboundAt, successAt } = of(carrierId)
      known.delete(carrierId)
      Object.assign(of(carrierId), { inboundAt, successAt })
      tellReady()
    },
    /** Those that were ever asked about or used, for metrics. */
    all: () =>
      [...known].map(([carrierId, { outcomes }]) => ({ carrierId, outcomes, health: health(carrierId) })),
    onChanged: (listener: (carrierId: CarrierId, health: Health) => void): Unsubscribe =>
      subscribe(changeListeners, listener),
    async close(): Promise<void> {
      clearInterval(timer)
      await Promise.all([...known.values()].map(({ probing }) => probing))
      if (unsaved) await save()
    },
  }
}

export type CarrierHealth = ReturnType<typeof startCarrierHealth>

function subscribe<T>(listeners: Set<T>, listener: T): Unsubscribe {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

async function checkWithin(checking: Promise<ProbeResult>, ms: number): Promise<ProbeResult> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<ProbeResult>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'unreachable', reason: `no answer within ${ms / 1000} s` }), ms)
  })
  try {
    return await Promise.race([checking, late])
  } catch (error) {
    return { kind: 'unreachable', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
