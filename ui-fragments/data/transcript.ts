import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { MessageListWire, MessageWire } from '../../module/contract/api/messages.ts'
import { channelNames, conversationTitle } from './message-words.ts'
import { words } from './words/words.ts'

const pageSize = 200

/** All messages of a conversation, oldest first, read page by page. */
export async function allMessages(
  read: (before: string | null, limit: number) => Promise<MessageListWire>,
): Promise<MessageWire[]> {
  const pages: MessageWire[][] = []
  let before: string | null = null
  do {
    const page: MessageListWire = await read(before, pageSize)
    pages.push([...page.items].reverse())
    before = page.next
  } while (before !== null)
  return pages.reverse().flat()
}

/** For a person: one line a message, what goes on in the next line is set in. */
export function transcriptText(conversation: ConversationWire, messages: readonly MessageWire[]): string {
  const { customer } = conversation
  const head = [words().transcriptOf(conversationTitle(conversation)), customer.name ?? '', '']
  return `${[...head, ...messages.map(line)].join('\n')}\n`
}

function line(message: MessageWire): string {
  const { at, author, channel, direction, media, state, failure } = message
  const way = channel === null ? words().noteNotSent : channelNames[channel]
  const how = direction === 'out' && state !== null ? `, ${words().delivery[state]}` : ''
  const said = [
    message.text,
    message.notice ?? '',
    ...media.map(({ title }) => `[${title}]`),
    ...(message.location === undefined
      ? []
      : [`[${words().location}: ${message.location.latitude}, ${message.location.longitude}]`]),
    failure?.sentence ?? '',
  ].filter((part) => part !== '')
  return `${at} ${author.name} (${way}${how}): ${said.join(' ').replaceAll('\n', '\n    ')}`
}

/** For programs: what the API gave. */
export const transcriptJson = (conversation: ConversationWire, messages: readonly MessageWire[]): string =>
  JSON.stringify({ conversation, messages }, null, 2)
