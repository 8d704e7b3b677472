import type { WatchersWire } from '../../module/contract/live.ts'
import type { LiveNews } from './live-client.ts'
import { words } from './words/words.ts'

/** By conversation; nobody looks at one that is not in it. */
export type Watchers = ReadonlyMap<string, WatchersWire>

export function withWatchers(held: Watchers, news: Extract<LiveNews, { type: 'watching' }>): Watchers {
  const next = new Map(news.full ? [] : held)
  for (const each of news.conversations) {
    if (each.viewing.length + each.typing.length === 0) next.delete(each.conversationId)
    else next.set(each.conversationId, each)
  }
  return next
}

/** One quiet line: who else is here, and what he is doing. Empty when nobody is. */
export function watchersLine(watchers: Watchers, conversationId: string, me: string | null): string {
  const here = watchers.get(conversationId)
  if (here === undefined) return ''
  const others = (agents: WatchersWire['viewing']) => agents.filter(({ extension }) => extension !== me)
  const typing = others(here.typing)
  const viewing = others(here.viewing).filter(
    ({ extension }) => !typing.some((each) => each.extension === extension),
  )
  return [
    typing.length === 0 ? '' : words().writing(names(typing), typing.length > 1),
    viewing.length === 0 ? '' : words().looking(names(viewing), viewing.length > 1),
  ]
    .filter((words) => words !== '')
    .join(' ')
}

function names(agents: WatchersWire['viewing']): string {
  const [first, second, ...more] = agents.map(({ name }) => name)
  if (second === undefined) return first ?? ''
  return more.length === 0
    ? words().listAnd(first ?? '', second)
    : words().listMore(first ?? '', second, more.length)
}
