import { type Static, Type } from 'typebox'
import { closed, DestinationSchema, GroupSchema, Nullable, Time } from './parts.ts'

export const RoleSchema = Type.Enum(['agent', 'supervisor', 'admin'])

export const SessionSourceSchema = Type.Enum(['portal', 'standalone', 'link'], {
  description: 'The PBX’s portal, a code on the desk phone, or a link from the console',
})

export const PersonSchema = Type.Object(
  {
    extension: Type.String(),
    name: Type.String(),
    onPbx: Type.Boolean({ description: 'False for one that has grants, but no extension any more' }),
    roles: Type.Array(RoleSchema, {
      description: 'Granted by Parley, for the standalone sign-in; the portal says its own users’ roles',
    }),
    memberOf: Type.Array(GroupSchema),
    supervises: Type.Array(GroupSchema, { description: 'Besides his own groups' }),
    comesFrom: Type.Array(SessionSourceSchema),
    lastSeenAt: Nullable(Time),
    openSessions: Type.Integer(),
    version: Type.Integer({ description: '0 while nothing was granted' }),
  },
  closed,
)

export type PersonWire = Static<typeof PersonSchema>

export const PersonListSchema = Type.Object(
  { items: Type.Array(PersonSchema), next: Nullable(Type.String()) },
  closed,
)

export const PersonBodySchema = Type.Object(
  {
    roles: Type.Array(Type.Enum(['supervisor', 'admin']), { maxItems: 2, uniqueItems: true }),
    supervises: Type.Array(DestinationSchema, { maxItems: 200 }),
    version: Type.Optional(Type.Integer({ minimum: 0, description: 'The one that its writer saw' })),
  },
  closed,
)

export const SessionSchema = Type.Object(
  {
    sid: Type.String(),
    extension: Nullable(Type.String()),
    name: Type.String(),
    roles: Type.Array(RoleSchema),
    source: SessionSourceSchema,
    browser: Type.String({ description: 'Its family: Firefox' }),
    address: Type.String({ description: 'The network it came from: 203.0.113.0' }),
    firstSeenAt: Time,
    lastSeenAt: Time,
    expiresAt: Time,
    state: Type.Enum(['open', 'ended', 'revoked']),
    revokedAt: Nullable(Time),
    revokedBy: Nullable(Type.String()),
    mine: Type.Boolean({ description: 'The one that asks' }),
  },
  closed,
)

export type SessionWire = Static<typeof SessionSchema>

export const SessionListSchema = Type.Object(
  { items: Type.Array(SessionSchema), next: Nullable(Type.String()) },
  closed,
)
