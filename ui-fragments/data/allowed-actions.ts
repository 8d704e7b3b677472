import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MeWire } from '../../module/contract/api/groups.ts'
import { words } from './words/words.ts'

/** Null when it may be done, else the reason why not, as a sentence to show beside the disabled control. */
export type Hindrance = string | null

export interface AllowedActions {
  readonly reply: Hindrance
  readonly transfer: Hindrance
  readonly reassign: Hindrance
  readonly take: Hindrance
  readonly close: Hindrance
  readonly reopen: Hindrance
}

/** What this person may do here. The server decides in the end; this only says it before the click. */
export function allowedActions(conversation: ConversationWire, me: MeWire): AllowedActions {
  const { designated } = conversation
  const mine = me.extension !== null && designated?.extension === me.extension
  const closed = conversation.status === 'closed' ? words().isClosed : null
  const outsider = me.extension === null ? words().agentsOnly : null
  const status =
    mine || designated === null || isSupervisor(me)
      ? null
      : onlyDesignated(conversation, words().nobodyIsDesignated)
  return {
    reply: outsider ?? closed ?? unanswerable(conversation) ?? optedOut(conversation),
    transfer: outsider ?? closed ?? (mine ? null : onlyDesignated(conversation, words().takeItFirst)),
    reassign: closed ?? (isSupervisor(me) ? null : words().supervisorsOnly),
    take: outsider ?? closed ?? taken(conversation, mine),
    close: closed === null ? status : words().isClosedAlready,
    reopen: closed === null ? words().isOpen : status,
  }
}

function unanswerable({ customer }: ConversationWire): Hindrance {
  return customer.answerable ? null : words().unanswerable(customer.address)
}

function optedOut({ optedOut }: ConversationWire): Hindrance {
  return optedOut ? words().optedOut : null
}

function onlyDesignated({ designated }: ConversationWire, otherwise: string): string {
  if (designated === null) return otherwise
  return words().onlyDesignated(designated.name, designated.extension)
}

function taken({ designated }: ConversationWire, mine: boolean): Hindrance {
  if (designated === null) return null
  return mine ? words().designatedAlready : words().isDesignated(designated.name, designated.extension)
}

const isSupervisor = ({ roles }: MeWire): boolean => roles.includes('admin') || roles.includes('supervisor')
