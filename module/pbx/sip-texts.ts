import type { Log } from '../app/ports/ambient.ts'
import type { SipText, SipTextOutcome } from '../app/ports/pbx.ts'
import type { AmiConnection } from './ami-connection.ts'
import { permissionSentence } from './ami-permissions.ts'
import type { AriConnection } from './ari-connection.ts'
import { PbxError } from './pbx-error.ts'

/** AMI takes 745 bytes and refuses 760 (measured): one line of it holds the text in Base64. */
const longestByAmiBytes = 700

interface SipTextPaths {
  readonly ami: AmiConnection | null
  readonly ari: AriConnection | null
  readonly amiUsername: string
  readonly log: Log
}

/** Hands a text to Asterisk, short ones by AMI, long ones by ARI; either stands in where it can. */
export async function sendSipText(text: SipText, paths: SipTextPaths): Promise<SipTextOutcome> {
  const reason = unsendable(text)
  if (reason !== null) return { kind: 'no-such-endpoint', reason }
  const isShort = Buffer.byteLength(text.text) <= longestByAmiBytes
  if (isShort && paths.ami?.may('MessageSend') === true) {
    return outcomeOf(sendByAmi(paths.ami, text))
  }
  if (paths.ari !== null) return outcomeOf(paths.ari.send(text.to, text.from, text.text))
  if (isShort && paths.ami !== null) {
    paths.log.warn({}, permissionSentence(paths.amiUsername, { kind: 'write', missing: ['message'] }))
  }
  return { kind: 'link-down' }
}

async function sendByAmi(ami: AmiConnection, { to, from, text }: SipText): Promise<void> {
  await ami.request({ action: 'MessageSend', to, from, base64Body: Buffer.from(text).toString('base64') })
}

/** Why Asterisk could never deliver it; null when it could. */
function unsendable({ to, from }: SipText): string | null {
  if (/[\r\n\0]/.test(to + from)) return 'An address holds a line break or a NUL.'
  if (!/^pjsip:\S+$/.test(to)) return `"${to}" is no PJSIP target such as pjsip:101.`
  // Asterisk makes `sip:(null)@…` or somebody else's address of anything less.
  if (!/^(?:"[^"]*" *)?<?sips?:[^\s@<>]+@[^\s@<>]+>?$/.test(from))
    return `"${from}" is no SIP address such as sip:8000@pbx.`
  return null
}

async function outcomeOf(sending: Promise<void>): Promise<SipTextOutcome> {
  try {
    await sending
    return { kind: 'handed-over' }
  } catch (error) {
    if (!(error instanceof PbxError)) return { kind: 'unknown', reason: String(error) }
    if (error.code === 'link-down') return { kind: 'link-down' }
    const surelyNot =
      error.code === 'refused' || error.code === 'permission' || error.code === 'line-too-long'
    return { kind: surelyNot ? 'no-such-endpoint' : 'unknown', reason: error.message }
  }
}
