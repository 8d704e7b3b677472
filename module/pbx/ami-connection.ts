import type { Log } from '../app/ports/ambient.ts'
import {
  closedLoss,
  loginRefused,
  loginUnanswered,
  socketLoss,
  strangerLoss,
  ungreeted,
  unreachable,
} from './ami-losses.ts'
import type { AmiMessage } from './ami-message.ts'
import { eventName, field } from './ami-message.ts'
import {
  missingActions,
  missingPermission,
  permissionLine,
  permissionSentence,
  readLine,
} from './ami-permissions.ts'
import type { AmiAction, AmiListAction } from './ami-request.ts'
import { encode } from './ami-request.ts'
import type { AmiWorkerData, FromAmiWorker, ToAmiWorker } from './ami-worker.ts'
import type { LinkLoss } from './pbx-error.ts'
import { LinkError, PbxError } from './pbx-error.ts'
import { createSession } from './session.ts'
import { spooledEvent, spoolFailedEvent } from './spool-events.ts'
import { readAuthority } from './tls-access.ts'
import { createWaitingRequests } from './waiting-requests.ts'

export interface AmiAccess {
  readonly host: string
  readonly port: number
  readonly username: string
  readonly secret: string
  readonly tls?: boolean
  /** A PEM file: the certificate authority that alone is believed; without it those of the system. */
  readonly ca?: string | null
}

export interface AmiTimes {
  /** For the connection, and for the answer to the login. */
  readonly loginMs: number
  /** For Asterisk's greeting, which comes with the connection: whoever is silent is not AMI. */
  readonly greetMs: number
  /** For FullyBooted after the login: a large PBX takes its time. */
  readonly bootMs: number
  /** For any one request, list answers included. */
  readonly requestMs: number
}

export const usualAmiTimes: AmiTimes = {
  loginMs: 5_000,
  greetMs: 2_000,
  bootMs: 60_000,
  requestMs: 10_000,
}

export interface AmiOptions {
  readonly access: AmiAccess
  readonly times: AmiTimes
  readonly log: Log
  /** Ends an opening under way. */
  readonly signal: AbortSignal
  /** Everything that answers no request. */
  onEvent(event: AmiMessage): void
}

/** One logged-in, fully booted session; it never comes back once it has ended. */
export interface AmiConnection {
  /** Rejects with a PbxError, always within the deadline. */
  request(action: AmiAction): Promise<AmiMessage>
  /** The events of a list answer, without its first and last line. */
  list(action: AmiListAction): Promise<readonly AmiMessage[]>
  /** Whether the account may ask for this. */
  may(action: (AmiAction | AmiListAction)['action']): boolean
  ping(): Promise<void>
  readonly ended: Promise<LinkLoss>
  /** Ends it for a reason of ours; every waiting request is rejected at once. */
  end(loss: LinkLoss): Promise<void>
}

/** The events that the directory and presence live by; the rest stays in the worker. */
const wantedEvents = [
  'fullybooted',
  'shutdown',
  'reload',
  'extensionstatus',
  'devicestatechange',
  'presencestatechange',
  'agentcomplete',
  'queuememberadded',
  'queuememberremoved',
  'queuememberpause',
  'queuememberpenalty',
  'queuememberstatus',
  'queuememberringinuse',
] as const

