/** `Bearer {{secret.token}}` read once: texts, and the names of what stands between them. */
export type Template = readonly (string | { readonly name: string })[]

/** A template that can't be read; the message completes "settings.x …". */
export class TemplateError extends Error {}

const longestTemplate = 2000

/** Reads a template. `mayUse` says which names mean something where it stands. Throws `TemplateError`. */
export function readTemplate(text: string, mayUse: (name: string) => boolean): Template {
  if (text.length > longestTemplate) throw new TemplateError(`is longer than ${longestTemplate} characters.`)
  const parts: (string | { name: string })[] = []
  let at = 0
  for (;;) {
    const open = text.indexOf('{{', at)
    if (open < 0) break
    const close = text.indexOf('}}', open)
    if (close < 0) throw new TemplateError('has a {{ without its }}.')
    if (open > at) parts.push(text.slice(at, open))
    const name = text.slice(open + 2, close).trim()
    if (!mayUse(name)) throw new TemplateError(`uses {{${name.slice(0, 60)}}}, which means nothing here.`)
    parts.push({ name })
    at = close + 2
  }
  if (at < text.length) parts.push(text.slice(at))
  return parts
}

/**
 * Fills a template in. Each value passes `encode`, so that none can break out of its place. Null when one of them has
 * no value: half a template is worse than none.
 */
export function fill(
  template: Template,
  find: (name: string) => string | null,
  encode: (value: string) => string = (value) => value,
): string | null {
  let text = ''
  for (const part of template) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const value = find(part.name)
    if (value === null) return null
    text += encode(value)
  }
  return text
}

export const namesIn = (template: Template): readonly string[] =>
  template.flatMap((part) => (typeof part === 'string' ? [] : [part.name]))
