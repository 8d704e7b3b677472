import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ConversationActions } from '../../app/conversations/act-on-conversation.ts'
import type { PersonalActions } from '../../app/conversations/personal-actions.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import { CustomerNameBodySchema } from '../../contract/api/contacts.ts'
import { ConversationSchema } from '../../contract/api/conversations.ts'
import { asConversationId } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFailure } from '../wire/problem.ts'
import { conversationWire } from '../wire/wire.ts'

export interface CustomerNameRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly actions: ConversationActions
  readonly personal: PersonalActions
  readonly clock: Clock
}

const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const nothing = { code: 'not-found', what: 'conversation' } as const

/** What agents of the group call the customer they write with. */
export const customerNameRoutes: FastifyPluginAsyncTypebox<CustomerNameRoutesDeps> = async (app, deps) => {
  const { store, pbx, actions, personal, clock } = deps
  declareAccess(app, 'conversations')

  app.patch(
    '/conversations/:id/customer',
    {
      schema: {
        summary: 'Name the customer, as a contact',
        params: Params,
        body: CustomerNameBodySchema,
        response: { 200: ConversationSchema },
      },
      config: {
        audit: (request) => {
          const { id } = request.params as { id: string }
          return {
            act: 'contact.name',
            target: `conversation/${id}`,
            sentence: 'Named a customer.',
            after: () => request.body,
          }
        },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request)
      const id = asConversationId(request.params.id)
      const before = actions.find(viewer, id)
      if (before === null) return sendFailure(reply, nothing)
      const { address } = before.customer
      const note = store.contacts.contact(address)?.note ?? null
      await store.contacts.saveContact({ address, name: request.body.name.trim(), note }, clock())
      const after = actions.find(viewer, id)
      if (after === null) return sendFailure(reply, nothing)
      return conversationWire(after, pbx.snapshot().directory, personal.of(viewer, [id])(id))
    },
  )
}
