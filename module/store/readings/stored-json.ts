/**
 * Reads JSON that this store wrote itself, as the type it was written from. Nothing from outside comes this
 * way: carriers and clients are checked at their own doors, and a changed shape is a migration's work.
 */
export const parseJson = <T>(text: string): T => JSON.parse(text) as T

export const parseNullableJson = <T>(text: string | null): T | null =>
  text === null ? null : parseJson<T>(text)

export const nullableJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))
