import type { CarrierId } from '../../domain/ids.ts'
import type { Log } from '../ports/ambient.ts'
import type { Carrier, CarrierAccount, SendLimits } from '../ports/carriers.ts'
import type { Store } from '../ports/store.ts'
import { concealSecrets } from './conceal-secrets.ts'

export interface CarrierAccountsDeps {
  readonly store: Store
  /** Throws an error whose message names what is wrong in the settings and where. */
  readonly build: (account: CarrierAccount) => Carrier
  readonly log: Log
}

/** What was wrong with an account, as a sentence for the administrator. */
export class InvalidCarrierAccount extends Error {}

/** The carriers at work: built from their stored accounts, rebuilt when an account changes. */
export function createCarrierAccounts({ store, build, log }: CarrierAccountsDeps) {
  const atWork = new Map<CarrierId, Carrier>()
  /** Of those at work: what is not secret. */
  const settings = new Map<CarrierId, CarrierAccount['settings']>()
  /** Why an enabled account is not at work. */
  const faults = new Map<CarrierId, string>()

  function putToWork(account: CarrierAccount, carrier: Carrier): void {
    atWork.set(account.id, carrier)
    settings.set(account.id, account.settings)
    faults.delete(account.id)
  }

  for (const account of store.carriers()) {
    if (!account.enabled) continue
    try {
      putToWork(account, build(account))
    } catch (error) {
      faults.set(account.id, messageOf(error))
      // One account that an upgrade made invalid must not keep the others from working.
      log.error(
        { carrierId: account.id, reason: messageOf(error) },
        'A carrier cannot work with its settings',
      )
    }
  }

  return {
    find: (id: CarrierId): Carrier | undefined => atWork.get(id),

    atWork: (): readonly Carrier[] => [...atWork.values()],

    /** Why an enabled account is not at work; null where it is, or is meant to rest. */
    faultOf: (id: CarrierId): string | null => faults.get(id) ?? null,

    /** What its account says, nothing secret; empty for one that is not at work. */
    settingsOf: (id: CarrierId): CarrierAccount['settings'] => settings.get(id) ?? {},

    /** The carrier's own limits, unless the account's `messagesPerSecond` says otherwise. */
    limitsOf(id: CarrierId): SendLimits | undefined {
      const own = atWork.get(id)?.limits
      const perSecond = settings.get(id)?.messagesPerSecond
      if (own === undefined || typeof perSecond !== 'number' || !(perSecond > 0)) return own
      return { ...own, perSecond }
    },

    /** What a carrier sent, without the secrets of its account. */
    concealed(id: CarrierId, bytes: Uint8Array): Uint8Array {
      const account = store.carriers().find((each) => each.id === id)
      return concealSecrets(bytes, Object.values(account?.secrets ?? {}))
    },

    /** The stored accounts, secrets included: for the process itself, never for an answer. */
    accounts: () => store.carriers(),

    /** Checks, stores and puts to work. Throws `InvalidCarrierAccount`, and then nothing has changed. */
    async save(account: CarrierAccount): Promise<void> {
      let carrier: Carrier
      try {
        carrier = build(account)
      } catch (error) {
        throw new InvalidCarrierAccount(messageOf(error))
      }
      await store.saveCarrier(account)
      const before = atWork.get(account.id)
      if (account.enabled) putToWork(account, carrier)
      else {
        atWork.delete(account.id)
        faults.delete(account.id)
      }
      await before?.close()
    },

    /** Takes it from work and forgets it. False where there is none. */
    async remove(id: CarrierId): Promise<boolean> {
      const removed = await store.deleteCarrier(id)
      const before = atWork.get(id)
      atWork.delete(id)
      settings.delete(id)
      faults.delete(id)
      await before?.close()
      return removed
    },

    async close(): Promise<void> {
      await Promise.all([...atWork.values()].map((carrier) => carrier.close()))
      atWork.clear()
    },
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export type CarrierAccounts = ReturnType<typeof createCarrierAccounts>
