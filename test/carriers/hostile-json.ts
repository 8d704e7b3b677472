/** The way to a value: names and indexes. */
export type JsonPath = readonly (string | number)[]

/** What stands in a place where it doesn't belong. Those that are texts serve for forms too. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER,
  1.5,
  '',
  ' ',
  '0',
  '-1',
  '1e400',
  '99999999999999999999999',
  'NaN',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\0',
  'a\0b',
  '\ud83d',
  '\u202e\u2066',
  "'; DROP TABLE message; --",
  '../../etc/passwd',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'https://',
  'javascript:alert(1)',
  'a\r\nX-Injected: 1',
  '%00%ff',
  '+',
  '++1',
  'x'.repeat(10_000),
  '9'.repeat(10_000),
  [],
  [null],
  [[]],
  ['x', 'x'],
  [{}],
  {},
  { length: 3 },
  { id: {} },
  { toString: 1 },
]

/** A body with each of these in each place of an honest one, one at a time; and each place taken away. */
export function* hostileJson(honest: unknown): Generator<string> {
  const text = JSON.stringify(honest)
  const written = [
    ...hostileValues.map((value) => JSON.stringify(value)),
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    nested(2000),
  ]
  for (const path of pathsOf(honest)) {
    for (const value of written) yield withValueAt(text, path, value)
    yield withValueAt(text, path, null)
  }
}
hostileJson.paths = pathsOf

export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** Every place of a value but its root. */
export function pathsOf(value: unknown, path: JsonPath = []): readonly JsonPath[] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [path]
  const inside = Object.entries(value).flatMap(([name, child]) =>
    pathsOf(child, [...path, Array.isArray(value) ? Number(name) : name]),
  )
  return path.length === 0 ? inside : [path, ...inside]
}

const mark = '\u0001here\u0001'

/** The text with other JSON at a path; null takes the name away. */
export function withValueAt(text: string, path: JsonPath, json: string | null): string {
  const root: unknown = JSON.parse(text)
  let parent: unknown = root
  for (const step of path.slice(0, -1)) parent = Reflect.get(Object(parent), step)
  const last = path.at(-1)
  if (last === undefined || typeof parent !== 'object' || parent === null) throw new Error('no such place')
  if (json === null) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1)
    else Reflect.deleteProperty(parent, last)
    return JSON.stringify(root)
  }
  Reflect.set(parent, last, mark)
  return JSON.stringify(root).replace(JSON.stringify(mark), () => json)
}
