/** What a request brought, each name with its values in the order they came. */
export type FormParameters = ReadonlyMap<string, readonly string[]>

/** Reads `application/x-www-form-urlencoded` text, a query string included. */
export function readForm(text: string): FormParameters {
  const parameters = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const values = parameters.get(name)
    if (values === undefined) parameters.set(name, [value])
    else values.push(value)
  }
  return parameters
}

/** Thrown for a name that came with several different values: which one counts is anybody's guess. */
export class AmbiguousParameter extends Error {}

/** The one value of a name; undefined when it did not come. */
export function single(parameters: FormParameters, name: string): string | undefined {
  const values = parameters.get(name)
  if (values === undefined) return undefined
  const [first] = values
  if (values.some((value) => value !== first))
    throw new AmbiguousParameter(`${name} came with several values`)
  return first
}

/** The query of a URL as it came, without its question mark. */
export function queryOf(url: string): string {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}
