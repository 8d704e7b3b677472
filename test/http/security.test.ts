import t from 'tap'
import { Value } from 'typebox/value'
import type { Role } from '../../module/app/people/access.ts'
import { signToken, verifyToken } from '../../module/app/people/session-token.ts'
import { grantableScopes } from '../../module/domain/scopes.ts'
import { addressOf, operationsOf } from './operations.ts'
import { bearer, createSampleSidecar, inbound, tokenFor, tokenKey } from './sample-sidecar.ts'

/** These alone need no token, and each is here because somebody decided it. */
const openToAll = ['POST /api/v1/sign-in', 'POST /api/v1/sign-in/code', 'POST /api/v1/sign-in/link']

const soon = () => Math.floor(Date.now() / 1000) + 600
const session = (
  sid: string,
  ext: string | null,
  roles: readonly Role[],
  groups: readonly string[] = [],
) => ({
  authorization: `Bearer ${signToken(tokenKey, { sid, ext, roles, groups, exp: soon() })}`,
})

t.test('every call of the API is refused to who may not make it', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, receiveInbound, sessions, store } = sidecar
  const operations = await operationsOf(app)
  const guarded = operations.filter(({ scope }) => scope !== null)
  const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

  const admin = bearer(null, ['admin'])
  const makeKey = async (scopes: readonly string[], over: object = {}) => {
    const made = await app.inject({
      method: 'POST',
      url: '/api/v1/api-keys',
      headers: admin,
      payload: { name: scopes[0] ?? 'none', scopes, ...over },
    })
    t.equal(made.statusCode, 201, made.body)
    const { key, id } = made.json<{ key: string; id: string }>()
    return { id, headers: { authorization: `Bearer ${key}` } }
  }
  const receipt = await receiveInbound(inbound())
  const conversationId = receipt.kind === 'committed' ? receipt.conversationId : ''
  const decisionId =
    store.decisions(receipt.kind === 'committed' ? receipt.conversationId : ('' as never), 1)[0]?.id ?? ''
  const call = (operation: (typeof operations)[number], headers: object, body = false) => {
    const id = operation.path.includes('/decisions/') ? decisionId : conversationId
    const payload = body && operation.body !== null ? { payload: operation.example as object } : {}
    return app.inject({
      method: operation.method,
      url: addressOf(operation.path, { id, kind: 'queue', number: '8000', extension: '101' }),
      headers: { 'idempotency-key': `key-${name(operation)}`.slice(0, 128), ...headers },
      ...payload,
    })
  }

  t.same(
    operations
      .filter(({ scope }) => scope === null)
      .map(name)
      .sort(),
    openToAll,
    'every route declares its scope: declareAccess(app, …) in its plugin',
  )
  t.ok(guarded.length >= 60, `${guarded.length} guarded calls`)

  await t.test('without a token, with a forged, expired or revoked one, with a cookie', async (t) => {
    const doomed = session('doomed', null, ['admin'])
    t.equal((await app.inject({ url: '/api/v1/me', headers: doomed })).statusCode, 200)
    const ended = await app.inject({ method: 'DELETE', url: '/api/v1/sessions/doomed', headers: admin })
    t.equal(ended.statusCode, 204)
    const expiring = await makeKey(['rules:read'], { expiresAt: new Date(Date.now() + 20).toISOString() })
    const gone = await makeKey(['rules:read'])
    await app.inject({ method: 'DELETE', url: `/api/v1/api-keys/${gone.id}`, headers: admin })
    const token = tokenFor(null, ['admin'])
    const refused: Record<string, readonly [object, string]> = {
      'no token': [{}, 'not-signed-in'],
      'a forged token': [{ authorization: `Bearer ${token.slice(0, -4)}AAAA` }, 'not-signed-in'],
      'another scheme': [{ authorization: `Basic ${token}` }, 'not-signed-in'],
      'an expired token': [{ authorization: `Bearer ${tokenFor(null, ['admin'], -1)}` }, 'token-expired'],
      'a revoked session': [doomed, 'session-revoked'],
      'an expired key': [expiring.headers, 'key-expired'],
      'a revoked key': [gone.headers, 'key-revoked'],
      'a key that nobody made': [{ authorization: 'Bearer parley_abc' }, 'not-signed-in'],
      'a link, which is no token': [
        {
          authorization: `Bearer ${signToken(tokenKey, { sid: 'l', ext: null, roles: ['admin'], exp: soon(), use: 'link' })}`,
        },
        'not-signed-in',
      ],
      // What a browser sends by itself signs nobody in, so no foreign page can act for who is signed in.
      'a cookie': [
        { cookie: `token=${token}; parley.token=${token}; authorization=Bearer ${token}` },
        'not-signed-in',
      ],
    }
    await sidecar.waitFor(20)
    for (const operation of guarded) {
      for (const [what, [headers, code]] of Object.entries(refused)) {
        const answer = await call(operation, headers)
        t.equal(answer.statusCode, 401, `${name(operation)} with ${what}`)
        t.equal(answer.json().code, code, `${name(operation)} with ${what}`)
        t.match(answer.headers['content-type'], 'application/problem+json')
        t.equal(answer.headers['set-cookie'], undefined)
      }
    }
  })

  await t.test('by role: agents and supervisors have no part in what is for administrators', async (t) => {
    const forAdmins = guarded.filter(({ scope }) => !/^(conversations|groups|me):/.test(scope ?? ''))
    t.ok(forAdmins.length >= 30, `${forAdmins.length} calls for administrators`)
    for (const operation of forAdmins) {
      for (const who of [bearer('101'), session('sup', '103', ['agent', 'supervisor'], ['queue/8000'])]) {
        const answer = await call(operation, who)
        t.equal(answer.statusCode, 403, name(operation))
        t.equal(answer.json().code, 'not-an-administrator', name(operation))
      }
    }
  })

  await t.test('by scope: a key does what it was given, and nothing beside it', async (t) => {
    const one = new Map<string, object>()
    for (const scope of grantableScopes) one.set(scope, (await makeKey([scope])).headers)
    for (const operation of guarded) {
      const { scope, forKeys } = operation
      const others = grantableScopes.filter((each) => each !== scope)
      const without = await call(operation, (await makeKey(others)).headers)
      t.equal(without.statusCode, 403, `${name(operation)} with every scope but ${scope}`)
      t.equal(without.json().code, 'scope-missing')
      const exact = one.get(scope ?? '')
      t.equal(exact !== undefined, forKeys, `${name(operation)} says rightly whether keys may call it`)
      if (exact === undefined || operation.method === 'DELETE') continue
      const within = await call(operation, exact)
      t.notMatch(within.statusCode, /^(401|403)$/, `${name(operation)} with ${scope}: ${within.body}`)
    }
  })

  await t.test('by group: what belongs to another group does not exist', async (t) => {
    const mine = (scope: string | null) => /^(conversations|groups):/.test(scope ?? '')
    const ofAGroup = guarded.filter(({ path, scope }) => mine(scope) && path.includes('{'))
    t.ok(ofAGroup.length >= 19, `${ofAGroup.length} calls of one group`)
    const elsewhere = { groups: [{ kind: 'ring-group', number: '600' }] }
    const keyElsewhere = await makeKey(
      ['conversations:read', 'conversations:write', 'groups:read', 'groups:write'],
      elsewhere,
    )
    const writesAsMember = await makeKey(
      ['conversations:read', 'conversations:write', 'groups:read', 'groups:write'],
      { ...elsewhere, extension: '101' },
    )
    for (const { headers } of [keyElsewhere, writesAsMember]) {
      const items = async (path: string) =>
        (await app.inject({ url: `/api/v1${path}`, headers })).json<{ items: { group: object }[] }>().items
      const groups = [{ group: { kind: 'ring-group', number: '600' } }]
      t.match(await items('/groups'), groups)
      for (const path of ['/groups', '/transfer-groups']) t.equal((await items(path)).length, 1, path)
      for (const path of ['/conversations', '/search?q=Hello']) t.same(await items(path), [], path)
      const counts = await app.inject({ url: '/api/v1/conversations/counts', headers })
      t.same(counts.json(), { all: 0, mine: 0, unassigned: 0 })
    }
    const outsiders = {
      'an agent of none': bearer('106'),
      'an agent of another': bearer('103'),
      'a supervisor of another': session('sup2', '103', ['agent', 'supervisor'], ['ring-group/600']),
      'a key of another': keyElsewhere.headers,
      'a key of another that writes as a member': writesAsMember.headers,
    }
    for (const operation of ofAGroup) {
      if (operation.body !== null) {
        t.ok(operation.example !== undefined, `${name(operation)} has an example in api-examples.ts`)
        t.ok(Value.Check(operation.body, operation.example), `${name(operation)}: its example is right`)
      }
      for (const [who, headers] of Object.entries(outsiders)) {
        const answer = await call(operation, headers, true)
        t.match(String(answer.statusCode), /^(403|404)$/, `${name(operation)} by ${who}: ${answer.body}`)
        t.match(answer.json().code, /^not-/, `${name(operation)} by ${who}`)
      }
    }
  })

  await t.test('a key of one group hands nothing over to another', async (t) => {
    const key = await makeKey(['conversations:read', 'conversations:write'], {
      groups: [{ kind: 'queue', number: '8000' }],
      extension: '101',
    })
    const outside = { toGroup: { kind: 'ring-group', number: '600' } }
    const url = `/api/v1/conversations/${conversationId}/transfer`
    const answer = await app.inject({ method: 'POST', url, headers: key.headers, payload: outside })
    t.match([answer.statusCode, answer.json()], [404, { code: 'not-found' }])
  })

  await t.test('examples are right, and a right request is taken', async (t) => {
    for (const operation of operations) {
      if (operation.body === null || operation.example === undefined) continue
      t.ok(Value.Check(operation.body, operation.example), name(operation))
    }
  })
  await sessions.flush()
})

