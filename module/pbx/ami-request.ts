import { PbxError } from './pbx-error.ts'

/** Answered by one message. */
export type AmiAction =
  | { readonly action: 'Ping' }
  | { readonly action: 'ListCommands' }
  | { readonly action: 'Getvar'; readonly variable: ReadableVariable }
  | {
      readonly action: 'MessageSend'
      readonly to: string
      readonly from: string
      readonly base64Body: string
    }

/** Answered by a list of events. What is not here can't be asked: `DBGetTree AMPUSER` and `PJSIPShow…` leak passwords. */
export type AmiListAction =
  | { readonly action: 'QueueStatus' }
  | { readonly action: 'ExtensionStateList' }
  | { readonly action: 'DeviceStateList' }
  | { readonly action: 'ShowDialPlan'; readonly context: string }
  | { readonly action: 'DBGet'; readonly family: `AMPUSER/${string}`; readonly key: 'cidname' }
  | { readonly action: 'DBGetTree'; readonly family: 'QPENALTY' }

/** Variables that may be read; the queue's is a template whose slots take digits alone. */
export type ReadableVariable =
  | { readonly kind: 'spool-folder' }
  | { readonly kind: 'queue-member-line'; readonly queue: string; readonly index: number }

/** Asterisk 22 answers "line too long" from 1024 on; measured. */
export const longestLineBytes = 1022

/** The headers to send, checked; throws a PbxError before anything leaves. */
export function encode(request: AmiAction | AmiListAction): Record<string, string> {
  const headers = headersOf(request)
  for (const [name, value] of Object.entries(headers)) {
    if (/[\r\n\0]/.test(value)) {
      throw new PbxError(
        'forbidden-character',
        `${request.action}: the value of ${name} holds a line break or a NUL. Remove it: Asterisk would read what follows as another command.`,
      )
    }
    if (Buffer.byteLength(`${name}: ${value}`) > longestLineBytes) {
      throw new PbxError(
        'line-too-long',
        `${request.action}: ${name} is longer than AMI can read in one line.`,
      )
    }
  }
  return headers
}

function headersOf(request: AmiAction | AmiListAction): Record<string, string> {
  switch (request.action) {
    case 'Ping':
    case 'ListCommands':
    case 'QueueStatus':
    case 'ExtensionStateList':
    case 'DeviceStateList':
      return { action: request.action }
    case 'ShowDialPlan':
      return { action: request.action, context: request.context }
    case 'DBGet':
      return { action: request.action, family: request.family, key: request.key }
    case 'DBGetTree':
      return { action: request.action, family: request.family }
    case 'Getvar':
      return { action: request.action, variable: variableName(request.variable) }
    case 'MessageSend':
      return { action: request.action, to: request.to, from: request.from, base64body: request.base64Body }
    default:
      return request satisfies never
  }
}

function variableName(variable: ReadableVariable): string {
  if (variable.kind === 'spool-folder') return 'ASTSPOOLDIR'
  const { queue, index } = variable
  if (!/^\d{1,20}$/.test(queue) || !Number.isSafeInteger(index) || index < 0) {
    throw new PbxError('forbidden-variable', 'Only a queue that is a plain number can be read by a variable.')
  }
  return `AST_CONFIG(queues.conf,${queue},member,${index})`
}
