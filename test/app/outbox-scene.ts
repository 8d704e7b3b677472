import { join } from 'node:path'
import type { Carrier, SendLimits } from '../../module/app/ports/carriers.ts'
import type { Store } from '../../module/app/ports/store.ts'
import type { CarrierHealth, HealthTimes } from '../../module/app/sending/carrier-health.ts'
import { startCarrierHealth } from '../../module/app/sending/carrier-health.ts'
import { startInquiries } from '../../module/app/sending/inquire-unknown.ts'
import { startOutbox } from '../../module/app/sending/run-outbox.ts'
import { emptyDirectory } from '../../module/domain/directory/directory.ts'
import { succeed } from '../../module/domain/failures.ts'
import {
  asCarrierId,
  asPbxId,
  type CarrierId,
  type ConversationId,
  type MessageId,
} from '../../module/domain/ids.ts'
import type { OutboundMessage } from '../../module/domain/message/message.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { keptLog } from '../carriers/kept-log.ts'
import { conversationWith, some, value } from '../store/store-contract.ts'
import { ann, inbound, newId, number, quickDisk, scratchFolder, secretKey } from '../store/store-samples.ts'

/** A carrier as the outbox sees it, which does what the test says with each message. */
export interface FakeCarrier extends Carrier {
  readonly sent: OutboundMessage[]
}

export function fakeCarrier(
  id: string,
  send: (message: OutboundMessage, nth: number) => ReturnType<Carrier['send']>,
  over: Partial<Omit<Carrier, 'limits'>> & { limits?: Partial<SendLimits> } = {},
): FakeCarrier {
  const sent: OutboundMessage[] = []
  const limits = {
    perSecond: 10_000,
    perPairMs: 0,
    longestText: 1600,
    media: null,
    windowMs: {},
    ...over.limits,
  }
  return {
    channels: ['sms'],
    numbers: null,
    close: async () => {},
    ...over,
    id: asCarrierId(id),
    limits,
    sent,
    send(message) {
      sent.push(message)
      return send(message, sent.length)
    },
  }
}

export const takes: Carrier['send'] = async ({ messageId }) => ({
  kind: 'taken',
  carrierMessageId: `sm-${messageId}`,
  state: 'accepted',
})

export const never = (): Promise<never> => new Promise(() => {})

const until = async (condition: () => boolean, what: string): Promise<void> => {
  const deadline = performance.now() + 30_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it never came to be that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

let customers = 0

/** The real store and the real outbox between scripted carriers. Its clock may be moved ahead. */
export function outboxScene(
  t: { teardown(done: () => unknown): unknown },
  carriers: readonly Carrier[],
  options: { healthTimes?: Partial<HealthTimes>; sendDeadlineMs?: number; withHealth?: boolean } = {},
) {
  const file = join(scratchFolder(t, quickDisk()), 'parley.db')
  let aheadMs = 0
  const clock = () => Date.now() + aheadMs
  const log = keptLog()
  const find = (id: CarrierId) => carriers.find((carrier) => carrier.id === id)
  const open = (): Store => openSqliteStore({ file, newId, secretKey, clock })
  let store = open()
  let health: CarrierHealth | null = null
  let running: { close(): Promise<void> }[] = []

  function start(): void {
    const accounts = { find, atWork: () => carriers, faultOf: () => null }
    health = startCarrierHealth({
      store,
      carriers: accounts,
      clock,
      log,
      times: { lookEveryMs: 5, ...options.healthTimes },
    })
    const outbox = startOutbox({
      store,
      carriers: find,
      ...(options.withHealth === false ? {} : { health }),
      messenger: { sendText: async () => ({ kind: 'handed-over' }), onSpooled: () => () => {} },
      phones: { contactsOf: async () => ['pjsip:101'] },
      panels: { isOpen: () => false },
      pbx: {
        snapshot: () => ({
          directory: emptyDirectory(asPbxId('main')),
          presence: new Map(),
          freshness: 'live',
        }),
        health: () => ({ ami: { kind: 'connecting' }, ari: { kind: 'connecting' } }),
        onChanged: () => () => {},
      },
      sipDomain: 'pbx',
      clock,
      random: () => 0.5,
      log,
      times: {
        pollMs: 5,
        firstRetryMs: 2,
        longestRetryMs: 10,
        sendDeadlineMs: options.sendDeadlineMs ?? 60_000,
      },
    })
    running = [outbox, startInquiries({ store, carriers: find, clock, log, pollMs: 5 }), health]
  }

  async function stop(): Promise<void> {
    for (const part of running.splice(0)) await part.close()
    await store.close()
  }
  t.teardown(stop)

  return {
    log,
    file,
    clock,
    store: () => store,
    health: (): CarrierHealth => {
      if (health === null) throw new Error('not started')
      return health
    },
    start,
    stop,
    /** As after a kill: what was under way is left as it stands. */
    async killAndRestart(): Promise<void> {
      // The sends under way go on with nobody to hear of them: a dead process hears nothing either.
      const dead = running.splice(0)
      await store.close()
      void Promise.all(dead.map((part) => part.close()))
      store = open()
      await store.settleInterrupted(clock())
      start()
    },
    ahead(ms: number) {
      aheadMs += ms
    },
    conversation: (carrierId: string): Promise<ConversationId> =>
      conversationWith(
        store,
        inbound({
          carrierId: asCarrierId(carrierId),
          sender: number(`+1555${String(++customers).padStart(7, '0')}`),
        }),
      ),
    /** An agent's reply, which goes back the way the customer wrote. */
    async write(conversationId: ConversationId, text: string): Promise<MessageId> {
      const request = { conversationId, author: ann, text, idempotencyKey: newId(), at: clock() }
      const written = await store.commitReply(request, ({ lastInbound }) =>
        succeed({ via: some(lastInbound), designation: null }),
      )
      return value(written).messageId
    },
    state: (id: MessageId) => store.message(id)?.state,
    until,
  }
}
