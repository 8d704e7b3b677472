import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Grants } from '../../app/people/grants.ts'
import { isGroupName } from '../../app/people/session-token.ts'
import type { Grant, SessionSummary } from '../../app/ports/access.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  PersonBodySchema,
  PersonListSchema,
  PersonSchema,
  type PersonWire,
} from '../../contract/api/people.ts'
import { groupsOf } from '../../domain/directory/directory.ts'
import { asExtension, asGroupNumber, type Extension, isGroupKind } from '../../domain/ids.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readNameCursor, writeNameCursor } from '../wire/page-cursor.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'
import { groupWire, time } from '../wire/wire.ts'

export interface PeopleRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly grants: Grants
  readonly clock: Clock
}

const pageSize = 200
const Params = Type.Object({ extension: Type.String({ pattern: '^[0-9*#]{1,20}$' }) })

/** Who there is, what each may do, and who is signed in. */
export const peopleRoutes: FastifyPluginAsyncTypebox<PeopleRoutesDeps> = async (app, deps) => {
  const { store, pbx, grants, clock } = deps
  declareAccess(app, 'admin')

  function personWire(extension: Extension, grant: Grant, summary: SessionSummary | undefined): PersonWire {
    const { directory } = pbx.snapshot()
    const entry = directory.extensions.get(extension)
    return {
      extension,
      name: entry?.name ?? extension,
      onPbx: entry !== undefined,
      roles: ['agent', ...grant.roles],
      memberOf: groupsOf(directory, extension).map(({ ref }) => groupWire(directory, ref)),
      supervises: grant.groups.flatMap((name) => {
        const [kind, number] = name.split('/')
        if (number === undefined || !isGroupKind(kind)) return []
        return [groupWire(directory, { pbxId: directory.pbxId, kind, number: asGroupNumber(number) })]
      }),
      comesFrom: [...(summary?.sources ?? [])],
      lastSeenAt: summary === undefined ? null : time(summary.lastSeenAt),
      openSessions: summary?.open ?? 0,
      version: grant.version,
    }
  }

  app.get(
    '/people',
    {
      schema: {
        summary: 'Every extension: its roles and groups, where its user comes from, when he was last here',
        querystring: Type.Object({ after: Type.Optional(Type.String({ maxLength: 200 })) }),
        response: { 200: PersonListSchema },
      },
    },
    async (request) => {
      const after = readNameCursor(store.epoch, request.query.after)
      const known = [...pbx.snapshot().directory.extensions.keys()]
      const all = [...new Set([...known, ...grants.all().map(({ extension }) => extension)])].sort()
      const rest = after === null ? all : all.filter((extension) => extension > after)
      const shown = rest.slice(0, pageSize)
      const summaries = store.access.presence(clock())
      const last = shown.at(-1)
      return {
        items: shown.map((each) => personWire(each, grants.of(each), summaries.get(each))),
        next: rest.length > shown.length && last !== undefined ? writeNameCursor(store.epoch, last) : null,
      }
    },
  )

  app.put(
    '/people/:extension',
    {
      schema: {
        summary: 'Say what an extension’s user may do when he signs in without the PBX’s portal',
        params: Params,
        body: PersonBodySchema,
        response: { 200: PersonSchema },
      },
      config: {
        audit: (request) => {
          const { extension } = request.params as { extension: string }
          const { version: _version, ...before } = grants.of(asExtension(extension))
          const { roles } = request.body as { roles: readonly string[] }
          return {
            act: 'person.save',
            target: `person/${extension}`,
            sentence: `Made ${extension} ${['agent', ...roles].join(', ')}.`,
            before: () => before,
            after: (result) => {
              const { version: _saved, ...grant } = (result as { grant: Grant }).grant
              return grant
            },
          }
        },
      },
    },
    async (request, reply) => {
      const extension = asExtension(request.params.extension)
      const known = grants.of(extension)
      if (!pbx.snapshot().directory.extensions.has(extension) && known.version === 0)
        return sendFailure(reply, { code: 'not-found', what: 'agent' })
      const { roles, supervises, version } = request.body
      const groups = [...new Set(supervises.map(({ kind, number }) => `${kind}/${number}`))]
      if (!groups.every(isGroupName))
        return sendProblem(
          reply,
          problem(400, 'invalid-request', 'Not understood', 'There is no group of such a number.'),
        )
      const receipt = await grants.save({ extension, roles, groups }, version ?? null)
      if (receipt.kind === 'stale')
        return sendProblem(reply, {
          ...problem(
            409,
            'stale-person',
            'Not saved',
            'Somebody else changed this meanwhile. Look again and repeat what you still want.',
          ),
          current: receipt.current.version,
        })
      return personWire(extension, receipt.grant, store.access.presence(clock()).get(extension))
    },
  )
}
