import type { PersonWire } from '../../module/contract/api/groups.ts'
import { words } from './words/words.ts'

/** A person's state in two or three words, in the panel's language; the server's own summary is English. */
export function presenceWords(person: PersonWire): string {
  const say = words().presence
  if (person.away === true) return person.awayReason === undefined ? say.away : say.awayFor(person.awayReason)
  if (isUnknown(person)) return say.unknown
  if (!person.loggedIn) return say.notLoggedIn
  if (person.dnd === 'on') return say.dnd
  if (person.paused) return person.pausedReason ? say.pausedFor(person.pausedReason) : say.paused
  switch (person.call) {
    case 'on-call':
      return say.onCall
    case 'on-hold':
      return say.onHold
    case 'ringing':
      return say.ringing
    case 'wrap-up':
      return say.wrapUp
    case 'idle':
    case 'unknown':
      if (person.panelOpen) return say.available
      return person.registration === 'registered' ? say.phoneOnly : say.offline
    default:
      return person.call satisfies never
  }
}

/** The PBX says nothing at all of him. */
const isUnknown = ({ registration, call, dnd }: PersonWire): boolean =>
  registration === 'unknown' && call === 'unknown' && dnd === 'unknown'
