import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { Logger } from 'pino'
import t from 'tap'
import { WebSocket } from 'ws'
import { oneTimeLink } from '../../module/cli/session-link.ts'
import { createLog } from '../../module/log.ts'
import { readManifest } from '../../module/manifest.ts'
import { bearer, createSampleSidecar, inbound, tokenFor, tokenKey } from './sample-sidecar.ts'

type Sidecar = Awaited<ReturnType<typeof createSampleSidecar>>

function caller({ app }: Sidecar) {
  const call = (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    headers: object,
    payload?: object,
  ) =>
    app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...headers },
      ...(payload === undefined ? {} : { payload }),
    })
  return call
}
const admin = bearer(null, ['admin'])
const alice = bearer('101')

t.test('people and what Parley grants them', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  await call('GET', '/me', alice)
  const people = async () => (await call('GET', '/people', admin)).json().items
  t.match((await people())[0], {
    extension: '101',
    name: 'Alice Adams',
    roles: ['agent'],
    memberOf: [{ kind: 'queue', number: '8000' }, { kind: 'extension' }],
    version: 0,
  })
  const body = { roles: ['supervisor'], supervises: [{ kind: 'ring-group', number: '600' }], version: 0 }
  const saved = await call('PUT', '/people/101', admin, body)
  t.match(saved.json(), { roles: ['agent', 'supervisor'], supervises: [{ number: '600' }], version: 1 })
  t.match((await call('PUT', '/people/101', admin, body)).json(), {
    status: 409,
    code: 'stale-person',
    current: 1,
  })
  t.equal((await call('PUT', '/people/999', admin, body)).statusCode, 404)
  t.same(
    (await call('GET', '/me', alice)).json().roles,
    ['agent'],
    'the portal’s word wins for its own sessions',
  )
  const [entry] = (await call('GET', '/audit?act=person', admin)).json().items
  t.match(entry, {
    act: 'person.save',
    target: 'person/101',
    actor: { kind: 'person', name: 'Administrator' },
    changed: ['roles', 'groups'],
  })
  t.not(entry.beforeDigest, entry.afterDigest)
  t.equal(
    (await call('GET', '/audit?act=person', admin)).json().items.length,
    1,
    'what was refused is no act',
  )
})

t.test('sessions are seen, and end at once when revoked', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app } = sidecar
  const call = caller(sidecar)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  await call('GET', '/me', { ...alice, 'user-agent': firefox })
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'hello', token: tokenFor('101'), cursor: null }))
  await once(socket, 'message')

  const mine = (await call('GET', '/me/sessions', alice)).json().items
  t.match(mine, [
    { sid: 's-101', source: 'portal', browser: 'Firefox', address: '127.0.0.0', state: 'open', mine: true },
  ])
  t.equal((await call('DELETE', '/me/sessions/s-101', bearer('102'))).statusCode, 404, 'not a colleague’s')
  const closed = once(socket, 'close')
  t.equal((await call('DELETE', '/sessions/s-101', admin)).statusCode, 204)
  await closed
  t.match((await call('GET', '/me', alice)).json(), { status: 401, code: 'session-revoked' })
  t.equal((await call('DELETE', '/sessions/s-101', admin)).statusCode, 404, 'only once')
  const [found] = (await call('GET', '/sessions?extension=101', admin)).json().items
  t.match(found, { sid: 's-101', state: 'revoked', revokedBy: 'Administrator' })
  t.equal((await call('DELETE', '/me/sessions/s-102', bearer('102'))).statusCode, 204, 'one’s own')
  t.equal((await call('GET', '/me', bearer('102'))).statusCode, 401)
})

