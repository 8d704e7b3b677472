import type { ExtensionEntry } from '../../domain/directory.ts'
import type { ForeignMember } from '../../domain/group.ts'
import type { Extension } from '../../domain/ids.ts'
import { asExtension } from '../../domain/ids.ts'

/** Whom a group's line means: an extension of the PBX, or nobody that Parley could ever designate. */
export type Resolved =
  | { readonly kind: 'extension'; readonly extension: Extension }
  | { readonly kind: 'foreign'; readonly member: ForeignMember }

export type Extensions = ReadonlyMap<Extension, ExtensionEntry>

/**
 * A queue member's interface. FreePBX writes `Local/101@from-queue/n`, which tells the extension itself; a plain
 * Asterisk often `PJSIP/101`, whose extension is the one that has this device; else the state interface
 * (`hint:101@ext-local`) may tell.
 */
export function resolveInterface(line: string, stateInterface: string, extensions: Extensions): Resolved {
  const local = /^Local\/([^@/]+)@/i.exec(line)?.[1]
  if (local !== undefined) return resolveNumber(local, line, extensions)
  const hinted = /^hint:([^@]+)@/i.exec(stateInterface)?.[1] ?? /^hint:([^@]+)@/i.exec(line)?.[1]
  if (hinted !== undefined) return resolveNumber(hinted, line, extensions)
  const owner = ownerOf(line, extensions) ?? ownerOf(stateInterface, extensions)
  if (owner !== undefined) return { kind: 'extension', extension: owner }
  return foreign(line, /^[A-Za-z0-9_]+\/./.test(line) ? 'unknown-extension' : 'unreadable')
}

/**
 * A number as groups list it. A trailing `#` means "dial it as if it had been dialled": an outside number, or an
 * extension with its follow-me, who is a member all the same.
 */
export function resolveNumber(number: string, text: string, extensions: Extensions): Resolved {
  const throughDialplan = number.endsWith('#')
  const extension = asExtension(throughDialplan ? number.slice(0, -1) : number)
  if (extensions.has(extension)) return { kind: 'extension', extension }
  if (!/^[+*\d]+$/.test(extension)) return foreign(text, 'unreadable')
  return foreign(text, throughDialplan ? 'outside-number' : 'unknown-extension')
}

/** The extension whose hint names this device. */
function ownerOf(device: string, extensions: Extensions): Extension | undefined {
  for (const entry of extensions.values()) {
    if (entry.devices.includes(device)) return entry.extension
  }
  return undefined
}

const foreign = (text: string, reason: ForeignMember['reason']): Resolved => ({
  kind: 'foreign',
  member: { text, reason },
})
