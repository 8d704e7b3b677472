import type { TimelineEntry } from '../../app/ports/stored.ts'
import type { TimelineWire } from '../../contract/api/messages.ts'
import { explainDecision } from '../../domain/designation/explain.ts'
import { type Directory, groupName } from '../../domain/directory/directory.ts'
import { groupOfKey } from '../../domain/ids.ts'
import { groupWire, time } from './wire.ts'

type Item = TimelineWire['items'][number]
type StatusEntry = Extract<TimelineEntry, { kind: 'status' }>

export function timelineWire(entry: TimelineEntry, directory: Directory): Item {
  const at = time(entry.at)
  if (entry.kind === 'decision') {
    const { actor, id, note } = entry.decision
    return {
      kind: 'designation',
      id,
      at,
      sentence: explainDecision(entry.decision),
      actor: { kind: actor.kind, name: actor.name },
      note,
      status: null,
      other: null,
    }
  }
  return {
    kind: 'status',
    id: entry.id,
    at,
    sentence: statusSentence(entry, directory),
    actor: { kind: entry.actor.kind, name: entry.actor.name },
    note: entry.note,
    status: entry.status,
    other:
      entry.other === null
        ? null
        : { id: entry.other.id, group: groupWire(directory, groupOfKey(entry.other.groupKey)) },
  }
}

function statusSentence({ actor, note, other, reason, status }: StatusEntry, directory: Directory): string {
  const group = other === null ? 'another group' : groupName(directory, groupOfKey(other.groupKey))
  const noted = note === null ? '' : `, with the note “${note}”`
  switch (reason) {
    case 'continued-in':
      return `${actor.name} transferred the customer to ${group}${noted}. The conversation goes on there.`
    case 'continued-from':
      return `${actor.name} transferred the customer here from ${group}${noted}.`
    case 'idle':
      return 'Closed by itself, since nothing happened in it for long.'
    case null:
      if (status === 'closed') return `${actor.name} closed the conversation.`
      return actor.kind === 'customer'
        ? `${actor.name} wrote again, which opened the conversation.`
        : `${actor.name} opened the conversation again.`
    default:
      return reason satisfies never
  }
}
