import type { TarFile } from './tar.ts'

/** The template for translators: every sentence that the PHP shows, with the files that it stands in. */
export function translationTemplate(files: readonly TarFile[]): string {
  const places = new Map<string, Set<string>>()
  for (const { path, content } of files) {
    if (!path.endsWith('.php')) continue
    for (const [, quoted] of Buffer.from(content)
      .toString('utf8')
      .matchAll(/\b_\('((?:[^'\\]|\\.)*)'\)/g)) {
      const sentence = (quoted ?? '').replace(/\\(['\\])/g, '$1')
      places.set(sentence, (places.get(sentence) ?? new Set()).add(path))
    }
  }
  const entries = [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sentence, found]) => `#: ${[...found].join(' ')}\nmsgid ${JSON.stringify(sentence)}\nmsgstr ""\n`)
  return [
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n',
    ...entries,
  ].join('\n')
}

/** The sentences of a `.po` file whose strings may stand on several lines; the header is that of the empty one. */
export function translationsIn(po: string): ReadonlyMap<string, string> {
  const entry = /^msgid((?:\s*"(?:[^"\\]|\\.)*")+)\s*\nmsgstr((?:\s*"(?:[^"\\]|\\.)*")+)/gm
  const joined = (quoted = ''): string =>
    [...quoted.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([part]) => String(JSON.parse(part))).join('')
  return new Map([...po.matchAll(entry)].map(([, id, text]) => [joined(id), joined(text)]))
}

const moMagic = 0x95_04_12_de
const moHeaderBytes = 28

/** A `.po` file as gettext reads it: a header, two tables of lengths and places, and the strings, sorted. */
export function compiledTranslation(po: string): Buffer {
  const bytes = (text: string) => Buffer.from(`${text}\0`)
  const pairs = [...translationsIn(po)]
    .map(([id, text]) => [bytes(id), bytes(text)] as const)
    .sort(([a], [b]) => Buffer.compare(a, b))
  const strings = [...pairs.map(([id]) => id), ...pairs.map(([, text]) => text)]
  const head = Buffer.alloc(moHeaderBytes + strings.length * 8)
  const tableBytes = pairs.length * 8
  const header = [moMagic, 0, pairs.length, moHeaderBytes, moHeaderBytes + tableBytes, 0, head.length]
  header.forEach((value, index) => {
    head.writeUInt32LE(value, index * 4)
  })
  let place = head.length
  strings.forEach((string, index) => {
    head.writeUInt32LE(string.length - 1, moHeaderBytes + index * 8)
    head.writeUInt32LE(place, moHeaderBytes + index * 8 + 4)
    place += string.length
  })
  return Buffer.concat([head, ...strings])
}
