const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Parts of a text, each of so many UTF-8 bytes at most; put together they are the text again. What a reader sees as
 * one character is never cut, unless it alone is longer than a part; words stay whole where that costs little.
 */
export function splitText(text: string, longestBytes: number): readonly string[] {
  if (Buffer.byteLength(text) <= longestBytes) return [text]
  const parts: string[] = []
  let part = ''
  let byteLength = 0
  for (const character of charactersOf(text, longestBytes)) {
    const length = Buffer.byteLength(character)
    if (byteLength + length > longestBytes) {
      const end = endOfWords(part)
      parts.push(part.slice(0, end))
      part = part.slice(end)
      byteLength = Buffer.byteLength(part)
    }
    part += character
    byteLength += length
  }
  parts.push(part)
  return parts
}

function* charactersOf(text: string, longestBytes: number): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    // Letters with marks without end: only code points are left to cut between.
    if (Buffer.byteLength(segment) > longestBytes) yield* segment
    else yield segment
  }
}

/** After the last space, unless most of the part would be lost to it. */
function endOfWords(part: string): number {
  const end = Math.max(part.lastIndexOf(' '), part.lastIndexOf('\n')) + 1
  return end > part.length / 2 ? end : part.length
}
