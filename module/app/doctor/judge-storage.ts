import type { Fact } from './fact.ts'
import type { DatabaseFacts, DiskFact, StorageFacts } from './facts.ts'
import { type Finding, fail, ok, unknown, warn } from './finding.ts'

const megabyte = 1024 * 1024
const diskWarnBytes = 1024 * megabyte
const diskFailBytes = 100 * megabyte

export function judgeStorage(
  { disks, keyFile, mediaFolder }: StorageFacts,
  database: Fact<DatabaseFacts>,
): Finding[] {
  const disk = disks.find(({ path }) => path === mediaFolder.path)
  const waiting = database.known ? (database.value.content?.filesWithoutRoom ?? 0) : 0
  return [judgeDisks(disks), judgeKeyFile(keyFile), judgeMediaFolder(mediaFolder, disk, waiting)]
}

function judgeMediaFolder(
  { path, mode, usable }: StorageFacts['mediaFolder'],
  disk: DiskFact | undefined,
  filesWithoutRoom: number,
): Finding {
  if (mode === null)
    return ok('media-folder', `There is no folder for files yet. Parley makes ${path} when it starts.`)
  if ((mode & 0o077) !== 0) {
    const sentence = `Others may look into ${path}, where customers’ files lie.`
    return fail('media-folder', sentence, `chmod 700 ${path}`)
  }
  if (!usable) return fail('media-folder', `Parley may not write into ${path}, where files of messages lie.`)
  if (filesWithoutRoom > 0) {
    const files = filesWithoutRoom === 1 ? 'One file waits' : `${filesWithoutRoom} files wait`
    const sentence = `${files} for room on the disk of ${path}. Make room, and they come by themselves.`
    return fail('media-folder', sentence, `du -xh ${path} | sort -h | tail`)
  }
  const free = disk === undefined ? '' : `, with ${size(disk.freeBytes)} free`
  return ok('media-folder', `Files of messages lie in ${path}, its owner’s alone${free}.`)
}

function judgeDisks(disks: readonly DiskFact[]): Finding {
  const [fullest] = [...disks].sort((a, b) => a.freeBytes - b.freeBytes)
  if (fullest === undefined) return unknown('disk-space', 'None of Parley’s folders is there yet.')
  const { freeBytes, path, totalBytes } = fullest
  const share = `${Math.floor((100 * freeBytes) / Math.max(totalBytes, 1))} %`
  if (freeBytes >= diskWarnBytes) return ok('disk-space', `${size(freeBytes)} (${share}) free for ${path}.`)
  const judged = freeBytes < diskFailBytes ? fail : warn
  return judged(
    'disk-space',
    `Only ${size(freeBytes)} (${share}) free for ${path}: with a full disk no message can be taken. Make room.`,
    `du -xh ${path} | sort -h | tail`,
  )
}

const size = (bytes: number): string =>
  bytes >= 1024 * megabyte
    ? `${(bytes / 1024 / megabyte).toFixed(1)} GB`
    : `${Math.floor(bytes / megabyte)} MB`

function judgeKeyFile({ path, mode }: StorageFacts['keyFile']): Finding {
  if (mode === null)
    return warn('key-file', `There is no key file ${path} yet. Parley makes it when it first starts.`)
  if ((mode & 0o077) === 0) return ok('key-file', `The key file ${path} is its owner’s alone.`)
  return fail(
    'key-file',
    `Others may read the key file ${path}, and with it sign in as anybody.`,
    `chmod 600 ${path}`,
  )
}

export function judgeDatabase({ file, content }: DatabaseFacts): Finding {
  if (content === null)
    return warn('database', `There is no database ${file} yet. Parley makes it when it first starts.`)
  if (content.faults.length === 0) return ok('database', `The database ${file} is whole.`)
  return fail(
    'database',
    `The database ${file} is damaged: ${content.faults.slice(0, 3).join('; ')}. Stop Parley, keep a copy of the file, and put the last backup in its place.`,
    `cp -p ${file} ${file}.damaged`,
  )
}

/** Carriers that call Parley must know where: only SIP MESSAGEs come by the PBX. */
export function judgePublicUrl(publicUrl: string | null, database: Fact<DatabaseFacts>): Finding {
  if (publicUrl?.startsWith('https://') === true)
    return ok('public-url', `Carriers reach Parley at ${publicUrl}.`)
  if (!database.known)
    return unknown(
      'public-url',
      'Whether a carrier needs it stands in the database, which could not be read.',
    )
  const callers = (database.value.content?.carrierKinds ?? []).filter((kind) => kind !== 'sip-message')
  if (callers.length === 0)
    return ok('public-url', 'No carrier calls Parley, so no public address is needed.')
  const line = '"http": { "publicUrl": "https://pbx.example.com/parley" }'
  if (publicUrl === null) {
    return fail(
      'public-url',
      `A carrier (${callers.join(', ')}) brings messages by calling Parley, which has no public address. Set publicUrl in the configuration, with your own address.`,
      line,
    )
  }
  return warn(
    'public-url',
    `The public address ${publicUrl} is not https: messages and their signatures cross the net in the open.`,
    line,
  )
}
