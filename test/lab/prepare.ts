// Runs before the tests: fetches once what they need, so that no test waits for a download.
import { productionTree } from '../../module/freepbx/package/production-tree.ts'
import { prepareAsterisk } from '../../module/lab/asterisk-prefix.ts'
import { prepareChromium } from '../../module/lab/chromium.ts'
import { preparePhp } from '../../module/lab/php.ts'
import { moduleRoot } from '../../module/manifest.ts'
import { buildRunnerWithoutLoader } from './build-runner.ts'

const onProgress = (sentence: string): void => {
  process.stderr.write(`parley: ${sentence}\n`)
}

buildRunnerWithoutLoader(onProgress)
await prepareAsterisk({ onProgress })
await prepareChromium(onProgress)
await preparePhp(onProgress)
for (const architecture of ['x64', 'arm64'] as const)
  await productionTree(moduleRoot, architecture, 'parley/sidecar', onProgress)
