import { type Fact, fact, notKnown } from '../../app/doctor/fact.ts'
import type { Lack, LinkFact, PbxFacts } from '../../app/doctor/facts.ts'
import type { Log } from '../../app/ports/ambient.ts'
import { accountWarnings } from '../account-warnings.ts'
import { type AmiAccess, type AmiConnection, type AmiTimes, openAmi } from '../ami-connection.ts'
import { field } from '../ami-message.ts'
import { type AriAccess, type AriConnection, type AriTimes, openAri } from '../ari-connection.ts'
import { listOrNull, variable } from '../directory/asking.ts'
import { readDialplan } from '../directory/dialplan.ts'
import { placeText } from '../directory/dialplan-place.ts'
import { createPbxReader, type DialplanContexts } from '../directory/read-pbx.ts'
import { type LinkLoss, lossOf } from '../pbx-error.ts'
import type { PbxWarning } from '../pbx-warnings.ts'
import { asteriskUser } from './asterisk-user.ts'
import { readEndpoints } from './endpoints.ts'
import { type MessageQueueTimes, readMessageQueue, usualMessageQueueTimes } from './message-queue.ts'

interface ExaminePbxOptions {
  readonly ami: AmiAccess
  readonly ari: AriAccess
  readonly contexts: DialplanContexts
  readonly namesFault?: () => string | null
  readonly log: Log
  readonly times?: Partial<ExaminePbxTimes>
}

export interface ExaminePbxTimes {
  readonly ami: AmiTimes
  readonly ari: AriTimes
  readonly messageQueue: MessageQueueTimes
  /** For each thing that is looked at once the links are up. */
  readonly factMs: number
}

/** Patient enough for a busy machine: a log-in that is only slow is no fault of the PBX. */
const usualTimes: ExaminePbxTimes = {
  ami: { loginMs: 8_000, greetMs: 4_000, bootMs: 4_000, requestMs: 5_000 },
  ari: { openMs: 12_000, requestMs: 5_000 },
  messageQueue: usualMessageQueueTimes,
  factMs: 8_000,
}

/** The contexts of dialplan/extensions_parley.conf that must have something in them, and those that must not. */
const filled = ['parley-inbound', 'parley-spool'] as const
const empty = ['parley-phone'] as const

/** Looks at the PBX over links of its own, which end with it: so a log-in is a log-in, and nobody's link suffers. */
export async function examinePbx(options: ExaminePbxOptions): Promise<PbxFacts> {
  const { log } = options
  const times = { ...usualTimes, ...options.times }
  const stop = new AbortController()
  const { signal } = stop
  const [ami, ari, runsAs] = await Promise.all([
    attempt(openAmi({ access: options.ami, times: times.ami, log, signal, onEvent: () => {} })),
    attempt(openAri({ access: options.ari, times: times.ari, log, signal })),
    asteriskUser(options.ami),
  ])
  const ask = <T>(question: (ami: AmiConnection) => Promise<T>): Promise<Fact<T>> =>
    ami.connection === null
      ? Promise.resolve(notKnown('It shows once AMI lets Parley in.'))
      : fact(question(ami.connection), times.factMs)
  try {
    const [lacks, missingContexts, spoolVariable, endpoints, messageQueue, unreadable, clockAheadMs] =
      await Promise.all([
        ask(async (asked) =>
          (await accountWarnings(asked, options.ami.username, options.ari.username)).map(lackOf),
        ),
        ask(missingContextsOf),
        ask(async (asked) => (await variable(asked, { kind: 'parley-spool' })) ?? ''),
        ari.connection === null
          ? notKnown('The names of the endpoints come by ARI, which is not to be had.')
          : endpointsOf(ari.connection),
        ask((asked) => readMessageQueue(asked, times.messageQueue)),
        ask(unreadableLines),
        ask(clockAhead),
      ])
    return {
      ami: linkFact(`${options.ami.host}:${options.ami.port}`, options.ami.username, ami.loss),
      ari: linkFact(options.ari.url, options.ari.username, ari.loss),
      lacks,
      missingContexts,
      spoolVariable,
      endpoints,
      messageQueue,
      unreadable,
      clockAheadMs,
      runsAs,
    }
  } finally {
    stop.abort()
    const loss: LinkLoss = { code: 'lost', sentence: 'The link was closed.' }
    await Promise.all([ami.connection?.end(loss), ari.connection?.end(loss)])
  }

  function endpointsOf(connection: AriConnection) {
    return ask(async (asked) => readEndpoints(asked, await connection.endpoints()))
  }

  async function unreadableLines(asked: AmiConnection): Promise<string[]> {
    const reader = createPbxReader({ clock: Date.now, contexts: options.contexts, lastDirectory: null })
    const lines = await reader.unreadableLines(asked)
    const names = options.namesFault?.() ?? null
    return [
      ...lines.map((line) => `${placeText(line)} can’t be read as ${line.of}: ${line.reason}.`),
      ...(names === null ? [] : [names]),
    ]
  }
}

async function attempt<C>(
  opening: Promise<C>,
): Promise<
  { readonly connection: C; readonly loss: null } | { readonly connection: null; readonly loss: LinkLoss }
> {
  try {
    return { connection: await opening, loss: null }
  } catch (error) {
    return { connection: null, loss: lossOf(error) }
  }
}

const linkFact = (at: string, username: string, loss: LinkLoss | null): LinkFact => ({
  at,
  username,
  loss: loss === null ? null : { code: loss.code, sentence: loss.sentence, todo: loss.todo ?? null },
})

const lackOf = ({ code, sentence, todo }: PbxWarning): Lack => ({
  of: code === 'missing-action' ? 'asterisk' : todo === 'read_only = no' ? 'ari' : 'ami',
  sentence,
  todo: todo ?? null,
})

async function missingContextsOf(ami: AmiConnection): Promise<string[]> {
  const missing = async (context: string, mayBeEmpty: boolean): Promise<string[]> => {
    const answer = await listOrNull(ami, { action: 'ShowDialPlan', context })
    if (answer === null) return [context]
    return mayBeEmpty || readDialplan(answer).steps.length > 0 ? [] : [context]
  }
  const all = [
    ...filled.map((context) => missing(context, false)),
    ...empty.map((context) => missing(context, true)),
  ]
  return (await Promise.all(all)).flat()
}

/** Ping tells Asterisk's time, `1795344817.772431`, on the way between two looks at ours. */
async function clockAhead(ami: AmiConnection): Promise<number> {
  const before = Date.now()
  const pong = await ami.request({ action: 'Ping' })
  const ours = (before + Date.now()) / 2
  const seconds = Number(field(pong, 'timestamp'))
  if (!(seconds > 0)) throw new Error('Asterisk did not say what time it has.')
  return Math.round(seconds * 1000 - ours)
}
