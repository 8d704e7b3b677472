import type { PersonWire } from '../../module/contract/api/groups.ts'

const mostOffered = 8

/** Whom the `@…` that is being written right before the cursor may mean. */
export function mentionAsked(people: readonly PersonWire[], before: string): readonly PersonWire[] {
  const asked = /(?:^|\s)@([^\s@][^@\n]{0,30})?$/.exec(before)
  if (asked === null) return []
  const wanted = (asked[1] ?? '').toLowerCase()
  const fits = ({ name, extension }: PersonWire) =>
    extension.startsWith(wanted) ||
    name.toLowerCase().startsWith(wanted) ||
    name.toLowerCase().includes(` ${wanted}`)
  return people.filter(fits).slice(0, mostOffered)
}

/** The text with the whole name in place of what was typed of it, and where the cursor goes. */
export function withMention(text: string, cursor: number, name: string): { text: string; at: number } {
  const start = text.lastIndexOf('@', cursor - 1)
  const before = `${text.slice(0, Math.max(0, start))}@${name} `
  return { text: before + text.slice(cursor), at: before.length }
}

/** Extensions of those whose `@Name` stands in it. Of two names of which one begins the other, the longer is meant. */
export function mentionsIn(people: readonly PersonWire[], text: string): readonly string[] {
  let left = text
  const mentioned: string[] = []
  for (const { name, extension } of [...people].sort((a, b) => b.name.length - a.name.length)) {
    if (name === '' || !left.includes(`@${name}`)) continue
    mentioned.push(extension)
    left = left.replaceAll(`@${name}`, '')
  }
  return mentioned
}
