import fastifySwagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger, type FastifyPluginAsync, LogController } from 'fastify'
import type { FragmentManifest } from '../manifest.ts'
import { auditRoutes } from './access/audited-acts.ts'
import { authenticate } from './access/authentication.ts'
import { allowOrigins } from './access/cross-origin.ts'
import { enforceAccess } from './access/declared-access.ts'
import { repeatablePosts } from './access/repeatable-posts.ts'
import type { Metrics } from './metrics.ts'
import { describeRoute, openapiOf } from './openapi.ts'
import { type AdminRoutesDeps, adminRoutes } from './routes/admin-routes.ts'
import { type AgentStatusRoutesDeps, agentStatusRoutes } from './routes/agent-status-routes.ts'
import { type ApiKeyRoutesDeps, apiKeyRoutes } from './routes/api-key-routes.ts'
import { auditRoutes as auditListRoutes } from './routes/audit-routes.ts'
import { type CannedReplyRoutesDeps, cannedReplyRoutes } from './routes/canned-reply-routes.ts'
import { type CarrierAccountRoutesDeps, carrierAccountRoutes } from './routes/carrier-account-routes.ts'
import { type ConsentRoutesDeps, consentRoutes } from './routes/consent-routes.ts'
import { type ContactRoutesDeps, contactRoutes } from './routes/contact-routes.ts'
import { type ConversationRoutesDeps, conversationRoutes } from './routes/conversation-routes.ts'
import { customerNameRoutes } from './routes/customer-name-routes.ts'
import { type DoctorRoutesDeps, doctorRoutes } from './routes/doctor-routes.ts'
import { type GroupRoutesDeps, groupRoutes } from './routes/group-routes.ts'
import { groupSettingsRoutes } from './routes/group-settings-routes.ts'
import { type HandoverRoutesDeps, handoverRoutes } from './routes/handover-routes.ts'
import { healthRoutes } from './routes/health-routes.ts'
import { type MediaRoutesDeps, mediaRoutes, signedMediaRoutes } from './routes/media-routes.ts'
import { type MyQueueRoutesDeps, myQueueRoutes } from './routes/my-queue-routes.ts'
import { pageRoutes } from './routes/page-routes.ts'
import { type PeopleRoutesDeps, peopleRoutes } from './routes/people-routes.ts'
import { type PersonalRoutesDeps, personalRoutes } from './routes/personal-routes.ts'
import { type RuleRoutesDeps, ruleRoutes } from './routes/rule-routes.ts'
import { searchRoutes } from './routes/search-routes.ts'
import { type SessionRoutesDeps, sessionRoutes } from './routes/session-routes.ts'
import { type SignInRoutesDeps, sessionRenewalRoutes, signInRoutes } from './routes/sign-in-routes.ts'
import { type UnroutedRoutesDeps, unroutedRoutes } from './routes/unrouted-routes.ts'
import { type WebhookRoutesDeps, webhookRoutes } from './routes/webhook-routes.ts'
import { installProblems, problem, sendProblem } from './wire/problem.ts'

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
    CarrierAccountRoutesDeps,
    MediaRoutesDeps,
    RuleRoutesDeps,
    UnroutedRoutesDeps,
    PeopleRoutesDeps,
    Omit<SessionRoutesDeps, 'sessions'>,
    Omit<ApiKeyRoutesDeps, 'apiKeys'>,
    ContactRoutesDeps,
    SignInRoutesDeps,
    Omit<AdminRoutesDeps, 'publicUrl'>,
    Omit<WebhookRoutesDeps, 'publicUrl'> {
  /** As configured; null where carriers are told nothing yet. */
  readonly publicUrl: string | null
  readonly sessions: SessionRoutesDeps['sessions']
  readonly apiKeys: ApiKeyRoutesDeps['apiKeys']
  /** Whose pages may call the API, and whose may show the panels in a frame: `https://crm.example.com`. */
  readonly allowedOrigins: readonly string[]
  readonly frameAncestors: readonly string[]
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
  app.decorateRequest('session', null)
  app.decorateRequest('repeatKey', null)
  installProblems(app)

  await app.register(fastifySwagger, {
    openapi: openapiOf(deps.version),
    transform: ({ schema, url, route }) => ({ schema: describeRoute(schema, url, route), url }),
  })

  await app.register(apiRoutes, { deps, prefix: '/api/v1' })
  await app.register(webhookRoutes, { ...deps, publicUrl: deps.publicUrl ?? '' })
  await app.register(signedMediaRoutes, deps)
  await app.register(healthRoutes, deps)
  await app.register(pageRoutes, deps)
  return app
}

/** Open to all is only the description; everything else asks who is there. */
const apiRoutes: FastifyPluginAsync<{ readonly deps: HttpDeps }> = async (app, { deps }) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    })
  })
  allowOrigins(app, deps.allowedOrigins)
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  await app.register(signInRoutes, deps)
  await app.register(signedInRoutes, deps)
}

const signedInRoutes: FastifyPluginAsync<HttpDeps> = async (app, deps) => {
  app.addHook('onRequest', authenticate(deps))
  app.addHook('onRequest', enforceAccess)
  app.addHook('onRoute', repeatablePosts(deps))
  app.addHook('onRoute', auditRoutes(deps))
  await app.register(sessionRenewalRoutes, deps)
  await app.register(peopleRoutes, deps)
  await app.register(sessionRoutes, deps)
  await app.register(apiKeyRoutes, deps)
  await app.register(auditListRoutes, deps)
  await app.register(contactRoutes, deps)
  await app.register(customerNameRoutes, deps)
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
  await app.register(carrierAccountRoutes, deps)
  await app.register(ruleRoutes, deps)
  await app.register(unroutedRoutes, deps)
  await app.register(doctorRoutes, deps)
}