t.test('a session stays ended though the portal goes on making tokens of it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-revoked-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const hourMs = 60 * 60 * 1000
  let at = Date.now()
  const clock = () => at
  const first = await createSampleSidecar({ folder, clock })
  const later = { authorization: `Bearer ${tokenFor('101', ['agent'], 24 * 60 * 60)}` }
  t.equal((await caller(first)('GET', '/me', alice)).statusCode, 200)
  t.equal((await caller(first)('DELETE', '/sessions/s-101', admin)).statusCode, 204)
  at += 2 * hourMs
  await first.sessions.flush()
  t.match((await caller(first)('GET', '/me', later)).json(), { code: 'session-revoked' }, 'hours later')
  await first.close()
  const second = await createSampleSidecar({ folder, clock })
  t.teardown(() => second.close())
  t.match((await caller(second)('GET', '/me', later)).json(), { code: 'session-revoked' }, 'after a restart')
})

t.test('sign-in by a code on the phone', async (t) => {
  let ahead = 0
  const days = 7 * 24 * 60 * 60
  const admin = { authorization: `Bearer ${tokenFor(null, ['admin'], days)}` }
  const portal = { authorization: `Bearer ${tokenFor('101', ['agent'], days)}` }
  const folder = mkdtempSync(join(tmpdir(), 'parley-sign-in-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const start = () => createSampleSidecar({ folder, clock: () => Date.now() + ahead })
  let sidecar = await start()
  t.teardown(() => sidecar.close())
  const ask = async (extension: string) => {
    const answer = await caller(sidecar)('POST', '/sign-in/code', {}, { extension })
    await sidecar.signIn.settled()
    return answer
  }
  const enter = (extension: string, code: string) =>
    caller(sidecar)('POST', '/sign-in', {}, { extension, code })
  const newest = () => /^\d{6}/.exec(sidecar.texts.at(-1)?.text ?? '')?.[0] ?? ''
  const other = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

  const known = await ask('101')
  const unknown = await ask('999')
  t.equal(known.statusCode, 202)
  t.same([unknown.statusCode, unknown.body], [known.statusCode, known.body], 'the same for both')
  t.same(
    sidecar.texts.map(({ to }) => to),
    ['pjsip:101'],
    'only the one that exists has a phone that rings',
  )
  const code = newest()
  t.match((await enter('101', other(code))).json(), { status: 401, code: 'wrong-code' })
  t.match((await enter('999', code)).json(), { status: 401, code: 'wrong-code' })
  const first = await enter('101', code)
  t.equal(first.statusCode, 200)
  const { token, page } = first.json()
  t.equal(page, 'agent')
  t.equal((await enter('101', code)).statusCode, 401, 'a code is good once')
  const me = { authorization: `Bearer ${token}` }
  t.match((await caller(sidecar)('GET', '/me', me)).json(), { extension: '101', roles: ['agent'] })
  await caller(sidecar)('PUT', '/people/101', admin, { roles: ['admin'], supervises: [] })
  t.same((await caller(sidecar)('GET', '/me', me)).json().roles, ['agent', 'admin'], 'a grant holds at once')
  await caller(sidecar)('PUT', '/people/101', admin, { roles: [], supervises: [] })
  t.equal((await caller(sidecar)('GET', '/people', me)).statusCode, 403, 'and so does its end')

  ahead = 10 * 60_000
  const renewed = (await caller(sidecar)('POST', '/session/renew', me)).json()
  t.ok(Date.parse(renewed.expiresAt) > Date.parse(first.json().expiresAt))
  t.equal(renewed.endsAt, first.json().endsAt, 'its end stays')
  t.equal((await caller(sidecar)('POST', '/session/renew', portal)).json().code, 'not-renewable')
  ahead = 13 * 60 * 60_000
  t.equal((await caller(sidecar)('GET', '/me', { authorization: `Bearer ${renewed.token}` })).statusCode, 401)

  ahead += 60 * 60_000
  await ask('102')
  ahead += 5 * 60_000 + 1
  t.equal((await enter('102', newest())).statusCode, 401, 'too old')

  ahead += 60 * 60_000
  sidecar.texts.length = 0
  for (let at = 0; at < 4; at += 1) await ask('103')
  t.equal(sidecar.texts.length, 3, 'three in fifteen minutes')
  const right = newest()
  await sidecar.close()
  sidecar = await start()
  await ask('103')
  t.equal(sidecar.texts.length, 0, 'a restart forgives nobody')
  for (let at = 0; at < 5; at += 1) t.equal((await enter('103', other(right))).statusCode, 401)
  t.equal((await enter('103', right)).statusCode, 401, 'five tries, and the right one comes too late')

  ahead += 60 * 60_000
  for (let at = 0; at < 12; at += 1) await ask(String(200 + at))
  await ask('106')
  t.equal(sidecar.texts.length, 0, 'one address asks for ten')
  const tried = []
  for (let at = 0; at < 40; at += 1) tried.push((await enter('106', '000000')).statusCode)
  t.equal(tried.at(-1), 429, 'and tries thirty')
  const acts = (await caller(sidecar)('GET', '/audit?act=sign-in', admin)).json().items
  t.ok(acts.some(({ act }: { act: string }) => act === 'sign-in.done'))
  t.notMatch(JSON.stringify(acts), new RegExp(`${code}|${right}`), 'no code is in the log')
})

t.test('a link from the console opens one session', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  const url = oneTimeLink({ tokenKey, url: 'http://x', extension: null, roles: ['admin'], hours: 1 })
  const link = new URLSearchParams(new URL(url).hash.slice(1)).get('link') ?? ''
  const both = await Promise.all([
    call('POST', '/sign-in/link', {}, { link }),
    call('POST', '/sign-in/link', {}, { link }),
  ])
  t.same(both.map(({ statusCode }) => statusCode).sort(), [200, 401], 'even when opened twice at once')
  const opened = both.find(({ statusCode }) => statusCode === 200)?.json()
  t.equal(opened.page, 'admin')
  t.equal((await call('GET', '/people', { authorization: `Bearer ${opened.token}` })).statusCode, 200)
  t.equal((await call('POST', '/sign-in/link', {}, { link: tokenFor(null, ['admin']) })).statusCode, 401)
})

t.test('API keys', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  const receipt = await sidecar.receiveInbound(inbound())
  const id = receipt.kind === 'committed' ? receipt.conversationId : ''
  const draft = { name: 'Orders', scopes: ['conversations:read', 'conversations:write'], extension: '101' }
  const repeatable = { ...admin, 'idempotency-key': 'make-orders-key' }
  const made = await call('POST', '/api-keys', repeatable, draft)
  t.equal(made.statusCode, 201)
  const { key } = made.json()
  t.match(key, /^parley_[\w-]{43}$/)
  const again = await call('POST', '/api-keys', repeatable, draft)
  t.equal(again.statusCode, 201)
  t.same(again.json(), { ...made.json(), key: null }, 'the same key, and not shown again')
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.equal(
    (await call('POST', '/api-keys', repeatable, { ...draft, name: 'x' })).json().code,
    'idempotency-key-reused',
  )
  const list = (await call('GET', '/api-keys', admin)).json()
  t.equal(list.items.length, 1)
  t.notMatch(JSON.stringify(list), key)
  const program = { authorization: `Bearer ${key}` }
  const written = await call(
    'POST',
    `/conversations/${id}/messages`,
    { ...program, 'idempotency-key': 'reply-00001' },
    { text: 'Hi' },
  )
  t.equal(written.statusCode, 201)
  t.match(written.json().author, { extension: '101' })
  for (const [wrong, body] of Object.entries({
    scope: { ...draft, scopes: ['admin:write'] },
    nonsense: { ...draft, scopes: ['all:read'] },
    extension: { ...draft, extension: '999' },
    expiry: { ...draft, expiresAt: '2001-01-01T00:00:00Z' },
  }))
    t.equal((await call('POST', '/api-keys', admin, body)).json().code, 'invalid-api-key', wrong)
  const acts = (await call('GET', '/audit?act=api-key', admin)).json().items
  t.match(acts, [{ act: 'api-key.create', target: 'api-key/Orders' }])
  t.notMatch(JSON.stringify(acts), key)
})

