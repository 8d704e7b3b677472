import { readFile } from 'node:fs/promises'
import type { PosixUser } from '../../app/doctor/facts.ts'

/** Where the kernel and the machine tell it; another place for tests. */
interface UserSources {
  readonly tcp: readonly string[]
  readonly passwd: string
  readonly group: string
}

const usualUserSources: UserSources = {
  tcp: ['/proc/net/tcp', '/proc/net/tcp6'],
  passwd: '/etc/passwd',
  group: '/etc/group',
}

/**
 * Whom Asterisk runs as: the kernel tells everybody whose socket listens on a port. Null where Asterisk is on
 * another machine, or the kernel is another one.
 */
export async function asteriskUser(
  { host, port }: { readonly host: string; readonly port: number },
  sources = usualUserSources,
): Promise<PosixUser | null> {
  if (!/^(127\.|localhost$|::1$)/.test(host)) return null
  const tables = await Promise.all(sources.tcp.map(textOf))
  const uid = tables.map((table) => listenerUid(table, port)).find((found) => found !== null) ?? null
  if (uid === null) return null
  return posixUser(uid, await textOf(sources.passwd), await textOf(sources.group))
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')

/** `0: 0100007F:13AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000   109 …`: state 0A listens, then the uid. */
function listenerUid(table: string, port: number): number | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/)
    if (columns[3] === '0A' && columns[1]?.endsWith(`:${hex}`) === true) return Number(columns[7])
  }
  return null
}

function posixUser(uid: number, passwd: string, group: string): PosixUser {
  const own = passwd.split('\n').map((line) => line.split(':'))
  const entry = own.find((columns) => columns[2] === String(uid))
  const name = entry?.[0]
  if (entry === undefined || name === undefined) return { uid, name: null, gids: [] }
  const gids = group
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , , members]) => members?.split(',').includes(name) === true)
    .map(([, , gid]) => Number(gid))
  return { uid, name, gids: [...new Set([Number(entry[3]), ...gids])] }
}
