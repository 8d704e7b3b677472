import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { SearchHitWire } from '../../module/contract/api/search.ts'
import type { SearchState } from './search-desk.ts'
import { dayWords } from './time-words.ts'
import { words } from './words/words.ts'

/** One row of the list, top to bottom. */
export type ListRow =
  | { readonly kind: 'heading'; readonly key: string; readonly words: string }
  | {
      readonly kind: 'conversation'
      readonly key: string
      readonly conversation: ConversationWire
      /** Counted from 1, headings left out. */
      readonly position: number
      readonly hit: SearchHitWire['message'] | null
    }

/** The conversations under their days, those that I pinned first. */
export function rowsByDay(conversations: readonly ConversationWire[], now: Date): ListRow[] {
  const rows: ListRow[] = []
  let heading = ''
  for (const [index, conversation] of conversations.entries()) {
    const day = conversation.pinned ? words().pinned : dayWords(conversation.activeAt, now)
    if (day !== heading) {
      heading = day
      rows.push({
        kind: 'heading',
        key: `heading ${day} ${index === 0 ? '' : conversation.pinned}`,
        words: day,
      })
    }
    rows.push({ kind: 'conversation', key: conversation.id, conversation, position: index + 1, hit: null })
  }
  return rows
}

/** What was found: by who it is, then by what was said. */
export function rowsOfSearch({ conversations, hits }: SearchState): ListRow[] {
  const rows: ListRow[] = []
  const heading = (key: string, said: string) => rows.push({ kind: 'heading', key, words: said })
  if (conversations.length > 0) heading('found conversations', words().inConversations)
  for (const [index, conversation] of conversations.entries())
    rows.push({
      kind: 'conversation',
      key: `by name ${conversation.id}`,
      conversation,
      position: index + 1,
      hit: null,
    })
  if (hits.length > 0) heading('found messages', words().inMessages)
  for (const [index, { conversation, message }] of hits.entries())
    rows.push({
      kind: 'conversation',
      key: message.id,
      conversation,
      position: conversations.length + index + 1,
      hit: message,
    })
  return rows
}
