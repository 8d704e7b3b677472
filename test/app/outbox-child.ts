/**
 * Sends what waits in a database by a real carrier over real HTTP, without end: to be killed.
 * Arguments: database file, where the carrier's API is.
 */
import { startOutbox } from '../../module/app/sending/run-outbox.ts'
import { createAddressReader } from '../../module/carriers/address-reader.ts'
import { createTwilioCarrier } from '../../module/carriers/twilio/twilio-carrier.ts'
import { emptyDirectory } from '../../module/domain/directory/directory.ts'
import { asPbxId } from '../../module/domain/ids.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { keptLog } from '../carriers/kept-log.ts'
import { twilioAccount } from '../carriers/twilio/twilio-account.ts'
import { newId, secretKey } from '../store/store-samples.ts'

const [file = '', apiBase = ''] = process.argv.slice(2)
const store = openSqliteStore({ file, newId, secretKey, clock: Date.now })
await store.settleInterrupted(Date.now())
const log = keptLog()
const carrier = createTwilioCarrier(twilioAccount(), {
  publicUrl: 'https://pbx.example.com',
  readAddress: createAddressReader({ homeCountry: 'US' }),
  log,
  apiBase,
  deadlineMs: 300,
})
startOutbox({
  store,
  carriers: () => carrier,
  limits: () => ({ ...carrier.limits, perSecond: 10_000 }),
  messenger: { sendText: async () => ({ kind: 'handed-over' }), onSpooled: () => () => {} },
  phones: { contactsOf: async () => [] },
  panels: { isOpen: () => false },
  pbx: {
    snapshot: () => ({ directory: emptyDirectory(asPbxId('main')), presence: new Map(), freshness: 'live' }),
    health: () => ({ ami: { kind: 'connecting' }, ari: { kind: 'connecting' } }),
    onChanged: () => () => {},
  },
  sipDomain: 'pbx',
  clock: Date.now,
  random: Math.random,
  log,
  times: { pollMs: 5, firstRetryMs: 5, longestRetryMs: 20 },
})
