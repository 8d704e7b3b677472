/**
 * Whose turn it is when not all can be asked each time: those who must be asked now, then so many of the others,
 * going on where the last turn ended.
 */
interface Rotation<Key> {
  take(all: readonly Key[], room: number, mustNow: (key: Key) => boolean): Key[]
}

export function createRotation<Key>(): Rotation<Key> {
  let next = 0
  return {
    take(all, room, mustNow) {
      const urgent = all.filter(mustNow)
      const others = all.filter((key) => !mustNow(key))
      const take = Math.min(others.length, Math.max(0, room - urgent.length))
      if (next >= others.length) next = 0
      const turn = [...others, ...others].slice(next, next + take)
      next = (next + take) % Math.max(1, others.length)
      return [...urgent, ...turn]
    },
  }
}
