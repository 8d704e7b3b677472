import type { CarrierKindWire, CarrierWire } from '../../module/contract/api/carriers.ts'
import type { CarrierDraft } from './admin-api.ts'

/** One thing to be filled in for a kind of carrier, as its schema says it. */
export interface CarrierField {
  readonly name: string
  readonly part: 'settings' | 'secrets'
  readonly label: string
  readonly hint: string
  /**
   * How it is written: `lines` one item a line; `records` one a line, its members with a space between; `pairs`
   * a name, an equals sign and a text a line; `json` what is too deep for a form.
   */
  readonly form: 'text' | 'number' | 'choice' | 'lines' | 'records' | 'pairs' | 'json'
  readonly required: boolean
  readonly choices: readonly string[]
  /** Of `records`: their members in order. */
  readonly members: readonly string[]
}

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** The fields of a kind: what must be there first, then the rest as its schema lists it, and deep ones last. */
export function fieldsOfKind(kind: CarrierKindWire): readonly CarrierField[] {
  const fields = [...fieldsOfPart(kind, 'settings'), ...fieldsOfPart(kind, 'secrets')]
  const rank = ({ required, form }: CarrierField) => (form === 'json' ? 2 : required ? 0 : 1)
  return fields.sort((a, b) => rank(a) - rank(b))
}

function fieldsOfPart(kind: CarrierKindWire, part: CarrierField['part']): CarrierField[] {
  const schema = kind[part] as Schema
  if (schema.properties === undefined) {
    // Secrets by names of one's own.
    return schema.patternProperties === undefined
      ? []
      : [{ ...plain(part, part), label: 'Secrets', hint: 'One a line: name=value', form: 'pairs' }]
  }
  return Object.entries(schema.properties).map(([name, property]) => ({
    ...plain(name, part),
    ...formOf(property),
    hint: sentence(property.description ?? ''),
    required: schema.required?.includes(name) ?? false,
  }))
}

const plain = (name: string, part: CarrierField['part']): CarrierField => ({
  name,
  part,
  label: labelOf(name),
  hint: '',
  form: 'text',
  required: false,
  choices: [],
  members: [],
})

function formOf(schema: Schema): Partial<CarrierField> {
  const choices = schema.enum ?? schema.anyOf?.map((each) => each.const)
  if (choices?.every((choice) => typeof choice === 'string')) return { form: 'choice', choices }
  if (schema.type === 'string') return { form: 'text' }
  if (schema.type === 'number' || schema.type === 'integer') return { form: 'number' }
  if (schema.type === 'array' && schema.items !== undefined) {
    const { items } = schema
    if (
      items.enum !== undefined ||
      items.type === 'string' ||
      items.anyOf?.every((each) => each.type === 'string')
    )
      return { form: 'lines' }
    const members = Object.entries(items.properties ?? {})
    if (members.length > 0 && members.every(([, member]) => member.type === 'string'))
      return { form: 'records', members: members.map(([name]) => name) }
  }
  const values = Object.values(schema.patternProperties ?? {})
  if (values.length > 0 && values.every((value) => value.type === 'string')) return { form: 'pairs' }
  return { form: 'json' }
}

/** `accountSid` → `Account SID` */
function labelOf(name: string): string {
  const words = name
    .replace(/([A-Z])/g, ' $1')
    .toLowerCase()
    .replace(/\b(sid|api|url|waba)\b/g, (word) => word.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A stored setting as text to edit. */
export function settingText(field: CarrierField, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (field.form === 'json') return JSON.stringify(value, null, 2)
  if (Array.isArray(value)) {
    return value
      .map((item) =>
        isRecord(item) ? field.members.map((name) => String(item[name] ?? '')).join(' ') : String(item),
      )
      .join('\n')
  }
  if (isRecord(value))
    return Object.entries(value)
      .map(([name, text]) => `${name}=${String(text)}`)
      .join('\n')
  return String(value)
}

/** What a person typed, as the API wants it, or a sentence about what can't be read. */
export function carrierDraft(
  fields: readonly CarrierField[],
  typed: {
    readonly kind: string
    readonly name: string
    readonly enabled: boolean
    readonly values: Readonly<Record<string, string>>
  },
): CarrierDraft | string {
  const parts: Record<CarrierField['part'], Record<string, unknown>> = { settings: {}, secrets: {} }
  for (const field of fields) {
    const text = (typed.values[field.name] ?? '').trim()
    if (text === '') continue
    const value = readValue(field, text)
    if (value === unreadable) return `${field.label} is no JSON. Look for a missing comma or quotation mark.`
    if (field.part === field.name && isRecord(value)) Object.assign(parts[field.part], value)
    else parts[field.part][field.name] = value
  }
  const secrets = parts.secrets as Record<string, string>
  const draft = {
    kind: typed.kind,
    name: typed.name.trim(),
    enabled: typed.enabled,
    settings: parts.settings,
  }
  return Object.keys(secrets).length === 0 ? draft : { ...draft, secrets }
}

const unreadable = Symbol('unreadable')

function readValue({ form, members }: CarrierField, text: string): unknown {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  switch (form) {
    case 'text':
    case 'choice':
      return text
    case 'number':
      return Number(text)
    case 'lines':
      return listOf(text)
    case 'records':
      return lines.map((line) => {
        const words = listOf(line)
        return Object.fromEntries(members.map((name, place) => [name, words[place] ?? '']))
      })
    case 'pairs':
      return Object.fromEntries(
        lines.map((line) => {
          const at = line.indexOf('=')
          return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
        }),
      )
    case 'json':
      try {
        return JSON.parse(text)
      } catch (error) {
        if (error instanceof SyntaxError) return unreadable
        throw error
      }
    default:
      return form satisfies never
  }
}

/** The secrets of which an old one can stay good beside the new one. */
export const rotatable = (kind: CarrierKindWire, carrier: CarrierWire): readonly CarrierField[] =>
  fieldsOfPart(kind, 'secrets').filter(
    ({ name }) => !isPrevious(name) && (carrier.storedSecrets ?? []).includes(name),
  )

export const isPrevious = (name: string): boolean => /^previous[A-Z]/.test(name)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Lines, or several on one line with commas or spaces between. */
export const listOf = (text: string): string[] => text.split(/[\s,;]+/).filter((item) => item !== '')

/** An account's id stands in its webhook URL: from its name, made unlike the others. */
export function carrierIdOf(name: string, taken: readonly string[]): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'carrier'
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? plain : `${plain}-${number}`
    if (!taken.includes(id)) return id
  }
}
