/** A piece of a text: words, a web address that may be opened, a name that was mentioned, or what was searched for. */
export type TextPart =
  | { readonly kind: 'words' | 'found'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly extension: string }

interface Named {
  readonly extension: string
  readonly name: string
}

const address = /https?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu

/**
 * What of a text is more than words. Only http and https become links, and what is shown of one is exactly where it
 * leads, so that no text can say one place and open another.
 */
export function textParts(text: string, mentions: readonly Named[] = [], search = ''): TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    const shown = withoutPunctuation(match[0])
    const href = webAddress(shown)
    if (href === null) continue
    parts.push(...wordParts(text.slice(from, match.index), mentions, search))
    parts.push({ kind: 'link', text: shown, href })
    from = match.index + shown.length
  }
  parts.push(...wordParts(text.slice(from), mentions, search))
  return parts
}

function wordParts(text: string, mentions: readonly Named[], search: string): TextPart[] {
  if (text === '') return []
  for (const { extension, name } of mentions) {
    const [before, after] = around(text, `@${name}`)
    if (after === null) continue
    return [
      ...wordParts(before, mentions, search),
      { kind: 'mention', text: `@${name}`, extension },
      ...wordParts(after, mentions, search),
    ]
  }
  return foundParts(text, search)
}

function foundParts(text: string, search: string): TextPart[] {
  const wanted = search.toLowerCase()
  const lower = text.toLowerCase()
  // A letter whose small form is longer would shift every place after it.
  if (wanted === '' || lower.length !== text.length) return [{ kind: 'words', text }]
  const parts: TextPart[] = []
  let from = 0
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ kind: 'words', text: text.slice(from, at) })
    from = at + wanted.length
    parts.push({ kind: 'found', text: text.slice(at, from) })
  }
  if (from < text.length) parts.push({ kind: 'words', text: text.slice(from) })
  return parts
}

function around(text: string, wanted: string): [string, string | null] {
  const at = text.indexOf(wanted)
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + wanted.length)]
}

/** What ends a sentence, or closes a bracket that the address did not open, does not belong to it. */
function withoutPunctuation(found: string): string {
  let shown = found
  for (;;) {
    const last = shown.at(-1) ?? ''
    const opened = last === ')' && shown.split('(').length >= shown.split(')').length
    if (!/[.,;:!?)\]}*_~]/.test(last) || opened) return shown
    shown = shown.slice(0, -1)
  }
}

function webAddress(shown: string): string | null {
  const url = URL.canParse(shown) ? new URL(shown) : null
  const safe = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.hostname !== ''
  return safe ? url.href : null
}
