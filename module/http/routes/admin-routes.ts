import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Clock } from '../../app/ports/ambient.ts'
import type { CarrierAccount } from '../../app/ports/carriers.ts'
import type { LinkState, Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import { type CarrierAccounts, InvalidCarrierAccount } from '../../app/sending/carrier-accounts.ts'
import type { CarrierHealth, Health } from '../../app/sending/carrier-health.ts'
import {
  CarrierBodySchema,
  CarrierHealthSchema,
  type CarrierHealthWire,
  CarrierListSchema,
  CarrierSchema,
  RawEventListSchema,
  RawEventSchema,
} from '../../contract/api/carriers.ts'
import { SystemSchema } from '../../contract/api/system.ts'
import { asCarrierId } from '../../domain/ids.ts'
import { scheduleKey } from '../../domain/rules/schedule.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'
import { rawEventWire } from '../wire/raw-event-wire.ts'
import { carrierWire, time, timeOrNull } from '../wire/wire.ts'

export interface AdminRoutesDeps {
  readonly pbx: Pbx
  readonly store: Store
  readonly carriers: CarrierAccounts
  readonly health: CarrierHealth
  readonly clock: Clock
  /** Where carriers reach Parley, without a slash at the end; null until it is configured. */
  readonly publicUrl: string | null
  readonly version: string
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })

export const adminRoutes: FastifyPluginAsyncTypebox<AdminRoutesDeps> = async (app, deps) => {
  const { pbx, carriers, health, store } = deps
  declareAccess(app, 'carriers')

  app.get(
    '/system',
    {
      schema: { summary: 'The PBX link and what was read from it', response: { 200: SystemSchema } },
      config: { scope: 'admin:read' },
    },
    async () => {
      const { directory, freshness } = pbx.snapshot()
      const { ami, ari } = pbx.health()
      return {
        version: deps.version,
        pbx: {
          ami: linkWire(ami),
          ari: linkWire(ari),
          stale: freshness === 'stale',
          readAt: directory.readAt === null ? null : time(directory.readAt),
          extensions: directory.extensions.size,
          groups: directory.groups.size,
          dids: [...directory.dids],
          didNames: Object.fromEntries(directory.didNames),
          people: [...directory.extensions.values()].map(({ extension, name }) => ({ extension, name })),
          schedules: [...directory.schedules.values()].map((schedule) => ({
            key: scheduleKey(schedule),
            name: schedule.name,
            open: schedule.open === 'unknown' ? null : schedule.open,
          })),
        },
        publicUrl: deps.publicUrl,
      }
    },
  )

  app.get(
    '/carriers',
    { schema: { summary: 'Carrier accounts, without their secrets', response: { 200: CarrierListSchema } } },
    async () => ({
      items: carriers.accounts().map(wireOf),
    }),
  )

  app.put(
    '/carriers/:id',
    {
      schema: {
        summary: 'Create or change a carrier account',
        params: Id,
        body: CarrierBodySchema,
        response: { 200: CarrierSchema },
      },
    },
    async (request, reply) => {
      const id = asCarrierId(request.params.id)
      const known = carriers.accounts().find((account) => account.id === id)
      const kept = known?.kind === request.body.kind ? known.secrets : {}
      const secrets = Object.entries({ ...kept, ...request.body.secrets })
      const account = {
        ...request.body,
        id,
        secrets: Object.fromEntries(
          secrets.flatMap(([name, secret]) => (secret === null ? [] : [[name, secret]])),
        ),
      }
      try {
        await carriers.save(account)
      } catch (error) {
        if (!(error instanceof InvalidCarrierAccount)) throw error
        return sendProblem(reply, problem(422, 'invalid-carrier', 'Not saved', error.message))
      }
      health.changed(id)
      return wireOf(account)
    },
  )

  app.post(
    '/carriers/:id/test',
    {
      schema: {
        summary: 'Ask the carrier, and call our own webhook address, now',
        params: Id,
        response: { 200: CarrierHealthSchema },
      },
    },
    async (request, reply) => {
      const account = accountOf(request.params.id)
      if (account === undefined) return sendFailure(reply, noCarrier)
      await health.test(account.id)
      return healthOf(account)
    },
  )

  app.get(
    '/carriers/:id/raw-events',
    {
      schema: {
        summary: 'Calls that could not be read, their words masked',
        params: Id,
        response: { 200: RawEventListSchema },
      },
    },
    async (request, reply) => {
      const account = accountOf(request.params.id)
      if (account === undefined) return sendFailure(reply, noCarrier)
      const events = store.rawEvents(account.id)
      return { items: events.map((event) => rawEventWire(event, 'masked')) }
    },
  )

  app.get(
    '/carriers/:id/raw-events/:n',
    {
      schema: {
        summary: 'One of them, as it came; the log keeps who asked',
        params: Type.Intersect([Id, Type.Object({ n: Type.String({ pattern: '^[0-9]{1,12}$' }) })]),
        response: { 200: RawEventSchema },
      },
    },
    async (request, reply) => {
      const { id, n } = request.params
      const event = store.rawEvent(asCarrierId(id), Number(n))
      if (event === null) return sendFailure(reply, { code: 'not-found', what: 'raw event' })
      const { sessionId, extension } = viewerOf(request)
      request.log.info(
        { audit: true, sessionId, extension, carrierId: id, rawEvent: event.n },
        'An administrator read a call that could not be read',
      )
      return rawEventWire(event, 'whole')
    },
  )

  const accountOf = (id: string) => carriers.accounts().find((account) => account.id === id)

  const healthOf = (account: CarrierAccount): CarrierHealthWire =>
    healthWire(
      account.enabled
        ? health.of(account.id)
        : { ...health.of(account.id), state: 'unknown', sentence: 'It is disabled.' },
    )

  const wireOf = (account: CarrierAccount) => ({
    ...carrierWire(account, webhookUrl(account.id, account.kind)),
    health: healthOf(account),
  })

  const webhookUrl = (id: string, kind: string): string | null =>
    kind === 'sip-message' || deps.publicUrl === null ? null : `${deps.publicUrl}/webhooks/${id}`
}

const linkWire = (link: LinkState) => ({
  state: link.kind,
  sentence: link.kind === 'down' ? link.sentence : null,
})

const noCarrier = { code: 'not-found', what: 'carrier' } as const

const healthWire = ({ webhook, ...health }: Health): CarrierHealthWire => ({
  ...health,
  since: time(health.since),
  lastInboundAt: timeOrNull(health.lastInboundAt),
  lastSuccessAt: timeOrNull(health.lastSuccessAt),
  expiresAt: timeOrNull(health.expiresAt),
  webhook: webhook === null ? null : { ...webhook, at: time(webhook.at) },
})
