import type { Clock, Log, RandomSource, Unsubscribe } from '../app/ports/ambient.ts'
import type { Pbx, QueueDesk, SipMessenger } from '../app/ports/pbx.ts'
import { type Directory, findGroup } from '../domain/directory/directory.ts'
import type { DirectoryChanges } from '../domain/directory/directory-changes.ts'
import type { Extension, PbxId } from '../domain/ids.ts'
import { accountWarnings } from './account-warnings.ts'
import {
  type AmiAccess,
  type AmiConnection,
  type AmiTimes,
  openAmi,
  usualAmiTimes,
} from './ami-connection.ts'
import { type AmiMessage, count, eventName, field } from './ami-message.ts'
import { type AriAccess, type AriTimes, openAri, usualAriTimes } from './ari-connection.ts'
import { readContacts } from './directory/contacts.ts'
import { placeText } from './directory/dialplan-place.ts'
import { createPbxReader, type DialplanContexts } from './directory/read-pbx.ts'
import { type KeptReading, keepReading, type ReadingKind } from './keep-reading.ts'
import { createLink, type LinkTimes, usualLinkTimes } from './link.ts'
import { type NamesFileWatch, watchNamesFile } from './names/names-file.ts'
import { createPbxView, type PbxView } from './pbx-view.ts'
import { createPbxWarnings, type PbxWarning } from './pbx-warnings.ts'
import { actInQueue } from './queue-desk.ts'
import { sendSipText } from './sip-texts.ts'
import { spooledEvent, spoolFailedEvent } from './spool-events.ts'

export interface AsteriskPbxOptions {
  readonly pbxId: PbxId
  readonly ami: AmiAccess
  readonly ari: AriAccess
  readonly log: Log
  readonly clock: Clock
  readonly random: RandomSource
  /**
   * How often everything is read again, for what Asterisk tells nobody; 30 s. A check is some fifteen lists and about
   * 1,200 single questions at most, however large the PBX. Measured with 10,000 extensions on two busy cores: a check
   * takes 0.4–0.6 s, of which Asterisk computes 0.08 s and Parley 0.3 s; the thorough reading after a connect or a
   * reload 2.4 s.
   */
  readonly checkPeriodMs?: number
  /** A file with the names of groups, DIDs and time conditions (names/pbx-names.ts), which AMI can't tell. */
  readonly namesFile?: string | null
  /** Where else the dialplan has what Parley reads, besides where FreePBX writes it. */
  readonly contexts?: DialplanContexts
  /** What was known when this process last ran: shown, marked stale, until the PBX answers. */
  readonly lastDirectory?: Directory | null
  readonly times?: Partial<PbxTimes>
}

export interface PbxTimes {
  readonly ami: AmiTimes
  readonly ari: AriTimes
  readonly link: LinkTimes
  readonly settleMs: number
  readonly namesMs: number
  readonly provisionalMs: number
  readonly paceMs: number
}

export interface AsteriskPbx extends Pbx, SipMessenger, QueueDesk {
  start(): void
  /** Ends the workers and every timer. */
  close(): Promise<void>
  /** Called with each directory that differs from the one before: what is worth storing. */
  onDirectory(listener: (directory: Directory, changes: DirectoryChanges) => void): Unsubscribe
  /**
   * Where a text reaches each registered phone of an extension, `pjsip:101/sip:101@10.0.0.5:5060`: Asterisk itself
   * sends it to the last one alone. Empty where none is registered, or the link is down.
   */
  contacts(extension: Extension): Promise<string[]>
  /** Reads everything now; resolves when it is read, or when the link went down. */
  refresh(): Promise<void>
  /** What is wrong right now and a person could mend. */
  warnings(): readonly PbxWarning[]
}

