import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildFragments } from '../../ui-fragments/build.ts'
import { moduleRoot, readManifest } from '../manifest.ts'
import { freepbxFiles } from './package/freepbx-files.ts'
import { plainFiles } from './package/plain-files.ts'
import { type Architecture, productionTree } from './package/production-tree.ts'
import { gzipMember, tarEnd, tarEntries } from './package/tar.ts'

export interface PackageOptions {
  /** Absolute, or from the repository's root. */
  readonly outdir?: string
  /** For an Asterisk without FreePBX. */
  readonly plain?: boolean
  readonly architectures?: readonly Architecture[]
  readonly onProgress?: (sentence: string) => void
}

export interface BuiltPackage {
  readonly file: string
  readonly sha256: string
  readonly bytes: number
}

/** Builds one archive an architecture. The same sources and lock file give the same bytes. */
export async function buildPackages(options: PackageOptions = {}): Promise<readonly BuiltPackage[]> {
  const { plain = false, architectures = ['x64', 'arm64'], onProgress = () => undefined } = options
  const outdir = resolve(moduleRoot, options.outdir ?? 'dist')
  const manifest = readManifest()
  mkdirSync(outdir, { recursive: true })
  onProgress('Building the panels')
  await buildFragments({})
  const built: BuiltPackage[] = []
  for (const architecture of architectures) {
    const sidecar = `${manifest.name}/sidecar`
    const { members } = await productionTree(moduleRoot, architecture, sidecar, onProgress)
    const files = plain ? plainFiles(moduleRoot, manifest, architecture) : freepbxFiles(moduleRoot, manifest)
    // The module's own files come first: whoever looks for module.xml need not read 200 MB.
    const archive = Buffer.concat([gzipMember(tarEntries(files)), ...members, gzipMember(tarEnd())])
    const kind = plain ? '-asterisk' : ''
    const file = join(outdir, `${manifest.name}${kind}-${manifest.version}-${architecture}.tgz`)
    writeFileSync(file, archive)
    built.push({ file, sha256: sha256(archive), bytes: archive.length })
    onProgress(`${file}: ${Math.round(archive.length / 1e5) / 10} MB`)
  }
  writeChecksums(outdir)
  return built
}

/** Of every archive that is there, in the form of sha256sum. */
function writeChecksums(outdir: string): void {
  const archives = readdirSync(outdir)
    .filter((name) => name.endsWith('.tgz'))
    .sort()
  const lines = archives.map((name) => `${sha256(readFileSync(join(outdir, name)))}  ${name}\n`)
  writeFileSync(join(outdir, 'SHA256SUMS'), lines.join(''))
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

if (argv[1] !== undefined && existsSync(argv[1]) && resolve(argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { values } = parseArgs({
      options: {
        plain: { type: 'boolean' },
        outdir: { type: 'string' },
        arch: { type: 'string', multiple: true },
      },
    })
    const architectures = values.arch?.map((name) => {
      if (name === 'x64' || name === 'arm64') return name
      throw new Error(`There is no package for ${name}; --arch takes x64 or arm64.`)
    })
    await buildPackages({
      plain: values.plain === true,
      ...(values.outdir === undefined ? {} : { outdir: values.outdir }),
      ...(architectures === undefined ? {} : { architectures }),
      onProgress: (sentence) => process.stderr.write(`parley: ${sentence}\n`),
    })
  } catch (error) {
    process.stderr.write(`parley: ${error instanceof Error ? error.message : String(error)}\n`)
    exit(1)
  }
}