t.test('what is changed is in the log, and what is in the log stays', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  const canned = { group: null, shortcut: 'hi', title: 'Greeting', text: 'Hello {customer.name}' }
  await call('PUT', '/canned-replies/c1', admin, canned)
  await call('PUT', '/canned-replies/c1', admin, { ...canned, title: 'Welcome' })
  await call('PUT', '/canned-replies/c2', admin, canned)
  await call('DELETE', '/canned-replies/c1', admin)
  await call('PUT', '/carriers/t1', admin, {
    kind: 'sip-message',
    name: 'Trunk',
    enabled: true,
    settings: { trunk: 'trunk1' },
    secrets: { hush: 'very-secret' },
  })
  await call('POST', '/carriers/t1/rotate-keys', admin, { secrets: { hush: 'newer-secret' } })
  await call('DELETE', '/carriers/t1', admin)
  await call('DELETE', '/carriers/t1', admin)
  await call('PUT', '/opt-outs', admin, {
    customer: '+19542788086',
    did: '+16313808000',
    optedOut: true,
    reason: 'Said so',
  })
  await call('GET', '/contacts/export', admin)
  const page = (await call('GET', '/audit', admin)).json()
  t.same(
    page.items.map(({ act }: { act: string }) => act),
    [
      'contact.export',
      'opt-out.set',
      'carrier.delete',
      'carrier.rotate-keys',
      'carrier.save',
      'canned-reply.delete',
      'canned-reply.save',
      'canned-reply.save',
    ],
    'each change once; the refused one (c2 has a shortcut that is taken) not at all',
  )
  t.same(page.items[6].changed, ['title'])
  t.equal(page.items[6].beforeDigest, page.items[7].afterDigest)
  t.notMatch(JSON.stringify(page), /very-secret|newer-secret|Hello/)
  t.equal((await call('GET', '/audit?target=canned-reply/c1', admin)).json().items.length, 3)
  t.equal((await call('GET', '/audit?actor=101', admin)).json().items.length, 0)
  t.equal((await call('GET', '/audit?since=2100-01-01T00:00:00Z', admin)).json().items.length, 0)
  t.equal((await call('GET', '/audit?before=nonsense', admin)).json().code, 'unknown-cursor')
})

