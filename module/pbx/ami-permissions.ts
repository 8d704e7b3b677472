/** What an AMI account lacks: classes of its `read` or of its `write` line. */
export interface MissingPermission {
  readonly kind: 'read' | 'write'
  readonly missing: readonly string[]
}

/** Enough for all that Parley asks, and no more (measured on Asterisk 22). */
export const readLine = 'read = system,call,agent,user'
export const writeLine = 'write = reporting,message,agent'

/** The write class that each action needs; those without one are open to every account. */
const needed: ReadonlyMap<string, string> = new Map([
  ['extensionstatelist', 'reporting'],
  ['devicestatelist', 'reporting'],
  ['showdialplan', 'reporting'],
  ['dbget', 'reporting'],
  ['dbgettree', 'reporting'],
  ['getvar', 'reporting'],
])

/** What stands between an account and reading the PBX; null when nothing does. Names in lower case. */
export function missingPermission(permitted: ReadonlySet<string>): MissingPermission | null {
  const missing = [...needed].filter(([action]) => !permitted.has(action)).map(([, permission]) => permission)
  return missing.length === 0 ? null : { kind: 'write', missing: [...new Set(missing)] }
}

export function permissionSentence(username: string, { kind, missing }: MissingPermission): string {
  const line = kind === 'read' ? readLine : writeLine
  return `The AMI user "${username}" lacks the ${kind} permission ${missing.join(', ')}. Put "${line}" into its section of manager.conf, then reload with "manager reload".`
}
