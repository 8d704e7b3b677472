import type { ApiCall } from '../call-api.ts'
import { basicAuth } from '../call-api.ts'
import { type DescriptionCheck, readAuthentication } from './description-check.ts'
import type { RequestDescription } from './generic-schema.ts'
import { fill, type Template } from './template.ts'

/** What templates of a request may name. A list stands for several values: `{{media}}`. */
export type RequestValues = (name: string) => string | readonly string[] | null

export interface RequestOptions {
  /** Which names mean something: `from`, `secret.password`. */
  readonly mayUse: (name: string) => boolean
  /** Those among them that may stand in an address or a header: nothing that a person wrote. */
  readonly isPlain: (name: string) => boolean
  /** Replaces scheme, host and port, for a test or a lab. */
  readonly apiBase: string | undefined
  readonly deadlineMs: number
}

export type RequestBuilder = (values: RequestValues) => ApiCall | null

/** JSON whose texts are templates, read once. */
type JsonTemplate =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'list'; readonly items: readonly JsonTemplate[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, JsonTemplate])[] }
  | { readonly kind: 'constant'; readonly value: number | boolean | null }

const deepest = 10
/** These would say something about the body or the connection that is not theirs to say. */
const reservedHeaders: ReadonlySet<string> = new Set([
  'content-length',
  'host',
  'connection',
  'transfer-encoding',
])

/**
 * Reads a request once, and then builds it for each message. A value is always encoded for the place it stands in:
 * percent-encoded in an address and a form, a JSON text in JSON. A field whose value is missing is left out.
 */
