import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import { type AgentStatusDeps, createAgentStatus, type WantedStatus } from '../../app/people/agent-status.ts'
import { StatusBodySchema, StatusSchema, type StatusWire } from '../../contract/api/groups.ts'
import type { Away } from '../../domain/designation/away.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFailure } from '../wire/problem.ts'
import { time } from '../wire/wire.ts'

export type AgentStatusRoutesDeps = AgentStatusDeps

const Params = Type.Object({ extension: Type.String({ pattern: '^[0-9*#]{1,20}$' }) })

/** Available or away for messages: one's own word, or a supervisor's for his agents. */
export const agentStatusRoutes: FastifyPluginAsyncTypebox<AgentStatusRoutesDeps> = async (app, deps) => {
  const status = createAgentStatus(deps)
  declareAccess(app, 'groups')

  app.get(
    '/me/status',
    {
      schema: { summary: 'Whether I am there for messages', response: { 200: StatusSchema } },
      config: { scope: 'me:read' },
    },
    async (request, reply) => {
      const result = status.of(viewerOf(request), null)
      return result.ok ? statusWire(result.value) : sendFailure(reply, result.failure)
    },
  )

  app.put(
    '/me/status',
    {
      schema: {
        summary: 'Be away for messages, or back; my phone and my queues stay as they are',
        body: StatusBodySchema,
        response: { 200: StatusSchema },
      },
      config: { scope: 'me:write' },
    },
    async (request, reply) => {
      const result = await status.set(viewerOf(request), null, wantedOf(request.body))
      return result.ok ? statusWire(result.value) : sendFailure(reply, result.failure)
    },
  )

  app.get(
    '/agents/:extension/status',
    {
      schema: {
        summary: 'Whether an agent of my groups is there for messages, as a supervisor',
        params: Params,
        response: { 200: StatusSchema },
      },
    },
    async (request, reply) => {
      const result = status.of(viewerOf(request), request.params.extension)
      return result.ok ? statusWire(result.value) : sendFailure(reply, result.failure)
    },
  )

  app.put(
    '/agents/:extension/status',
    {
      schema: {
        summary: 'Say for an agent of my groups that he is away, or back, as a supervisor',
        params: Params,
        body: StatusBodySchema,
        response: { 200: StatusSchema },
      },
    },
    async (request, reply) => {
      const { extension } = request.params
      const result = await status.set(viewerOf(request), extension, wantedOf(request.body))
      return result.ok ? statusWire(result.value) : sendFailure(reply, result.failure)
    },
  )
}

function wantedOf({ state, until, reason }: Static<typeof StatusBodySchema>): WantedStatus {
  if (state === 'available') return { state }
  return { state, until: until == null ? null : Date.parse(until), reason: reason ?? null }
}

const statusWire = (away: Away | null): StatusWire => ({
  state: away === null ? 'available' : 'away',
  since: away === null ? null : time(away.since),
  until: away?.until == null ? null : time(away.until),
  reason: away?.reason ?? null,
  by: away?.by.name ?? null,
})
