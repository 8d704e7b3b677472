import type { Schedule, ScheduleKey } from '../../domain/rules/schedule.ts'
import { scheduleKey } from '../../domain/rules/schedule.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import type { TimeConditionReading } from './time-conditions.ts'

/** What decides over all schedules, as last read. */
export interface ScheduleFacts {
  readonly conditions: readonly TimeConditionReading[]
  readonly flows: readonly string[]
  /** AstDB `TC/<id>`, the override: `true`, `false`, either with `_sticky`, or empty for none. */
  readonly overrides: ReadonlyMap<string, string>
  /** AstDB `DAYNIGHT/C<id>`: DAY or NIGHT. */
  readonly modes: ReadonlyMap<string, string>
  /** By time, what Asterisk's own clock and zones say of it; nothing where it would not say. */
  readonly holds: ReadonlyMap<string, boolean>
  /** Of `Custom:TC<id>` and `Custom:DAYNIGHT<id>`. */
  readonly deviceStates: ReadonlyMap<string, string>
}

const timeConditionDevice = (id: string): string => `Custom:TC${id}`
const callFlowDevice = (id: string): string => `Custom:DAYNIGHT${id}`

/** Whether an event of this device can only mean that a schedule changed. */
export const isScheduleDevice = (device: string): boolean => /^Custom:(?:TC|DAYNIGHT)\d+$/.test(device)

/** `DBGetTree TC` or `DAYNIGHT`: `/TC/1` → `true_sticky`; what lies deeper is passed over. */
export function readFamily(answer: readonly AmiMessage[]): Map<string, string> {
  const values = new Map<string, string>()
  for (const message of answer) {
    const key = /^\/[^/]+\/([^/]+)$/.exec(field(message, 'key') ?? '')?.[1]
    if (key !== undefined) values.set(key, field(message, 'val') ?? '')
  }
  return values
}

export function schedulesOf(facts: ScheduleFacts): Map<ScheduleKey, Schedule> {
  const schedules: Schedule[] = [
    ...facts.conditions.map((condition) => ({
      kind: 'time-condition' as const,
      id: condition.id,
      name: null,
      open: isOpen(condition, facts),
    })),
    ...facts.flows.map((id) => ({
      kind: 'call-flow' as const,
      id,
      name: null,
      open: opposite(isNight(id, facts)),
    })),
  ]
  return new Map(schedules.map((schedule) => [scheduleKey(schedule), schedule]))
}

/** The override, then a call flow control, then the times; where those can't tell, the lamp. */
function isOpen(condition: TimeConditionReading, facts: ScheduleFacts): boolean | 'unknown' {
  const override = facts.overrides.get(condition.id) ?? ''
  if (override.startsWith('true')) return true
  if (override.startsWith('false')) return false
  const forcing = condition.forcedBy.find(({ flow, mode }) => isNight(flow, facts) === (mode === 'NIGHT'))
  if (forcing !== undefined) return forcing.open
  return byTimes(condition, facts) ?? byLamp(condition, facts)
}

function byTimes({ times }: TimeConditionReading, { holds }: ScheduleFacts): boolean | null {
  if (times === null || times.some((spec) => !holds.has(spec))) return null
  return times.some((spec) => holds.get(spec))
}

/** FreePBX's minute job keeps it, so it lags, and a new one reads open until the job has run. */
function byLamp(
  { id, isInverted }: TimeConditionReading,
  { deviceStates }: ScheduleFacts,
): boolean | 'unknown' {
  const state = deviceStates.get(timeConditionDevice(id))
  if (state !== 'INUSE' && state !== 'NOT_INUSE') return 'unknown'
  return (state === 'NOT_INUSE') !== isInverted
}

function isNight(flow: string, { modes, deviceStates }: ScheduleFacts): boolean | 'unknown' {
  const mode = modes.get(`C${flow}`)
  if (mode === 'DAY' || mode === 'NIGHT') return mode === 'NIGHT'
  const state = deviceStates.get(callFlowDevice(flow))
  return state === 'INUSE' || state === 'NOT_INUSE' ? state === 'INUSE' : 'unknown'
}

const opposite = (value: boolean | 'unknown'): boolean | 'unknown' => (value === 'unknown' ? value : !value)
