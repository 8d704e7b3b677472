import { groupName } from '../../domain/directory/directory.ts'
import type { Extension, Millis } from '../../domain/ids.ts'
import { addressKey } from '../../domain/message/address.ts'
import { summaryOf } from '../../domain/message/message-content.ts'
import type { Clock, Log } from '../ports/ambient.ts'
import type { Panels } from '../ports/panels.ts'
import type { Pbx, Phones, SipMessenger } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'
import type { OutboxItem } from '../ports/store-requests.ts'

export interface AlertPhoneDeps {
  readonly store: Store
  readonly messenger: SipMessenger
  readonly phones: Phones
  readonly panels: Pick<Panels, 'isOpen'>
  readonly pbx: Pbx
  /** The host part of the SIP URI that phone alerts come from. */
  readonly sipDomain: string
  readonly clock: Clock
  readonly log: Log
}

/** An alert that late helps nobody. */
const alertLifetimeMs: Millis = 5 * 60 * 1000
/** A phone shows a few lines at most, and AMI carries 745 bytes. */
const alertPreviewLength = 160

/** Rings the phones of a designated agent who has no panel open. False when none could be asked. */
export function createAlertPhone(deps: AlertPhoneDeps) {
  const { store, log } = deps

  async function alert(item: Extract<OutboxItem, { kind: 'phone-alert' }>): Promise<boolean> {
    const conversation = store.conversation(item.conversationId)
    const message = store.message(item.messageId)
    if (conversation === null || message === null || deps.clock() - item.createdAt > alertLifetimeMs)
      return true
    // Whoever had the conversation transferred meanwhile must not be called to it any more.
    if (conversation.designated !== item.extension) return true
    // He opened his panel meanwhile, and sees it there.
    if (deps.panels.isOpen(item.extension)) return true
    const reader = { pbxId: conversation.group.pbxId, extension: item.extension }
    if (store.personal(reader, [conversation.id]).get(conversation.id)?.muted === true) return true
    const group = groupName(deps.pbx.snapshot().directory, conversation.group)
    const body = summaryOf(message.content)
    const preview = body.length > alertPreviewLength ? `${body.slice(0, alertPreviewLength)}…` : body
    return ring(item.extension, `${addressKey(conversation.customer.address)} | ${group}: ${preview}`)
  }

  /** Each registered phone, since Asterisk would ring the last one alone. */
  async function ring(extension: Extension, text: string): Promise<boolean> {
    const from = `sip:parley@${deps.sipDomain}`
    let contacts: readonly string[]
    try {
      contacts = await deps.phones.contactsOf(extension)
    } catch (error) {
      log.warn({ err: error, extension }, 'The phones of an extension could not be asked for')
      return false
    }
    if (contacts.length === 0) return deps.pbx.snapshot().freshness === 'live'
    const outcomes = await Promise.all(contacts.map((to) => deps.messenger.sendText({ to, from, text })))
    // One that rang is enough: asking again would ring it twice.
    return outcomes.some(({ kind }) => kind !== 'link-down')
  }

  return alert
}
