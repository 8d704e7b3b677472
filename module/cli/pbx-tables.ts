import { type PbxSnapshot, plainDirectory } from '../domain/directory/directory.ts'
import type { Group, Member } from '../domain/directory/group.ts'
import { type Presence, presenceReasons } from '../domain/directory/presence.ts'
import type { Extension } from '../domain/ids.ts'

/** Everything of a snapshot as plain JSON: the directory as it is stored, presence by extension. */
export function pbxJson({ directory, presence, freshness }: PbxSnapshot): object {
  return {
    ...plainDirectory(directory),
    presence: [...presence.values()].sort((a, b) =>
      a.extension.localeCompare(b.extension, 'en', { numeric: true }),
    ),
    readAt: directory.readAt === null ? null : new Date(directory.readAt).toISOString(),
    freshness,
  }
}

/** The same for people, one table after another. */
export function pbxTables(snapshot: PbxSnapshot): string {
  const { dids, didNames, extensions, groups, schedules } = snapshot.directory
  const nameOf = (extension: Extension): string => extensions.get(extension)?.name ?? ''
  return [
    section(
      'Extensions',
      ['number', 'name', 'devices', 'phone', 'state'],
      [...extensions.values()]
        .sort(byNumber(({ extension }) => extension))
        .map(({ extension, name, devices }) => {
          const known = snapshot.presence.get(extension)
          return [extension, name, devices.join(' '), known?.registration ?? 'unknown', stateWords(known)]
        }),
    ),
    section(
      'Groups',
      ['kind', 'number', 'name', 'strategy', 'member', '', 'standing'],
      [...groups.values()]
        .sort(byNumber(({ ref }) => ref.number))
        .flatMap((group) => groupRows(group, nameOf)),
    ),
    section(
      'DIDs',
      ['number', 'name'],
      [...dids].sort(byNumber((did) => did)).map((did) => [did, didNames.get(did) ?? '']),
    ),
    section(
      'Schedules',
      ['kind', 'number', 'name', 'now'],
      [...schedules.values()].map(({ kind, id, name, open }) => [
        kind,
        id,
        name ?? '',
        open === 'unknown' ? open : open ? 'open' : 'closed',
      ]),
    ),
  ].join('\n')
}

function groupRows(
  { ref, name, strategy, members, foreign }: Group,
  nameOf: (extension: Extension) => string,
): string[][] {
  const rows = [
    ...members.map((member) => [member.extension, nameOf(member.extension), standing(member)]),
    ...foreign.map(({ text, reason }) => [text, '', reason]),
  ]
  const head = [ref.kind, ref.number, name ?? '', strategy]
  if (rows.length === 0) return [[...head, 'nobody', '', '']]
  return rows.map((row, index) => [...(index === 0 ? head : head.map(() => '')), ...row])
}

function standing({ loggedIn, membership, paused, pausedReason, penalty, inCall }: Member): string {
  return [
    membership,
    ...(penalty === 0 ? [] : [`penalty ${penalty}`]),
    ...(loggedIn ? [] : ['not logged in']),
    ...(paused ? [`paused${pausedReason === null ? '' : ` (${pausedReason})`}`] : []),
    ...(inCall ? ['in a call'] : []),
  ].join(', ')
}

/** Idle, or everything that speaks against it. */
function stateWords(presence: Presence | undefined): string {
  if (presence === undefined) return 'unknown'
  const words = presenceReasons(presence)
    .filter(({ kind }) => kind !== 'unregistered')
    .map((reason) => {
      if (reason.kind === 'paused') return `paused in ${reason.pause.queue}`
      return reason.kind === 'status' ? reason.status.value : reason.kind
    })
  return words.length === 0 ? 'idle' : words.join(', ')
}

const byNumber =
  <Of>(number: (of: Of) => string) =>
  (a: Of, b: Of): number =>
    number(a).localeCompare(number(b), 'en', { numeric: true })

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return `${title}: none\n`
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]) =>
    `  ${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`
  return `${title} (${rows.filter(([first]) => first !== '').length})\n${line(head)}${rows.map(line).join('')}`
}
