/** What the API is divided into for those who may use a part of it. */
export const areas = {
  conversations: 'everyone',
  groups: 'everyone',
  me: 'everyone',
  contacts: 'administrators',
  rules: 'administrators',
  unrouted: 'administrators',
  carriers: 'administrators',
  'opt-outs': 'administrators',
  'canned-replies': 'administrators',
  /** Health, people, sessions, keys and the audit log. */
  admin: 'administrators',
  metrics: 'administrators',
} as const satisfies Record<string, 'everyone' | 'administrators'>

export type Area = keyof typeof areas
export type Scope = `${Area}:${'read' | 'write'}`

export const scopeOf = (area: Area, writes: boolean): Scope => `${area}:${writes ? 'write' : 'read'}`

export const isForAdministrators = (scope: Scope): boolean =>
  areas[scope.slice(0, scope.lastIndexOf(':')) as Area] === 'administrators'

/** What an API key may be given. Who may do what, and a person's own affairs, are for people alone. */
export const grantableScopes = [
  'conversations:read',
  'conversations:write',
  'groups:read',
  'groups:write',
  'contacts:read',
  'contacts:write',
  'rules:read',
  'rules:write',
  'unrouted:read',
  'unrouted:write',
  'carriers:read',
  'carriers:write',
  'opt-outs:read',
  'opt-outs:write',
  'canned-replies:read',
  'canned-replies:write',
  'admin:read',
  'metrics:read',
] as const satisfies readonly Scope[]

export const isGrantable = (scope: string): scope is (typeof grantableScopes)[number] =>
  grantableScopes.some((known) => known === scope)
