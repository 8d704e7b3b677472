import { opennessOf } from '../../domain/rules/rule-hours.ts'
import { findRule } from '../../domain/rules/rules.ts'
import type { Log } from '../ports/ambient.ts'
import { momentOf, type RoutingDeps } from './receive-inbound.ts'

export interface ReleaseHeldDeps extends Pick<RoutingDeps, 'store' | 'pbx' | 'clock'> {
  readonly log: Log
  /** Something may be designated now. */
  readonly onReleased: () => void
}

/** Hours begin on whole minutes, and nobody notices less than this. */
const checkEveryMs = 10_000

/**
 * Lets go of conversations that waited for a rule's hours, as soon as they begin. What a rule that is gone or
 * switched off held is let go too, since its hours would never come. Looks at the clock, not at a plan made
 * earlier, so that restarts, changed rules and a PBX switched to "open" by hand need nothing special.
 */
export function startReleaseHeld({ store, pbx, clock, log, onReleased }: ReleaseHeldDeps) {
  let running = Promise.resolve()

  async function release(): Promise<void> {
    const held = store.held()
    if (held.length === 0) return
    const moment = momentOf({ clock, pbx })
    const ruleSet = store.ruleSet()
    const due = held.filter(({ ruleId }) => {
      const rule = findRule(ruleSet, ruleId)
      return rule === null || !rule.enabled || opennessOf(rule.hours, moment).open
    })
    if (due.length === 0) return
    await store.releaseHeld(due.map(({ id }) => id))
    onReleased()
  }

  function check(): Promise<void> {
    running = running.then(release).catch((error: unknown) => {
      log.error({ err: error }, 'Conversations held until the hours begin could not be released')
    })
    return running
  }

  const timer = setInterval(() => void check(), checkEveryMs)
  timer.unref()
  const stop = pbx.onChanged(() => void check())
  return {
    /** Looks now; resolves when what was due is released. */
    check,
    async close(): Promise<void> {
      clearInterval(timer)
      stop()
      await running
    },
  }
}
