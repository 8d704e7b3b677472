import type { CarrierDraft, RuleDraft } from '../data/api-client.ts'

/** What the admin panel's parts ask of it. Each is a bubbling event of this name. */
export interface AdminEvents {
  'parley-save-rule': {
    readonly id: string
    readonly draft: RuleDraft
    readonly done: (problem: string | null) => void
  }
  'parley-delete-rule': { readonly id: string; readonly done: (problem: string | null) => void }
  'parley-move-rule': { readonly id: string; readonly by: 1 | -1 }
  'parley-save-carrier': {
    readonly id: string
    readonly draft: CarrierDraft
    readonly done: (problem: string | null) => void
  }
  'parley-more-unrouted': null
  'parley-examine': null
}

export function ask<Name extends keyof AdminEvents>(
  from: HTMLElement,
  name: Name,
  detail: AdminEvents[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

/** Asks and waits: resolves with the reason when it was refused, with null when it is done. */
export function answered(send: (done: (problem: string | null) => void) => void): Promise<string | null> {
  return new Promise((resolve) => {
    send(resolve)
  })
}