/** One Asterisk, over AMI for what it knows and over ARI for long texts. */
export function createAsteriskPbx(options: AsteriskPbxOptions): AsteriskPbx {
  const { ami: access, log, clock, random } = options
  const times: PbxTimes = {
    ami: usualAmiTimes,
    ari: usualAriTimes,
    link: usualLinkTimes,
    settleMs: 300,
    namesMs: 1_000,
    provisionalMs: 90_000,
    paceMs: 20,
    ...options.times,
  }
  const everyMs = options.checkPeriodMs ?? 30_000
  const changed = createListeners<[]>()
  const spooled = createListeners<[]>()
  const directories = createListeners<[Directory, DirectoryChanges]>()
  const warnings = createPbxWarnings(log)
  const contexts = options.contexts ?? { hints: [], ringGroups: [], dids: [] }
  let reading: KeptReading | null = null
  let tick: NodeJS.Immediate | null = null

  const names: NamesFileWatch | null =
    options.namesFile == null
      ? null
      : watchNamesFile({
          file: options.namesFile,
          log,
          everyMs: times.namesMs,
          onChanged: () => view.rename(),
        })
  const view: PbxView = createPbxView({
    pbxId: options.pbxId,
    clock,
    lastDirectory: options.lastDirectory ?? null,
    settleMs: times.settleMs,
    names: () => names?.current() ?? null,
    hintContexts: contexts.hints,
    provisionalMs: times.provisionalMs,
    paceMs: times.paceMs,
    onChanged: ({ directory }) => {
      if (directory !== null) directories.call(view.snapshot().directory, directory)
      changed.call()
    },
  })
  const reader = createPbxReader({ clock, contexts, lastDirectory: options.lastDirectory ?? null })

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
    reading = keepReading({
      everyMs,
      gapMs: Math.min(250, everyMs),
      read: (kind) => read(connection, kind),
      onFailed: (loss) => void connection.end(loss),
    })
  }

  async function read(connection: AmiConnection, kind: ReadingKind): Promise<void> {
    // The link may have been lost while the last answer was on its way.
    const isCurrent = () => amiLink.current() === connection
    const facts = view.scheduleFacts()
    if (kind === 'schedules' && facts !== null) {
      const schedules = await reader.readSchedules(connection, facts)
      if (isCurrent()) view.replaceSchedules(schedules)
      return
    }
    if (kind === 'thorough') {
      warnings.set('account', await accountWarnings(connection, access.username, options.ari.username))
    }
    view.beginReading()
    const whole = await reader.read(connection, kind === 'thorough')
    if (!isCurrent()) return
    view.replace(whole)
    warnings.set(
      'dialplan',
      whole.unreadable.map((line) => ({
        code: 'unreadable-dialplan',
        sentence: `${placeText(line)} can't be read, so the last good reading of ${line.of} stays: ${line.reason}.`,
      })),
    )
  }

  function receive(event: AmiMessage): void {
    const user = eventName(event) === 'userevent' ? field(event, 'userevent')?.toLowerCase() : undefined
    if (user === spooledEvent) spooled.call()
    else if (user === spoolFailedEvent) {
      log.error(
        {},
        'Asterisk took a text and could not keep it. Check that the spool folder is there, writable, and not full.',
      )
    } else if (eventName(event) === 'fullybooted') {
      const uptimeSeconds = count(event, 'uptime', -1)
      if (uptimeSeconds >= 0) view.booted(clock() - uptimeSeconds * 1000)
    } else {
      const outcome = view.apply(event)
      if (outcome !== 'applied') reading?.ask(outcome)
    }
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
    async contacts(extension) {
      const entry = view.snapshot().directory.extensions.get(extension)
      const connection = amiLink.current()
      return entry === undefined || connection === null ? [] : readContacts(connection, entry)
    },
    refresh: async () => {
      await reading?.now()
    },
    warnings() {
      const fault = names?.fault() ?? null
      return [
        ...warnings.current(),
        ...(fault === null ? [] : [{ code: 'names-file' as const, sentence: fault }]),
      ]
    },
    sendText: (text) =>
      sendSipText(text, {
        ami: amiLink.current(),
        ari: ariLink.current(),
        amiUsername: access.username,
        log,
      }),
    async actInQueue(extension, queue, act) {
      const { directory } = view.snapshot()
      const entry = directory.extensions.get(extension)
      const group = findGroup(directory, { pbxId: options.pbxId, kind: 'queue', number: queue })
      const member = group?.members.find((one) => one.extension === extension)
      if (entry === undefined || member === undefined)
        return { kind: 'refused', reason: 'You are no member of this queue.' }
      const scene = {
        ami: amiLink.current(),
        amiUsername: access.username,
        extensions: directory.extensions,
      }
      return actInQueue({ queue, entry, member }, act, scene)
    },
    start() {
      amiLink.start()
      ariLink.start()
    },
    async close() {
      reading?.stop()
      names?.close()
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
