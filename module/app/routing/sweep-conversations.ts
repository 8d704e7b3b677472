import { type ConversationState, owesAnswerSince } from '../../domain/conversation.ts'
import {
  decideUnanswered,
  type RoutingContext,
  reachedByPhoneOnly,
} from '../../domain/designation/routing.ts'
import { settingsOf } from '../../domain/designation/routing-context.ts'
import type { GroupSettings } from '../../domain/directory/group-settings.ts'
import { succeed } from '../../domain/failures.ts'
import { type ConversationId, type GroupKey, type GroupRef, groupKey, groupOfKey } from '../../domain/ids.ts'
import type { Log } from '../ports/ambient.ts'
import { type RoutingDeps, routingContext, underRule } from './routing-context.ts'

export interface SweepDeps extends RoutingDeps {
  readonly log: Log
  /** How often what is due is looked for. */
  readonly everyMs?: number
  /** Called with each sweep: what waits is looked at as well, for whatever told nobody. */
  readonly onSweep: () => void
}

const batchSize = 200

/**
 * Does what time alone makes due: calls an agent again to what he left unanswered, gives it to somebody else, closes
 * what nobody has touched for long. Reads what is due from the store each time, so a restart forgets none of it.
 */
export function startSweep(deps: SweepDeps) {
  const { clock, log, store } = deps
  let running: Promise<void> | null = null
  let closed = false

  async function sweep(): Promise<void> {
    deps.onSweep()
    for (const key of store.knownGroups()) {
      if (closed) return
      const group = groupOfKey(key)
      const { settings } = store.groupSettings(group)
      await remindAndEscalate(key, group, settings)
      if (settings.closeAfterMs !== null) await closeIdle(key, settings.closeAfterMs)
    }
  }

  async function remindAndEscalate(key: GroupKey, group: GroupRef, settings: GroupSettings): Promise<void> {
    const soonestMs = soonest(group, settings)
    if (soonestMs === null) return
    for (let after = 0; ; ) {
      const batch = store.owing(key, clock() - soonestMs, after, batchSize)
      for (const { id } of batch) await hurry(group, id)
      const last = batch.at(-1)
      if (last === undefined || batch.length < batchSize || closed) return
      after = last.place
    }
  }

  /** The shortest time after which anything is due in this group; null when nothing ever is. */
  function soonest(group: GroupRef, settings: GroupSettings): number | null {
    const context = routingContext(deps, group)
    const ruled = store
      .ruleSet()
      .rules.filter(({ destination }) => groupKey(destination) === groupKey(group))
      .map(({ id }) => settingsOf(underRule(context, store, id)))
    const times = [settings, ...ruled].flatMap(({ sticky, remindAfterMs, escalateAfterMs }) => [
      remindAfterMs,
      escalateAfterMs,
      sticky.kind === 'unanswered' ? sticky.afterMs : null,
    ])
    const due = times.filter((time) => time !== null)
    return due.length === 0 ? null : Math.min(...due)
  }

  async function hurry(group: GroupRef, conversationId: ConversationId): Promise<void> {
    const context = forWhatHeSaw(routingContext(deps, group), group, conversationId)
    const request = { conversationId, expectedVersion: null, at: context.at }
    const given = await store.commitDesignation(request, (state) =>
      succeed(decideUnanswered(state, underRule(context, store, state.conversation.ruleId))),
    )
    if (!given.ok || given.value.decisionId !== null) return
    const remindAfterMs = context.settings?.remindAfterMs ?? null
    if (remindAfterMs === null) return
    await store.commitReminder({ conversationId, at: context.at }, (conversation) =>
      isReminderDue(conversation, remindAfterMs, context.at) && conversation.designated !== null
        ? { alertPhone: reachedByPhoneOnly(conversation.designated, context) }
        : null,
    )
  }

  /** Who has looked at it is neither called again nor relieved of it for not having looked. */
  function forWhatHeSaw(context: RoutingContext, { pbxId }: GroupRef, id: ConversationId): RoutingContext {
    const conversation = store.conversation(id)
    const extension = conversation?.designated ?? null
    // One that came from another group with its messages left there has nothing here to have read.
    if (extension === null || conversation?.lastMessage == null || context.settings === undefined)
      return context
    const unread = store.personal({ pbxId, extension }, [id]).get(id)?.unread ?? 0
    if (unread > 0) return context
    return { ...context, settings: { ...context.settings, remindAfterMs: null, escalateAfterMs: null } }
  }

  async function closeIdle(key: GroupKey, closeAfterMs: number): Promise<void> {
    for (;;) {
      const at = clock()
      const idle = store.idle(key, at - closeAfterMs, batchSize)
      for (const conversationId of idle) {
        await store.commitStatus(
          {
            conversationId,
            expectedVersion: null,
            at,
            actor: { kind: 'pbx', name: 'Parley' },
            reason: 'idle',
          },
          ({ activeAt, status }) => succeed((activeAt ?? at) <= at - closeAfterMs ? 'closed' : status),
        )
      }
      if (idle.length < batchSize || closed) return
    }
  }

  function now(): Promise<void> {
    running ??= sweep()
      .catch((error: unknown) => log.error({ err: error }, 'What is due could not be looked through'))
      .finally(() => {
        running = null
      })
    return running
  }

  const timer = setInterval(() => void now(), deps.everyMs ?? 5000)
  timer.unref()

  return {
    now,
    async close(): Promise<void> {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}

/** Once for each time that somebody is asked: a new agent or a new wait begins anew. */
function isReminderDue(conversation: ConversationState, afterMs: number, at: number): boolean {
  const since = owesAnswerSince(conversation)
  if (since === null || conversation.status === 'closed' || at - since < afterMs) return false
  return (conversation.remindedAt ?? 0) < since
}
