import type { Page } from './admin-api.ts'

/** What has been read of a list that comes in pages. */
export interface PagedList<T> {
  readonly items: readonly T[]
  readonly next: string | null
  readonly loaded: boolean
}

export const unreadList = { items: [], next: null, loaded: false } as const

export const pageOf = <T>({ items, next }: Page<T>): PagedList<T> => ({ items, next, loaded: true })

export const withMore = <T>(list: PagedList<T>, { items, next }: Page<T>): PagedList<T> => ({
  items: [...list.items, ...items],
  next,
  loaded: true,
})
