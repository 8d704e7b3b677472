import { type Static, Type } from 'typebox'
import { AgentSchema, closed, Nullable, Time } from './parts.ts'

export const SystemSchema = Type.Object(
  {
    version: Type.String(),
    pbx: Type.Object(
      {
        ami: Type.Object({ state: Type.String(), sentence: Nullable(Type.String()) }, closed),
        ari: Type.Object({ state: Type.String(), sentence: Nullable(Type.String()) }, closed),
        stale: Type.Boolean(),
        readAt: Nullable(Time),
        extensions: Type.Integer(),
        groups: Type.Integer(),
        dids: Type.Array(Type.String()),
        didNames: Type.Optional(Type.Record(Type.String(), Type.String())),
        people: Type.Optional(
          Type.Array(AgentSchema, { description: 'Every extension, for choosing one as a destination' }),
        ),
        schedules: Type.Optional(
          Type.Array(
            Type.Object(
              {
                key: Type.String({ description: 'As a rule’s hours name it: time-condition/1' }),
                name: Nullable(Type.String()),
                open: Nullable(Type.Boolean({ description: 'Null while the PBX has not said' })),
              },
              closed,
            ),
            { description: 'Time conditions and call flow controls of the PBX' },
          ),
        ),
      },
      closed,
    ),
    publicUrl: Type.Optional(
      Nullable(Type.String({ description: 'Where carriers reach Parley; null until it is configured' })),
    ),
  },
  closed,
)

export type SystemWire = Static<typeof SystemSchema>

/** What `parley doctor` finds. `unknown`: it could not be looked at. `todo` is a command or lines to paste. */
export const FindingSchema = Type.Object(
  {
    code: Type.String({ description: 'Stable: `ami-login`, `endpoint-contexts`…' }),
    state: Type.Enum(['ok', 'warn', 'fail', 'unknown']),
    sentence: Type.String(),
    todo: Nullable(Type.String()),
  },
  closed,
)

export type FindingWire = Static<typeof FindingSchema>

export const DoctorSchema = Type.Object(
  {
    healthy: Type.Boolean({ description: 'Nothing failed' }),
    at: Time,
    findings: Type.Array(FindingSchema),
  },
  closed,
)

export type DoctorWire = Static<typeof DoctorSchema>
