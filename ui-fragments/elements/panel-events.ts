import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { ListView } from '../data/conversation-list.ts'
import type { PendingReply } from '../data/conversation-thread.ts'

/** What the elements ask of their panel. Each is a bubbling event of this name. */
export interface PanelEvents {
  'parley-open': { readonly id: string | null; readonly byPointer: boolean }
  'parley-view': Partial<ListView>
  'parley-more': null
  'parley-older': null
  'parley-draft': { readonly text: string }
  'parley-send': { readonly text: string }
  'parley-retry': { readonly reply: PendingReply }
  'parley-discard': { readonly reply: PendingReply; readonly edit: boolean }
  /** `refused` puts the text back where it was written. */
  'parley-note': { readonly text: string; readonly refused: () => void }
  'parley-canned': null
  'parley-action': {
    readonly action: 'transfer' | 'take' | 'close' | 'reopen' | 'pin' | 'unpin' | 'mute' | 'unmute'
  }
  'parley-transfer': { readonly to: string; readonly note: string }
  'parley-why': { readonly decision: DecisionWire }
  'parley-dialog-closed': null
  'parley-alerts': null
  'parley-dismiss': null
}

export function emit<Name extends keyof PanelEvents>(
  from: HTMLElement,
  name: Name,
  detail: PanelEvents[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}

declare global {
  interface HTMLElementEventMap extends PanelEventMap {}
}

type PanelEventMap = { [Name in keyof PanelEvents]: CustomEvent<PanelEvents[Name]> }
