import type { LinkFault } from '../app/ports/pbx.ts'
import type { AmiAccess } from './ami-connection.ts'
import type { LinkLoss } from './pbx-error.ts'
import { isTlsFault, tlsSentence } from './tls-access.ts'

export const wrongPassword = (access: AmiAccess): LinkLoss => ({
  code: 'wrong-credentials',
  sentence: `Asterisk refused the AMI user "${access.username}". Check its name, secret, deny and permit in manager.conf, then reload with "manager reload".`,
})

export const loginUnanswered = (access: AmiAccess): LinkLoss => ({
  code: 'timeout',
  sentence: `${access.host}:${access.port} did not answer the AMI login. Check that this is Asterisk's AMI port, in manager.conf.`,
})

export function socketLoss(code: string, access: AmiAccess): LinkLoss {
  const at = `${access.host}:${access.port}`
  if (isTlsFault(code)) return { code: 'fault', sentence: tlsSentence(at, code) }
  const faults: Record<string, LinkFault> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'timeout' }
  const fault = faults[code] ?? 'lost'
  if (fault === 'lost') return { code: fault, sentence: `The AMI connection to ${at} broke (${code}).` }
  return {
    code: fault,
    sentence: `Nothing answers at ${at} (${code}). Start Asterisk, or check enabled, port and bindaddr in manager.conf.`,
  }
}
