import { readFileSync } from 'node:fs'
import { LinkError } from './pbx-error.ts'

/**
 * The certificate authority in a PEM file, which alone is believed then; null without a file, for those of the
 * system. Read at each opening, so that a renewed one is found. Throws a LinkError that names the file.
 */
export function readAuthority(file: string | null | undefined): string | null {
  if (file == null) return null
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new LinkError({
      code: 'fault',
      sentence: `The certificate authority ${file} can't be read: ${error instanceof Error ? error.message : String(error)}.`,
    })
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  throw new LinkError({ code: 'fault', sentence: `${file} holds no certificate in PEM form.` })
}

/** Whether a socket's error says that the peer's certificate, or its speaking TLS at all, is in doubt. */
export const isTlsFault = (code: string): boolean =>
  /CERT|SIGNATURE|^ERR_(TLS|SSL)|^EPROTO$|^HOSTNAME_MISMATCH$|CRL/.test(code)

export const tlsSentence = (at: string, code: string): string =>
  `${at} did not prove who it is (${code}), so no password was sent. Name its certificate authority in the setting "ca", and reach it by a name that stands in its certificate.`