/** Opens a session in a worker of its own; rejects with a LinkError that says what stood in the way. */
export async function openAmi(options: AmiOptions): Promise<AmiConnection> {
  const { access, times } = options
  if (/[\r\n\0]/.test(access.username + access.secret)) {
    throw new LinkError({
      code: 'wrong-credentials',
      sentence: 'The AMI user name or secret holds a line break. Correct it in the configuration.',
    })
  }
  const requests = createWaitingRequests(times.requestMs)
  const loaded = Promise.withResolvers<void>()
  const connected = Promise.withResolvers<void>()
  const greeted = Promise.withResolvers<void>()
  const authenticated = Promise.withResolvers<void>()
  const booted = Promise.withResolvers<void>()
  let permitted: ReadonlySet<string> = new Set()

  const session = createSession<ToAmiWorker, FromAmiWorker>({
    name: 'ami',
    file: new URL('./ami-worker.ts', import.meta.url),
    data: {
      host: access.host,
      port: access.port,
      username: access.username,
      secret: access.secret,
      wanted: wantedEvents,
      wantedUserEvents: [spooledEvent, spoolFailedEvent],
      tls: access.tls === true ? { ca: readAuthority(access.ca) } : null,
    } satisfies AmiWorkerData,
    log: options.log,
    signal: options.signal,
    onMessage: receive,
    onEnded: ({ sentence }) => requests.rejectAll(sentence),
  })

  function receive(message: FromAmiWorker): void {
    switch (message.kind) {
      case 'loaded':
        loaded.resolve()
        break
      case 'connected':
        connected.resolve()
        break
      case 'greeted':
        greeted.resolve()
        break
      case 'stranger':
        void session.end(strangerLoss(access))
        break
      case 'authenticated':
        authenticated.resolve()
        break
      case 'login-refused':
        void session.end(loginRefused(message.message, access))
        break
      case 'socket-error':
        void session.end(socketLoss(message.code, access))
        break
      case 'closed':
        void session.end(closedLoss(message.greeted, access))
        break
      case 'messages':
        for (const one of message.messages) sort(one)
        if (session.loss() === null) session.post({ kind: 'taken' })
        break
      default:
        message satisfies never
    }
  }

  function sort(message: AmiMessage): void {
    if (requests.take(message)) return
    const event = eventName(message)
    // An answer that came after its deadline is nobody's any more.
    if (event === undefined || field(message, 'actionid') !== undefined) return
    if (event === 'fullybooted') booted.resolve()
    options.onEvent(message)
    if (event === 'shutdown') void session.end({ code: 'lost', sentence: 'Asterisk is shutting down.' })
  }

  async function send(request: AmiAction | AmiListAction, isList: boolean): Promise<readonly AmiMessage[]> {
    const headers = encode(request)
    if (session.loss() !== null)
      throw new PbxError('link-down', `${request.action}: the link to Asterisk is down.`)
    return requests.ask(request.action, isList, (actionId) =>
      session.post({ kind: 'action', actionId, headers }),
    )
  }

  const connection: AmiConnection = {
    async request(action) {
      const [message] = await send(action, false)
      return message ?? []
    },
    async list(action) {
      return send(action, true)
    },
    may: (action) => permitted.has(action.toLowerCase()),
    async ping() {
      await send({ action: 'Ping' }, false)
    },
    ended: session.ended,
    end: session.end,
  }

  return session.open(async () => {
    // Reading its modules takes the thread its time on a busy machine: that is nothing to hold against the peer.
    await Promise.race([loaded.promise, session.ended])
    await session.step(connected.promise, times.loginMs, () => unreachable(access))
    await session.step(greeted.promise, times.greetMs, () => ungreeted(access))
    await session.step(authenticated.promise, times.loginMs, () => loginUnanswered(access))
    await session.step(booted.promise, times.bootMs, notBooted)
    permitted = permittedActions(await connection.request({ action: 'ListCommands' }))
    refuseWithout(permitted, access.username)
    return connection
  })

  /** A booted PBX says FullyBooted right after login, but only to an account that may read class `system`. */
  async function notBooted(): Promise<LinkLoss> {
    const answers = await connection.list({ action: 'QueueStatus' }).then(
      () => true,
      () => false,
    )
    if (!answers) {
      return {
        code: 'not-booted',
        sentence: 'Asterisk took the login but is still starting. Parley tries again by itself.',
      }
    }
    return {
      code: 'permission',
      sentence: permissionSentence(access.username, { kind: 'read', missing: ['system'] }),
      todo: readLine,
    }
  }
}

/** Throws a LinkError when what the account may ask, or what Asterisk knows, makes no directory. */
function refuseWithout(permitted: ReadonlySet<string>, username: string): void {
  const missing = missingPermission(permitted)
  if (missing !== null) {
    throw new LinkError({
      code: 'permission',
      sentence: permissionSentence(username, missing),
      todo: permissionLine(missing),
    })
  }
  const vital = missingActions(permitted).find(({ isVital }) => isVital)
  if (vital !== undefined) {
    throw new LinkError({
      code: 'fault',
      sentence: `Asterisk does not know the action ${vital.action}. ${vital.sentence}`,
    })
  }
}

/** `ListCommands` answers with one field an action that the account may use. */
const permittedActions = (message: AmiMessage): ReadonlySet<string> =>
  new Set(message.filter((_, index) => index % 2 === 0))