t.test('what supervisors do for others is in the log', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  const receipt = await sidecar.receiveInbound(inbound())
  const id = receipt.kind === 'committed' ? receipt.conversationId : ''
  const supervisor = bearer('102', ['agent', 'supervisor'])
  const logged = async () => (await call('GET', '/audit', admin)).json().items
  await call('GET', '/me/sessions', alice)
  const one = { to: '102' }
  t.equal((await call('POST', `/conversations/${id}/reassign`, alice, one)).statusCode, 403)
  t.same(await logged(), [], 'what is refused is no act')
  t.equal((await call('POST', `/conversations/${id}/reassign`, supervisor, one)).statusCode, 200)
  const many = await call('POST', '/conversations/reassign', supervisor, { from: '102', to: '101' })
  t.equal(many.json().reassigned, 1)
  t.equal((await call('PUT', '/agents/101/status', supervisor, { state: 'away' })).statusCode, 200)
  t.match(await logged(), [
    { act: 'agent.status', target: 'person/101', sentence: 'Said that 101 is away for messages.' },
    {
      act: 'conversation.reassign-many',
      target: 'person/102',
      sentence: 'Gave conversations of 102 to 101.',
    },
    { act: 'conversation.reassign', target: `conversation/${id}`, sentence: 'Gave a conversation to 102.' },
  ])
  const actor = { kind: 'parley', id: 'parley', name: 'Parley' } as const
  const { access, audit } = sidecar.store
  await audit.acting({ actor, act: 'several', target: 'sessions', sentence: 'Ended some.' }, async () => {
    await access.revokeSession('nobody', 'Parley', Date.now())
    await access.revokeSession('s-101', 'Parley', Date.now())
  })
  t.match((await logged())[0], { act: 'several' }, 'though the first of several changed nothing')
})

