import type { Extension, PbxId } from '../../domain/ids.ts'
import type { Grant, GrantReceipt } from '../ports/access.ts'
import type { Unsubscribe } from '../ports/ambient.ts'
import type { Store } from '../ports/store.ts'

export interface GrantsDeps {
  readonly store: Pick<Store, 'access'>
  readonly pbxId: PbxId
}

export type Grants = ReturnType<typeof createGrants>

/** What Parley grants beyond an agent's role. Sessions of the PBX's portal are what the portal says instead. */
export function createGrants({ store, pbxId }: GrantsDeps) {
  const grants = new Map<Extension, Grant>(
    store.access.grants(pbxId).map((grant) => [grant.extension, grant]),
  )
  const listeners = new Set<(extension: Extension) => void>()

  return {
    of: (extension: Extension): Grant =>
      grants.get(extension) ?? { extension, roles: [], groups: [], version: 0 },

    all: (): readonly Grant[] => [...grants.values()],

    async save(wanted: Omit<Grant, 'version'>, expectedVersion: number | null): Promise<GrantReceipt> {
      const receipt = await store.access.saveGrant(pbxId, wanted, expectedVersion)
      if (receipt.kind === 'saved') {
        grants.set(wanted.extension, receipt.grant)
        for (const listener of [...listeners]) listener(wanted.extension)
      }
      return receipt
    },

    onChanged(listener: (extension: Extension) => void): Unsubscribe {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
