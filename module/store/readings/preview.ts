import { type MessageContent, summaryOf } from '../../domain/message/message-content.ts'

const previewLength = 160

/** One line of a message for a list: never empty, so that what was said and can't be shown is not overlooked. */
export function previewOf(content: MessageContent): string {
  const line = summaryOf(content).replace(/\s+/g, ' ').trim()
  if (line === '') return '(empty message)'
  return Array.from(line.slice(0, 2 * previewLength))
    .slice(0, previewLength)
    .join('')
}
