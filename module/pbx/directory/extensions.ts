import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { Extension } from '../../domain/ids.ts'
import { isExtension } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import { devicesOfHint } from './hint.ts'
import { resolveInterface } from './interface.ts'
import type { QueueReading } from './queues.ts'

/** The context in which FreePBX writes one hint for each extension. */
export const extensionContext = 'ext-local'

/** What one hint says. */
export interface HintReading {
  readonly extension: Extension
  readonly devices: readonly string[]
  /** Hint and status as they came: the same again, unasked, is what a dialplan reload looks like. */
  readonly mark: string
}

/** An ExtensionStatus, listed or sent unasked; null when it is of no extension that could be an agent's. */
export function readHint(
  message: AmiMessage,
  contexts: readonly string[] = [extensionContext],
): HintReading | null {
  const extension = field(message, 'exten') ?? ''
  if (!contexts.includes(field(message, 'context') ?? '') || !isAgentNumber(extension)) return null
  const hint = field(message, 'hint') ?? ''
  return { extension, devices: devicesOfHint(hint), mark: `${hint} ${field(message, 'status') ?? ''}` }
}

/** Feature codes (`*76101`) have hints as well, and belong to nobody. */
const isAgentNumber = (value: string): value is Extension => isExtension(value) && /^\d+$/.test(value)

/** The name that a single `DBGet AMPUSER/<extension>/cidname` brought; null when it brought none. */
export function readName(answer: readonly AmiMessage[]): string | null {
  const [first] = answer
  const name = first === undefined ? '' : (field(first, 'val') ?? '').trim()
  return name === '' ? null : name
}

/** The name in an endpoint's caller id, `"Alice Adams" <101>`; null where it is only a number. */
export function nameOfCallerId(callerId: string): string | null {
  const [, quoted, bare] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^"<]*))\s*(?:<[^>]*>)?\s*$/.exec(callerId) ?? []
  const name = (quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '').trim()
  return name === '' || /^\+?\d+$/.test(name) ? null : name
}

/** The PBX's own name, else the one a queue has for it, else the number. */
export function namedExtensions(
  hints: readonly HintReading[],
  names: ReadonlyMap<Extension, string | null>,
  queues: ReadonlyMap<string, QueueReading>,
): Map<Extension, ExtensionEntry> {
  const bare = new Map<Extension, ExtensionEntry>(
    hints.map(({ extension, devices }) => [
      extension,
      { extension, name: names.get(extension) ?? extension, devices },
    ]),
  )
  const inQueues = new Map<Extension, string>()
  for (const queue of queues.values()) {
    for (const line of queue.lines.values()) {
      const resolved = resolveInterface(line.interface, line.stateInterface, bare)
      if (resolved.kind === 'extension' && line.name !== null) inQueues.set(resolved.extension, line.name)
    }
  }
  for (const [extension, name] of inQueues) {
    const entry = bare.get(extension)
    if (entry !== undefined && names.get(extension) == null) bare.set(extension, { ...entry, name })
  }
  return bare
}
