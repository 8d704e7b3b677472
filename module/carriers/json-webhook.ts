import type { WebhookResult } from '../app/ports/carriers.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the body of a call that is surely the carrier's. Null for anything but a JSON object or array in clean UTF-8;
 * nothing is guessed, since a text that was mended is not the text that was signed.
 */
export function readJsonBody(body: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(strictUtf8.decode(body))
    return typeof value === 'object' ? value : null
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null
    throw error
  }
}

export const isJsonType = (contentType: string | readonly string[] | undefined): boolean =>
  typeof contentType === 'string' && /^application\/json\s*(;[^,]*)?$/i.test(contentType)

/** The items of a list; none where there is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A customer's words, all of them, without what no database keeps: NUL and halves of characters. */
export const cleanText = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** An id as carriers write them: printable, without spaces. */
export const isCarrierId = (id: string | null): id is string => id !== null && /^[!-~]{1,512}$/.test(id)

/** A word of the carrier's own, made safe for a sentence: `poll_creation`. */
export const carrierWord = (word: string | null, otherwise: string): string =>
  word !== null && /^[\w .:-]{1,60}$/.test(word) ? word : otherwise

/** Answered 200: an error would only bring the same call again, for days. */
export const unreadableJson = (reason: string): WebhookResult => ({
  kind: 'unreadable',
  reason,
  answer: { status: 200, contentType: 'text/plain', body: '' },
})
