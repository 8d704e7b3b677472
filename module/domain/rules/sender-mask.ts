import { addressOfKey } from '../message/address.ts'
import type { AddressPattern, DigitsKind } from './address-pattern.ts'
import { patternText } from './address-pattern.ts'
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

/** Which senders a rule is for; null is everybody. */
export type SenderMask = readonly AddressPattern[] | null

/**
 * Reads a sender mask: nothing for everybody; else, joined by `;`,
 * - a number `+19542788086`, a short code `12345`, a name `ACME`, a WhatsApp user `US.13491208655302741918`
 * - a range `100-200`, `+19540000000-+19549999999`
 * - digits of which `*` is any one: `1954*******`, `954*******` (national), `12***` (a short code)
 */
export function parseSenderMask(text: string, readAddress: ReadAddress): Parsed<SenderMask> {
  const pieces = piecesOf(text, /[;\n]/)
  if (pieces.length === 0) {
    return text.trim() === '' ? parsed(null) : refusedAt(text.search(/\S/), 'Between the “;” stands nothing.')
  }
  return readPieces(pieces, (piece) => readSender(piece, readAddress))
}

export const senderMaskText = (mask: SenderMask): string => (mask ?? []).map(patternText).join('; ')

function readSender(piece: Piece, readAddress: ReadAddress): Parsed<AddressPattern> {
  const { text } = piece
  if (/^(whatsapp-user|name|short-code):./.test(text)) return parsed(addressOfKey(text))
  // Meta and Twilio give a user without a number as country code, dot, digits.
  if (/^[A-Z]{2}\.\d{5,30}$/.test(text)) return parsed({ kind: 'whatsapp-user', value: text })
  if (text.includes('*')) return readMask(piece, readAddress)
  const ends = rangeEnds(piece)
  if (ends?.every((end) => looksLikeNumber(end.text))) return readRange(ends, readAddress)
  if (looksLikeNumber(text)) return readDigits(piece, readAddress)
  return parsed(readAddress(text))
}

function readMask(piece: Piece, readAddress: ReadAddress): Parsed<AddressPattern> {
  const { text, position } = piece
  const stranger = text.search(/[^\d*+\s().-]/)
  if (stranger >= 0) {
    return refusedAt(
      position + stranger,
      `“${text[stranger]}” can't stand beside “*”, which is any one digit of a number.`,
    )
  }
  const plus = text.lastIndexOf('+')
  if (plus > 0) return refusedAt(position + plus, 'A plus stands only at the beginning of a number.')
  const digits = text.replace(/[\s().-]/g, '')
  if (digits.startsWith('+')) return fullMask(digits, piece)
  if (digits.length < 3) return refusedAt(position, `“${text}” is too short: a sender has at least 3 digits.`)
  if (digits.length <= longestShortCode) return parsed({ kind: 'mask', of: 'short-code', digits })
  return fullMask(inFull(digits, readAddress), piece)
}

const longestShortCode = 8
const longestNumber = 15

function fullMask(digits: string, { text, position }: Piece): Parsed<AddressPattern> {
  const of: DigitsKind = 'number'
  const count = digits.length - 1
  if (count >= longestShortCode && count <= longestNumber) return parsed({ kind: 'mask', of, digits })
  return refusedAt(
    position,
    `“${text}” has ${count} digits, and a number with its country code has 8 to 15. Write one “*” for each open digit.`,
  )
}

/**
 * The E.164 mask behind one without a plus. What its digits mean is asked of the reader with the open digits
 * filled in: `954*******` is read as a national number, `44**********` as a foreign one in full. Where the
 * fillings disagree, or none is a number, the digits are taken as they stand.
 */
function inFull(mask: string, readAddress: ReadAddress): string {
  const readings = new Set(
    ['2', '3', '5', '7'].flatMap((fill) => {
      const filled = mask.replaceAll('*', fill)
      const { kind, value } = readAddress(filled)
      if (kind !== 'number') return []
      // A national number may lose its leading zero, but never a digit that is open.
      const national = filled.replace(/^0+/, '')
      const dropped = filled.length - national.length
      return value.endsWith(national) && !mask.slice(0, dropped).includes('*')
        ? [value.slice(0, value.length - national.length) + mask.slice(dropped)]
        : []
    }),
  )
  const [only] = readings
  return readings.size === 1 && only !== undefined ? only : `+${mask}`
}
