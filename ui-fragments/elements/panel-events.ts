import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { MessageWire, StartBodyWire } from '../../module/contract/api/messages.ts'
import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { AlertSettings } from '../data/alert-settings.ts'
import type { QueueAct, StatusBody } from '../data/api-client.ts'
import type { ListView } from '../data/conversation-list.ts'
import type { PendingReply } from '../data/conversation-thread.ts'
import type { UnsentReply } from '../data/drafts.ts'

/** What the elements ask of their panel. Each is a bubbling event of this name. */
export interface PanelEvents {
  /** `wanted` names a message to show in it. */
  'parley-open': { readonly id: string | null; readonly byPointer: boolean; readonly wanted?: string }
  'parley-view': Partial<ListView>
  'parley-more': null
  /** The list is looked at from its top. */
  'parley-trim': null
  'parley-status': StatusBody
  'parley-queue': { readonly number: string; readonly act: QueueAct; readonly reason: string | null }
  'parley-alert-settings': AlertSettings
  'parley-try-sound': null
  'parley-allow-notifications': null
  'parley-older': null
  'parley-newer': null
  /** From further back to the end. */
  'parley-newest': null
  'parley-draft': { readonly text: string }
  'parley-send': Pick<UnsentReply, 'text' | 'media' | 'via' | 'template'>
  /** A message that failed, or of which nobody knows. */
  'parley-send-again': { readonly message: MessageWire }
  /** Asks for an address that a browser may load the file from; afresh when the last one did not do. */
  'parley-media-link': {
    readonly id: string
    readonly afresh: boolean
    readonly give: (address: string) => void
  }
  'parley-media-retry': { readonly id: string }
  'parley-attach': { readonly files: readonly File[] }
  'parley-attach-retry': { readonly key: string }
  'parley-detach': { readonly key: string }
  'parley-way': { readonly key: string }
  /** Wants the templates of a way, to send one. */
  'parley-templates': null
  'parley-template': { readonly text: string; readonly template: NonNullable<UnsentReply['template']> }
  'parley-emoji': { readonly emoji: string }
  'parley-note-draft': { readonly text: string }
  /** What is looked for in the open chat, and which message it was found in. */
  'parley-search': { readonly text: string; readonly show: string | null; readonly done: boolean }
  'parley-new-conversation': null
  'parley-start': StartBodyWire
  'parley-name': { readonly name: string }
  'parley-retry': { readonly reply: PendingReply }
  'parley-discard': { readonly reply: PendingReply; readonly edit: boolean }
  /** `refused` puts the text back where it was written. */
  'parley-note': {
    readonly text: string
    readonly mentions: readonly string[]
    readonly refused: () => void
  }
  'parley-canned': null
  'parley-action': {
    readonly action:
      | 'transfer'
      | 'reassign'
      | 'take'
      | 'close'
      | 'reopen'
      | 'pin'
      | 'unpin'
      | 'mute'
      | 'unmute'
      | 'search'
      | 'name'
      | 'copy-link'
      | 'export-text'
      | 'export-json'
  }
  /** Nobody in particular is whom the group's strategy finds; no group is the conversation's own. */
  'parley-transfer': {
    readonly to: string | null
    readonly group: GroupWire | null
    readonly note: string
  }
  'parley-why': { readonly decision: DecisionWire }
  'parley-dialog-closed': null
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
