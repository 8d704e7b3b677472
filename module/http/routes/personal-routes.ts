import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CannedReplies } from '../../app/conversations/canned-replies.ts'
import type { PersonalActions } from '../../app/conversations/personal-actions.ts'
import type { WriteNote } from '../../app/conversations/write-note.ts'
import type { Store } from '../../app/ports/store.ts'
import { PersonalSchema, PreferencesBodySchema, ReadBodySchema } from '../../contract/api/conversations.ts'
import { MessageSchema } from '../../contract/api/messages.ts'
import { FilledInListSchema, NoteBodySchema } from '../../contract/api/notes-and-canned-replies.ts'
import { asConversationId } from '../../domain/ids.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { sendFailure } from '../wire/problem.ts'
import { threadWire } from '../wire/wire.ts'

export interface PersonalRoutesDeps {
  readonly store: Store
  readonly personal: PersonalActions
  readonly writeNote: WriteNote
  readonly canned: CannedReplies
}

const Params = Type.Object({ id: Type.String({ maxLength: 64 }) })
const IdempotencyKey = Type.Object({ 'idempotency-key': Type.String({ minLength: 8, maxLength: 128 }) })

/** What an agent does in a conversation without the customer's knowing. */
export const personalRoutes: FastifyPluginAsyncTypebox<PersonalRoutesDeps> = async (app, deps) => {
  const { store, personal, writeNote, canned } = deps
  declareAccess(app, 'conversations')

  app.post(
    '/conversations/:id/read',
    {
      schema: {
        summary: 'I have read up to this message; never goes back',
        params: Params,
        body: ReadBodySchema,
        response: { 200: PersonalSchema },
      },
    },
    async (request, reply) => {
      const id = asConversationId(request.params.id)
      const result = await personal.markRead(viewerOf(request), id, request.body.through)
      return result.ok ? result.value : sendFailure(reply, result.failure)
    },
  )

  app.put(
    '/conversations/:id/preferences',
    {
      schema: {
        summary: 'Mute or pin it for myself; what is left out stays',
        params: Params,
        body: PreferencesBodySchema,
        response: { 200: PersonalSchema },
      },
    },
    async (request, reply) => {
      const { muted = null, pinned = null } = request.body
      const id = asConversationId(request.params.id)
      const result = await personal.setPreferences(viewerOf(request), id, { muted, pinned })
      return result.ok ? result.value : sendFailure(reply, result.failure)
    },
  )

  app.post(
    '/conversations/:id/notes',
    {
      schema: {
        summary: 'Write an internal note, which is never sent',
        params: Params,
        headers: IdempotencyKey,
        body: NoteBodySchema,
        response: { 201: MessageSchema },
      },
    },
    async (request, reply) => {
      const { text, mentions = [] } = request.body
      const idempotencyKey = request.headers['idempotency-key']
      const draft = { text, mentions, idempotencyKey }
      const result = await writeNote(viewerOf(request), asConversationId(request.params.id), draft)
      if (!result.ok) return sendFailure(reply, result.failure)
      const note = store.note(result.value.messageId)
      if (note === null) return sendFailure(reply, { code: 'not-found', what: 'message' })
      return reply.code(201).send(threadWire(note))
    },
  )

  app.get(
    '/conversations/:id/canned-replies',
    {
      schema: {
        summary: 'Canned replies that I can use here, filled in',
        params: Params,
        response: { 200: FilledInListSchema },
      },
    },
    async (request, reply) => {
      const result = canned.filledIn(viewerOf(request), asConversationId(request.params.id))
      if (!result.ok) return sendFailure(reply, result.failure)
      return { items: result.value.map(({ id, shortcut, title, text }) => ({ id, shortcut, title, text })) }
    },
  )
}
