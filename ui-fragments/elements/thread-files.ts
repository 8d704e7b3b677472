import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { Transcript } from '../data/thread-desk.ts'
import { words } from '../data/words/words.ts'

/** Leads to one conversation on the page that the panel stands in: it holds no token and no number. */
export function conversationLink(id: string): string {
  const url = new URL(location.href)
  url.hash = new URLSearchParams({ conversation: id }).toString()
  return url.href
}

/** What such a link on this page asks for. */
export const linkedConversation = (): string | null =>
  new URLSearchParams(location.hash.slice(1)).get('conversation')

/** Resolves with what is to be said of it. */
export async function copyLink(id: string): Promise<string> {
  const link = conversationLink(id)
  try {
    // Pages by plain http have no clipboard.
    await navigator.clipboard.writeText(link)
    return words().linkCopied
  } catch {
    return `${words().linkFailed} ${link}`
  }
}

/** Hands a file to the browser's downloads. */
export function saveTranscript({ customer }: ConversationWire, kind: Transcript, content: string): void {
  const type = kind === 'text' ? 'text/plain' : 'application/json'
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type: `${type};charset=utf-8` }))
  link.download = `${customer.address.replace(/[^\w+-]/g, '_')}.${kind === 'text' ? 'txt' : 'json'}`
  link.click()
  // The browser has taken hold of it by the next task.
  setTimeout(() => URL.revokeObjectURL(link.href))
}
