import { lookUp, type Scope } from './condition.ts'
import { fill, namesIn, readTemplate, TemplateError } from './template.ts'
import { plainText, readValuePath } from './value-path.ts'

/** Reads one text out of a call; null where there is none. Throws `AmbiguousValue`. */
export type Source = (scope: Scope) => string | null

/** Several different values stand where one is meant: which of them counts is anybody's guess. */
export class AmbiguousValue extends Error {}

/** A place, or a template of places. Throws `TemplateError`. */
export function readSource(text: string): Source {
  if (!text.includes('{{')) {
    if (readValuePath(text) === null) throw new TemplateError('is no place such as data.attributes.from.')
    return (scope) => single(scope, text)
  }
  const template = readTemplate(text, (name) => readValuePath(name) !== null)
  if (namesIn(template).length === 0) throw new TemplateError('names no place.')
  return (scope) => fill(template, (name) => single(scope, name))
}

function single(scope: Scope, path: string): string | null {
  // A name that came twice in a form is a list.
  const texts = lookUp(scope, path)
    .flatMap((value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]))
    .map(plainText)
    .filter((text) => text !== null)
  const [first] = texts
  if (first === undefined) return null
  if (texts.some((text) => text !== first)) throw new AmbiguousValue(`${path} came with several values`)
  return first
}
