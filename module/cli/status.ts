import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { signToken } from '../app/people/session-token.ts'
import { type Config, readConfig } from '../config.ts'
import type { SystemWire } from '../contract/api/system.ts'
import { readKeys } from '../keys.ts'
import { readManifest } from '../manifest.ts'
import { countDatabase, type DatabaseCounts } from '../store/database/count-database.ts'

export const statusUsage = `  parley status                    prints whether Parley runs, its links to the PBX, and how much there is
      --json                       as JSON; either way the exit code is 1 unless it runs with both links up`

const withinMs = 3_000
const dayMs = 24 * 60 * 60 * 1000

export interface Status {
  readonly version: string
  readonly node: string
  readonly url: string
  /** Null when nobody answers at `url`. */
  readonly pbx: SystemWire['pbx'] | null
  /** What keeps `pbx` from being known. */
  readonly reason: string | null
  readonly database: { readonly file: string; readonly bytes: number; readonly counts: DatabaseCounts } | null
}

/** Prints the status; gives the exit code. */
export async function status(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
  const found = await readStatus(readConfig(env))
  process.stdout.write(values.json === true ? `${JSON.stringify(found, null, 2)}\n` : screenOf(found))
  return found.pbx?.ami.state === 'up' && found.pbx.ari.state === 'up' ? 0 : 1
}

export async function readStatus(config: Config): Promise<Status> {
  const { host, port } = config.http
  // Whoever listens on every address answers on this one.
  const reached = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  const url = `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
  const file = join(config.dataFolder, 'parley.sqlite')
  return {
    version: readManifest().version,
    node: process.versions.node,
    url,
    ...(await askSidecar(url, config.keyFile)),
    database: existsSync(file)
      ? { file, bytes: sizeOf(file), counts: countDatabase(file, Date.now() - dayMs) }
      : null,
  }
}

/** With the log, which holds what was written last. */
const sizeOf = (file: string): number =>
  [file, `${file}-wal`].reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)

/** As an administrator of a minute. */
async function askSidecar(url: string, keyFile: string): Promise<Pick<Status, 'pbx' | 'reason'>> {
  const { tokenKey } = readKeys(keyFile)
  const exp = Math.floor(Date.now() / 1000) + 60
  const token = signToken(tokenKey, { sid: 'parley-status', ext: null, roles: ['admin'], exp })
  try {
    const answer = await fetch(`${url}/api/v1/system`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    })
    if (!answer.ok) return { pbx: null, reason: `Something answers at ${url} with ${answer.status}.` }
    return { pbx: ((await answer.json()) as SystemWire).pbx, reason: null }
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    return {
      pbx: null,
      reason: late ? `Nobody answered at ${url} within ${withinMs / 1000} s.` : `Nobody answers at ${url}.`,
    }
  }
}

export function screenOf({ version, node, url, pbx, reason, database }: Status): string {
  const rows: [string, string][] = [['Parley', `${version} on Node ${node}`]]
  if (pbx === null) {
    rows.push(['State', `not running: ${reason ?? ''}`])
  } else {
    const { ami, ari, extensions, groups, dids, readAt, stale } = pbx
    rows.push(
      ['State', `running at ${url}`],
      ['AMI', ami.sentence ?? ami.state],
      ['ARI', ari.sentence ?? ari.state],
      [
        'PBX',
        `${counted(extensions, 'extension')}, ${counted(groups, 'group')}, ${counted(dids.length, 'DID')}`,
      ],
      ['', `${readAt === null ? 'not read yet' : `read ${readAt}`}${stale ? ', out of date' : ''}`],
    )
  }
  rows.push(...databaseRows(database))
  return rows.map(([name, text]) => `${name.padEnd(15)}${text}\n`).join('')
}

function databaseRows(database: Status['database']): [string, string][] {
  if (database === null) return [['Database', 'none yet']]
  const { file, bytes, counts } = database
  return [
    [
      'Conversations',
      `${counts.open} open, of which ${counts.waiting} wait for an answer and ${counts.unassigned} are nobody’s; ${counts.closed} closed`,
    ],
    ['Unrouted', counted(counts.unrouted, 'message')],
    [
      'Last 24 hours',
      `${counts.inLastDay} in, ${counts.outLastDay} out; ${counts.failedLastDay} failed, ${counts.unknownLastDay} of unknown fate`,
    ],
    ['To be sent', counted(counts.queued, 'message')],
    ['Database', `${file}, schema ${counts.schema}, ${(bytes / 1e6).toFixed(1)} MB`],
  ]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
