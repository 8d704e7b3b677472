import type { Clock, Log, Pbx, RandomSource, SipMessenger, Unsubscribe } from '../app/ports.ts'
import type { Directory } from '../domain/directory.ts'
import type { PbxId } from '../domain/ids.ts'
import {
  type AmiAccess,
  type AmiConnection,
  type AmiTimes,
  openAmi,
  usualAmiTimes,
} from './ami-connection.ts'
import { type AmiMessage, eventName, field } from './ami-message.ts'
import { permissionSentence } from './ami-permissions.ts'
import { type AriAccess, type AriTimes, openAri, usualAriTimes } from './ari-connection.ts'
import { readPbx } from './directory/read-pbx.ts'
import { type KeptReading, keepReading } from './keep-reading.ts'
import { createLink, type LinkTimes, usualLinkTimes } from './link.ts'
import { createPbxView } from './pbx-view.ts'
import { sendSipText } from './sip-texts.ts'

export interface AsteriskPbxOptions {
  readonly pbxId: PbxId
  readonly ami: AmiAccess
  readonly ari: AriAccess
  readonly log: Log
  readonly clock: Clock
  readonly random: RandomSource
  /** How often everything is read again. */
  readonly checkPeriodMs?: number
  /** What was known when this process last ran: shown, marked stale, until the PBX answers. */
  readonly lastDirectory?: Directory | null
  readonly times?: Partial<PbxTimes>
}

export interface PbxTimes {
  readonly ami: AmiTimes
  readonly ari: AriTimes
  readonly link: LinkTimes
  readonly settleMs: number
}

export interface AsteriskPbx extends Pbx, SipMessenger {
  start(): void
  /** Ends the workers and every timer. */
  close(): Promise<void>
  /** Called with each directory that differs from the one before: what is worth storing. */
  onDirectory(listener: (directory: Directory) => void): Unsubscribe
}

/** The dialplan's word that it wrote a spool file, and that it could not; in lower case. */
const spooledEvent = 'parleyspooled'
const spoolFailedEvent = 'parleyspoolfailed'

/** One Asterisk, over AMI for what it knows and over ARI for long texts. */
export function createAsteriskPbx(options: AsteriskPbxOptions): AsteriskPbx {
  const { ami: access, log, clock, random } = options
  const times: PbxTimes = {
    ami: usualAmiTimes,
    ari: usualAriTimes,
    link: usualLinkTimes,
    settleMs: 300,
    ...options.times,
  }
  const everyMs = options.checkPeriodMs ?? 30_000
  const changed = createListeners<[]>()
  const spooled = createListeners<[]>()
  const directories = createListeners<[Directory]>()
  let reading: KeptReading | null = null
  let tick: NodeJS.Immediate | null = null

  const view = createPbxView({
    pbxId: options.pbxId,
    clock,
    lastDirectory: options.lastDirectory ?? null,
    settleMs: times.settleMs,
    onChanged: ({ directory }) => {
      if (directory) directories.call(view.snapshot().directory)
      changed.call()
    },
  })

  const amiLink = createLink<AmiConnection>({
    name: 'ami',
    times: times.link,
    clock,
    random,
    log,
    open: (signal) => openAmi({ access, times: times.ami, log, signal, onEvent: receive }),
    onUp: keepUp,
    onDown: () => {
      reading?.stop()
      reading = null
      view.lose()
      // ARI has no connection of its own that would break.
      ariLink.check()
    },
    onState: announceHealth,
  })
  const ariLink = createLink({
    name: 'ari',
    times: times.link,
    clock,
    random,
    log,
    open: (signal) => openAri({ access: options.ari, times: times.ari, log, signal }),
    onUp: () => {},
    onDown: () => {},
    onState: announceHealth,
  })

  function keepUp(connection: AmiConnection): void {
    if (!connection.may('MessageSend')) {
      log.warn({}, permissionSentence(access.username, { kind: 'write', missing: ['message'] }))
    }
    reading = keepReading({
      everyMs,
      gapMs: Math.min(250, everyMs),
      async read() {
        view.beginReading()
        const read = await readPbx(connection)
        // The link may have been lost while the last answer was on its way.
        if (amiLink.current() === connection) view.replace(read)
      },
      onFailed: (loss) => void connection.end(loss),
    })
  }

  function receive(event: AmiMessage): void {
    const user = eventName(event) === 'userevent' ? field(event, 'userevent')?.toLowerCase() : undefined
    if (user === spooledEvent) spooled.call()
    else if (user === spoolFailedEvent) {
      log.error(
        {},
        'Asterisk took a text and could not keep it. Check that the spool folder is there, writable, and not full.',
      )
    } else if (view.apply(event) === 'read-again') reading?.ask()
  }

  function announceHealth(): void {
    tick ??= setImmediate(() => {
      tick = null
      changed.call()
    })
  }

  return {
    snapshot: view.snapshot,
    health: () => ({ ami: amiLink.state(), ari: ariLink.state() }),
    onChanged: changed.add,
    onSpooled: spooled.add,
    onDirectory: directories.add,
    sendText: (text) =>
      sendSipText(text, {
        ami: amiLink.current(),
        ari: ariLink.current(),
        amiUsername: access.username,
        log,
      }),
    start() {
      amiLink.start()
      ariLink.start()
    },
    async close() {
      reading?.stop()
      await Promise.all([amiLink.close(), ariLink.close()])
      view.close()
      if (tick !== null) clearImmediate(tick)
    },
  }
}

interface Listeners<Arguments extends readonly unknown[]> {
  add(listener: (...args: Arguments) => void): Unsubscribe
  call(...args: Arguments): void
}

function createListeners<Arguments extends readonly unknown[]>(): Listeners<Arguments> {
  const all = new Set<(...args: Arguments) => void>()
  return {
    add(listener) {
      all.add(listener)
      return () => void all.delete(listener)
    },
    call(...args) {
      for (const listener of [...all]) listener(...args)
    },
  }
}
