import type { DialplanStep } from './dialplan.ts'
import { splitArguments, splitOutside, stepsByNumber } from './dialplan.ts'
import { excerpt } from './dialplan-place.ts'
import type { RingGroupReading, RingGroupsReading } from './ring-groups.ts'
import { unreadableGroup } from './ring-groups.ts'

/**
 * The ring groups of a context that an administrator wrote by hand and named: each number in it whose way holds a
 * `Dial(PJSIP/101&PJSIP/102,…)`. Several Dials one after the other are a hunt in their order.
 */
export function readPlainRingGroups(steps: readonly DialplanStep[]): RingGroupsReading {
  const groups: RingGroupReading[] = []
  const unreadable: RingGroupsReading['unreadable'][number][] = []
  for (const [number, own] of stepsByNumber(steps)) {
    const dials = own.filter(({ application }) => application.toLowerCase() === 'dial')
    const lists = dials.map((step) => ({ step, list: devicesOfDial(step.data) }))
    const [bad] = lists.filter(({ list }) => list === null)
    if (bad !== undefined) {
      unreadable.push(unreadableGroup(number, bad.step, `it dials nothing known: ${excerpt(bad.step.data)}`))
    } else if (lists.length > 0) {
      groups.push({
        number,
        strategy: lists.length > 1 ? 'hunt' : 'ringall',
        list: lists.flatMap(({ list }) => list ?? []),
      })
    }
  }
  return { groups, unreadable }
}

/** `PJSIP/101&PJSIP/102,20,tT` gives both devices; null where a variable hides who is dialled. */
function devicesOfDial(data: string): string[] | null {
  const devices = splitOutside(splitArguments(data)[0] ?? '', '&').map(deviceOf)
  return devices.length > 0 && devices.every((device) => device !== null) ? devices : null
}

/** A device as a hint would name it; `${PJSIP_DIAL_CONTACTS(101)}` stands for all contacts of `PJSIP/101`. */
function deviceOf(text: string): string | null {
  const dialled = text.trim()
  const endpoint = /^\$\{PJSIP_DIAL_CONTACTS\(([\w.@-]{1,80})\)\}$/i.exec(dialled)?.[1]
  if (endpoint !== undefined) return `PJSIP/${endpoint}`
  return /^[A-Za-z0-9_]+\/[^${}\s"]+$/.test(dialled) ? dialled : null
}
