/**
 * A process of its own, killed at the worst instant: the message is stored, its file not yet removed.
 * Arguments: the folder; a file that plays the store.
 */
import { appendFileSync } from 'node:fs'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { startSpoolIntake } from '../../../module/carriers/sip-message/spool-intake.ts'

const [folder = '', storeFile = ''] = process.argv.slice(2)
const silent = () => {}

startSpoolIntake({
  folder,
  onMessage: async (message) => {
    appendFileSync(storeFile, `${message.carrierMessageId}\n`)
    process.kill(process.pid, 'SIGKILL')
  },
  onSpooled: () => silent,
  carriers: () => [],
  readAddress: createAddressReader({ homeCountry: 'US' }),
  log: { debug: silent, info: silent, warn: silent, error: silent },
  clock: Date.now,
})
