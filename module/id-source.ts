import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'
import type { IdSource } from './app/ports/ambient.ts'

const bytesPerId = 16
const idsPerRefill = 256

/** UUIDv7s whose randomness is fetched for many at a time: asking the kernel for each costs more than the rest. */
export function createIdSource(): IdSource {
  const pool = new Uint8Array(bytesPerId * idsPerRefill)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += bytesPerId
    return v7({ random: pool.subarray(used - bytesPerId, used) })
  }
}
