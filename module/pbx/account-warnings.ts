import {
  missingActions,
  missingToRead,
  multipleLoginLine,
  permissionLine,
  permissionSentence,
  writeLine,
} from './ami-permissions.ts'
import { isPlainName } from './ami-request.ts'
import type { Asked } from './directory/asking.ts'
import { variable } from './directory/asking.ts'
import type { PbxWarning } from './pbx-warnings.ts'

/** What the two accounts lack that Parley can do without, but should not have to. */
export async function accountWarnings(
  ami: Asked,
  amiUsername: string,
  ariUsername: string,
): Promise<PbxWarning[]> {
  return [
    ...mute(ami, amiUsername),
    ...idle(ami, amiUsername),
    ...(await deaf(ami, amiUsername)),
    ...(await alone(ami, amiUsername)),
    ...(await readOnly(ami, ariUsername)),
    ...missingActions(new Set(optional.filter((action) => ami.may(action)).map(lower))).map(
      ({ action, sentence }): PbxWarning => ({
        code: 'missing-action',
        sentence: `Asterisk does not know the action ${action}. ${sentence}`,
      }),
    ),
  ]
}

const optional = ['DeviceStateList', 'PresenceStateList', 'QueueStatus', 'DBGetTree'] as const
const lower = (text: string): string => text.toLowerCase()

const mute = (ami: Asked, username: string): PbxWarning[] =>
  ami.may('MessageSend')
    ? []
    : [
        {
          code: 'missing-permission',
          sentence: permissionSentence(username, { kind: 'write', missing: ['message'] }),
          todo: writeLine,
        },
      ]

/** Where Asterisk has queues at all. */
const idle = (ami: Asked, username: string): PbxWarning[] =>
  ami.may('QueuePause') || !ami.may('QueueStatus')
    ? []
    : [
        {
          code: 'missing-permission',
          sentence: `${permissionSentence(username, { kind: 'write', missing: ['agent'] })} Until then agents can’t pause, log in or log out of their queues from the panel.`,
          todo: writeLine,
        },
      ]

/** Events that an account may not read simply do not come: only manager.conf tells. */
async function deaf(ami: Asked, username: string): Promise<PbxWarning[]> {
  if (!isPlainName(username)) return []
  const line = await variable(ami, { kind: 'account-read', username })
  const lack = line === null || line === '' ? null : missingToRead(line)
  if (lack === null) return []
  return [
    {
      code: 'missing-permission',
      sentence: `${permissionSentence(username, lack.permission)} Until then Parley sees ${lack.late.join(' and ')} only at its next check.`,
      todo: permissionLine(lack.permission),
    },
  ]
}

/** The sidecar's own log-in keeps out the doctor, and after a cut line its own next one. */
async function alone(ami: Asked, username: string): Promise<PbxWarning[]> {
  if (!isPlainName(username)) return []
  const set = (section: string) => variable(ami, { kind: 'multiple-login', section })
  const value = ((await set(username)) || (await set('general')))?.trim() ?? ''
  if (value === '' || /^(yes|true|on|y|t|1)$/i.test(value)) return []
  return [
    {
      code: 'missing-permission',
      sentence: `Asterisk lets the AMI user "${username}" in but once at a time, which keeps "parley doctor" out while Parley runs. Put "${multipleLoginLine}" into its section of manager.conf, then reload with "manager reload".`,
      todo: multipleLoginLine,
    },
  ]
}

async function readOnly(ami: Asked, username: string): Promise<PbxWarning[]> {
  if (!isPlainName(username)) return []
  const value = await variable(ami, { kind: 'ari-read-only', username })
  if (!/^(yes|true|on|1)$/i.test(value ?? '')) return []
  return [
    {
      code: 'missing-permission',
      sentence: `The ARI user "${username}" may only read, so texts longer than 700 bytes can't be sent to phones. Put "read_only = no" into its section of ari.conf, then reload with "module reload res_ari.so".`,
      todo: 'read_only = no',
    },
  ]
}
