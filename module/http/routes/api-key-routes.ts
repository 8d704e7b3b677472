import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { ApiKeys } from '../../app/people/api-keys.ts'
import { isGroupName } from '../../app/people/session-token.ts'
import type { ApiKeyRecord } from '../../app/ports/access.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  ApiKeyBodySchema,
  ApiKeyListSchema,
  type ApiKeyWire,
  NewApiKeySchema,
} from '../../contract/api/api-keys.ts'
import { asExtension, isGroupKind } from '../../domain/ids.ts'
import { grantableScopes, isGrantable } from '../../domain/scopes.ts'
import { actorOf } from '../access/audited-acts.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { time } from '../wire/wire.ts'

export interface ApiKeyRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly apiKeys: ApiKeys
  readonly clock: Clock
}

const pageSize = 100

/** Keys of programs: made, looked at and revoked by people alone. */
export const apiKeyRoutes: FastifyPluginAsyncTypebox<ApiKeyRoutesDeps> = async (app, deps) => {
  const { store, pbx, apiKeys, clock } = deps
  declareAccess(app, 'admin')

  app.get(
    '/api-keys',
    {
      schema: {
        summary: 'API keys without the keys themselves, the last made first',
        querystring: Type.Object({ before: Type.Optional(Type.String({ maxLength: 200 })) }),
        response: { 200: ApiKeyListSchema },
      },
    },
    async (request) => {
      const all = apiKeys.all()
      // Numbered from the oldest, so that a place stays the same when keys are added.
      const before = readPageCursor(store.epoch, request.query.before) ?? all.length
      const from = Math.max(0, all.length - before)
      const shown = all.slice(from, from + pageSize)
      const left = all.length - from - shown.length
      return {
        items: shown.map(keyWire),
        grantable: [...grantableScopes],
        next: left > 0 ? writeCursor(store.epoch, left) : null,
      }
    },
  )

  app.post(
    '/api-keys',
    {
      schema: {
        summary: 'Make an API key; this answer alone shows it',
        body: ApiKeyBodySchema,
        response: { 201: NewApiKeySchema },
      },
      config: {
        shownOnce: ['key'],
        audit: (request) => {
          const { name, scopes } = request.body as { name: string; scopes: readonly string[] }
          return {
            act: 'api-key.create',
            target: `api-key/${name}`,
            sentence: `Made the API key “${name}” for ${scopes.join(', ')}.`,
            after: () => request.body,
          }
        },
      },
    },
    async (request, reply) => {
      const { name, scopes, groups, extension, expiresAt } = request.body
      const ungrantable = scopes.find((scope) => !isGrantable(scope))
      const until = expiresAt == null ? null : Date.parse(expiresAt)
      const names = groups?.map(({ kind, number }) => `${kind}/${number}`) ?? null
      const misnamed = names?.find((name) => !isGroupName(name))
      const wrong =
        ungrantable !== undefined
          ? `No key can have the scope ${ungrantable}. There are: ${grantableScopes.join(', ')}.`
          : until !== null && until <= clock()
            ? 'The key would have expired already. Choose a later time, or none.'
            : misnamed !== undefined
              ? `There is no group ${misnamed}.`
              : extension != null && !pbx.snapshot().directory.extensions.has(asExtension(extension))
                ? `The PBX has no extension ${extension}.`
                : null
      if (wrong !== null) return sendProblem(reply, problem(422, 'invalid-api-key', 'Not done', wrong))
      const { key, record } = await apiKeys.create({
        name,
        scopes: scopes.filter(isGrantable),
        groups: names,
        extension: extension == null ? null : asExtension(extension),
        expiresAt: until,
        createdBy: actorOf(viewerOf(request), pbx).name,
      })
      return reply.code(201).send({ ...keyWire(record), key })
    },
  )

  app.delete(
    '/api-keys/:id',
    {
      schema: {
        summary: 'Revoke an API key, at once and for good',
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 204: Type.Null() },
      },
      config: {
        audit: (request) => {
          const { id } = request.params as { id: string }
          const name = apiKeys.all().find((key) => key.id === id)?.name ?? id
          return {
            act: 'api-key.revoke',
            target: `api-key/${name}`,
            sentence: `Revoked the API key “${name}”.`,
          }
        },
      },
    },
    async (request, reply) => {
      if (await apiKeys.revoke(request.params.id)) return reply.code(204).send(null)
      return sendProblem(
        reply,
        problem(404, 'not-found', 'Not done', 'There is no such API key, or it was revoked already.'),
      )
    },
  )
}

const keyWire = (key: ApiKeyRecord): ApiKeyWire => ({
  id: key.id,
  name: key.name,
  scopes: [...key.scopes],
  groups:
    key.groups === null
      ? null
      : key.groups.flatMap((group) => {
          const [kind, number] = group.split('/')
          return number === undefined || !isGroupKind(kind) ? [] : [{ kind, number }]
        }),
  extension: key.extension,
  createdAt: time(key.createdAt),
  createdBy: key.createdBy,
  expiresAt: key.expiresAt === null ? null : time(key.expiresAt),
  lastUsedAt: key.lastUsedAt === null ? null : time(key.lastUsedAt),
  revokedAt: key.revokedAt === null ? null : time(key.revokedAt),
})
