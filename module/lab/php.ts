import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cacheEntry } from './cache-entry.ts'
import { debianArchitecture, type OnProgress, unpackDebianPackages } from './debian-packages.ts'
import { runCommand } from './run-command.ts'

/** PHP as FreePBX 17 has it, which needs nothing of the machine but its kernel. */
export interface Php {
  /** Run this, followed by PHP's own arguments. */
  readonly command: readonly [loader: string, ...args: string[]]
}

/** Raise it when what is kept changes. */
const recipe = 1
/** What the glue uses and FreePBX's machines have. */
const extensions = ['ctype', 'mbstring', 'pdo', 'pdo_sqlite', 'posix', 'simplexml', 'dom', 'tokenizer']
const loaders: Readonly<Record<string, string>> = {
  amd64: 'ld-linux-x86-64.so.2',
  arm64: 'ld-linux-aarch64.so.1',
}

/** The cached PHP 8.2, downloaded from Debian 12 when this user has none: 24 MB to fetch. Throws LabUnavailable. */
export async function preparePhp(onProgress: OnProgress): Promise<Php> {
  const { debian } = debianArchitecture()
  const folder = await cacheEntry(`php-8.2-${debian}-${recipe}`, (draft) => build(draft, onProgress))
  const loaded = extensions.flatMap((name) => ['-d', `extension=${name}`])
  return {
    command: [
      join(folder, 'loader'),
      '--library-path',
      join(folder, 'lib'),
      join(folder, 'php'),
      '-n',
      '-d',
      `extension_dir=${join(folder, 'extensions')}`,
      ...loaded,
    ],
  }
}

async function build(draft: string, onProgress: OnProgress): Promise<void> {
  const { debian, triplet } = debianArchitecture()
  const work = join(draft, 'work')
  const root = await unpackDebianPackages({
    names: ['php8.2-cli', 'php8.2-mbstring', 'php8.2-sqlite3', 'php8.2-xml'],
    suite: 'bookworm',
    title: 'PHP 8.2',
    folder: work,
    onProgress,
  })
  const libraries = [join(root, 'usr/lib', triplet), join(root, 'lib', triplet)]
  const loader = join(root, 'lib', triplet, loaders[debian] ?? '')
  const php = join(root, 'usr/bin/php8.2')
  const api = (await readdir(join(root, 'usr/lib/php'))).find((name) => /^\d{8}$/.test(name)) ?? ''
  const modules = extensions.map((name) => join(root, 'usr/lib/php', api, `${name}.so`))

  const found = new Set<string>()
  for (const binary of [php, ...modules]) {
    const listing = await runCommand(loader, ['--library-path', libraries.join(':'), '--list', binary])
    for (const [, library] of listing.matchAll(/=> (\/\S+)/g)) if (library !== undefined) found.add(library)
  }
  await copyAll([...found], join(draft, 'lib'))
  await copyAll(modules, join(draft, 'extensions'))
  await copyFile(loader, join(draft, 'loader'))
  await copyFile(php, join(draft, 'php'))
  await rm(work, { recursive: true })
}

async function copyAll(files: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of files) await copyFile(file, join(folder, basename(file)))
}
