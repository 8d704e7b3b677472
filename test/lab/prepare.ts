// Runs before the tests: fetches once what they need, so that no test waits for a download.
import { prepareAsterisk } from '../../module/lab/asterisk-prefix.ts'
import { prepareChromium } from '../../module/lab/chromium.ts'

const onProgress = (sentence: string): void => {
  process.stderr.write(`parley: ${sentence}\n`)
}

await prepareAsterisk({ onProgress })
await prepareChromium(onProgress)
