import { addressKey } from '../domain/address.ts'
import { groupName } from '../domain/directory.ts'
import type { CarrierId, Extension, Millis } from '../domain/ids.ts'
import type { OutboundMessage } from '../domain/message.ts'
import { summaryOf } from '../domain/message-content.ts'
import type { Clock, Log, RandomSource } from './ports/ambient.ts'
import type { Carrier } from './ports/carriers.ts'
import type { Panels } from './ports/panels.ts'
import type { Pbx, Phones, SipMessenger } from './ports/pbx.ts'
import type { Store } from './ports/store.ts'
import type { OutboxItem, OutboxResult } from './ports/store-requests.ts'

export interface OutboxDeps {
  readonly store: Store
  readonly carriers: (id: CarrierId) => Carrier | undefined
  readonly messenger: SipMessenger
  readonly phones: Phones
  readonly panels: Pick<Panels, 'isOpen'>
  readonly pbx: Pbx
  /** Gives the files of a message addresses that its carrier can fetch them from. */
  readonly link?: (message: OutboundMessage) => OutboundMessage
  /** The host part of the SIP URI that phone alerts come from. */
  readonly sipDomain: string
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
}

/** How often the outbox is looked at without being told to: what waits for a retry tells nobody. */
const pollMs = 1000
const concurrency = 64
/** A reply that could not leave for so long fails, with "send again". */
const messageLifetimeMs: Millis = 60 * 60 * 1000
/** An alert that late helps nobody. */
const alertLifetimeMs: Millis = 5 * 60 * 1000
const firstRetryMs = 1000
const longestRetryMs = 60 * 1000
/** A phone shows a few lines at most, and AMI carries 745 bytes. */
const alertPreviewLength = 160

/** Sends what was committed to be sent: each item claimed, attempted once, settled by what is known of it. */
export function startOutbox(deps: OutboxDeps) {
  const { store, log } = deps
  const underWay = new Set<Promise<void>>()
  let claiming = false
  let closed = false

  const unsubscribe = store.onOutbox(() => wake())
  const timer = setInterval(wake, pollMs)
  wake()

  function wake(): void {
    if (closed || claiming || underWay.size >= concurrency) return
    claiming = true
    claim()
      .catch((error: unknown) => log.error({ err: error }, 'The outbox could not be read'))
      .finally(() => {
        claiming = false
      })
  }

  async function claim(): Promise<void> {
    for (;;) {
      const room = concurrency - underWay.size
      if (closed || room <= 0) return
      const items = await store.claimOutbox(deps.clock(), room)
      if (items.length === 0) return
      for (const item of items) track(handle(item))
    }
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => log.error({ err: error }, 'An outbox item could not be settled'))
      .finally(() => {
        underWay.delete(tracked)
        wake()
      })
    underWay.add(tracked)
  }

  async function handle(item: OutboxItem): Promise<void> {
    const result = item.kind === 'message' ? await sendMessage(item) : await alertPhone(item)
    await store.settleOutbox(item.id, result, deps.clock())
    log.info(
      { outboxId: item.id, kind: item.kind, attempt: item.attempt, result: result.kind },
      'Outbox item settled',
    )
  }

  async function sendMessage(item: Extract<OutboxItem, { kind: 'message' }>): Promise<OutboxResult> {
    if (deps.clock() - item.createdAt > messageLifetimeMs) return expired()
    const carrier = deps.carriers(item.carrierId)
    if (carrier === undefined) return retry(item, 'the carrier is disabled or removed', null)
    try {
      const outcome = await carrier.send(deps.link?.(item.message) ?? item.message)
      if (outcome.kind !== 'not-processed') return { kind: 'done', outcome }
      return retry(item, outcome.reason, outcome.retryAfterMs)
    } catch (error) {
      // A carrier that throws may have sent before it did.
      log.error({ err: error, carrierId: item.carrierId }, 'A carrier failed while sending')
      return { kind: 'done', outcome: { kind: 'unknown', reason: 'the carrier adapter failed' } }
    }
  }

  async function alertPhone(item: Extract<OutboxItem, { kind: 'phone-alert' }>): Promise<OutboxResult> {
    const conversation = store.conversation(item.conversationId)
    const message = store.message(item.messageId)
    const done = {
      kind: 'done',
      outcome: { kind: 'taken', carrierMessageId: null, state: 'accepted' },
    } as const
    if (conversation === null || message === null || deps.clock() - item.createdAt > alertLifetimeMs)
      return done
    // Whoever had the conversation transferred meanwhile must not be called to it any more.
    if (conversation.designated !== item.extension) return done
    // He opened his panel meanwhile, and sees it there.
    if (deps.panels.isOpen(item.extension)) return done
    const reader = { pbxId: conversation.group.pbxId, extension: item.extension }
    if (store.personal(reader, [conversation.id]).get(conversation.id)?.muted === true) return done
    const group = groupName(deps.pbx.snapshot().directory, conversation.group)
    const body = summaryOf(message.content)
    const preview = body.length > alertPreviewLength ? `${body.slice(0, alertPreviewLength)}…` : body
    const text = `${addressKey(conversation.customer.address)} | ${group}: ${preview}`
    const rang = await ringPhones(item.extension, text)
    return rang ? done : retry(item, 'the PBX is not answering', null)
  }

  /** Each registered phone, since Asterisk would ring the last one alone. False when none could be asked. */
  async function ringPhones(extension: Extension, text: string): Promise<boolean> {
    const from = `sip:parley@${deps.sipDomain}`
    let contacts: readonly string[]
    try {
      contacts = await deps.phones.contactsOf(extension)
    } catch (error) {
      log.warn({ err: error, extension }, 'The phones of an extension could not be asked for')
      return false
    }
    if (contacts.length === 0) return deps.pbx.snapshot().freshness === 'live'
    const outcomes = await Promise.all(contacts.map((to) => deps.messenger.sendText({ to, from, text })))
    // One that rang is enough: asking again would ring it twice.
    return outcomes.some(({ kind }) => kind !== 'link-down')
  }

  function retry(item: OutboxItem, reason: string, retryAfterMs: number | null): OutboxResult {
    const backoffMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(item.attempt - 1, 10))
    const waitMs = Math.max(retryAfterMs ?? 0, backoffMs * (0.5 + deps.random() / 2))
    return { kind: 'retry', notBefore: deps.clock() + waitMs, reason }
  }

  return {
    /** Takes nothing new, and waits for what is being sent. */
    async close(): Promise<void> {
      closed = true
      clearInterval(timer)
      unsubscribe()
      await Promise.all(underWay)
    },
  }
}

function expired(): OutboxResult {
  const failure = {
    code: 'expired',
    carrierCode: null,
    sentence: 'It could not be sent for an hour. Send it again if it still matters.',
  } as const
  return { kind: 'done', outcome: { kind: 'refused', failure } }
}
