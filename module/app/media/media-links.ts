import { createHmac, timingSafeEqual } from 'node:crypto'
import { asMediaId, type MediaId, type Millis } from '../../domain/ids.ts'
import { nameByType } from '../../domain/message/file-name.ts'
import type { OutboundMessage } from '../../domain/message/message.ts'
import type { Clock } from '../ports/ambient.ts'

/** A carrier may fetch a file long after it took the message. */
const carrierLinkMs = 24 * 60 * 60 * 1000
/** A browser asks for more of a video as long as it is being watched. */
const panelLinkMs = 60 * 60 * 1000

interface Linked {
  readonly id: MediaId
  readonly contentType: string
  readonly fileName: string | null
}

export interface MediaLink {
  /** Below Parley's own address, with its slash: `/media/<id>/<expiry>/<signature>/<name>`. */
  readonly path: string
  readonly expiresAt: Millis
}

export type LinkVerdict =
  | { readonly kind: 'valid'; readonly id: MediaId; readonly secondsLeft: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'invalid' }

/**
 * Addresses that anybody may fetch one file by, for a while: carriers have no session, and a browser's `<video>` sends
 * no token. The signature is HMAC-SHA256 over id, expiry (seconds) and the name as it stands in the address.
 */
export function createMediaLinks(key: Uint8Array, clock: Clock) {
  const sign = (id: string, expiry: string, name: string): Buffer =>
    createHmac('sha256', key).update(`${id}\n${expiry}\n${name}`).digest()

  function link({ id, contentType, fileName }: Linked, lifetimeMs: number): MediaLink {
    const expiry = Math.ceil((clock() + lifetimeMs) / 1000)
    const name = plainName(fileName, contentType)
    const signature = sign(id, String(expiry), name).toString('base64url')
    return { path: `/media/${id}/${expiry}/${signature}/${name}`, expiresAt: expiry * 1000 }
  }

  return {
    forPanel: (media: Linked): MediaLink => link(media, panelLinkMs),
    forCarrier: (media: Linked): MediaLink => link(media, carrierLinkMs),

    verify(id: string, expiry: string, signature: string, name: string): LinkVerdict {
      const expected = sign(id, expiry, name)
      const given = Buffer.from(signature, 'base64url')
      // Base64 has several writings of the same bytes; only ours is good.
      if (given.length !== expected.length || given.toString('base64url') !== signature)
        return { kind: 'invalid' }
      if (!timingSafeEqual(given, expected)) return { kind: 'invalid' }
      const secondsLeft = Math.floor(Number(expiry) - clock() / 1000)
      return secondsLeft < 0 ? { kind: 'expired' } : { kind: 'valid', id: asMediaId(id), secondsLeft }
    },
  }
}

export type MediaLinks = ReturnType<typeof createMediaLinks>

/** Letters that no proxy, carrier or phone writes in another way. The ending stays: some carriers go by it. */
function plainName(fileName: string | null, contentType: string): string {
  const byType = nameByType(contentType)
  const plain = (fileName ?? byType)
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/-*\.-*/g, '.')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? byType : plain.slice(-80)
}

/** The message as its carrier gets it: with addresses from which it can fetch the files. */
export function withFileLinks(
  message: OutboundMessage,
  links: Pick<MediaLinks, 'forCarrier'>,
  publicUrl: string,
): OutboundMessage {
  const { content } = message
  if (content.kind !== 'text' || content.media.length === 0) return message
  const media = content.media.map((file) => {
    const { path } = links.forCarrier({ ...file, id: asMediaId(file.url) })
    return { ...file, url: publicUrl + path }
  })
  return { ...message, content: { ...content, media } }
}
