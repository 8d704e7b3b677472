import type { PixelSize } from '../app/ports/media.ts'

/** Enough for every header but that of a JPEG with more than this of metadata before its picture. */
export const imageHeadBytes = 256 * 1024

/** Nothing that a phone or scanner makes is larger; a header that says so lies. */
const mostPixelsASide = 65_535

/**
 * Width and height of a PNG, JPEG, GIF or WebP, as it is shown: a JPEG's orientation (EXIF) is applied. From the first
 * bytes of the file; null where they don't say. Sources: PNG §11.2.2, GIF89a §18, RFC 9649 (WebP), ITU T.81 §B.2.2,
 * EXIF 2.32 §4.6.
 */
export function imageSize(head: Uint8Array): PixelSize | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const size = pngSize(bytes) ?? gifSize(bytes) ?? webpSize(bytes) ?? jpegSize(bytes)
  if (size === null || size.width < 1 || size.height < 1) return null
  return size.width > mostPixelsASide || size.height > mostPixelsASide ? null : size
}

const begins = (bytes: Buffer, mark: string, at = 0): boolean =>
  bytes.length >= at + mark.length && bytes.toString('latin1', at, at + mark.length) === mark

function pngSize(bytes: Buffer): PixelSize | null {
  if (!begins(bytes, '\x89PNG\r\n\x1a\n') || !begins(bytes, 'IHDR', 12) || bytes.length < 24) return null
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function gifSize(bytes: Buffer): PixelSize | null {
  if (!(begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a')) || bytes.length < 10) return null
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

function webpSize(bytes: Buffer): PixelSize | null {
  if (!begins(bytes, 'RIFF') || !begins(bytes, 'WEBP', 8) || bytes.length < 30) return null
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      if (bytes.readUIntBE(23, 3) !== 0x9d012a) return null
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
    case 'VP8L': {
      if (bytes[20] !== 0x2f) return null
      const bits = bytes.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
    default:
      return null
  }
}

const startOfScan = 0xda
const appSegment1 = 0xe1

function jpegSize(bytes: Buffer): PixelSize | null {
  if (!begins(bytes, '\xff\xd8')) return null
  let turned = false
  let at = 2
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === startOfScan) return null
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2) return null
    if (isFrameHeader(marker)) {
      const height = bytes.readUInt16BE(at + 5)
      const width = bytes.readUInt16BE(at + 7)
      return turned ? { width: height, height: width } : { width, height }
    }
    if (marker === appSegment1) turned ||= liesOnItsSide(bytes.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  return null
}

/** SOF0 to SOF15 but for the tables (DHT, DAC) and the reserved one (JPG) that lie among them. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const orientationTag = 0x0112
const mostTags = 1000

/** Orientations 5 to 8 exchange width and height. */
function liesOnItsSide(segment: Buffer): boolean {
  if (!begins(segment, 'Exif\0\0') || segment.length < 14) return false
  const tiff = segment.subarray(6)
  const little = begins(tiff, 'II')
  if (!little && !begins(tiff, 'MM')) return false
  const short = (at: number): number => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  if (directory + 2 > tiff.length) return false
  const tags = Math.min(short(directory), mostTags)
  for (let tag = 0; tag < tags; tag++) {
    const at = directory + 2 + tag * 12
    if (at + 12 > tiff.length) return false
    if (short(at) === orientationTag) return short(at + 8) >= 5 && short(at + 8) <= 8
  }
  return false
}
