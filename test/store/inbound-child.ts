/**
 * Commits inbound messages without end, and names each on its standard output once it is acknowledged: to be
 * killed. Arguments: database file, name of this run.
 */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { byQueue, clock, inbound, newId, number, routed, secretKey } from './store-samples.ts'

const [file = '', run = ''] = process.argv.slice(2)
const inFlight = 24
const customers = 30

const store = openSqliteStore({ file, newId, secretKey, clock })
let sent = 0

async function sendForever(): Promise<never> {
  for (;;) {
    const n = sent++
    const sender = number(`+1555${String(n % customers).padStart(7, '0')}`)
    const message = inbound({ sender, carrierMessageId: `${run}-${n}`, text: `message ${n}` })
    const route = n % 10 === 9 ? { route: null } : {}
    await store.commitInbound({ ...routed(message, store), ...route }, byQueue)
    writeSync(1, `${n}\n`)
  }
}

await Promise.all(Array.from({ length: inFlight }, sendForever))
