import fastifySwagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  type FastifyBaseLogger,
  type FastifyPluginAsync,
  type FastifySchema,
  LogController,
} from 'fastify'
import { ProblemSchema } from '../contract/api/problem.ts'
import type { FragmentManifest } from '../manifest.ts'
import { type AdminRoutesDeps, adminRoutes } from './admin-routes.ts'
import { type AgentStatusRoutesDeps, agentStatusRoutes } from './agent-status-routes.ts'
import { authenticate } from './authentication.ts'
import { type CannedReplyRoutesDeps, cannedReplyRoutes } from './canned-reply-routes.ts'
import { type ConsentRoutesDeps, consentRoutes } from './consent-routes.ts'
import { type ConversationRoutesDeps, conversationRoutes } from './conversation-routes.ts'
import { type DoctorRoutesDeps, doctorRoutes } from './doctor-routes.ts'
import { type GroupRoutesDeps, groupRoutes } from './group-routes.ts'
import { groupSettingsRoutes } from './group-settings-routes.ts'
import { type HandoverRoutesDeps, handoverRoutes } from './handover-routes.ts'
import { healthRoutes } from './health-routes.ts'
import { type MediaRoutesDeps, mediaRoutes, signedMediaRoutes } from './media-routes.ts'
import type { Metrics } from './metrics.ts'
import { type MyQueueRoutesDeps, myQueueRoutes } from './my-queue-routes.ts'
import { pageRoutes } from './page-routes.ts'
import { type PersonalRoutesDeps, personalRoutes } from './personal-routes.ts'
import { installProblems, problem, sendProblem } from './problem.ts'
import { type RuleRoutesDeps, ruleRoutes } from './rule-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { type UnroutedRoutesDeps, unroutedRoutes } from './unrouted-routes.ts'
import { type WebhookRoutesDeps, webhookRoutes } from './webhook-routes.ts'

export interface HttpDeps
  extends ConversationRoutesDeps,
    HandoverRoutesDeps,
    DoctorRoutesDeps,
    GroupRoutesDeps,
    AgentStatusRoutesDeps,
    MyQueueRoutesDeps,
    PersonalRoutesDeps,
    ConsentRoutesDeps,
    CannedReplyRoutesDeps,
    MediaRoutesDeps,
    RuleRoutesDeps,
    UnroutedRoutesDeps,
    Omit<AdminRoutesDeps, 'publicUrl'>,
    Omit<WebhookRoutesDeps, 'publicUrl'> {
  /** As configured; null where carriers are told nothing yet. */
  readonly publicUrl: string | null
  readonly tokenKey: Uint8Array
  readonly metrics: Metrics
  readonly fragments: readonly FragmentManifest[]
  /** The folder that holds module.json. */
  readonly root: string
  readonly logger: FastifyBaseLogger
}

const apiBodyLimitBytes = 64 * 1024

/** The whole HTTP face, not listening yet. Routes beyond it (the live socket) are registered by whoever wires. */
export async function createHttpServer(deps: HttpDeps) {
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: apiBodyLimitBytes,
    trustProxy: 'loopback',
    forceCloseConnections: true,
    // A malformed address never gets as far as a route, nor to the handler of errors in one.
    frameworkErrors: (error, _request, reply) => {
      sendProblem(
        reply,
        problem(error.statusCode ?? 400, 'invalid-address', 'Not understood', 'This address is malformed.'),
      )
    },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.decorateRequest('viewer', null)
  app.decorateRequest('tokenExpiresAt', 0)
  installProblems(app)

  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Parley',
        version: deps.version,
        description: 'SMS and WhatsApp conversations of an Asterisk PBX.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url }) => ({ schema: describe(schema, url), url }),
  })

  await app.register(apiRoutes, { deps, prefix: '/api/v1' })
  await app.register(webhookRoutes, { ...deps, publicUrl: deps.publicUrl ?? '' })
  await app.register(signedMediaRoutes, deps)
  await app.register(healthRoutes, deps)
  await app.register(pageRoutes, deps)
  return app
}

const problemResponse = {
  description: 'What went wrong: `code` for programs, `detail` for people.',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

/** What the description says beyond the schema that validates: how each call fails, and what needs no token. */
const describe = (schema: FastifySchema, url: string): FastifySchema =>
  url.startsWith('/api/')
    ? { ...schema, response: { ...(schema.response as object), default: problemResponse } }
    : { ...schema, security: [] }

/** Open to all is only the description; everything else asks who is there. */
const apiRoutes: FastifyPluginAsync<{ readonly deps: HttpDeps }> = async (app, { deps }) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(signedInRoutes, deps)
}

const signedInRoutes: FastifyPluginAsync<HttpDeps> = async (app, deps) => {
  app.addHook('onRequest', authenticate(deps.tokenKey, deps.clock))
  await app.register(conversationRoutes, deps)
  await app.register(searchRoutes, deps)
  await app.register(handoverRoutes, deps)
  await app.register(groupSettingsRoutes, deps)
  await app.register(personalRoutes, deps)
  await app.register(groupRoutes, deps)
  await app.register(agentStatusRoutes, deps)
  await app.register(myQueueRoutes, deps)
  await app.register(consentRoutes, deps)
  await app.register(cannedReplyRoutes, deps)
  await app.register(mediaRoutes, deps)
  await app.register(adminRoutes, deps)
  await app.register(ruleRoutes, deps)
  await app.register(unroutedRoutes, deps)
  await app.register(doctorRoutes, deps)
}
