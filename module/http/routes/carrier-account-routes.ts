import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import type { CarrierAccount, CarrierKindFacts } from '../../app/ports/carriers.ts'
import { type CarrierAccounts, InvalidCarrierAccount } from '../../app/sending/carrier-accounts.ts'
import type { CarrierHealth } from '../../app/sending/carrier-health.ts'
import { CarrierKindListSchema, CarrierRotateBodySchema } from '../../contract/api/carriers.ts'
import { asCarrierId } from '../../domain/ids.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendFailure, sendProblem } from '../wire/problem.ts'

export interface CarrierAccountRoutesDeps {
  readonly carriers: CarrierAccounts
  readonly health: CarrierHealth
  readonly carrierKinds: readonly CarrierKindFacts[]
}

const Id = Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' }) })
const previousOf = (name: string): string => `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`
const isPrevious = (name: string): boolean => /^previous[A-Z]/.test(name)

/** What kinds of carriers there are, and an account's keys and end. */
export const carrierAccountRoutes: FastifyPluginAsyncTypebox<CarrierAccountRoutesDeps> = async (
  app,
  deps,
) => {
  const { carriers, health, carrierKinds } = deps
  declareAccess(app, 'carriers')

  app.get(
    '/carrier-kinds',
    {
      schema: {
        summary: 'The kinds of carriers there are, with what each can do and must be told',
        response: { 200: CarrierKindListSchema },
      },
    },
    async () => ({
      items: carrierKinds.map(({ channels, can, cannot, ...kind }) => ({
        ...kind,
        channels: [...channels],
        can: [...can],
        cannot: [...cannot],
      })),
    }),
  )

  app.post(
    '/carriers/:id/rotate-keys',
    {
      schema: {
        summary: 'Replace keys; the old ones stay good for incoming calls until they are dropped',
        params: Id,
        body: CarrierRotateBodySchema,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request.params.id)
      if (account === undefined) return sendFailure(reply, noCarrier)
      const secrets: Record<string, string> = { ...account.secrets }
      for (const [name, value] of Object.entries(request.body.secrets)) {
        const before = account.secrets[name]
        if (before !== undefined && before !== value && keepsPrevious(account, name))
          secrets[previousOf(name)] = before
        secrets[name] = value
      }
      return save({ ...account, secrets }, reply)
    },
  )

  app.delete(
    '/carriers/:id/previous-keys',
    {
      schema: {
        summary: 'Drop the keys that were replaced: calls signed by them are refused from now on',
        params: Id,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request.params.id)
      if (account === undefined) return sendFailure(reply, noCarrier)
      const kept = Object.entries(account.secrets).filter(([name]) => !isPrevious(name))
      return save({ ...account, secrets: Object.fromEntries(kept) }, reply)
    },
  )

  app.delete(
    '/carriers/:id',
    {
      schema: {
        summary: 'Delete a carrier account; conversations and messages stay',
        params: Id,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const id = asCarrierId(request.params.id)
      if (!(await carriers.remove(id))) return sendFailure(reply, noCarrier)
      health.changed(id)
      return reply.code(204).send(null)
    },
  )

  const accountOf = (id: string) => carriers.accounts().find((account) => account.id === id)

  function keepsPrevious({ kind }: CarrierAccount, name: string): boolean {
    const schema: unknown = carrierKinds.find((known) => known.kind === kind)?.secrets
    const properties: unknown =
      typeof schema === 'object' && schema !== null && Reflect.get(schema, 'properties')
    return typeof properties === 'object' && properties !== null && previousOf(name) in properties
  }

  async function save(account: CarrierAccount, reply: FastifyReply): Promise<FastifyReply> {
    try {
      await carriers.save(account)
    } catch (error) {
      if (!(error instanceof InvalidCarrierAccount)) throw error
      return sendProblem(reply, problem(422, 'invalid-carrier', 'Not saved', error.message))
    }
    health.changed(account.id)
    return reply.code(204).send(null)
  }
}

const noCarrier = { code: 'not-found', what: 'carrier' } as const