export function readRequest(
  { method, url, query, headers, authentication, json, form }: RequestDescription,
  path: string,
  check: DescriptionCheck,
  { mayUse, isPlain, apiBase, deadlineMs }: RequestOptions,
): RequestBuilder {
  if (
    !/^https:\/\/[^/?#@{}]+([/?]|$)/.test(url) &&
    !/^https:\/\/[^/?#@{}]*\{\{\s*value\.[A-Za-z0-9]+\s*\}\}[^/?#@{}]*([/?]|$)/.test(url)
  )
    check.fail(`${path}.url`, 'must begin with https:// and a host.')
  if (json !== undefined && form !== undefined) check.fail(`${path}.form`, 'and json can’t both be sent.')
  if (method === 'GET' && (json !== undefined || form !== undefined))
    check.fail(`${path}.method`, 'must be POST: a GET has no body.')
  const address = check.template(`${path}.url`, url, isPlain)
  const fields = (part: Readonly<Record<string, string>> | undefined, name: string, allowed: typeof mayUse) =>
    Object.entries(part ?? {}).map(
      ([key, text]) => [key, check.template(`${path}.${name}.${key}`, text, allowed)] as const,
    )
  const queryFields = fields(query, 'query', mayUse)
  const headerFields = fields(headers, 'headers', isPlain)
  for (const [name] of headerFields) {
    if (!/^[A-Za-z0-9-]{1,80}$/.test(name) || reservedHeaders.has(name.toLowerCase()))
      check.fail(`${path}.headers`, 'has a name that can’t be set.')
  }
  const formFields = fields(form, 'form', mayUse)
  const jsonTemplate = json === undefined ? null : readJsonTemplate(json, `${path}.json`, check, mayUse, 0)
  const credentials = readAuthentication(authentication, `${path}.authentication`, check, isPlain)

  return (values) => {
    const one = (name: string): string | null => {
      const value = values(name)
      return typeof value === 'string' ? value : null
    }
    const filled = fill(address, one, encodeURIComponent)
    if (filled === null || !URL.canParse(filled)) return null
    const target = new URL(filled)
    for (const [name, text] of pairsOf(queryFields, values)) target.searchParams.append(name, text)
    const sent: Record<string, string> = {}
    for (const [name, template] of headerFields) {
      const text = fill(template, one)
      if (text !== null && /^[\x20-\x7e]*$/.test(text)) sent[name.toLowerCase()] = text
    }
    if (credentials !== null) {
      const [first, second] = credentials.parts.map((part) => fill(part, one))
      if (first == null || (credentials.kind === 'basic' && second == null)) return null
      sent.authorization = credentials.kind === 'basic' ? basicAuth(first, second ?? '') : `Bearer ${first}`
    }
    let body: string | null = null
    if (jsonTemplate !== null) {
      body = JSON.stringify(fillJson(jsonTemplate, values)) ?? 'null'
      sent['content-type'] ??= 'application/json'
    } else if (form !== undefined) {
      body = new URLSearchParams(pairsOf(formFields, values)).toString()
      sent['content-type'] ??= 'application/x-www-form-urlencoded'
    }
    if (body !== null) sent['content-length'] = String(Buffer.byteLength(body))
    return {
      method,
      url: apiBase === undefined ? target : moved(target, apiBase),
      headers: sent,
      body,
      deadlineMs,
    }
  }
}

const moved = ({ pathname, search }: URL, apiBase: string): URL => new URL(pathname + search, apiBase)

/** A lone `{{media}}` in a field is as many fields as it has values. */
function pairsOf(
  fields: readonly (readonly [string, Template])[],
  values: RequestValues,
): [string, string][] {
  const pairs: [string, string][] = []
  for (const [name, template] of fields) {
    for (const text of textsOf(template, values)) pairs.push([name, text])
  }
  return pairs
}

function textsOf(template: Template, values: RequestValues): readonly string[] {
  const list = listOf(template, values)
  if (list !== null) return list
  const text = fill(template, (name) => {
    const value = values(name)
    return typeof value === 'string' ? value : null
  })
  return text === null ? [] : [text]
}

/** The values of a template that is nothing but the name of a list; null for any other. */
function listOf(template: Template, values: RequestValues): readonly string[] | null {
  const [only] = template
  if (template.length !== 1 || only === undefined || typeof only === 'string') return null
  const value = values(only.name)
  return typeof value === 'string' || value === null ? null : value
}

function readJsonTemplate(
  json: unknown,
  path: string,
  check: DescriptionCheck,
  mayUse: (name: string) => boolean,
  depth: number,
): JsonTemplate {
  if (depth > deepest) return check.fail(path, `is nested more than ${deepest} deep.`)
  if (typeof json === 'string') return { kind: 'template', template: check.template(path, json, mayUse) }
  if (Array.isArray(json)) {
    const items = json.map((item, index) =>
      readJsonTemplate(item, `${path}.${index}`, check, mayUse, depth + 1),
    )
    return { kind: 'list', items }
  }
  if (typeof json === 'object' && json !== null) {
    const fields = Object.entries(json).map(
      ([name, value]) =>
        [name, readJsonTemplate(value, `${path}.${name}`, check, mayUse, depth + 1)] as const,
    )
    return { kind: 'object', fields }
  }
  if (typeof json === 'number' || typeof json === 'boolean' || json === null)
    return { kind: 'constant', value: json }
  return check.fail(path, 'is nothing that JSON can hold.')
}

/** Undefined for what has no value: its field or item is left out. */
function fillJson(json: JsonTemplate, values: RequestValues): unknown {
  switch (json.kind) {
    case 'constant':
      return json.value
    case 'list':
      return json.items.map((item) => fillJson(item, values)).filter((item) => item !== undefined)
    case 'object': {
      const entries = json.fields.map(([name, field]) => [name, fillJson(field, values)] as const)
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
    }
    case 'template': {
      const list = listOf(json.template, values)
      if (list !== null) return list.length === 0 ? undefined : list
      return textsOf(json.template, values)[0]
    }
    default:
      return json satisfies never
  }
}

/** The secrets that a request needs. */
export const secretsOf = (description: unknown): readonly string[] => {
  const names = new Set<string>()
  collect(description, names)
  return [...names]
}

/** Templates have been read before, so that anything between braces is a name. */
function collect(value: unknown, names: Set<string>): void {
  if (typeof value === 'string') {
    for (const [, name = ''] of value.matchAll(/\{\{\s*secret\.([A-Za-z][A-Za-z0-9]{0,39})\s*\}\}/g))
      names.add(name)
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) collect(item, names)
  }
}
