import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ASTERISK_MODULES } from './asterisk-modules.ts'
import { cacheEntry } from './cache-entry.ts'
import { debianArchitecture, type OnProgress, unpackDebianPackages } from './debian-packages.ts'
import { runCommand } from './run-command.ts'

/** An Asterisk 22 that needs nothing of the machine but its kernel: it brings its own loader and libraries. */
export interface AsteriskPrefix {
  readonly folder: string
  /** Run this, followed by Asterisk's own arguments. */
  readonly command: readonly [loader: string, ...args: string[]]
  /** Asterisk's `astmoddir`. */
  readonly modulesFolder: string
  /** Asterisk's `astdatadir`. */
  readonly dataFolder: string
}

/** Raise it when what the prefix holds changes for another reason than the list of modules. */
const RECIPE = 1

const LOADERS: Readonly<Record<string, string>> = {
  amd64: 'ld-linux-x86-64.so.2',
  arm64: 'ld-linux-aarch64.so.1',
}

/**
 * The cached Asterisk, downloaded from Debian when this user has none of this recipe yet: about 80 MB to fetch and
 * 45 MB to keep. Throws LabUnavailable where that can't be.
 */
export async function prepareAsterisk({
  onProgress,
}: {
  readonly onProgress: OnProgress
}): Promise<AsteriskPrefix> {
  const { debian } = debianArchitecture()
  const recipe = createHash('sha256')
    .update(JSON.stringify([RECIPE, ASTERISK_MODULES]))
    .digest('hex')
  const folder = await cacheEntry(`asterisk-22-${debian}-${recipe.slice(0, 12)}`, (draft) =>
    buildPrefix(draft, onProgress),
  )
  return prefixAt(folder)
}

function prefixAt(folder: string): AsteriskPrefix {
  const loader = join(folder, 'loader')
  return {
    folder,
    command: [loader, '--argv0', 'asterisk', '--library-path', join(folder, 'lib'), join(folder, 'asterisk')],
    modulesFolder: join(folder, 'modules'),
    dataFolder: join(folder, 'data'),
  }
}

/** Of the 270 MB that Debian's packages unpack to, what the lab's modules really use. */
async function buildPrefix(draft: string, onProgress: OnProgress): Promise<void> {
  const { debian, triplet } = debianArchitecture()
  const work = join(draft, 'work')
  const root = await unpackDebianPackages({
    names: ['asterisk'],
    title: 'Asterisk 22',
    folder: work,
    onProgress,
  })
  onProgress('Keeping what Parley needs of Asterisk 22')
  const libraries = join(root, 'usr/lib', triplet)
  const loader = join(libraries, LOADERS[debian] ?? '')
  const modules = ASTERISK_MODULES.map((name) => join(libraries, 'asterisk/modules', `${name}.so`))
  const asterisk = join(root, 'usr/sbin/asterisk')

  await copyFlat([loader], draft, () => 'loader')
  await copyFlat([asterisk], draft)
  await copyFlat(modules, join(draft, 'modules'))
  await copyFlat(await libraryClosure(loader, libraries, [asterisk, ...modules]), join(draft, 'lib'))
  for (const name of ['documentation', 'rest-api']) {
    await cp(join(root, 'usr/share/asterisk', name), join(draft, 'data', name), { recursive: true })
  }
  await rm(work, { recursive: true })
}

async function copyFlat(files: readonly string[], folder: string, name = basename): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of files) await copyFile(file, join(folder, name(file)))
}

/** Every shared library that any of the binaries loads, by the loader's own account. */
async function libraryClosure(
  loader: string,
  libraries: string,
  binaries: readonly string[],
): Promise<readonly string[]> {
  // libgcc_s is opened by name when a thread is cancelled: no binary lists it.
  const closure = new Set([join(libraries, 'libgcc_s.so.1')])
  for (const binary of binaries) {
    const listing = await runCommand(loader, ['--library-path', libraries, '--list', binary])
    for (const [, library] of listing.matchAll(/=> (\/\S+)/g)) if (library !== undefined) closure.add(library)
  }
  const strangers = [...closure].filter((library) => !library.startsWith(`${libraries}/`))
  if (strangers.length > 0) throw new Error(`Libraries outside of the prefix: ${strangers.join(', ')}`)
  return [...closure]
}
