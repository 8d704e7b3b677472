import type { Address } from '../message/address.ts'
import type { AddressRange, DigitsKind } from './address-pattern.ts'

/** Reads an address as somebody wrote it; comes from outside, since it needs every country's numbering plan. */
export type ReadAddress = (raw: string) => Address

/** What is wrong in a text and where: `position` counts characters from 0. */
export interface TextProblem {
  readonly position: number
  readonly sentence: string
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: TextProblem }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const refusedAt = (position: number, sentence: string): Parsed<never> => ({
  ok: false,
  problem: { position, sentence },
})

/** A piece of a list and where it begins in the whole. */
export interface Piece {
  readonly text: string
  readonly position: number
}

/** The pieces between separators, without the blanks around them; empty pieces are left out. */
export function piecesOf(text: string, separators: RegExp): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  for (const part of text.split(separators)) {
    const trimmed = part.trim()
    if (trimmed !== '') pieces.push({ text: trimmed, position: start + part.indexOf(trimmed) })
    start += part.length + 1
  }
  return pieces
}

/** Every piece by `read`; the first that can't be read is the answer. */
export function readPieces<T>(pieces: readonly Piece[], read: (piece: Piece) => Parsed<T>): Parsed<T[]> {
  const values: T[] = []
  for (const piece of pieces) {
    const result = read(piece)
    if (!result.ok) return result
    values.push(result.value)
  }
  return parsed(values)
}

/** Digits, perhaps with a plus, and what people put between them. */
export const looksLikeNumber = (text: string): boolean => /^\+?[\d\s().\-/‐-―]+$/.test(text)

/**
 * The two ends of a range, or null where the text is none. A hyphen also stands inside of numbers
 * (`631-380-8000`), so it makes a range only between blanks, or between two plain numbers of one length;
 * two dots always do.
 */
export function rangeEnds({ text, position }: Piece): readonly [Piece, Piece] | null {
  const match =
    /^(.+?)(\s+[-–]\s+|\s*\.\.\s*)(.+)$/.exec(text) ?? /^(\+?\d+)([-–])(\+?\d+)$/.exec(text) ?? null
  const [, from, separator, to] = match ?? []
  if (from === undefined || separator === undefined || to === undefined) return null
  const isPlain = separator === '-' || separator === '–'
  const digits = (end: string) => end.replace(/\D/g, '').length
  if (isPlain && digits(from) !== digits(to)) return null
  return [
    { text: from, position },
    { text: to, position: position + from.length + separator.length },
  ]
}

/** A range by its two ends, of which each must be a number or a short code by itself. */
export function readRange(
  ends: readonly [Piece, Piece],
  readAddress: ReadAddress,
): Parsed<Address | AddressRange> {
  const read = readPieces(ends, (end) => readDigits(end, readAddress))
  if (!read.ok) return read
  const [from, to] = read.value
  const [first, last] = ends
  if (from === undefined || to === undefined) throw new Error('a range has two ends')
  if (from.kind !== to.kind || from.value.length !== to.value.length) {
    return refusedAt(
      last.position,
      `“${first.text}” and “${last.text}” differ in length. Write both ends of a range with as many digits.`,
    )
  }
  if (from.value > to.value) {
    return refusedAt(
      last.position,
      `“${last.text}” is below “${first.text}”. Write the lower end of a range first.`,
    )
  }
  if (from.value === to.value) return parsed(from)
  return parsed({ kind: 'range', of: from.kind, from: from.value, to: to.value })
}

/** A number or a short code. */
export function readDigits(
  { text, position }: Piece,
  readAddress: ReadAddress,
): Parsed<Address & { readonly kind: DigitsKind }> {
  if (looksLikeNumber(text)) {
    const { kind, value } = readAddress(text)
    if (kind === 'number' || kind === 'short-code') return parsed({ kind, value })
  }
  return refusedAt(
    position,
    `“${text}” is no number. Write it in full with + and country code, or a short code of 3 to 8 digits.`,
  )
}
