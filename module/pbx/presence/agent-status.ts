import type { AgentStatus } from '../../domain/directory/presence.ts'
import { asExtension, type Extension } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'

const values: readonly AgentStatus['value'][] = ['available', 'chat', 'away', 'dnd', 'xa', 'unavailable']

/**
 * A `PresenceStateList` answer, or one PresenceStateChange: `CustomPresence:101` → away, "lunch". Null for one
 * that was taken back (`not_set`).
 */
export function readAgentStatuses(answer: readonly AmiMessage[]): Map<Extension, AgentStatus | null> {
  const statuses = new Map<Extension, AgentStatus | null>()
  for (const message of answer) {
    const extension = /^CustomPresence:(\d+)$/i.exec(field(message, 'presentity') ?? '')?.[1]
    if (extension === undefined) continue
    const value = values.find((known) => known === field(message, 'status')?.toLowerCase())
    statuses.set(
      asExtension(extension),
      value === undefined
        ? null
        : { value, subtype: field(message, 'subtype') ?? '', message: field(message, 'message') ?? '' },
    )
  }
  return statuses
}
