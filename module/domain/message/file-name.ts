const longestName = 120
const longestEnding = 10

/**
 * A sender's file name as it may be shown, stored and offered: the last part of a path, without control characters
 * and without those that turn the direction of writing, which make `exe.gpj` look like `jpg.exe`. Null when nothing
 * of it is left.
 */
export function safeFileName(given: string | null | undefined): string | null {
  const last = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\ufffd]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .trim()
    // A name that begins with a dot is hidden, and one that ends with one loses it on some systems.
    .replace(/^\.+|[. ]+$/g, '')
  if (clean === '') return null
  return shortened(clean)
}

/** The ending is kept: it says what opens the file. */
function shortened(name: string): string {
  const characters = Array.from(name)
  if (characters.length <= longestName) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 ? Array.from(name.slice(dot)) : []
  const kept = ending.length <= longestEnding ? ending : []
  return [...characters.slice(0, longestName - kept.length), ...kept].join('')
}

const endings: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/bmp': 'bmp',
  'image/heic': 'heic',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/x-m4a': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'video/webm': 'webm',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'text/plain': 'txt',
  'text/vcard': 'vcf',
  'text/calendar': 'ics',
}

/** What to call a file that its sender gave no name, by its type. */
export const nameByType = (contentType: string): string => `file.${endings[contentType] ?? 'bin'}`
