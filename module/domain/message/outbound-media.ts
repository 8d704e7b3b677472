import { fail, type Result, succeed } from '../failures.ts'

/** What a carrier takes along with a text; null where it sends no files. */
export type MediaLimits = { readonly most: number; readonly longestBytes: number } | null

export interface FileToSend {
  readonly fileName: string | null
  readonly byteLength: number
}

/** Whether files may go with a message: refused before anything is queued, since a person still sits at it. */
export function judgeFiles(
  files: readonly FileToSend[],
  limits: MediaLimits,
  hasPublicAddress: boolean,
): Result<void> {
  if (files.length === 0) return succeed(undefined)
  if (limits === null) return fail({ code: 'media', why: { kind: 'not-sent-here' } })
  if (!hasPublicAddress) return fail({ code: 'media', why: { kind: 'no-public-address' } })
  if (files.length > limits.most) return fail({ code: 'media', why: { kind: 'too-many', most: limits.most } })
  const large = files.find(({ byteLength }) => byteLength > limits.longestBytes)
  if (large === undefined) return succeed(undefined)
  const fileName = large.fileName ?? 'A file'
  return fail({
    code: 'media',
    why: { kind: 'too-large-for-carrier', fileName, longestBytes: limits.longestBytes },
  })
}
