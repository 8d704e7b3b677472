import type { Log } from '../../module/app/ports/ambient.ts'
import type { Presence } from '../../module/domain/directory/presence.ts'
import { asExtension, asPbxId } from '../../module/domain/ids.ts'
import {
  type AsteriskPbx,
  type AsteriskPbxOptions,
  createAsteriskPbx,
  type PbxTimes,
} from '../../module/pbx/asterisk-pbx.ts'

/** Short enough for a test, long enough for a busy machine. */
export const shortTimes: PbxTimes = {
  ami: { loginMs: 15_000, greetMs: 15_000, bootMs: 15_000, requestMs: 10_000 },
  ari: { openMs: 30_000, requestMs: 10_000 },
  link: { firstRetryMs: 30, longestRetryMs: 250, heartbeatMs: 200 },
  settleMs: 60,
  namesMs: 20,
  provisionalMs: 0,
  paceMs: 0,
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly facts: object
  readonly sentence: string
}

/** A log that is kept to be read. */
export function keptLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (facts: object, sentence: string) =>
    void lines.push({ level, facts, sentence })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

interface Test {
  teardown(callback: () => Promise<void> | void): void
}

/** A started PBX link that ends with its test. Where no ARI is given none answers. */
export function startPbx(
  t: Test,
  options: Partial<AsteriskPbxOptions> & Pick<AsteriskPbxOptions, 'ami'>,
): AsteriskPbx {
  const pbx = createAsteriskPbx({
    pbxId: asPbxId('main'),
    ari: { url: 'http://127.0.0.1:9', username: 'nobody', password: 'nothing' },
    log: keptLog(),
    clock: Date.now,
    random: () => 0.5,
    times: shortTimes,
    ...options,
  })
  t.teardown(() => pbx.close())
  pbx.start()
  return pbx
}

/** Resolves as soon as the PBX shows it; rejects, saying what it waited for, when that takes too long. */
export function until(
  pbx: AsteriskPbx,
  what: string,
  condition: () => boolean,
  boundMs = 30_000,
): Promise<void> {
  if (condition()) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const stop = pbx.onChanged(() => {
      if (!condition()) return
      clearTimeout(late)
      stop()
      resolve()
    })
    const late = setTimeout(() => {
      stop()
      reject(new Error(`${what}: not within ${boundMs} ms. ${JSON.stringify(pbx.health())}`))
    }, boundMs)
  })
}

export const isLive = (pbx: AsteriskPbx): boolean => pbx.snapshot().freshness === 'live'

/** The code of a link that is down, else its kind. */
export function linkCode(pbx: AsteriskPbx, link: 'ami' | 'ari'): string {
  const state = pbx.health()[link]
  return state.kind === 'down' ? state.code : state.kind
}

export const presenceIn = (
  pbx: AsteriskPbx,
  extension: string,
): Pick<Presence, 'registration' | 'call' | 'dnd'> | null => {
  const presence = pbx.snapshot().presence.get(asExtension(extension))
  return presence === undefined
    ? null
    : { registration: presence.registration, call: presence.call, dnd: presence.dnd }
}
