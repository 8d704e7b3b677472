import type { AmiMessage } from './ami-message.ts'
import { eventName, field } from './ami-message.ts'

/**
 * What an event tells the whole state of: of two with one key the later says all that the earlier did, so a
 * flood needs no more room than the PBX has devices and members. Null for an event that stands by itself, and for
 * an item of an answer.
 */
export function eventKey(event: AmiMessage): string | null {
  if (field(event, 'actionid') !== undefined) return null
  const name = eventName(event)
  switch (name) {
    case 'devicestatechange':
      return `device ${field(event, 'device')}`
    case 'presencestatechange':
      return `presence ${field(event, 'presentity')}`
    case 'extensionstatus':
      return `hint ${field(event, 'exten')} ${field(event, 'context')}`
    case 'agentcomplete':
      return `complete ${field(event, 'queue')} ${field(event, 'interface')}`
    case 'userevent':
      return `user ${field(event, 'userevent')?.toLowerCase()}`
    case 'reload':
      return 'reload'
    default:
      return name?.startsWith('queuemember') === true
        ? `member ${field(event, 'queue')} ${field(event, 'interface')}`
        : null
  }
}

/** Added to an event that took the place of an earlier one, for whom repetitions mean something. */
export const mergedField = 'x-parley-merged'
