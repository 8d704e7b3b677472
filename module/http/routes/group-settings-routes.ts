import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { isSupervisor, visibleGroups } from '../../app/people/access.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  GroupSettingsBodySchema,
  type GroupSettingsBodyWire,
  GroupSettingsSchema,
  type GroupSettingsWire,
} from '../../contract/api/groups.ts'
import { GroupKindSchema } from '../../contract/api/parts.ts'
import { queueStrategies, ringGroupStrategies, type Strategy } from '../../domain/directory/group.ts'
import type { GroupSettings } from '../../domain/directory/group-settings.ts'
import type { Failure } from '../../domain/failures.ts'
import { asGroupNumber, type GroupRef, groupKey } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'

export interface GroupSettingsRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
}

const Params = Type.Object({ kind: GroupKindSchema, number: Type.String({ minLength: 1, maxLength: 80 }) })
const minuteMs = 60_000

export const groupSettingsRoutes: FastifyPluginAsyncTypebox<GroupSettingsRoutesDeps> = async (
  app,
  { store, pbx },
) => {
  declareAccess(app, 'groups')

  const refOf = (params: { kind: GroupRef['kind']; number: string }): GroupRef => ({
    pbxId: pbx.snapshot().directory.pbxId,
    kind: params.kind,
    number: asGroupNumber(params.number),
  })

  function refusal(viewer: ReturnType<typeof viewerOf>, group: GroupRef): Failure | null {
    if (!visibleGroups(viewer, pbx.snapshot().directory, store).includes(groupKey(group)))
      return { code: 'not-found', what: 'group' }
    return isSupervisor(viewer) ? null : { code: 'not-a-supervisor' }
  }

  app.get(
    '/groups/:kind/:number/settings',
    {
      schema: {
        summary: 'How a group’s conversations are designated, kept and closed',
        params: Params,
        response: { 200: GroupSettingsSchema },
      },
    },
    async (request, reply) => {
      const group = refOf(request.params)
      const refused = refusal(viewerOf(request), group)
      if (refused !== null) return sendFailure(reply, refused)
      const { version, settings } = store.groupSettings(group)
      return settingsWire(settings, version)
    },
  )

  app.put(
    '/groups/:kind/:number/settings',
    {
      schema: {
        summary: 'Change them; with a version, only if nobody else did meanwhile',
        params: Params,
        body: GroupSettingsBodySchema,
        response: { 200: GroupSettingsSchema },
      },
    },
    async (request, reply) => {
      const group = refOf(request.params)
      const refused = refusal(viewerOf(request), group)
      if (refused !== null) return sendFailure(reply, refused)
      const { strategy, version } = request.body
      if (strategy !== null && !isStrategy(strategy)) {
        return sendProblem(
          reply,
          problem(
            400,
            'invalid-request',
            'Not understood',
            `There is no strategy ${strategy}. Use null, or one of: ${strategies.join(', ')}.`,
          ),
        )
      }
      const settings = settingsOfWire(request.body, strategy, store.groupSettings(group).settings)
      const saved = await store.saveGroupSettings(group, settings, version ?? null)
      if (!saved.ok) return sendFailure(reply, saved.failure)
      return settingsWire(saved.value.settings, saved.value.version)
    },
  )
}

const strategies: readonly Strategy[] = [...new Set<Strategy>([...queueStrategies, ...ringGroupStrategies])]
const isStrategy = (value: string): value is Strategy => strategies.some((strategy) => strategy === value)

const minutes = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / minuteMs))
const millis = (count: number | null): number | null => (count === null ? null : count * minuteMs)

const settingsWire = (settings: GroupSettings, version: number): GroupSettingsWire => ({
  version,
  sticky:
    settings.sticky.kind === 'keep'
      ? { kind: 'keep' }
      : { kind: settings.sticky.kind, afterMinutes: Math.round(settings.sticky.afterMs / minuteMs) },
  strategy: settings.strategy,
  cap: settings.cap,
  mayReply: settings.mayReply,
  closeAfterMinutes: minutes(settings.closeAfterMs),
  remindAfterMinutes: minutes(settings.remindAfterMs),
  escalateAfterMinutes: minutes(settings.escalateAfterMs),
  autoReply: settings.autoReply,
})

/** An auto-reply that is left out stays as it was. */
const settingsOfWire = (
  body: GroupSettingsBodyWire,
  strategy: Strategy | null,
  before: GroupSettings,
): GroupSettings => ({
  sticky:
    body.sticky.kind === 'keep'
      ? { kind: 'keep' }
      : { kind: body.sticky.kind, afterMs: body.sticky.afterMinutes * minuteMs },
  strategy,
  cap: body.cap,
  mayReply: body.mayReply,
  closeAfterMs: millis(body.closeAfterMinutes),
  remindAfterMs: millis(body.remindAfterMinutes),
  escalateAfterMs: millis(body.escalateAfterMinutes),
  autoReply: body.autoReply === undefined ? before.autoReply : body.autoReply,
})
