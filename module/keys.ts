import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError } from './config.ts'

export interface Keys {
  /** Signs session tokens. The PBX's portal glue derives the same one to vouch for its users. */
  readonly tokenKey: Uint8Array
  /** Seals carriers' secrets in the database. */
  readonly secretKey: Uint8Array
  /** Signs the addresses of files. */
  readonly mediaKey: Uint8Array
  /** Under which one-time codes are hashed. */
  readonly codeKey: Uint8Array
}

const keyBytes = 32

/**
 * Reads the key file, made on first use: 32 random bytes as hex. Each purpose has its own key, by
 * HKDF-SHA256 with an empty salt and the purpose as info. Throws `ConfigError`.
 */
export function readKeys(file: string): Keys {
  const root = Buffer.from(readOrMake(file), 'hex')
  if (root.length !== keyBytes)
    throw new ConfigError(
      `The key file ${file} does not hold ${keyBytes} bytes as hex. Restore it from a backup.`,
    )
  const derive = (purpose: string) => new Uint8Array(hkdfSync('sha256', root, '', purpose, keyBytes))
  return {
    tokenKey: derive('parley session token'),
    secretKey: derive('parley carrier secrets'),
    mediaKey: derive('parley media link'),
    codeKey: derive('parley sign-in code'),
  }
}

function readOrMake(file: string): string {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new ConfigError(`The key file ${file} may be read by others. Run: chmod 600 ${file}`)
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const made = randomBytes(keyBytes).toString('hex')
    writeFileSync(file, `${made}\n`, { mode: 0o600, flag: 'wx' })
    return made
  }
}
