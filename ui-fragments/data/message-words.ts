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

/** What a bubble shows when there is no text. */
export function mediaWords(media: MessageWire['media']): string {
  if (media.length === 0) return ''
  const kinds = media.map(({ contentType }) => contentType?.split('/')[0] ?? 'file')
  const [first = 'file'] = kinds
  const name =
    ({ image: 'picture', video: 'video', audio: 'recording' } as Record<string, string>)[first] ?? 'file'
  return media.length === 1 ? `1 ${name} attached` : `${media.length} attachments`
}
