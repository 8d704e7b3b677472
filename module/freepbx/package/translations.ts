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
