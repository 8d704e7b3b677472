import { join } from 'node:path'
import t from 'tap'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { storeContract } from './store-contract.ts'
import { clock, newId, scratchFolder, secretKey } from './store-samples.ts'

await storeContract(t, (t) => {
  const file = join(scratchFolder(t), 'parley.db')
  return { open: () => openSqliteStore({ file, newId, secretKey, clock }) }
})
