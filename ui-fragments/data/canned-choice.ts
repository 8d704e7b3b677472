import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'

const mostShown = 8

/** Whether the text asks for canned replies: a slash and the beginning of a shortcut, and nothing else. */
export const asksForCanned = (text: string): boolean => /^\/[^\s/]*$/.test(text)

/** Those that the text after the slash may mean: by shortcut first, then by a word of the title. */
export function cannedChoices(canned: readonly FilledInWire[], text: string): readonly FilledInWire[] {
  if (!asksForCanned(text)) return []
  const wanted = text.slice(1).toLowerCase()
  const byShortcut = canned.filter(({ shortcut }) => shortcut.startsWith(wanted))
  const byTitle = canned.filter(
    (reply) => !byShortcut.includes(reply) && reply.title.toLowerCase().includes(wanted),
  )
  return [...byShortcut, ...byTitle].slice(0, mostShown)
}
