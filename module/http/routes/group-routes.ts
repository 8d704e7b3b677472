import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { isConfined, visibleGroups } from '../../app/people/access.ts'
import type { AwayAgents } from '../../app/people/away-agents.ts'
import { peopleOf } from '../../app/people/people.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Panels } from '../../app/ports/panels.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  GroupDetailSchema,
  type GroupDetailWire,
  GroupListSchema,
  MeSchema,
} from '../../contract/api/groups.ts'
import { GroupKindSchema } from '../../contract/api/parts.ts'
import { type Directory, findGroup } from '../../domain/directory/directory.ts'
import type { Group } from '../../domain/directory/group.ts'
import { asGroupNumber, groupKey, groupOfKey } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { groupWire, time } from '../wire/wire.ts'

export interface GroupRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly panels: Panels
  readonly away: AwayAgents
  readonly clock: Clock
}

const Params = Type.Object({ kind: GroupKindSchema, number: Type.String({ maxLength: 80 }) })

export const groupRoutes: FastifyPluginAsyncTypebox<GroupRoutesDeps> = async (
  app,
  { store, pbx, panels, away, clock },
) => {
  declareAccess(app, 'groups')

  const detail = (group: Group, directory: Directory): GroupDetailWire => ({
    group: groupWire(directory, group.ref),
    strategy: group.strategy,
    stale: pbx.snapshot().freshness === 'stale',
    people: peopleOf(group, { pbx: pbx.snapshot(), panels, away, at: clock() }),
    foreign: group.foreign.map(({ text, reason }) => ({ text, reason })),
  })

  app.get(
    '/me',
    {
      schema: { summary: 'Who I am and what I may see', response: { 200: MeSchema } },
      config: { scope: 'me:read' },
    },
    async (request) => {
      const viewer = viewerOf(request)
      const { directory } = pbx.snapshot()
      const entry = viewer.extension === null ? undefined : directory.extensions.get(viewer.extension)
      return {
        extension: viewer.extension,
        name: entry?.name ?? viewer.extension ?? 'Administrator',
        roles: [...viewer.roles],
        groups: visibleGroups(viewer, directory, store).map((key) => groupWire(directory, groupOfKey(key))),
        expiresAt: time(request.tokenExpiresAt),
      }
    },
  )

  app.get(
    '/groups',
    { schema: { summary: 'My groups with their people', response: { 200: GroupListSchema } } },
    async (request) => {
      const { directory } = pbx.snapshot()
      const groups = visibleGroups(viewerOf(request), directory, store).map((key) =>
        findGroup(directory, groupOfKey(key)),
      )
      return { items: groups.filter((group) => group !== null).map((group) => detail(group, directory)) }
    },
  )

  app.get(
    '/transfer-groups',
    {
      schema: {
        summary: 'All groups that a conversation may be handed to, with their people',
        response: { 200: GroupListSchema },
      },
    },
    async (request) => {
      const { directory } = pbx.snapshot()
      const viewer = viewerOf(request)
      const own = isConfined(viewer) ? new Set(visibleGroups(viewer, directory, store)) : null
      const groups = [...directory.groups.values()]
      const shown = own === null ? groups : groups.filter(({ ref }) => own.has(groupKey(ref)))
      return { items: shown.map((group) => detail(group, directory)) }
    },
  )

  app.get(
    '/groups/:kind/:number',
    {
      schema: { summary: 'One group with its people', params: Params, response: { 200: GroupDetailSchema } },
    },
    async (request, reply) => {
      const { directory } = pbx.snapshot()
      const { kind, number } = request.params
      const ref = { pbxId: directory.pbxId, kind, number: asGroupNumber(number) }
      const group = findGroup(directory, ref)
      if (group === null || !visibleGroups(viewerOf(request), directory, store).includes(groupKey(ref))) {
        return sendProblem(
          reply,
          problem(404, 'not-found', 'Not found', 'There is no such group, or you are not a member of it.'),
        )
      }
      return detail(group, directory)
    },
  )
}