t.test('contacts', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, receiveInbound } = sidecar
  const call = caller(sidecar)
  const receipt = await receiveInbound(inbound({ senderName: 'Carrier’s word' }))
  const id = receipt.kind === 'committed' ? receipt.conversationId : ''
  const named = await call('PATCH', `/conversations/${id}/customer`, alice, { name: 'Dana' })
  t.match(named.json().customer, { address: '+19542788086', name: 'Dana' })
  t.equal(
    (await call('PATCH', `/conversations/${id}/customer`, bearer('106'), { name: 'X' })).statusCode,
    404,
  )
  const address = encodeURIComponent('+19542788086')
  t.match((await call('GET', `/contacts/${address}`, admin)).json(), { name: 'Dana', note: null, version: 1 })
  t.equal(
    (await call('PUT', `/contacts/${address}`, admin, { name: 'D', version: 7 })).json().code,
    'stale-contact',
  )
  t.equal((await call('DELETE', `/contacts/${address}`, admin)).statusCode, 204)
  t.equal((await call('GET', `/conversations/${id}`, alice)).json().customer.name, 'Carrier’s word')

  const send = (text: string, query = '') =>
    app.inject({
      method: 'POST',
      url: `/api/v1/contacts/import${query}`,
      headers: { ...admin, 'content-type': 'text/csv' },
      payload: text,
    })
  const csv =
    'name,address,note\r\n"Doe, Dana",+19542788086,"two\nlines"\r\n,+15550001111,\r\n"=cmd|x",+15550002222,@note\r\nToo long,+15550003333,' +
    'x'.repeat(1001) +
    '\r\n'
  const dry = (await send(csv, '?dryRun=true')).json()
  t.match(dry, { dryRun: true, rows: 4, created: 2, failed: 2, errors: [{ line: 4 }, { line: 6 }] })
  t.equal((await call('GET', '/contacts', admin)).json().items.length, 0, 'nothing was changed')
  t.match((await send(csv)).json(), { dryRun: false, created: 2, changed: 0, failed: 2 })
  t.match((await send(csv)).json(), { created: 0, unchanged: 2 }, 'again changes nothing')
  t.match((await send('a,b\r\n1,2')).json(), {
    failed: 1,
    errors: [{ line: 1, sentence: /must name the columns/ }],
  })
  t.match((await send('address,name\r\n"x')).json(), { errors: [{ line: 2, sentence: /not closed/ }] })
  t.equal((await call('POST', '/contacts/import', admin, {})).statusCode, 415)
  const exported = (await app.inject({ url: '/api/v1/contacts/export', headers: admin })).body
  t.notMatch(exported, /(^|,|")[=+@-]/m, 'no cell is a formula to a spreadsheet')
  t.match((await send(exported)).json(), { rows: 2, unchanged: 2 }, 'and it reads back as it was')
  t.equal((await call('GET', '/contacts?search=doe', admin)).json().items.length, 1)
})

t.test('one key, one effect, for any POST', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const call = caller(sidecar)
  const keyed = { ...admin, 'idempotency-key': 'order-rules-1' }
  const body = { ids: ['r1'], version: 1 }
  const first = await call('POST', '/rules/order', keyed, body)
  t.equal(first.statusCode, 200)
  const second = await call('POST', '/rules/order', keyed, body)
  t.same(second.json(), first.json(), 'without it this would be stale')
  t.equal((await call('POST', '/rules/order', admin, body)).statusCode, 409)
  const other = { ...bearer(null, ['admin']), 'idempotency-key': 'short' }
  t.equal((await call('POST', '/rules/order', other, body)).statusCode, 400)
})

