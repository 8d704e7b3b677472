import type { FindingWire } from '../../module/contract/api/system.ts'
import type { AdminState } from './admin-session.ts'

/** One thing that a new installation needs, in the order in which it is done. */
export interface SetupStep {
  readonly key: 'pbx' | 'dialplan' | 'carrier' | 'webhook' | 'rule' | 'test'
  readonly title: string
  readonly state: 'done' | 'todo' | 'looking'
  /** How it stands, or what to do. */
  readonly sentence: string
  /** A command or lines to paste. */
  readonly todo: string | null
  /** Where in the panel it is done. */
  readonly go: 'rules' | 'carriers' | null
}

type Facts = Pick<
  AdminState,
  'system' | 'doctor' | 'carriers' | 'rules' | 'unrouted' | 'conversations' | 'seenMessage'
>

/** Findings that say whether the PBX lets Parley in, worst first. */
const pbxFindings = ['ami-login', 'ari-login']
const dialplanFindings = ['dialplan-hook', 'endpoint-contexts']

export function setupSteps(facts: Facts): readonly SetupStep[] {
  return [pbx(facts), dialplan(facts), carrier(facts), ...webhook(facts), rule(facts), test(facts)]
}

/** Nothing is left to do, as far as is known: what is still being looked at is no reason to ask for anything. */
export const isSetUp = (facts: Facts): boolean => setupSteps(facts).every(({ state }) => state !== 'todo')

function pbx({ system, doctor }: Facts): SetupStep {
  const base = { key: 'pbx', title: 'Reach the PBX', todo: null, go: null } as const
  if (system === null) return { ...base, state: 'looking', sentence: 'Looking…' }
  const { ami, ari, stale, extensions, groups } = system.pbx
  if (!stale && ami.state === 'up' && ari.state === 'up')
    return {
      ...base,
      state: 'done',
      sentence: `AMI and ARI are connected; ${extensions} extensions and ${groups} groups were read.`,
    }
  const finding = amiss(doctor?.findings ?? [], pbxFindings)
  const sentence = finding?.sentence ?? ami.sentence ?? ari.sentence
  return {
    ...base,
    state: 'todo',
    sentence: sentence ?? 'Parley is connecting to the PBX. That takes a few seconds.',
    todo: finding?.todo ?? null,
  }
}

function dialplan({ doctor }: Facts): SetupStep {
  const base = { key: 'dialplan', title: 'Let texts of trunks and phones in', todo: null, go: null } as const
  if (doctor === null) return { ...base, state: 'looking', sentence: 'The doctor is looking…' }
  const finding = amiss(doctor.findings, dialplanFindings)
  if (finding === null)
    return { ...base, state: 'done', sentence: 'Parley’s dialplan is in, and endpoints lead texts to it.' }
  return { ...base, state: 'todo', sentence: finding.sentence, todo: finding.todo }
}

function carrier({ carriers }: Facts): SetupStep {
  const base = { key: 'carrier', title: 'Add a carrier', todo: null, go: 'carriers' } as const
  const atWork = carriers.filter(({ enabled }) => enabled)
  if (atWork.length > 0)
    return { ...base, state: 'done', sentence: `${atWork.map(({ name }) => name).join(', ')}.` }
  return {
    ...base,
    state: 'todo',
    sentence:
      carriers.length === 0
        ? 'The account that owns your numbers: a SIP trunk of this PBX, Twilio, WhatsApp, …'
        : 'Every carrier is disabled. Enable one.',
  }
}

/** Only where some carrier calls Parley over HTTP. */
function webhook({ carriers, system }: Facts): SetupStep[] {
  const callers = carriers.filter(({ enabled, kind }) => enabled && kind !== 'sip-message')
  if (callers.length === 0) return []
  const base = {
    key: 'webhook',
    title: 'Let the carrier call Parley',
    todo: null,
    go: 'carriers',
  } as const
  if (system?.publicUrl === null)
    return [
      {
        ...base,
        state: 'todo',
        sentence: 'Parley does not know its public address. Put it into its configuration and restart it.',
        todo: '"http": { "publicUrl": "https://pbx.example.com/parley" }',
      },
    ]
  const reached = callers.find(
    ({ health }) => health?.lastInboundAt != null || health?.webhook?.works === true,
  )
  if (reached !== undefined)
    return [
      {
        ...base,
        state: 'done',
        sentence: reached.health?.webhook?.sentence ?? `${reached.name} has called.`,
      },
    ]
  const [first] = callers
  const failed = callers.find(({ health }) => health?.webhook?.works === false)
  return [
    {
      ...base,
      state: 'todo',
      sentence:
        failed?.health?.webhook?.sentence ??
        `Enter this URL at ${first?.name ?? 'the carrier'}, then press Test at the carrier.`,
      todo: first?.webhookUrl ?? null,
    },
  ]
}

function rule({ rules }: Facts): SetupStep {
  const base = { key: 'rule', title: 'Write the first rule', todo: null, go: 'rules' } as const
  const [first] = rules.filter(({ enabled }) => enabled)
  if (first !== undefined)
    return { ...base, state: 'done', sentence: `“${first.name}” takes ${first.dids.join(', ')}.` }
  return {
    ...base,
    state: 'todo',
    sentence:
      rules.length === 0
        ? 'It says which ring group or queue answers the texts to a number.'
        : 'Every rule is disabled. Enable one.',
  }
}

function test({ rules, seenMessage }: Facts): SetupStep {
  const base = { key: 'test', title: 'Send a test message', todo: null, go: null } as const
  if (seenMessage) return { ...base, state: 'done', sentence: 'A message has come in.' }
  const did = rules.find(({ enabled }) => enabled)?.dids[0]
  return {
    ...base,
    state: 'todo',
    sentence:
      did === undefined
        ? 'Once there is a rule: text one of its numbers from your own phone.'
        : `Text ${did} from your own phone. This turns green when the text is here. What would become of it, the simulator says before.`,
  }
}

const amiss = (findings: readonly FindingWire[], codes: readonly string[]): FindingWire | null =>
  findings.find(({ code, state }) => codes.includes(code) && (state === 'fail' || state === 'warn')) ?? null
