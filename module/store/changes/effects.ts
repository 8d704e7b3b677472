import type { Log, Unsubscribe } from '../../app/ports/ambient.ts'
import type { CommittedEvent } from '../../domain/events.ts'

/** What a verb brings that others want to hear of, once it is committed. */
export interface Effects {
  readonly events: CommittedEvent[]
  /** The outbox may have become due. */
  outboxDue: boolean
  /** Files may have become due to be fetched. */
  mediaDue: boolean
}

export const noEffects = (): Effects => ({ events: [], outboxDue: false, mediaDue: false })

export interface Announcer {
  announce(effects: readonly Effects[]): void
  onCommitted(listener: (events: readonly CommittedEvent[]) => void): Unsubscribe
  onOutbox(listener: () => void): Unsubscribe
  onMedia(listener: () => void): Unsubscribe
}

/** Tells listeners what was committed. One that throws harms neither the others nor the store. */
export function createAnnouncer(log: Log): Announcer {
  const onEvents = new Set<(events: readonly CommittedEvent[]) => void>()
  const onDue = new Set<() => void>()
  const onMediaDue = new Set<() => void>()

  function guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      log.error({ err: error }, 'A listener of the store failed')
    }
  }

  function subscribe<T>(listeners: Set<T>, listener: T): Unsubscribe {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  return {
    announce(effects) {
      const events = effects.flatMap((effect) => effect.events)
      if (events.length > 0) for (const listener of [...onEvents]) guarded(() => listener(events))
      if (effects.some((effect) => effect.outboxDue)) for (const listener of [...onDue]) guarded(listener)
      if (effects.some((effect) => effect.mediaDue)) for (const listener of [...onMediaDue]) guarded(listener)
    },
    // Wrapped, so that one function subscribed twice is two subscriptions.
    onCommitted: (listener) => subscribe(onEvents, (events) => listener(events)),
    onOutbox: (listener) => subscribe(onDue, () => listener()),
    onMedia: (listener) => subscribe(onMediaDue, () => listener()),
  }
}
