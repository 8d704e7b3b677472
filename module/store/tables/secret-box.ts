import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { StoreError } from '../database/store-error.ts'

const secretKeyBytes = 32
const nonceBytes = 12
const tagBytes = 16
/** First byte of every box, so that another cipher can follow one day. */
const version = 1

/** Seals text with AES-256-GCM. What was sealed under one name opens under that name only. */
export interface SecretBox {
  seal(text: string, name: string): Buffer
  /** @throws StoreError `secret-unreadable` when the key, the name or the bytes are not those it was sealed with. */
  open(sealed: Uint8Array, name: string): string
}

export function createSecretBox(key: Uint8Array): SecretBox {
  if (key.length !== secretKeyBytes) {
    throw new StoreError(
      'wrong-key',
      `The secret key must be ${secretKeyBytes} bytes long; this one has ${key.length}.`,
    )
  }
  return {
    seal(text, name) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), body])
    },

    open(sealed, name) {
      const box = Buffer.from(sealed)
      const nonce = box.subarray(1, 1 + nonceBytes)
      const tag = box.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes)
      try {
        if (box[0] !== version) throw new Error(`unknown kind of box: ${box[0]}`)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        decipher.setAAD(Buffer.from(name)).setAuthTag(tag)
        return (
          decipher.update(box.subarray(1 + nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        )
      } catch (error) {
        throw new StoreError(
          'secret-unreadable',
          `The stored secrets of ${name} can't be read: they were altered or sealed with another key. Enter them again.`,
          error,
        )
      }
    },
  }
}
