import type { FastifySchema, RouteOptions } from 'fastify'
import { ProblemSchema } from '../contract/api/problem.ts'
import { isGrantable } from '../domain/scopes.ts'
import { apiExamples } from './api-examples.ts'

const problemResponse = {
  description: 'What went wrong: `code` for programs, `detail` for people.',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

export const openapiOf = (version: string) => ({
  openapi: '3.1.0',
  info: {
    title: 'Parley',
    version,
    description:
      'SMS and WhatsApp conversations of an Asterisk PBX. Errors are problem+json (RFC 9457) with a stable `code`. ' +
      'Lists that can grow give a `next`, to be passed on as `before` or `after`. Any POST may bear an ' +
      '`Idempotency-Key`: repeated with it within a day, it is done once and answered the same.',
  },
  components: {
    securitySchemes: {
      bearer: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'A session’s token: from the PBX’s portal, or from /sign-in',
      },
      apiKey: {
        type: 'http' as const,
        scheme: 'bearer',
        description: 'An API key, parley_…: what it may do, its scopes say',
      },
    },
  },
})

/** What the description says beyond the schema that validates: who may call, how each call fails, an example. */
export function describeRoute(schema: FastifySchema, url: string, route: RouteOptions): FastifySchema {
  if (!url.startsWith('/api/')) return { ...schema, security: [] }
  const { scope } = route.config ?? {}
  const [method = ''] = [route.method].flat()
  const example = apiExamples[`${method} ${url}`]
  const area = scope?.split(':')[0] ?? 'sign-in'
  return {
    ...schema,
    tags: [area],
    operationId: operationIdOf(method, url),
    ...(scope === undefined ? {} : { 'x-parley-scope': scope }),
    security: scope === undefined ? [] : securityOf(scope),
    ...(example === undefined || schema.body === undefined
      ? {}
      : { body: { ...(schema.body as object), examples: [example] } }),
    response: { ...(schema.response as object), default: problemResponse },
  } as FastifySchema
}

const securityOf = (scope: string) => [{ bearer: [] }, ...(isGrantable(scope) ? [{ apiKey: [scope] }] : [])]

/** `getConversationsByIdMessages` */
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace('/api/v1/', '')
    .split(/[/.-]/)
    .map((word) => (word.startsWith(':') ? `by-${word.slice(1)}` : word))
    .join('-')
    .split('-')
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
