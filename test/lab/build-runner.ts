import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { moduleRoot } from '../../module/manifest.ts'

/**
 * The test runner comes built with a TypeScript loader, which our settings leave out, since Node reads the tests
 * itself. It would rebuild itself on its first run, but run that one still through the slow loader.
 */
export function buildRunnerWithoutLoader(onProgress: (sentence: string) => void): void {
  const built = readFileSync(fileURLToPath(import.meta.resolve('@tapjs/test/test-built')), 'utf8')
  const plugins = /export const signature = `([^`]*)`/.exec(built)?.[1] ?? ''
  if (!plugins.includes('@tapjs/typescript')) return
  onProgress('Building the test runner')
  const { status } = spawnSync(process.execPath, [join(moduleRoot, 'node_modules/.bin/tap'), 'build'], {
    cwd: moduleRoot,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('The test runner could not be built; it says why above.')
}
