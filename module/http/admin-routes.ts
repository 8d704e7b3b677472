import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type CarrierAccounts, InvalidCarrierAccount } from '../app/carrier-accounts.ts'
import type { LinkState, Pbx } from '../app/ports/pbx.ts'
import { CarrierBodySchema, CarrierListSchema, CarrierSchema } from '../contract/api/carriers.ts'
import { SystemSchema } from '../contract/api/system.ts'
import { asCarrierId } from '../domain/ids.ts'
import { requireAdmin } from './authentication.ts'
import { problem, sendProblem } from './problem.ts'
import { carrierWire, time } from './wire.ts'

export interface AdminRoutesDeps {
  readonly pbx: Pbx
  readonly carriers: CarrierAccounts
  /** Where carriers reach Parley, without a slash at the end; null until it is configured. */
  readonly publicUrl: string | null
  readonly version: string
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })

export const adminRoutes: FastifyPluginAsyncTypebox<AdminRoutesDeps> = async (app, deps) => {
  const { pbx, carriers } = deps
  app.addHook('onRequest', requireAdmin)

  app.get(
    '/system',
    { schema: { summary: 'The PBX link and what was read from it', response: { 200: SystemSchema } } },
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
        },
      }
    },
  )

  app.get(
    '/carriers',
    { schema: { summary: 'Carrier accounts, without their secrets', response: { 200: CarrierListSchema } } },
    async () => ({
      items: carriers.accounts().map((account) => carrierWire(account, webhookUrl(account.id, account.kind))),
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
      const kept = carriers.accounts().find((account) => account.id === id)?.secrets ?? {}
      const account = { ...request.body, id, secrets: { ...kept, ...request.body.secrets } }
      try {
        await carriers.save(account)
      } catch (error) {
        if (!(error instanceof InvalidCarrierAccount)) throw error
        return sendProblem(reply, problem(422, 'invalid-carrier', 'Not saved', error.message))
      }
      return carrierWire(account, webhookUrl(id, account.kind))
    },
  )

  const webhookUrl = (id: string, kind: string): string | null =>
    kind === 'sip-message' || deps.publicUrl === null ? null : `${deps.publicUrl}/webhooks/${id}`
}

const linkWire = (link: LinkState) => ({
  state: link.kind,
  sentence: link.kind === 'down' ? link.sentence : null,
})
