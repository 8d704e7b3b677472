import { gzipSync } from 'node:zlib'

export interface TarFile {
  /** Relative, with slashes. */
  readonly path: string
  readonly content: Uint8Array
  readonly executable: boolean
}

const blockBytes = 512
/** Any time will do as long as it never changes: 2020-01-01. */
const fixedTime = 1_577_836_800

/**
 * The entries of a tar archive, folders included, without its end: sorted, owned by root, all of one time. The same
 * files give the same bytes. Throws on a path that ustar can't hold.
 */
export function tarEntries(files: readonly TarFile[]): Buffer {
  const folders = new Set(files.flatMap(({ path }) => parentsOf(path)))
  const entries = [
    ...[...folders].map((path) => ({ path: `${path}/`, content: new Uint8Array(), mode: 0o755, type: '5' })),
    ...files.map(({ path, content, executable }) => ({
      path,
      content,
      mode: executable ? 0o755 : 0o644,
      type: '0',
    })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1))
  const blocks = entries.flatMap(({ path, content, mode, type }) => [
    header(path, content.length, mode, type),
    content,
    new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes),
  ])
  return Buffer.concat(blocks)
}

/** Two empty blocks end an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * blockBytes)

/** One member of a gzip file: members one after another are one file, so that costly ones can be kept. */
export const gzipMember = (bytes: Uint8Array): Buffer => gzipSync(bytes, { level: 6 })

function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function header(path: string, size: number, mode: number, type: string): Buffer {
  const [prefix, name] = splitPath(path)
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  block.write(name, 0, 'utf8')
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(fixedTime, 136, 12)
  block.write('        ', 148, 'latin1')
  block.write(type, 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  block.write('root', 265, 'latin1')
  block.write('root', 297, 'latin1')
  block.write(prefix, 345, 'utf8')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

/** 100 bytes for the name and, before a slash, 155 more. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (name !== '' && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155)
      return [prefix, name]
  }
  throw new Error(`The path ${path} is too long for an archive.`)
}
