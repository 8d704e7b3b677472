import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { writeCursor } from '../../app/conversations/cursor.ts'
import type { PersonalActions } from '../../app/conversations/personal-actions.ts'
import { groupsAsked, visibleGroups } from '../../app/people/access.ts'
import type { Pbx } from '../../app/ports/pbx.ts'
import type { Store } from '../../app/ports/store.ts'
import type { ConversationSummary } from '../../app/ports/stored.ts'
import { SearchQuerySchema, SearchResultSchema } from '../../contract/api/search.ts'
import { viewerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { readPageCursor } from '../wire/page-cursor.ts'
import { conversationWire, time } from '../wire/wire.ts'

export interface SearchRoutesDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly personal: PersonalActions
}

const pageSize = 30

/** What was said, and by whom, in the groups that the asker may see. */
export const searchRoutes: FastifyPluginAsyncTypebox<SearchRoutesDeps> = async (
  app,
  { store, pbx, personal },
) => {
  declareAccess(app, 'conversations')

  app.get(
    '/search',
    {
      schema: {
        summary: 'Conversations by name, number, or what was said in them',
        querystring: SearchQuerySchema,
        response: { 200: SearchResultSchema },
      },
    },
    async (request) => {
      const viewer = viewerOf(request)
      const { directory } = pbx.snapshot()
      const { q, group, channel, status, after, limit } = request.query
      const page = await store.search({
        text: q,
        groups: groupsAsked(visibleGroups(viewer, directory, store), directory.pbxId, group),
        status: status ?? null,
        channel: channel ?? null,
        before: readPageCursor(store.epoch, after),
        limit: Math.max(1, Number(limit ?? pageSize)),
      })
      const found = [...page.conversations, ...page.items.map(({ conversation }) => conversation)]
      const own = personal.of(
        viewer,
        found.map(({ id }) => id),
      )
      const wire = (conversation: ConversationSummary) =>
        conversationWire(conversation, directory, own(conversation.id))
      return {
        conversations: page.conversations.map(wire),
        items: page.items.map(({ conversation, message }) => ({
          conversation: wire(conversation),
          message: {
            id: message.id,
            direction: message.direction,
            at: time(message.at),
            snippet: {
              text: message.snippet.text,
              marks: message.snippet.marks.map(([from, to]) => [from, to]),
            },
          },
        })),
        next: page.next === null ? null : writeCursor(store.epoch, page.next),
      }
    },
  )
}
