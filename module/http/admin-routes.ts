import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type CarrierAccounts, InvalidCarrierAccount } from '../app/carrier-accounts.ts'
import { readCursor, writeCursor } from '../app/cursor.ts'
import type { AddressReader, LinkState, Pbx, Store } from '../app/ports.ts'
import {
  CarrierBodySchema,
  CarrierListSchema,
  CarrierSchema,
  RuleBodySchema,
  RuleListSchema,
  RuleSchema,
  SystemSchema,
  UnroutedListSchema,
} from '../contract/api.ts'
import { asCarrierId, asGroupNumber, asRuleId } from '../domain/ids.ts'
import type { MessageRule } from '../domain/rules.ts'
import { requireAdmin } from './authentication.ts'
import { problem, sendFailure, sendProblem } from './problem.ts'
import { carrierWire, ruleWire, time, unroutedWire } from './wire.ts'

export interface AdminRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly carriers: CarrierAccounts
  readonly readAddress: AddressReader
  /** Where carriers reach Parley, without a slash at the end; null until it is configured. */
  readonly publicUrl: string | null
  readonly version: string
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })
const Page = Type.Object({ before: Type.Optional(Type.String({ maxLength: 200 })) })

export const adminRoutes: FastifyPluginAsyncTypebox<AdminRoutesDeps> = async (app, deps) => {
  const { store, pbx, carriers } = deps
  app.addHook('preHandler', requireAdmin)

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
    '/rules',
    { schema: { summary: 'Message rules in their order', response: { 200: RuleListSchema } } },
    async () => {
      const { version, rules } = store.ruleSet()
      return { version, items: rules.map((rule) => ruleWire(rule, pbx.snapshot().directory)) }
    },
  )

  app.put(
    '/rules/:id',
    {
      schema: {
        summary: 'Create or change a rule',
        params: Id,
        body: RuleBodySchema,
        response: { 200: RuleSchema },
      },
    },
    async (request) => {
      const { directory } = pbx.snapshot()
      const { destination, dids, ...body } = request.body
      const rule: MessageRule = {
        ...body,
        id: asRuleId(request.params.id),
        dids: dids.map(deps.readAddress),
        destination: {
          pbxId: directory.pbxId,
          kind: destination.kind,
          number: asGroupNumber(destination.number),
        },
      }
      await store.saveRule(rule)
      return ruleWire(rule, directory)
    },
  )

  app.delete(
    '/rules/:id',
    { schema: { summary: 'Delete a rule', params: Id, response: { 204: Type.Null() } } },
    async (request, reply) => {
      const existed = await store.deleteRule(asRuleId(request.params.id))
      if (!existed) return sendFailure(reply, { code: 'not-found', what: 'rule' })
      return reply.code(204).send(null)
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

  app.get(
    '/unrouted',
    {
      schema: {
        summary: 'Messages that no rule took',
        querystring: Page,
        response: { 200: UnroutedListSchema },
      },
    },
    async (request) => {
      const before = request.query.before === undefined ? null : readCursor(store.epoch, request.query.before)
      const page = store.unrouted(before, 100)
      return {
        items: page.items.map(unroutedWire),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )

  const webhookUrl = (id: string, kind: string): string | null =>
    kind === 'sip-message' || deps.publicUrl === null ? null : `${deps.publicUrl}/webhooks/${id}`
}

const linkWire = (link: LinkState) => ({
  state: link.kind,
  sentence: link.kind === 'down' ? link.sentence : null,
})