t.test('to know that a session is not revoked costs a request next to nothing', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { sessions } = sidecar
  const caller = { address: '127.0.0.1', userAgent: 'x' }
  const tokenOf = (sid: string) => signToken(tokenKey, { sid, ext: '101', roles: ['agent'], exp: soon() })
  const doomed = [...Array(1000).keys()].map((at) => `r${at}`)
  for (const sid of doomed) sessions.verify(tokenOf(sid), caller)
  await sessions.flush()
  await Promise.all(doomed.map((sid) => sessions.revoke(sid, 'test')))
  t.equal(sessions.verify(tokenOf('r7'), caller).kind, 'revoked')

  const good = tokenOf('good')
  const time = (check: () => unknown) => {
    const from = process.hrtime.bigint()
    for (let at = 0; at < 3000; at += 1) check()
    return Number(process.hrtime.bigint() - from)
  }
  const bare: number[] = []
  const whole: number[] = []
  // In turns and by the fastest of each, so that a busy machine slows both alike.
  for (let round = 0; round < 9; round += 1) {
    bare.push(time(() => verifyToken(tokenKey, good, Date.now())))
    whole.push(time(() => sessions.verify(good, caller)))
  }
  const ratio = Math.min(...whole) / Math.min(...bare)
  t.ok(ratio < 2, `${ratio.toFixed(2)} times what the signature alone costs, with 1,000 revoked`)
})
