import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { MediaLinks } from '../../app/media/media-links.ts'
import type { UseMedia } from '../../app/media/use-media.ts'
import type { MediaFiles, StoredMedia } from '../../app/ports/media.ts'
import type { Store } from '../../app/ports/store.ts'
import { MediaLinkSchema, UploadSchema } from '../../contract/api/media.ts'
import { asMediaId } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFile } from '../wire/file-answer.ts'
import { uploadWire } from '../wire/media-wire.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'

export interface MediaRoutesDeps {
  readonly media: UseMedia
  readonly mediaFiles: MediaFiles
  readonly mediaLinks: MediaLinks
  readonly store: Store
}

const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const nothing = { code: 'not-found', what: 'file' } as const
const dayInSeconds = 24 * 60 * 60

/** Files for those who are signed in. */
export const mediaRoutes: FastifyPluginAsyncTypebox<MediaRoutesDeps> = async (app, deps) => {
  const { media, mediaFiles, mediaLinks } = deps
  declareAccess(app, 'conversations')

  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/:id',
    schema: { summary: 'A file of a message that I may see', params: Params },
    handler: async (request, reply) => {
      const found = media.find(viewerOf(request), asMediaId(request.params.id))
      if (found === null || found.file === null) return sendFailure(reply, nothing)
      return sendFile(request, reply, mediaFiles, {
        file: found.file,
        fileName: found.fileName,
        maxAge: dayInSeconds,
      })
    },
  })

  app.get(
    '/media/:id/link',
    {
      schema: {
        summary: 'An address of the file that works without a token for an hour',
        params: Params,
        response: { 200: MediaLinkSchema },
      },
    },
    async (request, reply) => {
      const found = media.find(viewerOf(request), asMediaId(request.params.id))
      if (found === null || found.file === null) return sendFailure(reply, nothing)
      const { id, fileName, file } = found
      const { path, expiresAt } = mediaLinks.forPanel({ id, fileName, contentType: file.contentType })
      return { url: path, expiresAt: new Date(expiresAt).toISOString() }
    },
  )

  app.post(
    '/media/:id/retry',
    {
      schema: {
        summary: 'Fetch a failed file again',
        params: Params,
        response: { 200: Type.Object({ state: Type.Enum(['waiting', 'stored', 'failed']) }) },
      },
    },
    async (request, reply) => {
      const result = await media.retry(viewerOf(request), asMediaId(request.params.id))
      return result.ok ? { state: stateOf(result.value) } : sendFailure(reply, result.failure)
    },
  )

  await app.register(uploadRoutes, deps)
}

const stateOf = ({ state }: StoredMedia) => (state === 'fetching' ? 'waiting' : state)

/** The body is the file itself, whatever it calls itself, and is never held in memory. */
const uploadRoutes: FastifyPluginAsyncTypebox<MediaRoutesDeps> = async (app, { media }) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  app.post(
    '/uploads',
    {
      schema: {
        summary: 'Keep a file that I am about to send',
        querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 1000 }) }),
        response: { 201: UploadSchema },
      },
    },
    async (request, reply) => {
      const { raw } = request
      const longestBytes = media.longestUploadBytes
      if (Number(request.headers['content-length'] ?? 0) > longestBytes) {
        reply.header('connection', 'close')
        return sendFailure(reply, { code: 'media', why: { kind: 'too-large', longestBytes } })
      }
      const declaredType = request.headers['content-type'] ?? null
      const content = request.body === undefined ? none() : raw
      const result = await media.upload(viewerOf(request), {
        name: request.query.name,
        declaredType,
        content,
      })
      if (!raw.complete) {
        // Of what is refused half way the rest is not read.
        reply.header('connection', 'close')
      }
      if (!result.ok) return sendFailure(reply, result.failure)
      const { file } = result.value
      if (file === null) return sendFailure(reply, nothing)
      return reply.code(201).send(uploadWire(result.value, file))
    },
  )
}

async function* none(): AsyncIterable<Uint8Array> {}

/** Files for whoever holds a signed address: carriers, and what a browser loads by itself. */
export const signedMediaRoutes: FastifyPluginAsync<MediaRoutesDeps> = async (app, deps) => {
  const { mediaFiles, mediaLinks, store } = deps
  app.route<{ Params: { id: string; expiry: string; signature: string; name: string } }>({
    method: ['GET', 'HEAD'],
    url: '/media/:id/:expiry/:signature/:name',
    schema: { hide: true },
    handler: async (request, reply) => {
      const { id, expiry, signature, name } = request.params
      const verdict = mediaLinks.verify(id, expiry, signature, name)
      if (verdict.kind === 'expired') {
        const sentence = 'This address was good for a while only. Ask for a new one.'
        return sendProblem(reply, problem(410, 'link-expired', 'Expired', sentence))
      }
      const media = verdict.kind === 'valid' ? store.media(verdict.id) : null
      // One answer for a forged address and for a file that is gone.
      if (verdict.kind !== 'valid' || media === null || media.file === null)
        return sendFailure(reply, nothing)
      const maxAge = verdict.secondsLeft
      return sendFile(request, reply, mediaFiles, { file: media.file, fileName: media.fileName, maxAge })
    },
  })
}
