import { Writable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { signToken } from '../../module/app/people/session-token.ts'
import { createLog } from '../../module/log.ts'
import { type JsonSchema, type Operation, operationsOf } from './operations.ts'
import { createSampleSidecar, inbound, tokenKey } from './sample-sidecar.ts'

const runsPerCall = 25
/** Longer than any answer of a stand-in PBX takes, even on a busy machine. */
const hangsAfterMs = 20_000
const mark = 'fuzzed-words-that-no-log-may-have'

const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(mark, '', '\0', '../../etc/passwd', '%00', '-1', '9'.repeat(400), '{{x}}', "';--", '=1+1'),
)

/** Values of a schema, more or less: each part is now and then replaced by something else. */
function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const {
    type,
    anyOf,
    enum: options,
    const: constant,
  } = schema as {
    type?: string
    anyOf?: readonly JsonSchema[]
    enum?: readonly unknown[]
    const?: unknown
  }
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(valuesOf), anything)
  if (options !== undefined) return fc.oneof(fc.constantFrom(...options), anything)
  if (constant !== undefined) return fc.oneof(fc.constant(constant), anything)
  switch (type) {
    case 'object':
      return objectsOf(schema)
    case 'array':
      return fc.oneof(fc.array(valuesOf((schema.items ?? {}) as JsonSchema), { maxLength: 4 }), anything)
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(0, 1, -1, 2 ** 53, 1.5), anything)
    case 'boolean':
      return fc.oneof(fc.boolean(), anything)
    case 'string':
      return fc.oneof(textsOf(schema), fc.string({ maxLength: 50, unit: 'grapheme' }), anything)
    default:
      return anything
  }
}

function textsOf({ format, pattern }: JsonSchema): fc.Arbitrary<string> {
  const right = ['+19542788086', '16313808000', '8000', '101', 'queue', 'r1', 'Words', mark]
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  if (typeof pattern !== 'string') return fc.constantFrom(...right)
  return fc.oneof(fc.stringMatching(new RegExp(pattern)), fc.constantFrom(...right))
}

function objectsOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  const required = (schema.required ?? []) as readonly string[]
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valuesOf(each)]))
  const whole = fc.record(fields, { requiredKeys: required.filter((name) => name in fields) })
  return fc.oneof({ weight: 6, arbitrary: whole }, { weight: 1, arbitrary: anything })
}

interface Call {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | null
}

/** Requests for one call of the API, some of them right. */
function callsOf(
  { path, parameters, body, method, example }: Operation,
  ids: readonly string[],
): fc.Arbitrary<Call> {
  const word = fc.oneof(fc.constantFrom(...ids), fc.string({ maxLength: 30, unit: 'grapheme' }))
  const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
  const inQuery = parameters.filter((each) => each.in === 'query')
  const json = body === null ? fc.constant(undefined) : fc.oneof(valuesOf(body), fc.constant(example))
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath.map((name) => [name, word]))),
      query: fc.record(
        Object.fromEntries(inQuery.map(({ name, schema }) => [name, valuesOf(schema).map(String)])),
        { requiredKeys: [] },
      ),
      key: fc.stringMatching(/^[\w-]{8,40}$/),
      payload: json,
      raw: fc.oneof(
        { weight: 12, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
      ),
    })
    .map(({ path: params, query, key, payload, raw }) => {
      const filled = path.replace(/\{([^}]+)\}/g, (_all, name: string) =>
        encodeURIComponent(safe(String(params[name] ?? ''))),
      )
      const text = raw ?? (payload === undefined ? null : JSON.stringify(payload))
      return {
        url: `${filled}?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, safe(String(value))]))}`,
        headers: {
          'idempotency-key': key,
          ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        },
        payload: method === 'GET' ? null : text,
      }
    })
}

let sessions = 0
/** Each time another one, since a request may end the session it came by. */
function session(isAdmin: boolean) {
  sessions += 1
  const token = signToken(tokenKey, {
    sid: `fuzz-${sessions}`,
    ext: isAdmin ? '102' : '101',
    roles: isAdmin ? ['agent', 'admin'] : ['agent'],
    exp: Math.floor(Date.now() / 1000) + 600,
  })
  return { authorization: `Bearer ${token}` }
}

/** Half of a surrogate pair can't be written into an address at all. */
const safe = (text: string): string => text.toWellFormed()

t.test('whatever is sent, nothing breaks, hangs or is told to the log', { timeout: 110_000 }, async (t) => {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const sidecar = await createSampleSidecar({ log: createLog('debug', sink) })
  t.teardown(() => sidecar.close())
  const { app, receiveInbound } = sidecar
  const receipt = await receiveInbound(inbound())
  const id = receipt.kind === 'committed' ? receipt.conversationId : ''
  const ids = [id, 'queue', '8000', '101', 'r1', 'scripted', '+19542788086', 's-101']
  const operations = await operationsOf(app)
  const counts = { taken: 0, refused: 0 }
  for (const operation of operations) {
    const name = `${operation.method} ${operation.path}`
    const faults: string[] = []
    await fc.assert(
      fc.asyncProperty(callsOf(operation, ids), fc.boolean(), async ({ url, headers, payload }, byAdmin) => {
        const who = session(byAdmin)
        const answered = app.inject({
          method: operation.method,
          url,
          headers: { ...headers, ...who },
          ...(payload === null ? {} : { payload }),
        })
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<null>((resolve) => {
          timer = setTimeout(() => resolve(null), hangsAfterMs)
        })
        const answer = await Promise.race([answered, late])
        clearTimeout(timer)
        if ((answer?.statusCode ?? 500) < 300) counts.taken += 1
        else counts.refused += 1
        if (answer === null) faults.push(`${url} hangs`)
        else if (answer.statusCode >= 500)
          faults.push(`${url} ${payload}: ${answer.statusCode} ${answer.body}`)
        else if (
          answer.statusCode >= 400 &&
          !String(answer.headers['content-type']).startsWith('application/problem+json')
        )
          faults.push(`${url}: ${answer.statusCode} is no problem+json`)
        return faults.length === 0
      }),
      { numRuns: runsPerCall, seed: 20_261_122, endOnFailure: true, reporter: () => {} },
    )
    t.same(faults, [], name)
  }
  t.ok(counts.taken > 150, `${counts.taken} requests were right, ${counts.refused} were not`)
  t.equal((await app.inject('/health/ready')).statusCode, 200, 'it lives')
  t.notMatch(lines.join(''), mark, 'no word of any request is in the log')
})
