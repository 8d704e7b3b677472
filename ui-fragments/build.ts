import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** esbuild leaves what stands in templates as it is written; indentation and the style sheets' spaces say nothing. */
const squeezeTemplates: Plugin = {
  name: 'squeeze-templates',
  setup(build) {
    build.onLoad({ filter: /ui-fragments\/elements\/[\w-]+\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8').replace(/\n[ \t]+/g, '\n')
      return { contents: source.replace(/css`[^`]*`/g, squeezeStyles), loader: 'ts' }
    })
  },
}

const squeezeStyles = (styles: string): string =>
  styles
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/\s?([{};,])\s?/g, '$1')
    .replace(/: /g, ':')

/** What module.json says of one panel, as far as a build needs it. */
export interface FragmentEntry {
  readonly name: string
  /** From the repository's root. */
  readonly entry: string
}

export interface BuildOptions {
  /** From the repository's root, or absolute. */
  readonly outdir?: string
  readonly minify?: boolean
  /** Those of module.json unless given. */
  readonly fragments?: readonly FragmentEntry[]
}

export interface BuiltFragment {
  readonly name: string
  readonly file: string
  /** False when nothing it is made of had changed. */
  readonly rebuilt: boolean
}

/** What a bundle was made of, kept beside it: the hash of every input by path, and how it was built. */
interface Stamp {
  readonly how: string
  readonly inputs: Readonly<Record<string, string>>
}

/**
 * Writes one IIFE bundle and its source map a panel: PBX pages serve no modules. esbuild itself is only loaded
 * when some input changed, so that building before every start costs nothing.
 */
export async function buildFragments(options: BuildOptions = {}): Promise<readonly BuiltFragment[]> {
  const { outdir = 'ui-fragments/dist', minify = true, fragments = readFragments() } = options
  const folder = resolve(root, outdir)
  mkdirSync(folder, { recursive: true })
  const built = await Promise.all(fragments.map((fragment) => buildOne(fragment, folder, minify)))
  // Its helper process would stay as long as this one, which after a build goes on to be the sidecar.
  if (built.some(({ rebuilt }) => rebuilt)) await (await import('esbuild')).stop()
  return built
}

async function buildOne(fragment: FragmentEntry, folder: string, minify: boolean): Promise<BuiltFragment> {
  const file = join(folder, `${fragment.name}.js`)
  const stampFile = join(folder, `.${fragment.name}.inputs.json`)
  const how = `${fragment.entry} ${minify ? 'minified' : 'plain'}`
  if (existsSync(file) && isCurrent(readStamp(stampFile), how))
    return { name: fragment.name, file, rebuilt: false }
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [fragment.entry],
    outfile: file,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022'],
    charset: 'utf8',
    plugins: [squeezeTemplates],
    legalComments: 'none',
    sourcemap: 'linked',
    metafile: true,
    minify,
    logLevel: 'silent',
  })
  const inputs = Object.fromEntries(Object.keys(metafile.inputs).map((path) => [path, hashOf(path)]))
  writeFileSync(stampFile, JSON.stringify({ how, inputs } satisfies Stamp))
  return { name: fragment.name, file, rebuilt: true }
}

function readFragments(): readonly FragmentEntry[] {
  const manifest = JSON.parse(readFileSync(join(root, 'module.json'), 'utf8')) as {
    fragments: FragmentEntry[]
  }
  return manifest.fragments
}

const isCurrent = (stamp: Stamp | null, how: string): boolean =>
  stamp !== null &&
  stamp.how === how &&
  Object.entries(stamp.inputs).every(([path, hash]) => existsSync(join(root, path)) && hashOf(path) === hash)

const readStamp = (file: string): Stamp | null =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Stamp) : null

const hashOf = (path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('base64')

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const { name, rebuilt } of await buildFragments())
      console.log(`${name}: ${rebuilt ? 'built' : 'unchanged'}`)
  } catch (error) {
    console.error(`The panels could not be built. ${error instanceof Error ? error.message : String(error)}`)
    exit(1)
  }
}
