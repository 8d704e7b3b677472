import { smsSegments } from './sms-segments.ts'
import { words } from './words/words.ts'

export interface MessageLength {
  readonly characters: number
  /** How many messages the carrier bills; null for channels that do not cut texts. */
  readonly segments: number | null
  /** A character outside the short alphabet more than halves what a segment holds. */
  readonly unicode: boolean
  readonly sentence: string
}

export function messageLength(text: string, channel: 'sms' | 'whatsapp' | 'sip'): MessageLength {
  const characters = [...text].length
  const plain = { characters, segments: null, unicode: false, sentence: words().characters(characters) }
  if (channel !== 'sms' || text === '') return plain
  const { segments, unicode } = smsSegments(text)
  const sentence = `${words().characters(characters)}, ${words().segments(segments)}`
  return {
    characters,
    segments,
    unicode,
    sentence: unicode ? `${sentence}: ${words().unicodeHalves}` : sentence,
  }
}
