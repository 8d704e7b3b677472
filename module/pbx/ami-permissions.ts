/** What an AMI account lacks: classes of its `read` or of its `write` line. */
interface MissingPermission {
  readonly kind: 'read' | 'write'
  readonly missing: readonly string[]
}

/** Enough for all that Parley asks, and no more (measured on Asterisk 22). */
export const readLine = 'read = system,call,agent,user'
export const writeLine = 'write = reporting,message,agent'
/**
 * In the account's own section: a reload of manager.conf does not give what stands in `[general]` to accounts that
 * are there already (measured on Asterisk 22). It is the default; a doctor logs in beside the sidecar.
 */
export const multipleLoginLine = 'allowmultiplelogin = yes'

/** Actions of Asterisk's core that stand or fall with a write class. */
const needed: ReadonlyMap<string, string> = new Map([
  ['extensionstatelist', 'reporting'],
  ['showdialplan', 'reporting'],
  ['dbget', 'reporting'],
  ['getvar', 'reporting'],
])

/** Classes of the read line, with what stays unseen until the next check without them. */
const neededToRead: ReadonlyMap<string, string> = new Map([
  ['system', 'reloads'],
  ['call', 'calls, do-not-disturb and presence'],
  ['agent', 'queue log-ins and pauses'],
  ['user', 'texts that the dialplan has taken'],
])

/** What a `read` line lacks, and what is late for it; null when it lacks nothing. `read=all` grants everything. */
export function missingToRead(
  line: string,
): { permission: MissingPermission; late: readonly string[] } | null {
  const granted = new Set(line.toLowerCase().split(/[\s,]+/))
  if (granted.has('all')) return null
  const missing = [...neededToRead].filter(([permission]) => !granted.has(permission))
  if (missing.length === 0) return null
  return {
    permission: { kind: 'read', missing: missing.map(([permission]) => permission) },
    late: missing.map(([, late]) => late),
  }
}

/** An action that this Asterisk lacks: a module is not loaded, or it is too old for it. */
interface MissingAction {
  readonly action: string
  readonly sentence: string
  /** Without it there is no directory. */
  readonly isVital: boolean
}

const fromModules: readonly MissingAction[] = [
  {
    action: 'DeviceStateList',
    sentence: 'Load res_manager_devicestate.so: without it nobody’s presence can be read.',
    isVital: true,
  },
  {
    action: 'PresenceStateList',
    sentence: 'Load res_manager_presencestate.so: without it nobody’s presence message is shown.',
    isVital: false,
  },
  {
    action: 'QueueStatus',
    sentence: 'Load app_queue.so if this PBX has call queues: without it they can’t be read.',
    isVital: false,
  },
  {
    action: 'DBGetTree',
    sentence:
      'This Asterisk is too old for it: agents who may log in to a queue but have not, overrides of time conditions, and do-not-disturb that no lamp shows are unknown.',
    isVital: false,
  },
]

export const missingActions = (permitted: ReadonlySet<string>): MissingAction[] =>
  fromModules.filter(({ action }) => !permitted.has(action.toLowerCase()))

/** What stands between an account and reading the PBX; null when nothing does. Names in lower case. */
export function missingPermission(permitted: ReadonlySet<string>): MissingPermission | null {
  const missing = [...needed].filter(([action]) => !permitted.has(action)).map(([, permission]) => permission)
  return missing.length === 0 ? null : { kind: 'write', missing: [...new Set(missing)] }
}

/** What to paste into the account's section of manager.conf. */
export const permissionLine = ({ kind }: MissingPermission): string =>
  kind === 'read' ? readLine : writeLine

export function permissionSentence(username: string, { kind, missing }: MissingPermission): string {
  const line = kind === 'read' ? readLine : writeLine
  return `The AMI user "${username}" lacks the ${kind} permission ${missing.join(', ')}. Put "${line}" into its section of manager.conf, then reload with "manager reload".`
}
