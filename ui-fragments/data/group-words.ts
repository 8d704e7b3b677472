import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'

const kindNames: Readonly<Record<GroupWire['kind'], string>> = {
  queue: 'Queue',
  'ring-group': 'Ring group',
  extension: 'Extension',
}

/** `Support Department (queue 8000)` */
export function groupWords({ kind, number, name }: GroupWire): string {
  const kindName = kindNames[kind]
  return name === '' || name === number
    ? `${kindName} ${number}`
    : `${name} (${kindName.toLowerCase()} ${number})`
}

export const kindName = (kind: GroupWire['kind']): string => kindNames[kind]

/** Why a line of a group is nobody who could answer. */
export function foreignWords({ text, reason }: GroupDetailWire['foreign'][number]): string {
  const words: Readonly<Record<string, string>> = {
    'outside-number': 'an outside number: it can take calls, not messages',
    'unknown-extension': 'no extension of this PBX',
    unreadable: 'not understood',
  }
  return `${text}: ${words[reason] ?? reason}`
}
