/** Line breaks, controls, lone surrogates, and the marks that turn or hide text; joiners stay, names need them. */
const unsafe = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu

/** Enough for any name; what is longer is an attack or a mistake. */
const longestName = 64
const longestRead = 256

/** A name as an outsider gave it, made safe to store, show and compare: one line of 64 characters at most. */
export function displayName(raw: string): string {
  const line = raw.slice(0, longestRead).replace(unsafe, ' ').replace(/\s+/gu, ' ').trim()
  return line.length <= longestName ? line : [...line].slice(0, longestName).join('').trimEnd()
}
