import type { Seq } from '../../domain/ids.ts'
import { type MessageContent, wordsOf } from '../../domain/message/message-content.ts'
import { type SearchTerms, searchWords } from '../../domain/message/search-words.ts'
import type { Connection } from '../database/connection.ts'
import { parseJson } from './stored-json.ts'

/** Which messages and notes have which words: written with them, in their transaction. */
export interface MessageSearch {
  add(seq: Seq, conversationPk: number, text: string): void
}

export function createMessageSearch(db: Connection): MessageSearch {
  const insert = db.prepare<[Seq, string, number]>(
    `INSERT INTO message_search (rowid, words)
     SELECT ?, ? || ' ' || char(${groupMark}) || 'g' || group_pk FROM conversations WHERE pk = +?`,
  )
  return {
    add(seq, conversationPk, text) {
      const words = searchWords(text)
      if (words !== '') insert.run(seq, words, conversationPk)
    },
  }
}

const groupMark = 0xe000

/**
 * The query for `message_search`: every term begins a word, in one of these groups. Terms come from `searchTerms`
 * and hold nothing that the query's own syntax knows; they are quoted all the same.
 */
export function matchOf(terms: SearchTerms, groupPks: readonly number[]): string {
  const groups = groupPks.map((pk) => `"${String.fromCharCode(groupMark)}g${pk}"`).join(' OR ')
  return [
    `(${groups})`,
    ...terms.map((term) => `"${term.replaceAll('"', '')}"${isWhole(term) ? '' : '*'}`),
  ].join(' AND ')
}

/** One letter begins too many words to be gone through. */
const isWhole = (term: string): boolean => term.length === 1

/** For the migration that brought search to what was stored before. */
export function registerSearchFunctions(db: Connection): void {
  db.function('search_words', { deterministic: true }, (text: unknown) => searchWords(String(text)))
  db.function('search_words_of_content', { deterministic: true }, (content: unknown) =>
    searchWords(wordsOf(parseJson<MessageContent>(String(content)))),
  )
}
