import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MeWire } from '../../module/contract/api/groups.ts'

/** Null when it may be done, else the reason why not, as a sentence to show beside the disabled control. */
export type Hindrance = string | null

export interface AllowedActions {
  readonly reply: Hindrance
  readonly transfer: Hindrance
  readonly take: Hindrance
  readonly close: Hindrance
  readonly reopen: Hindrance
}

/** What this person may do here. The server decides in the end; this only says it before the click. */
export function allowedActions(conversation: ConversationWire, me: MeWire): AllowedActions {
  const { designated } = conversation
  const mine = me.extension !== null && designated?.extension === me.extension
  const closed = conversation.status === 'closed' ? 'This conversation is closed. Reopen it first.' : null
  const outsider = me.extension === null ? 'Only an agent with an extension can do this.' : null
  const status =
    mine || designated === null || me.roles.includes('admin') ? null : onlyDesignated(conversation, '')
  return {
    reply: outsider ?? closed ?? unanswerable(conversation) ?? optedOut(conversation),
    transfer: outsider ?? closed ?? (mine ? null : onlyDesignated(conversation, 'Take it first.')),
    take: outsider ?? closed ?? taken(conversation, mine),
    close: closed === null ? status : 'This conversation is closed already.',
    reopen: closed === null ? 'This conversation is open.' : status,
  }
}

function unanswerable({ customer }: ConversationWire): Hindrance {
  return customer.answerable ? null : `${customer.address} is a name, not a number, so it can’t be answered.`
}

function optedOut({ optedOut }: ConversationWire): Hindrance {
  return optedOut
    ? 'The customer opted out of messages from this number. A START from the customer allows them again.'
    : null
}

function onlyDesignated({ designated }: ConversationWire, otherwise: string): string {
  if (designated === null) return `Nobody is designated. ${otherwise}`.trim()
  return `Only the designated agent can do this, and that is ${designated.name} (${designated.extension}).`
}

function taken({ designated }: ConversationWire, mine: boolean): Hindrance {
  if (designated === null) return null
  return mine
    ? 'You are the designated agent already.'
    : `${designated.name} (${designated.extension}) is designated.`
}
