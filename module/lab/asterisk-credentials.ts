import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SAMPLE_PBX } from './sample-pbx.ts'

export interface Login {
  readonly username: string
  readonly secret: string
}

export interface AsteriskCredentials {
  /** What Parley uses: no more rights than it needs. */
  readonly ami: Login
  /** May do everything: for tests that play the PBX's administrator. */
  readonly labAmi: Login
  readonly ari: Login
  /** Each extension's SIP password. */
  readonly phones: Readonly<Record<string, string>>
}

/** Random, made once for an instance's folder and kept in it. */
export async function loadCredentials(folder: string): Promise<AsteriskCredentials> {
  const file = join(folder, 'credentials.json')
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as AsteriskCredentials
  const secret = (): string => randomBytes(18).toString('hex')
  const credentials: AsteriskCredentials = {
    ami: { username: 'parley', secret: secret() },
    labAmi: { username: 'lab', secret: secret() },
    ari: { username: 'parley', secret: secret() },
    phones: Object.fromEntries(SAMPLE_PBX.extensions.map(({ number }) => [number, secret()])),
  }
  await writeFile(file, JSON.stringify(credentials, null, 2), { mode: 0o600 })
  return credentials
}
