import type { FastifyInstance } from 'fastify'

/** One call of the API, as its own description has it. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/api/v1/rules/{id}` */
  readonly path: string
  /** Null where nobody need be signed in. */
  readonly scope: string | null
  readonly forKeys: boolean
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: JsonSchema
  }[]
  readonly body: JsonSchema | null
  readonly example: unknown
}

export type JsonSchema = Readonly<Record<string, unknown>>

interface Described {
  readonly security?: readonly Record<string, unknown>[]
  readonly 'x-parley-scope'?: string
  readonly parameters?: Operation['parameters']
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { schema?: JsonSchema; example?: unknown; examples?: unknown }>>
  }
}

/** Every call under /api/ that the description names. */
export async function operationsOf(app: Pick<FastifyInstance, 'inject'>): Promise<readonly Operation[]> {
  const { paths } = (await app.inject('/api/v1/openapi.json')).json<{
    paths: Record<string, Record<string, Described>>
  }>()
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        // A HEAD is its GET without a body.
        .filter(([method]) => method !== 'head')
        .map(([method, described]) => operationOf(path, method, described)),
    )
}

function operationOf(path: string, method: string, described: Described): Operation {
  const json = described.requestBody?.content['application/json']
  const schema = json?.schema ?? null
  const examples = schema?.examples
  return {
    method: method.toUpperCase() as Operation['method'],
    path,
    scope: described['x-parley-scope'] ?? null,
    forKeys: (described.security ?? []).some((way) => 'apiKey' in way),
    parameters: described.parameters ?? [],
    body: schema,
    example: json?.example ?? (Array.isArray(examples) ? examples[0] : undefined),
  }
}

/** The address of a call, its parameters filled in. */
export const addressOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{([^}]+)\}/g, (_whole, name: string) => encodeURIComponent(params[name] ?? 'x'))
