import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TarFile } from './tar.ts'

/** Every file below a folder, by its path from there, sorted. Links are passed over: a package holds none. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

/** Of a file on disk, its content and whether it is a program. */
export function tarFile(path: string, source: string): TarFile {
  return {
    path,
    content: readFileSync(source),
    executable: (statSync(source).mode & 0o111) !== 0,
  }
}

export const textFile = (path: string, text: string): TarFile => ({
  path,
  content: Buffer.from(text),
  executable: false,
})
