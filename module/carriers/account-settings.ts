import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { CarrierAccount } from '../app/ports/carriers.ts'

/** An account cannot work as it is configured. The message names the path and says what belongs there. */
export class CarrierSettingsError extends Error {
  readonly code = 'carrier-settings'
  /** `settings.accountSid`, `secrets.authToken`, `kind` */
  readonly path: string

  constructor(account: Pick<CarrierAccount, 'id'>, path: string, sentence: string) {
    super(`Carrier "${account.id}": ${path} ${sentence}`)
    this.name = 'CarrierSettingsError'
    this.path = path
  }
}

/** A text setting; `description` completes the sentence "settings.x must be …" and shows no value. */
export const Text = (description: string, pattern: string) => Type.String({ description, pattern })

const closed = { additionalProperties: false }

/** Settings of every kind of carrier: Parley itself goes by them, so that no kind need know of them. */
export const AnyKindSettingsSchema = Type.Object(
  {
    messagesPerSecond: Type.Optional(
      Type.Number({
        description: 'how many messages a second this account may send, more than 0 and at most 1000',
        exclusiveMinimum: 0,
        maximum: 1000,
      }),
    ),
    readReceipts: Type.Optional(
      Type.Boolean({
        description: 'true or false: whether customers are shown that the designated agent has read them',
      }),
    ),
    typing: Type.Optional(
      Type.Boolean({ description: 'true or false: whether customers are shown that their agent types' }),
    ),
  },
  closed,
)

/** Reads the settings that are of the account's own kind; those that any kind may have are checked beside them. */
export function readSettings<Schema extends TSchema>(
  account: CarrierAccount,
  schema: Schema,
): Static<Schema> {
  const isForAny = (name: string) => Object.hasOwn(AnyKindSettingsSchema.properties, name)
  const parts = Object.groupBy(Object.entries(account.settings), ([name]) => (isForAny(name) ? 'any' : 'own'))
  const of = (settings: [string, unknown][] = []) => ({ ...account, settings: Object.fromEntries(settings) })
  readPart(of(parts.any), 'settings', AnyKindSettingsSchema)
  return readPart(of(parts.own), 'settings', schema)
}

/**
 * Reads one part of an account by its schema. Values never reach the error, since they may be secrets; settings
 * that nobody knows are errors too, since they are settings somebody mistyped.
 */
export function readPart<Schema extends TSchema>(
  account: CarrierAccount,
  part: 'settings' | 'secrets',
  schema: Schema,
): Static<Schema> {
  const value: unknown = account[part]
  if (Value.Check(schema, value)) return value
  const [first] = Value.Errors(schema, value)
  const pointer = first?.instancePath ?? ''
  const missing = paramList(first?.params, 'requiredProperties')[0]
  if (missing !== undefined) {
    const path = pathOf(part, `${pointer}/${missing}`)
    throw new CarrierSettingsError(
      account,
      path,
      `is missing: it must be ${expected(schema, `${pointer}/${missing}`)}.`,
    )
  }
  const path = pathOf(part, pointer)
  if (first?.keyword === 'boolean')
    throw new CarrierSettingsError(account, path, 'is not a setting of this kind of carrier.')
  throw new CarrierSettingsError(account, path, `must be ${expected(schema, pointer)}.`)
}

const pathOf = (part: string, pointer: string): string => part + pointer.replaceAll('/', '.')

function paramList(params: object | undefined, name: string): readonly string[] {
  const value: unknown = params === undefined ? undefined : Reflect.get(params, name)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The description nearest to the failing place. */
function expected(schema: TSchema, pointer: string): string {
  let current: unknown = schema
  let description = 'as the documentation of this carrier says'
  for (const step of pointer.split('/').slice(1)) {
    current =
      property(property(current, 'properties'), step) ??
      property(current, 'items') ??
      Object.values(Object(property(current, 'patternProperties')))[0]
    const own = property(current, 'description')
    if (typeof own === 'string') description = own
  }
  return description
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
