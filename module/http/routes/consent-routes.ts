import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { AddressReader } from '../../app/ports/carriers.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import {
  OptOutBodySchema,
  OptOutChangeListSchema,
  OptOutListSchema,
  OptOutResultSchema,
} from '../../contract/api/opt-outs.ts'
import type { Actor } from '../../domain/message/message.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { time } from '../wire/wire.ts'

export interface ConsentRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly readAddress: AddressReader
  readonly clock: Clock
}

const Address = Type.String({ minLength: 1, maxLength: 60 })
const pageSize = 100

/** Who is opted out of what, for administrators; each change keeps who made it and why. */
export const consentRoutes: FastifyPluginAsyncTypebox<ConsentRoutesDeps> = async (app, deps) => {
  const { store, pbx, readAddress, clock } = deps
  declareAccess(app, 'opt-outs')

  app.get(
    '/opt-outs',
    {
      schema: {
        summary: 'Customers who want nothing from a DID, the latest first',
        querystring: Type.Object({
          before: Type.Optional(Type.String({ maxLength: 200 })),
          customer: Type.Optional(Address),
        }),
        response: { 200: OptOutListSchema },
      },
    },
    async (request) => {
      const { before, customer } = request.query
      const from = readPageCursor(store.epoch, before)
      const page = store.optOuts(from, pageSize, customer === undefined ? undefined : readAddress(customer))
      return {
        items: page.items.map(({ customer, did, since, source, actor, reason }) => ({
          customer: customer.address.value,
          name: customer.name,
          did: did.value,
          since: time(since),
          source,
          by: actor.name,
          reason,
        })),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )

  app.put(
    '/opt-outs',
    {
      schema: {
        summary: 'Opt a customer out of a DID, or allow messages again, with the reason',
        body: OptOutBodySchema,
        response: { 200: OptOutResultSchema },
      },
    },
    async (request) => {
      const { customer, did, optedOut, reason } = request.body
      const { extension, sessionId } = viewerOf(request)
      const known = extension === null ? undefined : pbx.snapshot().directory.extensions.get(extension)
      const actor: Actor = {
        kind: 'admin',
        id: extension ?? sessionId,
        name: known?.name ?? extension ?? 'Administrator',
      }
      const changed = await store.setOptOut({
        customer: readAddress(customer),
        did: readAddress(did),
        optedOut,
        source: 'admin',
        actor,
        reason,
        at: clock(),
      })
      return { changed, optedOut }
    },
  )

  app.get(
    '/opt-outs/changes',
    {
      schema: {
        summary: 'The history of one customer and DID, newest first',
        querystring: Type.Object({ customer: Address, did: Address }),
        response: { 200: OptOutChangeListSchema },
      },
    },
    async (request) => {
      const { customer, did } = request.query
      const changes = store.optOutChanges(readAddress(customer), readAddress(did), pageSize)
      return {
        items: changes.map(({ optedOut, source, actor, reason, at }) => ({
          optedOut,
          source,
          by: actor.name,
          reason,
          at: time(at),
        })),
      }
    },
  )
}
