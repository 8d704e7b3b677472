import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MessageWire } from '../../module/contract/api/messages.ts'

export type Channel = NonNullable<MessageWire['channel']>

export const channelNames: Readonly<Record<Channel, string>> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  sip: 'SIP',
}

/** `+19542788086 | Support Department`: the title of a conversation. */
export const conversationTitle = ({ customer, group }: ConversationWire): string =>
  `${customer.address} | ${group.name === '' ? group.number : group.name}`
