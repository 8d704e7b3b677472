import { type Static, Type } from 'typebox'
import { closed, Time } from './parts.ts'

const ExtensionText = Type.String({ pattern: '^[0-9*#]{1,20}$', description: '101' })

export const CodeRequestBodySchema = Type.Object({ extension: ExtensionText }, closed)

export const CodeRequestedSchema = Type.Object(
  { expiresInSeconds: Type.Integer({ description: 'If a code was sent, it is good for so long' }) },
  closed,
)

export const SignInBodySchema = Type.Object(
  { extension: ExtensionText, code: Type.String({ pattern: '^[0-9]{6}$' }) },
  closed,
)

export const LinkSignInBodySchema = Type.Object(
  { link: Type.String({ minLength: 1, maxLength: 2048, description: 'What stands after #link=' }) },
  closed,
)

export const SignedInSchema = Type.Object(
  {
    token: Type.String(),
    expiresAt: Time,
    endsAt: Type.String({ format: 'date-time', description: 'No renewal goes beyond it' }),
    page: Type.Enum(['agent', 'admin'], { description: 'Where to go: agent, or admin' }),
  },
  closed,
)

export type SignedInWire = Static<typeof SignedInSchema>
