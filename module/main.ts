import closeWithGrace from 'close-with-grace'
import { ConfigError, readConfig } from './config.ts'
import { createLog } from './log.ts'
import { startSidecar } from './wiring.ts'

/** A supervisor kills what has not stopped by then; pm2 under FreePBX does so after 1.6 s. */
const stopWithinMs = 1500

try {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  const sidecar = await startSidecar(config, log)
  log.info({ url: sidecar.url }, 'Parley is running')
  closeWithGrace({ delay: stopWithinMs, logger: log }, async ({ err }) => {
    if (err !== undefined) log.fatal({ err }, 'Parley stops because of an error that nothing caught')
    await sidecar.close()
  })
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`parley: ${error.message}\n`)
  process.exitCode = 78
}
