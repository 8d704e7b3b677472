import type { ExtensionEntry } from '../../domain/directory/directory.ts'
import type { ForeignMember } from '../../domain/directory/group.ts'
import type { Extension } from '../../domain/ids.ts'
import { asExtension } from '../../domain/ids.ts'
import { excerpt } from './dialplan-place.ts'

/** Whom a group's line means: an extension of the PBX, or nobody that Parley could ever designate. */
type Resolved =
  | { readonly kind: 'extension'; readonly extension: Extension }
  | { readonly kind: 'foreign'; readonly member: ForeignMember }

export type Extensions = ReadonlyMap<Extension, ExtensionEntry>

/**
 * A queue member's interface. FreePBX writes `Local/101@from-queue/n`, which tells the extension itself; a plain
 * Asterisk often `PJSIP/101`, whose extension is the one that has this device; else the state interface
 * (`hint:101@ext-local`) may tell. `Agent/101` is FreePBX's way to write extension 101 as an agent that logs in.
 */
export function resolveInterface(line: string, stateInterface: string, extensions: Extensions): Resolved {
  const local = /^Local\/([^@/]+)@/i.exec(line)?.[1]
  if (local !== undefined) return resolveNumber(local, line, extensions)
  const hinted = /^hint:([^@]+)@/i.exec(stateInterface)?.[1] ?? /^hint:([^@]+)@/i.exec(line)?.[1]
  if (hinted !== undefined) return resolveNumber(hinted, line, extensions)
  const owner = ownerOf(line, extensions) ?? ownerOf(stateInterface, extensions)
  if (owner !== undefined) return { kind: 'extension', extension: owner }
  const agent = /^Agent\/(\d+)$/i.exec(line)?.[1]
  if (agent !== undefined && extensions.has(asExtension(agent))) return resolveNumber(agent, line, extensions)
  if (/^[A-Za-z0-9_]+\/\+?\d+@/.test(line)) return foreign(line, 'outside-number')
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

/** The extension whose hint names this device; of several the first. */
const ownerOf = (device: string, extensions: Extensions): Extension | undefined =>
  ownersIn(extensions).get(device)

/** Asked for every member of every group, and made once for each set of extensions. */
const knownOwners = new WeakMap<Extensions, ReadonlyMap<string, Extension>>()

function ownersIn(extensions: Extensions): ReadonlyMap<string, Extension> {
  const known = knownOwners.get(extensions)
  if (known !== undefined) return known
  const owners = new Map<string, Extension>()
  for (const { extension, devices } of extensions.values()) {
    for (const device of devices) if (!owners.has(device)) owners.set(device, extension)
  }
  knownOwners.set(extensions, owners)
  return owners
}

const foreign = (text: string, reason: ForeignMember['reason']): Resolved => ({
  kind: 'foreign',
  member: { text: excerpt(text), reason },
})
