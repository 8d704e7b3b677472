import { parentPort, workerData } from 'node:worker_threads'
import createManager from 'asterisk-manager'
import type { AmiMessage } from './ami-message.ts'
import { guardMemory } from './worker-memory.ts'

/** Where and as whom to log in, and the events worth handing on, in lower case. */
export interface AmiWorkerData {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
  readonly wanted: readonly string[]
}

/** The ActionID is the parent's own; the headers are checked already. */
export interface ToAmiWorker {
  readonly actionId: string
  readonly headers: Record<string, string>
}

export type FromAmiWorker =
  | { readonly kind: 'connected' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'login-refused'; readonly message: string }
  | { readonly kind: 'messages'; readonly messages: readonly AmiMessage[] }
  | { readonly kind: 'socket-error'; readonly code: string }
  | { readonly kind: 'closed' }

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
  const wanted = new Set(data.wanted)
  const manager = createManager(null, data.host, data.username, data.secret, true)

  let batch: AmiMessage[] = []
  const flush = () => {
    const messages = batch
    batch = []
    say({ kind: 'messages', messages })
  }
  // The package emits each message again under the name of its event or ActionID, so that one called "rawevent",
  // which whoever writes into a UserEvent can forge, would go round for ever. It gets the login's answer alone.
  const dispatch = manager.listeners('rawevent')
  manager.removeAllListeners('rawevent')
  let loggingIn = true
  manager.on('rawevent', (item) => {
    if (loggingIn && isLoginAnswer(item)) for (const listener of dispatch) listener(item)
    if (!isWorthHandingOn(item, wanted)) return
    // One message to the parent for all that came in this turn: handing over singly costs more than parsing.
    if (batch.length === 0) setImmediate(flush)
    batch.push(flatten(item))
  })
  manager.on('error', (error) => say({ kind: 'socket-error', code: error.code ?? 'EUNKNOWN' }))
  manager.on('close', () => say({ kind: 'closed' }))
  manager.connect(data.port, data.host, () => {
    say({ kind: 'connected' })
    // Left to itself the package logs in without a callback, and a wrong password goes unnoticed.
    manager.login((refusal) => {
      loggingIn = false
      if (refusal === undefined) say({ kind: 'authenticated' })
      else say({ kind: 'login-refused', message: String(refusal.message ?? '') })
    })
  })
  parent.on('message', ({ actionId, headers }: ToAmiWorker) => {
    manager.action({ ...headers, actionid: actionId })
  })
}

/** The package numbers its login by the time of day. */
const isLoginAnswer = (item: Readonly<Record<string, unknown>>): boolean =>
  !Object.hasOwn(item, 'event') && typeof item.actionid === 'string' && /^\d+$/.test(item.actionid)

function isWorthHandingOn(item: Readonly<Record<string, unknown>>, wanted: ReadonlySet<string>): boolean {
  if (Object.hasOwn(item, 'actionid') || Object.hasOwn(item, 'response')) return true
  return typeof item.event === 'string' && wanted.has(item.event.toLowerCase())
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
