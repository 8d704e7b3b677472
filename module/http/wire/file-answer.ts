import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ByteRange, KeptFile, MediaFiles } from '../../app/ports/media.ts'
import { nameByType } from '../../domain/message/file-name.ts'
import { problem, sendProblem } from './problem.ts'

export interface FileToServe {
  readonly file: KeptFile
  readonly fileName: string | null
  /** So long its address means this content: in seconds. */
  readonly maxAge: number
}

/**
 * What a browser may show in place: it decodes these and runs nothing of them. Everything else is saved; PDF too, since
 * browsers' viewers don't work under the sandbox that keeps a hostile one in.
 */
const shownInPlace = /^(?:image\/(?:jpeg|png|apng|gif|webp|bmp|avif)|audio\/[\w.-]+|video\/[\w.-]+)$/

/** Whatever it is opened as, it runs nothing, loads nothing and is of no origin. */
const contentSecurity =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"

/** Answers with a file of the media folder: whole, a range of it, or nothing where the asker has it already. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  files: Pick<MediaFiles, 'open'>,
  { file, fileName, maxAge }: FileToServe,
): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': `private, max-age=${maxAge}, immutable`,
    'content-security-policy': contentSecurity,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-disposition': disposition(file.contentType, fileName),
  })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const range = askedRange(request, etag, file.byteLength)
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${file.byteLength}`)
    return sendProblem(reply, problem(416, 'no-such-range', 'Not there', 'The file is shorter than that.'))
  }
  const { first, last } = range ?? { first: 0, last: file.byteLength - 1 }
  reply.header('content-length', last - first + 1)
  reply.type(file.contentType === 'text/plain' ? 'text/plain; charset=utf-8' : file.contentType)
  if (range !== null) reply.code(206).header('content-range', `bytes ${first}-${last}/${file.byteLength}`)
  if (request.method === 'HEAD') return reply.send()
  const content = await files.open(file.sha256, range)
  if (content === null) {
    request.log.error(
      { sha256: file.sha256 },
      'A file that the database knows is missing in the media folder',
    )
    return sendProblem(
      reply
        .headers({ 'cache-control': 'no-store' })
        .removeHeader('content-length')
        .removeHeader('content-range'),
      problem(
        404,
        'file-missing',
        'Not found',
        'This file is missing on the server. Ask the sender for it again.',
      ),
    )
  }
  return reply.send(content)
}

const isKnown = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag) ?? false

/** RFC 9110 §14: one range is served, several or a malformed one count as none. */
function askedRange(
  request: FastifyRequest,
  etag: string,
  length: number,
): ByteRange | 'unsatisfiable' | null {
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return null
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/.exec(range) ?? []
  if (from === '' && to === '') return null
  if (from === '') {
    const last = Math.min(Number(to), length)
    return last === 0 ? 'unsatisfiable' : { first: length - last, last: length - 1 }
  }
  const first = Number(from)
  const last = to === '' ? length - 1 : Math.min(Number(to), length - 1)
  if (to !== '' && Number(to) < first) return null
  return first >= length ? 'unsatisfiable' : { first, last }
}

/** RFC 6266: plain letters for old readers, the name itself after RFC 8187. */
function disposition(contentType: string, fileName: string | null): string {
  const name = fileName ?? nameByType(contentType)
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  const kind = shownInPlace.test(contentType) ? 'inline' : 'attachment'
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`
}
