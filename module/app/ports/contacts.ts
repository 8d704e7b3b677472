import type { Millis, Seq } from '../../domain/ids.ts'
import type { Address } from '../../domain/message/address.ts'
import type { Page } from './stored.ts'

/** What people call a customer, whatever his carrier says. */
export interface Contact {
  readonly address: Address
  readonly name: string
  readonly note: string | null
  readonly version: number
  readonly updatedAt: Millis
}

export interface ContactDraft {
  readonly address: Address
  readonly name: string
  readonly note: string | null
}

export type ContactReceipt =
  | {
      readonly kind: 'saved'
      readonly change: 'created' | 'changed' | 'unchanged'
      readonly contact: Contact
    }
  | { readonly kind: 'stale'; readonly current: Contact | null }

export interface ContactBook {
  contact(address: Address): Contact | null
  /** The last added first; those whose name or address holds `search`. */
  contacts(before: Seq | null, limit: number, search?: string): Page<Contact>
  /** `expectedVersion`: the one its writer saw, null for a new one; left out, whatever is there is replaced. */
  saveContact(draft: ContactDraft, at: Millis, expectedVersion?: number | null): Promise<ContactReceipt>
  /** All of them, in one transaction. */
  saveContacts(
    drafts: readonly ContactDraft[],
    at: Millis,
  ): Promise<Readonly<Record<'created' | 'changed' | 'unchanged', number>>>
  deleteContact(address: Address): Promise<boolean>
}
