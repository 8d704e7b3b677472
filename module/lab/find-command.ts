import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where in PATH a command is. */
export function findCommand(name: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return candidates.find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