t.test('pages, frames and origins', async (t) => {
  const origin = 'https://crm.example.com'
  const { fragments } = readManifest()
  const closed = await createSampleSidecar({ fragments })
  t.teardown(() => closed.close())
  const open = await createSampleSidecar({ fragments, allowedOrigins: [origin], frameAncestors: [origin] })
  t.teardown(() => open.close())
  for (const { mount } of fragments) {
    if (mount === undefined) continue
    const policy = String((await closed.app.inject(mount)).headers['content-security-policy'])
    t.match(policy, "frame-ancestors 'self'")
    t.notMatch(policy, /unsafe-inline|unsafe-eval|\*/, mount)
    const framed = await open.app.inject(mount)
    t.match(framed.headers['content-security-policy'], `frame-ancestors 'self' ${origin}`)
    t.equal(framed.headers['x-frame-options'], undefined)
  }
  const preflight = (sidecar: Sidecar, from: string) =>
    sidecar.app.inject({
      method: 'OPTIONS',
      url: '/api/v1/conversations',
      headers: { origin: from, 'access-control-request-method': 'GET' },
    })
  t.equal((await preflight(open, origin)).headers['access-control-allow-origin'], origin)
  for (const [sidecar, from] of [
    [closed, origin],
    [open, 'https://evil.example.com'],
    [open, `${origin}.evil.com`],
  ] as const)
    t.equal((await preflight(sidecar, from)).headers['access-control-allow-origin'], undefined, from)
  const answer = await open.app.inject({ url: '/api/v1/me', headers: { ...alice, origin } })
  t.equal(answer.headers['access-control-allow-origin'], origin)
  t.equal(answer.headers['access-control-allow-credentials'], undefined, 'never with cookies')
  t.match(answer.headers['content-security-policy'], "frame-ancestors 'none'")
})

t.test('metrics are for this machine, or for a key', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app } = sidecar
  const made = await caller(sidecar)('POST', '/api-keys', admin, { name: 'm', scopes: ['metrics:read'] })
  const without = await caller(sidecar)('POST', '/api-keys', admin, { name: 'n', scopes: ['rules:read'] })
  const get = async (headers: object, remoteAddress = '127.0.0.1') =>
    (await app.inject({ url: '/metrics', headers: { ...headers }, remoteAddress })).statusCode
  const key = (answer: typeof made) => ({ authorization: `Bearer ${answer.json().key}` })
  t.equal(await get({}), 200)
  t.equal(await get({}, '::ffff:127.0.0.1'), 200)
  t.equal(await get({}, '203.0.113.9'), 401)
  t.equal(await get({ 'x-forwarded-for': '203.0.113.9' }), 401, 'behind a proxy on this machine')
  t.equal(await get({ 'x-forwarded-for': '127.0.0.1' }), 401, 'whatever he says he is')
  t.equal(await get({ 'x-forwarded-for': '203.0.113.9', ...key(made) }), 200)
  t.equal(await get({ 'x-forwarded-for': '203.0.113.9', ...key(without) }), 403)
  t.equal(await get(admin, '203.0.113.9'), 401)
})

t.test('the live socket keeps strangers out', async (t) => {
  const lines: string[] = []
  const complaints: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const log: Logger = createLog('debug', sink)
  const sidecar = await createSampleSidecar({ log, helloWithinMs: 400 })
  t.teardown(() => sidecar.close())
  await sidecar.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = sidecar.app.server.address() as AddressInfo
  const open = (headers: Record<string, string> = {}) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers })
    // A socket that was refused complains once more when the test takes it away.
    socket.on('error', (error) => complaints.push(error.message))
    t.teardown(() => socket.terminate())
    return socket
  }
  const refusedWith = async (socket: WebSocket) => {
    const [, response] = await once(socket, 'unexpected-response')
    return response.statusCode
  }
  t.equal(await refusedWith(open({ origin: 'https://evil.example.com' })), 403)
  await once(open({ origin: `http://127.0.0.1:${port}` }), 'open')

  const big = open()
  await once(big, 'open')
  const gone = once(big, 'close')
  big.send('x'.repeat(100_000))
  await gone
  t.notMatch(lines.join(''), /\bat .*\.(ts|js):\d+|RangeError|xxxx/, 'no stack, and nothing of the frame')

  const quiet = Array.from({ length: 19 }, () => open())
  await Promise.all(quiet.map((socket) => once(socket, 'open')))
  t.equal(await refusedWith(open()), 429, 'twenty of one address wait already')
  await Promise.all(quiet.map((socket) => once(socket, 'close')))
  await once(open(), 'open')
  t.pass('who says nothing is let go, and makes room')
})
