import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { codeLifetimeMs, type SignedIn, type SignIn } from '../../app/people/sign-in.ts'
import {
  CodeRequestBodySchema,
  CodeRequestedSchema,
  LinkSignInBodySchema,
  SignedInSchema,
  type SignedInWire,
  SignInBodySchema,
} from '../../contract/api/sign-in.ts'
import { callerOf } from '../access/authentication.ts'
import { declareAccess } from '../access/declared-access.ts'
import { problem, sendProblem } from '../wire/problem.ts'
import { time } from '../wire/wire.ts'

export interface SignInRoutesDeps {
  readonly signIn: SignIn
}

/** Ways in for those who come without a token. */
export const signInRoutes: FastifyPluginAsyncTypebox<SignInRoutesDeps> = async (app, { signIn }) => {
  app.post(
    '/sign-in/code',
    {
      schema: {
        summary: 'Ask for a one-time code on the extension’s own phones; the answer is always the same',
        security: [],
        body: CodeRequestBodySchema,
        response: { 202: CodeRequestedSchema },
      },
    },
    async (request, reply) => {
      signIn.requestCode(request.body.extension, callerOf(request))
      return reply.code(202).send({ expiresInSeconds: codeLifetimeMs / 1000 })
    },
  )

  app.post(
    '/sign-in',
    {
      schema: {
        summary: 'Sign in by the code that the phone shows',
        security: [],
        body: SignInBodySchema,
        response: { 200: SignedInSchema },
      },
    },
    async (request, reply) => {
      const verdict = await signIn.byCode(request.body.extension, request.body.code, callerOf(request))
      switch (verdict.kind) {
        case 'signed-in':
          return signedInWire(verdict.session)
        case 'wrong-code':
          return sendProblem(
            reply,
            problem(
              401,
              'wrong-code',
              'Not signed in',
              'This is not the newest code of this extension, or it was used, tried too often or sent over 5 minutes ago. Look at the phone, or ask for a new one.',
            ),
          )
        case 'too-many-attempts':
          reply.header('retry-after', '900')
          return sendProblem(
            reply,
            problem(429, 'too-many-attempts', 'Not signed in', 'Too many attempts. Wait 15 minutes.'),
          )
        default:
          return verdict satisfies never
      }
    },
  )

  app.post(
    '/sign-in/link',
    {
      schema: {
        summary: 'Sign in by a link from the console, which is good for one time',
        security: [],
        body: LinkSignInBodySchema,
        response: { 200: SignedInSchema },
      },
    },
    async (request, reply) => {
      const session = await signIn.byLink(request.body.link, callerOf(request))
      if (session !== null) return signedInWire(session)
      return sendProblem(
        reply,
        problem(
          401,
          'link-used',
          'Not signed in',
          'This link was used already, or is too old. Ask an administrator for a new one: parley link.',
        ),
      )
    },
  )
}

/** For those who are signed in, and stay so. */
export const sessionRenewalRoutes: FastifyPluginAsyncTypebox<SignInRoutesDeps> = async (app, { signIn }) => {
  declareAccess(app, 'me')

  app.post(
    '/session/renew',
    {
      schema: {
        summary: 'A new token for the same session, where no portal gives one',
        response: { 200: SignedInSchema },
      },
      config: { repeatable: false },
    },
    async (request, reply) => {
      const renewed = request.session === null ? null : signIn.renew(request.session)
      if (renewed !== null) return signedInWire(renewed)
      return sendProblem(
        reply,
        problem(
          403,
          'not-renewable',
          'Not done',
          'This session is renewed by the PBX’s portal, or it has come to its end. Sign in again.',
        ),
      )
    },
  )
}

const signedInWire = ({ token, expiresAt, endsAt, page }: SignedIn): SignedInWire => ({
  token,
  page,
  expiresAt: time(expiresAt),
  endsAt: time(endsAt),
})
