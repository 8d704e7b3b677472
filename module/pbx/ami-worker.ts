import net from 'node:net'
import tls from 'node:tls'
import { parentPort, workerData } from 'node:worker_threads'
import createManager from 'asterisk-manager'
import type { AmiMessage } from './ami-message.ts'
import { createEventBacklog } from './event-backlog.ts'
import { guardMemory } from './worker-memory.ts'

/** Where and as whom to log in, and the events worth handing on, in lower case. */
export interface AmiWorkerData {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
  readonly wanted: readonly string[]
  /** Of the events that dialplans write themselves only these. */
  readonly wantedUserEvents: readonly string[]
  /** Null for a plain connection; else the certificate authority, null for those of the system. */
  readonly tls: { readonly ca: string | null } | null
}

export type ToAmiWorker =
  /** The ActionID is the parent's own; the headers are checked already. */
  | { readonly kind: 'action'; readonly actionId: string; readonly headers: Record<string, string> }
  /** A batch of messages was dealt with: another may follow. */
  | { readonly kind: 'taken' }

export type FromAmiWorker =
  /** The thread has read its modules, which on a busy machine takes its time, and turns to the peer. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'connected' }
  /** Asterisk said who it is; only now is it told a password. */
  | { readonly kind: 'greeted' }
  /** Somebody else answers there. */
  | { readonly kind: 'stranger' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'login-refused'; readonly message: string }
  | { readonly kind: 'messages'; readonly messages: readonly AmiMessage[] }
  | { readonly kind: 'socket-error'; readonly code: string }
  | { readonly kind: 'closed'; readonly greeted: boolean }

/** How many batches may be on their way: more would only queue up where nobody can merge them. */
const mostUnderWay = 2

/** What Asterisk says first, whoever connects. */
const greeting = 'Asterisk Call Manager'

if (parentPort !== null) {
  guardMemory()
  host(parentPort, workerData as AmiWorkerData)
}

/**
 * Hosts asterisk-manager for one connection. Its reconnecting is never used: half a message left at a disconnect
 * spoils the first one after it, so each connection gets a package of its own.
 */
function host(parent: NonNullable<typeof parentPort>, data: AmiWorkerData): void {
  const say = (message: FromAmiWorker) => parent.postMessage(message)
  say({ kind: 'loaded' })
  const wanted = new Set(data.wanted)
  const wantedUserEvents = new Set(data.wantedUserEvents)
  let greeted = false
  openSockets(data.tls, (isAsterisk) => {
    if (!isAsterisk) return say({ kind: 'stranger' })
    greeted = true
    say({ kind: 'greeted' })
    // Left to itself the package logs in without a callback, and a wrong password goes unnoticed.
    manager.login((refusal) => {
      loggingIn = false
      if (refusal === undefined) say({ kind: 'authenticated' })
      else say({ kind: 'login-refused', message: String(refusal.message ?? '') })
    })
  })
  const manager = createManager(null, data.host, data.username, data.secret, true)

  const backlog = createEventBacklog()
  let isDue = false
  let underWay = 0
  const flush = () => {
    isDue = false
    if (backlog.size === 0 || underWay >= mostUnderWay) return
    underWay++
    say({ kind: 'messages', messages: backlog.takeAll() })
  }
  const flushSoon = () => {
    // One message to the parent for all that came in this turn: handing over singly costs more than parsing.
    if (!isDue) setImmediate(flush)
    isDue = true
  }
  // The package emits each message again under the name of its event or ActionID, so that one called "rawevent",
  // which whoever writes into a UserEvent can forge, would go round for ever. It gets the login's answer alone.
  const dispatch = manager.listeners('rawevent')
  manager.removeAllListeners('rawevent')
  let loggingIn = true
  manager.on('rawevent', (item) => {
    if (loggingIn && isLoginAnswer(item)) for (const listener of dispatch) listener(item)
    if (!isWorthHandingOn(item, wanted, wantedUserEvents)) return
    backlog.push(flatten(item))
    flushSoon()
  })
  manager.on('error', (error) => say({ kind: 'socket-error', code: error.code ?? 'EUNKNOWN' }))
  manager.on('close', () => say({ kind: 'closed', greeted }))
  manager.connect(data.port, data.host, () => say({ kind: 'connected' }))
  parent.on('message', (message: ToAmiWorker) => {
    if (message.kind === 'action') manager.action({ ...message.headers, actionid: message.actionId })
    else {
      underWay--
      flushSoon()
    }
  })
}

/**
 * The package knows plain sockets alone, and does not care who answers. In this thread, which opens no other, the
 * one it makes is a TLS socket where that is wanted, and is listened to from its first letter on.
 */
function openSockets(secured: AmiWorkerData['tls'], onFirstWords: (isAsterisk: boolean) => void): void {
  const { createConnection } = net
  Object.assign(net, {
    createConnection(port: number, host: string) {
      const socket = secured === null ? createConnection(port, host) : connectTls(port, host, secured.ca)
      let heard = ''
      const listen = (part: Buffer | string) => {
        heard += String(part)
        const isAsterisk = heard.startsWith(greeting)
        if (!isAsterisk && greeting.startsWith(heard)) return
        socket.off('data', listen)
        onFirstWords(isAsterisk)
      }
      return socket.on('data', listen)
    },
  })
}

function connectTls(port: number, host: string, ca: string | null): tls.TLSSocket {
  const servername = net.isIP(host) === 0 ? { servername: host } : {}
  return tls.connect({ port, host, ...servername, ...(ca === null ? {} : { ca }) })
}

/** The package numbers its login by the time of day. */
const isLoginAnswer = (item: Readonly<Record<string, unknown>>): boolean =>
  !Object.hasOwn(item, 'event') && typeof item.actionid === 'string' && /^\d+$/.test(item.actionid)

function isWorthHandingOn(
  item: Readonly<Record<string, unknown>>,
  wanted: ReadonlySet<string>,
  wantedUserEvents: ReadonlySet<string>,
): boolean {
  if (Object.hasOwn(item, 'actionid') || Object.hasOwn(item, 'response')) return true
  if (typeof item.event !== 'string') return false
  const name = item.event.toLowerCase()
  if (name === 'userevent') return wantedUserEvents.has(String(item.userevent).toLowerCase())
  return wanted.has(name)
}

/**
 * The package's object as a flat list of strings. A header called `constructor` arrives as an array that begins
 * with a function, `Variable` as an object of its own: only strings are let through.
 */
function flatten(item: Readonly<Record<string, unknown>>): AmiMessage {
  const message: string[] = []
  for (const [key, value] of Object.entries(item)) {
    // The package splits at `: `, so the name of an empty value without the space keeps its colon.
    const name = key.endsWith(':') ? key.slice(0, -1) : key
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'string') message.push(name, one)
      else if (typeof one === 'object' && one !== null) {
        for (const [variable, held] of Object.entries(one)) message.push(name, `${variable}=${String(held)}`)
      }
    }
  }
  return message
}
