import { fileTypeFromFile } from 'file-type'
import { reasonOf } from './error-reason.ts'

export const unknownType = 'application/octet-stream'

/**
 * What may keep its own type. Whatever a browser could run or show as a page is not among them: it becomes
 * `application/octet-stream`, which is saved and never opened.
 */
const kept: readonly RegExp[] = [
  /^image\/(?:jpeg|png|apng|gif|webp|bmp|tiff|avif|heic|heif)$/,
  /^audio\/(?:mpeg|mp4|x-m4a|aac|amr|ogg|wav|flac|aiff|3gpp)$/,
  /^video\/(?:mp4|x-m4v|quicktime|3gpp2?|webm|ogg|mpeg|matroska)$/,
  /^application\/(?:pdf|zip|gzip|rtf|x-cfb|epub\+zip|ogg)$/,
  /^application\/vnd\.openxmlformats-officedocument\.[a-z.]+\.(?:document|sheet|presentation|slideshow)$/,
  /^application\/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation|graphics)$/,
  /^text\/(?:vcard|calendar)$/,
]

const activeName =
  /\.(?:x?html?|xht|svgz?|xml|xsl|m?js|cjs|jsx?|tsx?|vbs?|wsf|hta|php\d?|sh|bat|cmd|ps1|py|pl|rb|url|desktop|reg|inf|css)$/i
const activeType = /html|svg|xml|script|x-sh|x-httpd|css/i
const markup = /^\s*<|<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml|\?php|meta|style)/i

/** As much of a file as is looked at to tell text from bytes. */
const sampleBytes = 64 * 1024

/**
 * The media type of a file by its bytes. Only text is also judged by what its sender calls it, since a script and a
 * letter look alike: that can make it less openable, never more.
 */
export async function realType(
  path: string,
  head: Uint8Array,
  declared: readonly (string | null | undefined)[],
  fileName: string | null,
): Promise<string> {
  const found = await detected(path)
  if (found !== null) {
    const [type = ''] = found.split(';')
    return kept.some((pattern) => pattern.test(type)) ? type : unknownType
  }
  const text = textOf(head.subarray(0, sampleBytes))
  if (text === null || text.startsWith('#!') || markup.test(text)) return unknownType
  if (activeName.test(fileName ?? '') || declared.some((type) => activeType.test(type ?? '')))
    return unknownType
  return 'text/plain'
}

/** Null for what has no mark of its own, such as text, and for what breaks off in the middle of it. */
async function detected(path: string): Promise<string | null> {
  try {
    return (await fileTypeFromFile(path))?.mime ?? null
  } catch (error) {
    if (error instanceof Error && reasonOf(error) === 'ENOENT') throw error
    return unknownType
  }
}

/** UTF-8 without control characters other than those of text; null for anything else. */
function textOf(bytes: Uint8Array): string | null {
  try {
    // Streaming, since the sample may end within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return /[\p{Cc}--[\t\n\r\f]]/v.test(text) ? null : text
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}
