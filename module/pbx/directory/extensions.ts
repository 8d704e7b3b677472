import type { Extension } from '../../domain/ids.ts'
import { isExtension } from '../../domain/ids.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import { devicesOfHint } from './hint.ts'

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
export function readHint(message: AmiMessage): HintReading | null {
  const extension = field(message, 'exten') ?? ''
  if (field(message, 'context') !== extensionContext || !isAgentNumber(extension)) return null
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
