import type { MessageContent } from '../domain/message.ts'

const previewLength = 160

/** One line of a message for a list: never empty, so that what was said and can't be shown is not overlooked. */
export function previewOf(content: MessageContent): string {
  if (content.kind === 'too-long-for-trunk') return `(${content.byteLength} bytes, too long for the trunk)`
  const line = content.text.replace(/\s+/g, ' ').trim()
  if (line !== '')
    return Array.from(line.slice(0, 2 * previewLength))
      .slice(0, previewLength)
      .join('')
  return content.media.length === 1 ? '(1 attachment)' : `(${content.media.length} attachments)`
}
