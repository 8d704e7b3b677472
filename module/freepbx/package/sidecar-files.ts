import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { ModuleManifest } from '../../manifest.ts'
import { filesBelow, tarFile, textFile } from './files.ts'
import type { TarFile } from './tar.ts'

/** Rooms that stay at home: what builds packages, and the PBX that tests play. */
const notPackaged = /^module\/(lab|freepbx)\/|^module\/launch\.js$|\.(md|d\.ts)$/

/** What the sidecar runs from, below `prefix`: its sources, the migrations, panels and pages, and the manifest. */
export function sidecarFiles(root: string, manifest: ModuleManifest, prefix: string): TarFile[] {
  const pages = manifest.fragments.flatMap(({ page }) => (page === undefined ? [] : [page]))
  const bundles = manifest.fragments
    // What has no page is brought by the script of one.
    .filter(({ page, folder }) => page !== undefined || folder === undefined)
    .map(({ name }) => `ui-fragments/dist/${name}.js`)
  const migrations = filesBelow(join(root, 'sql')).map((path) => `sql/${path}`)
  const copied = [...sources(root), ...migrations, ...pages, 'module.json', 'LICENSE']
  return [
    ...copied.map((path) => ({ ...tarFile(`${prefix}/${path}`, join(root, path)), executable: false })),
    ...bundles.map((path) =>
      textFile(`${prefix}/${path}`, withoutMap(readFileSync(join(root, path), 'utf8'))),
    ),
    textFile(
      `${prefix}/package.json`,
      `${JSON.stringify({ name: manifest.name, version: manifest.version, private: true, type: 'module' }, null, 2)}\n`,
    ),
    // The whole folder lies in the web root of FreePBX, and none of it is anybody's business there.
    textFile(`${prefix}/.htaccess`, 'Require all denied\n'),
  ]
}

/** Bundles name their source map, which is not packaged. */
export const withoutMap = (bundle: string): string => bundle.replace(/\n?\/\/# sourceMappingURL=.*\n?$/, '\n')

/** Sources without those that need the lab, directly or by another. */
function sources(root: string): string[] {
  const kept = new Map(
    filesBelow(join(root, 'module'))
      .map((path) => `module/${path}`)
      .filter((path) => !notPackaged.test(path))
      .map((path) => [path, importsOf(root, path)]),
  )
  for (let dropped = true; dropped; ) {
    const strays = [...kept].filter(([, imports]) =>
      imports.some((path) => !kept.has(path) && existsSync(join(root, path))),
    )
    for (const [path] of strays) kept.delete(path)
    dropped = strays.length > 0
  }
  return [...kept.keys()]
}

/** Our own files that one imports, those for their types alone left out. */
export function importsOf(root: string, path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s(?!type\b)[^'"]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/g,
  )
  return [...found].map(([, from, dynamic]) =>
    relative(root, resolve(root, dirname(path), from ?? dynamic ?? '')).replaceAll('\\', '/'),
  )
}
