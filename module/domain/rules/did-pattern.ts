import type { Address } from '../message/address.ts'
import type { AddressRange } from './address-pattern.ts'
import {
  looksLikeNumber,
  type Parsed,
  type Piece,
  parsed,
  piecesOf,
  type ReadAddress,
  rangeEnds,
  readDigits,
  readPieces,
  readRange,
  refusedAt,
} from './pattern-text.ts'

/** The business numbers a rule is for: one, or a block of them. */
export type DidPattern = Address | AddressRange

/**
 * Reads DIDs as an administrator writes them: a number, short code or name, a range `16313808000-16313808099`,
 * several joined by `;`, `,` or line breaks. Numbers compare in E.164, so it matters not how they are written.
 */
export function parseDids(text: string, readAddress: ReadAddress): Parsed<DidPattern[]> {
  const pieces = piecesOf(text, /[;,\n]/)
  if (pieces.length === 0) return refusedAt(0, 'Name at least one DID.')
  return readPieces(pieces, (piece) => readDid(piece, readAddress))
}

function readDid(piece: Piece, readAddress: ReadAddress): Parsed<DidPattern> {
  const ends = rangeEnds(piece)
  if (ends !== null) return readRange(ends, readAddress)
  const star = piece.text.indexOf('*')
  if (star >= 0) {
    return refusedAt(
      piece.position + star,
      'A DID takes no “*”. Write a range instead, such as 16313808000-16313808099.',
    )
  }
  if (looksLikeNumber(piece.text)) return readDigits(piece, readAddress)
  return parsed(readAddress(piece.text))
}
