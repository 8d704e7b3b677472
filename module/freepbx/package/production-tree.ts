import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheEntry } from '../../lab/cache-entry.ts'
import { runCommand } from '../../lab/run-command.ts'
import { filesBelow, tarFile } from './files.ts'
import { gzipMember, tarEntries } from './tar.ts'

export type Architecture = 'x64' | 'arm64'

/** Raise it when what is kept of the packages changes for another reason than the lock file. */
const recipe = 2

/** What packages carry for developers and for other machines. */
const unused = [
  /(^|\/)(test|tests|docs|example|examples|benchmark|benchmarks|\.github)\//,
  /\.(d\.ts|d\.mts|d\.cts|map|md|markdown|ts|mts|cts|flow|tsbuildinfo)$/,
  /(^|\/)\.[^/]+$/,
  /^better-sqlite3\/(deps|src|binding\.gyp)/,
  /^node-linux-[^/]+\/(include|share)\//,
  /^\.package-lock\.json$/,
]
const wanted = /(^|\/)(licen[cs]e|notice|copying)[^/]*$/i

export interface ProductionTree {
  /** gzip members with the packages and the runtime below `<prefix>/node_modules`. */
  readonly members: readonly Buffer[]
}

/**
 * The packages that the sidecar needs at run time, for a machine of this architecture, as the lock file names them.
 * Fetched by npm once and kept compressed: only a change of the lock file fetches again.
 */
export async function productionTree(
  root: string,
  architecture: Architecture,
  prefix: string,
  onProgress: (sentence: string) => void,
): Promise<ProductionTree> {
  const key = createHash('sha256')
    .update(JSON.stringify([recipe, prefix, unused.map(String), process.versions.zlib]))
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify(productionPackages(root)))
    .digest('hex')
  const folder = await cacheEntry(`packages-${architecture}-${key.slice(0, 16)}`, (draft) =>
    fetchTree(root, architecture, prefix, draft, onProgress),
  )
  return { members: ['runtime', 'packages'].map((name) => readFileSync(join(folder, `${name}.tar.gz`))) }
}

async function fetchTree(
  root: string,
  architecture: Architecture,
  prefix: string,
  draft: string,
  onProgress: (sentence: string) => void,
): Promise<void> {
  const work = join(draft, 'work')
  await mkdir(work)
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await copyFile(join(root, name), join(work, name))
  onProgress(`Fetching the packages for ${architecture} (about 60 MB, once)`)
  await runCommand('npm', [
    'ci',
    '--prefix',
    work,
    '--omit=dev',
    '--include=optional',
    '--ignore-scripts',
    '--os=linux',
    `--cpu=${architecture}`,
    '--loglevel=error',
  ])
  const modules = join(work, 'node_modules')
  const runtime = `node-linux-${architecture}`
  if (!existsSync(join(modules, runtime, 'bin/node')))
    throw new Error(`npm brought no Node for ${architecture}.`)
  if (!existsSync(join(modules, `better-sqlite3/prebuilds/linux-${architecture}.node`)))
    throw new Error(`better-sqlite3 brings no addon for ${architecture}.`)
  const kept = filesBelow(modules).filter((path) => isKept(path, architecture))
  onProgress(`Compressing the packages for ${architecture}`)
  for (const [name, mine] of [
    ['runtime', (path: string) => path.startsWith(`${runtime}/`)],
    ['packages', (path: string) => !path.startsWith(`${runtime}/`)],
  ] as const) {
    const files = kept.filter(mine).map((path) => ({
      ...tarFile(`${prefix}/node_modules/${path}`, join(modules, path)),
      executable: path.endsWith('/bin/node'),
    }))
    await writeFile(join(draft, `${name}.tar.gz`), gzipMember(tarEntries(files)))
  }
  await rm(work, { recursive: true })
}

function isKept(path: string, architecture: Architecture): boolean {
  if (/^better-sqlite3\/prebuilds\//.test(path))
    return path === `better-sqlite3/prebuilds/linux-${architecture}.node`
  return wanted.test(path) || !unused.some((pattern) => pattern.test(path))
}

function productionPackages(root: string): unknown {
  const { dependencies, optionalDependencies, overrides } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>
  return [dependencies, optionalDependencies, overrides]
}
