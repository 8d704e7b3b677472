import type { DialplanStep } from './dialplan.ts'
import { stepsByNumber } from './dialplan.ts'
import type { UnreadableLine } from './dialplan-place.ts'
import { excerpt } from './dialplan-place.ts'
import { readTimeSpec } from './time-spec.ts'

/** Where FreePBX writes its time conditions, and its call flow controls. */
export const timeConditionContext = 'timeconditions'
export const callFlowContext = 'app-daynight'

/** One time condition as the dialplan decides it. */
export interface TimeConditionReading {
  readonly id: string
  /** It is open while any of these times is; null where something else than times decides, such as a calendar. */
  readonly times: readonly string[] | null
  /** "Invert BLF": its device state is INUSE while it is open. */
  readonly isInverted: boolean
  /** Call flow controls that in one of their modes decide in place of the times; the first that does. */
  readonly forcedBy: readonly Forcing[]
}

interface Forcing {
  readonly flow: string
  readonly mode: 'DAY' | 'NIGHT'
  readonly open: boolean
}

interface TimeConditionsReading {
  readonly conditions: readonly TimeConditionReading[]
  readonly unreadable: readonly UnreadableLine[]
}

export function readTimeConditions(steps: readonly DialplanStep[]): TimeConditionsReading {
  const unreadable: UnreadableLine[] = []
  const conditions = [...stepsByNumber(steps)].map(([id, own]) => {
    const reading = readTimeCondition(id, own)
    if (reading.unreadable !== null) unreadable.push(reading.unreadable)
    return reading.condition
  })
  return { conditions, unreadable }
}

/**
 * The way to a decision goes from the first priority to the label `falsestate`: times that jump to `truestate`,
 * perhaps a call flow control before them. Whatever else may jump on that way makes the times worth nothing.
 */
function readTimeCondition(
  id: string,
  steps: readonly DialplanStep[],
): { condition: TimeConditionReading; unreadable: UnreadableLine | null } {
  let times: string[] | null = []
  let isInverted = false
  const forcedBy: Forcing[] = []
  let unreadable: UnreadableLine | null = null
  for (const step of steps) {
    if (step.label === 'falsestate') break
    const application = step.application.toLowerCase()
    if (application === 'set') isInverted ||= /^DB\(TC\/\d+\/INUSESTATE\)=NOT_INUSE$/.test(step.data)
    else if (application === 'gotoiftime') {
      const spec = readTimeSpec(step.data.split('?', 1)[0] ?? '')
      if (spec === null)
        unreadable ??= { ...placeOf(step), of: `time condition ${id}`, reason: timeReason(step) }
      else times?.push(spec)
    } else if (application === 'gotoif') {
      const forcing = forcedByFlow(step.data)
      if (forcing === null) times = null
      else forcedBy.push(forcing)
    } else if (mayDecide.has(application)) times = null
  }
  return { condition: { id, times: unreadable === null ? times : null, isInverted, forcedBy }, unreadable }
}

const placeOf = ({ context, extension, priority }: DialplanStep) => ({ context, extension, priority })

const timeReason = (step: DialplanStep): string =>
  `its time is none that could be asked of Asterisk: ${excerpt(step.data)}`

/** Steps through which calendars and modules of others decide. */
const mayDecide = new Set(['agi', 'gosub', 'gosubif', 'macro', 'macroif', 'execif', 'goto', 'system'])

function forcedByFlow(data: string): Forcing | null {
  const [, flow, mode, to] =
    /^\$\["\$\{DB\(DAYNIGHT\/C(\d{1,4})\)\}" = "(DAY|NIGHT)"\]\?(truestate|falsestate)$/.exec(data) ?? []
  if (flow === undefined) return null
  return { flow, mode: mode === 'DAY' ? 'DAY' : 'NIGHT', open: to === 'truestate' }
}

/** The call flow controls that the dialplan has. */
export const readCallFlows = (steps: readonly DialplanStep[]): string[] => [...stepsByNumber(steps).keys()]
