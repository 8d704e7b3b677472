import { SegmentedMessage } from 'sms-segments-calculator'

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
  const plain = { characters, segments: null, unicode: false, sentence: count(characters, 'character') }
  if (channel !== 'sms' || text === '') return plain
  const message = new SegmentedMessage(text)
  const unicode = message.encodingName === 'UCS-2'
  const sentence = `${count(characters, 'character')}, ${count(message.segmentsCount, 'SMS segment')}`
  return {
    characters,
    segments: message.segmentsCount,
    unicode,
    sentence: unicode ? `${sentence}: emoji and some letters halve what a segment holds` : sentence,
  }
}

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`
