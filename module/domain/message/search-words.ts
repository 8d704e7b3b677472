/**
 * Words as they are searched: without case and accents, each by its beginning. Numbers are found by any part of
 * them of three digits or more, in whatever groups they were written.
 */

/** What a search goes by: the beginnings of words, all of which must be there. */
export type SearchTerms = readonly string[]

export interface Snippet {
  readonly text: string
  /** From and to (not included), in UTF-16 code units of `text`, in order. */
  readonly marks: readonly (readonly [from: number, to: number])[]
}

const mostTerms = 8
const longestTerm = 40
/** Longer ones are no telephone numbers, and each digit costs a word. */
const longestNumber = 24
const snippetLength = 120

const wordPattern = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu
/** `(954) 278-8086` is one number to whoever searches it. */
const numberPattern = /\d(?:[\s().\-/]{0,2}\d)+/g
/** Written without spaces between words: each character stands for itself. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

/** The words that a text is found by, parted by spaces. Nothing but letters, digits and pictographs is in it. */
export function searchWords(text: string): string {
  const found = new Set<string>()
  for (const [word] of text.matchAll(wordPattern)) for (const part of parts(fold(word))) found.add(part)
  for (const [written] of text.matchAll(numberPattern)) {
    const digits = written.replace(/\D/g, '').slice(0, longestNumber)
    for (let from = 0; from <= digits.length - 3; from++) found.add(digits.slice(from))
  }
  return [...found].join(' ')
}

/** What someone typed into a search field. Digits alone, in any groups, are one number. */
export function searchTerms(query: string): SearchTerms {
  const digits = query.replace(/[\s().+\-/]/g, '')
  if (/^\d{3,}$/.test(digits)) return [digits.slice(0, longestNumber)]
  const words = [...query.matchAll(wordPattern)].flatMap(([word]) => parts(fold(word)))
  return [...new Set(words)].slice(0, mostTerms).map((term) => term.slice(0, longestTerm))
}

/** The part of a text around its first hit, with all hits in it. */
export function snippetOf(text: string, terms: SearchTerms): Snippet {
  const line = text.replace(/\s+/g, ' ').trim()
  const hits = hitsOf(line, terms)
  const first = hits[0]?.[0] ?? 0
  const from = first < snippetLength / 2 ? 0 : wordStart(line, first - 30)
  const to = wholeCharacter(line, Math.min(line.length, from + snippetLength))
  const before = from > 0 ? '…' : ''
  return {
    text: `${before}${line.slice(from, to)}${to < line.length ? '…' : ''}`,
    marks: hits
      .filter(([start, end]) => start >= from && end <= to)
      .map(([start, end]) => [start - from + before.length, end - from + before.length]),
  }
}

function hitsOf(text: string, terms: SearchTerms): [number, number][] {
  const hits: [number, number][] = []
  for (const { 0: word, index } of text.matchAll(wordPattern)) {
    const folded = fold(word)
    const plain = unspaced.test(word)
    if (terms.some((term) => (plain ? folded.includes(term) : folded.startsWith(term))))
      hits.push([index, index + word.length])
  }
  const numbers = terms.filter((term) => /^\d{3,}$/.test(term))
  for (const { 0: written, index } of text.matchAll(numberPattern)) {
    const digits = written.replace(/\D/g, '')
    if (numbers.some((term) => digits.includes(term))) hits.push([index, index + written.length])
  }
  return joined(hits.sort(([a], [b]) => a - b))
}

function joined(hits: readonly [number, number][]): [number, number][] {
  const out: [number, number][] = []
  for (const [from, to] of hits) {
    const last = out.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else out.push([from, to])
  }
  return out
}

const wordStart = (text: string, near: number): number => {
  const space = text.indexOf(' ', Math.max(0, near))
  return space < 0 || space > near + 25 ? wholeCharacter(text, Math.max(0, near)) : space + 1
}

/** Never the middle of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at
}

/** Letters that are no letter with an accent to Unicode, and are one to a reader. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
}

const fold = (word: string): string =>
  word
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[ßøłđæœı]/g, (letter) => plainLetters[letter] ?? letter)

function parts(folded: string): readonly string[] {
  if (folded === '') return []
  return unspaced.test(folded) ? Array.from(folded).filter((one) => one.trim() !== '') : [folded]
}
