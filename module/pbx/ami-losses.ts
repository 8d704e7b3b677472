import type { LinkFault } from '../app/ports/pbx.ts'
import type { AmiAccess } from './ami-connection.ts'
import { multipleLoginLine } from './ami-permissions.ts'
import type { LinkLoss } from './pbx-error.ts'
import { isTlsFault, tlsSentence } from './tls-access.ts'

const at = ({ host, port }: AmiAccess): string => `${host}:${port}`

/** Where the port of AMI stands; the usual mistake is that of Asterisk's HTTP server. */
const portHint = 'Check the port: it is "port" in manager.conf (tlsbindaddr for TLS), usually 5038.'

export const unreachable = (access: AmiAccess): LinkLoss => ({
  code: 'timeout',
  sentence: `Nothing answers at ${at(access)}. Check the address, and that no firewall lies between.`,
})

export const strangerLoss = (access: AmiAccess): LinkLoss => ({
  code: 'fault',
  sentence: `Something answers at ${at(access)}, but not as Asterisk's AMI does, so no password was sent. ${portHint}`,
})

export const ungreeted = (access: AmiAccess): LinkLoss => ({
  code: 'timeout',
  sentence: `${at(access)} takes the connection and says nothing, so no password was sent. ${portHint} If that is right, Asterisk hangs: restart it.`,
})

/** Asterisk itself hangs up on more than `authlimit` connections that have not logged in. */
export const closedLoss = (greeted: boolean, access: AmiAccess): LinkLoss => ({
  code: 'lost',
  sentence: greeted
    ? 'Asterisk closed the AMI connection.'
    : `${at(access)} hung up without a greeting. ${portHint} If that is right, raise authlimit there.`,
})

/** Asterisk's words for an account that is logged in already, where manager.conf lets each in but once; measured. */
const inUse = /already in use/i

export const loginRefused = (message: string, access: AmiAccess): LinkLoss =>
  inUse.test(message)
    ? {
        code: 'in-use',
        sentence: `The AMI user "${access.username}" is logged in already, and Asterisk lets nobody in twice. Put "${multipleLoginLine}" into its section of manager.conf, then reload with "manager reload".`,
        todo: multipleLoginLine,
      }
    : {
        code: 'wrong-credentials',
        sentence: `Asterisk refused the AMI user "${access.username}". Check its name, secret, deny and permit in manager.conf, then reload with "manager reload".`,
      }

export const loginUnanswered = (access: AmiAccess): LinkLoss => ({
  code: 'timeout',
  sentence: `Asterisk at ${at(access)} did not answer the AMI login in time. Parley tries again by itself.`,
})

export function socketLoss(code: string, access: AmiAccess): LinkLoss {
  if (isTlsFault(code)) return { code: 'fault', sentence: tlsSentence(at(access), code) }
  const faults: Record<string, LinkFault> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'timeout' }
  const fault = faults[code] ?? 'lost'
  if (code === 'ENOTFOUND') {
    return {
      code: 'lost',
      sentence: `There is no host ${access.host}. Check pbx.ami.host in the configuration.`,
    }
  }
  if (fault === 'lost')
    return { code: fault, sentence: `The AMI connection to ${at(access)} broke (${code}).` }
  return {
    code: fault,
    sentence: `Nothing answers at ${at(access)} (${code}). Start Asterisk, or check enabled, port and bindaddr in manager.conf.`,
  }
}
