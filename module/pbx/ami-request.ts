import { readTimeSpec } from './directory/time-spec.ts'
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
  | {
      readonly action: 'QueuePause'
      readonly queue: string
      readonly interface: string
      readonly paused: boolean
      readonly reason: string
    }
  | {
      readonly action: 'QueueAdd'
      readonly queue: string
      readonly interface: string
      readonly penalty: number
      readonly memberName: string
      readonly stateInterface: string
    }
  | { readonly action: 'QueueRemove'; readonly queue: string; readonly interface: string }

/** Answered by a list of events. What is not here can't be asked: `DBGetTree AMPUSER` and `PJSIPShow…` leak passwords. */
export type AmiListAction =
  | { readonly action: 'QueueStatus'; readonly queue?: string }
  | { readonly action: 'ExtensionStateList' }
  | { readonly action: 'DeviceStateList' }
  | { readonly action: 'PresenceStateList' }
  | { readonly action: 'CoreShowChannels' }
  | { readonly action: 'ShowDialPlan'; readonly context: string }
  | { readonly action: 'DBGet'; readonly family: `AMPUSER/${string}`; readonly key: 'cidname' }
  | { readonly action: 'DBGetTree'; readonly family: 'QPENALTY' | 'DND' | 'TC' | 'DAYNIGHT' }

/**
 * Variables that may be read: each a template whose slots take names or, for a time, its exact grammar. A name
 * has no bracket, comma, slash or blank, so it can neither end the function nor name another.
 */
export type ReadableVariable =
  | { readonly kind: 'spool-folder' }
  /** How many channels run the dialplan right now, texts included. */
  | { readonly kind: 'running-calls' }
  /** The folder that the dialplan writes texts to, as `[globals]` names it. */
  | { readonly kind: 'parley-spool' }
  | { readonly kind: 'queue-member-line'; readonly queue: string; readonly index: number }
  | { readonly kind: 'queue-wrap-up'; readonly queue: string }
  /** `"Alice Adams" <101>` of a PJSIP endpoint. */
  | { readonly kind: 'endpoint-caller-id'; readonly endpoint: string }
  /** `PJSIP/101/sip:101@…&…`; empty where no phone is registered. */
  | { readonly kind: 'endpoint-contacts'; readonly endpoint: string }
  /** `NOT_INUSE`, of a phone that no list tells of. */
  | { readonly kind: 'device-state'; readonly device: string }
  /** Where an endpoint's texts go, and where its calls go; empty where it has none. */
  | { readonly kind: 'endpoint-message-context'; readonly endpoint: string }
  | { readonly kind: 'endpoint-call-context'; readonly endpoint: string }
  /** TRUE or FALSE, as `readTimeSpec` gives the time. */
  | { readonly kind: 'time-holds'; readonly spec: string }
  /** What manager.conf grants an account to read. */
  | { readonly kind: 'account-read'; readonly username: string }
  /** Whether manager.conf lets an account in while it is in already: its own section, else `general`. */
  | { readonly kind: 'multiple-login'; readonly section: string }
  /** Whether ari.conf lets an account read alone. */
  | { readonly kind: 'ari-read-only'; readonly username: string }

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
    case 'CoreShowChannels':
    case 'ExtensionStateList':
    case 'DeviceStateList':
    case 'PresenceStateList':
      return { action: request.action }
    case 'QueueStatus':
      return { action: request.action, ...(request.queue === undefined ? {} : { queue: request.queue }) }
    case 'QueuePause':
      return {
        action: request.action,
        queue: request.queue,
        interface: request.interface,
        paused: String(request.paused),
        ...(request.reason === '' ? {} : { reason: request.reason }),
      }
    case 'QueueAdd':
      return {
        action: request.action,
        queue: request.queue,
        interface: request.interface,
        penalty: String(request.penalty),
        membername: request.memberName,
        stateinterface: request.stateInterface,
      }
    case 'QueueRemove':
      return { action: request.action, queue: request.queue, interface: request.interface }
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
  switch (variable.kind) {
    case 'spool-folder':
      return 'ASTSPOOLDIR'
    case 'running-calls':
      return 'SYSINFO(numcalls)'
    case 'parley-spool':
      return 'PARLEY_SPOOL'
    case 'queue-member-line':
      return `AST_CONFIG(queues.conf,${plain(variable.queue)},member,${whole(variable.index)})`
    case 'queue-wrap-up':
      return `AST_CONFIG(queues.conf,${plain(variable.queue)},wrapuptime)`
    case 'endpoint-caller-id':
      return `PJSIP_ENDPOINT(${plain(variable.endpoint)},callerid)`
    case 'endpoint-contacts':
      return `PJSIP_DIAL_CONTACTS(${plain(variable.endpoint)})`
    case 'device-state':
      return `DEVICE_STATE(${deviceName(variable.device)})`
    case 'endpoint-message-context':
      return `PJSIP_ENDPOINT(${endpointName(variable.endpoint)},message_context)`
    case 'endpoint-call-context':
      return `PJSIP_ENDPOINT(${endpointName(variable.endpoint)},context)`
    case 'time-holds':
      return `IFTIME(${timeSpec(variable.spec)}?TRUE:FALSE)`
    case 'account-read':
      return `AST_CONFIG(manager.conf,${plain(variable.username)},read)`
    case 'multiple-login':
      return `AST_CONFIG(manager.conf,${plain(variable.section)},allowmultiplelogin)`
    case 'ari-read-only':
      return `AST_CONFIG(ari.conf,${plain(variable.username)},read_only)`
    default:
      return variable satisfies never
  }
}

/** Whether a name may stand in a variable's template. */
export const isPlainName = (name: string): boolean => /^[A-Za-z0-9_-]{1,80}$/.test(name)

function plain(name: string): string {
  if (!isPlainName(name)) throw forbidden('a name with other characters than letters, digits, _ and -')
  return name
}

/** A trunk may be named for its host. These letters can't end a function or name another either. */
export const isEndpointName = (name: string): boolean => /^[A-Za-z0-9_.+@-]{1,80}$/.test(name)

function endpointName(name: string): string {
  if (!isEndpointName(name))
    throw forbidden('an endpoint’s name with other characters than letters, digits and _.+@-')
  return name
}

/** `IAX2/201`: a technology and a name of the same letters as an endpoint's. */
export const isDeviceName = (device: string): boolean => {
  const [technology = '', name = '', ...more] = device.split('/')
  return more.length === 0 && /^[A-Za-z0-9_]{1,20}$/.test(technology) && isEndpointName(name)
}

function deviceName(device: string): string {
  if (!isDeviceName(device)) throw forbidden('a device that is none')
  return device
}

function whole(index: number): number {
  if (!Number.isSafeInteger(index) || index < 0) throw forbidden('an index that is no whole number')
  return index
}

function timeSpec(spec: string): string {
  if (readTimeSpec(spec) !== spec) throw forbidden('a time that is none')
  return spec
}

const forbidden = (what: string): PbxError =>
  new PbxError('forbidden-variable', `Getvar: ${what} never goes into a variable.`)
