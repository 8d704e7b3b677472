import type { MediaWire } from '../../module/contract/api/media.ts'
import { formatLocale } from './words/words.ts'

export type MediaLook = 'picture' | 'sound' | 'film' | 'file'

/** How a file is shown. A drawing made of text (SVG) is a file to open, not a picture. */
export function mediaLook({ contentType }: Pick<MediaWire, 'contentType'>): MediaLook {
  const type = contentType ?? ''
  if (/^image\/(?!svg)/.test(type)) return 'picture'
  if (type.startsWith('audio/')) return 'sound'
  return type.startsWith('video/') ? 'film' : 'file'
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** `820 byte`, `1.2 MB`: counted in thousands, as phones do. */
export function sizeWords(byteLength: number): string {
  let value = byteLength
  let place = 0
  while (value >= 1000 && place < units.length - 1) {
    value /= 1000
    place += 1
  }
  return new Intl.NumberFormat(formatLocale(), {
    style: 'unit',
    unit: units[place] ?? 'byte',
    maximumFractionDigits: value < 10 && place > 0 ? 1 : 0,
  }).format(value)
}

/** The largest that a picture or film is shown in a bubble, in px, its shape kept. */
const widest = 320
const tallest = 320

export function shownSize(size: MediaWire['size']): { width: number; height: number } | null {
  if (size === null || size.width <= 0 || size.height <= 0) return null
  const scale = Math.min(1, widest / size.width, tallest / size.height)
  return {
    width: Math.max(48, Math.round(size.width * scale)),
    height: Math.max(48, Math.round(size.height * scale)),
  }
}
