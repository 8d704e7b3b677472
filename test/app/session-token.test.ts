import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { readCursor, writeCursor } from '../../module/app/conversations/cursor.ts'
import { readLink, signToken, verifyToken } from '../../module/app/people/session-token.ts'

const key = new Uint8Array(32).fill(7)
const claims = { sid: 's1', ext: '101', roles: ['agent'], exp: 2000 } as const
const now = 1_000_000

t.test('a token says who asks', async (t) => {
  const verdict = verifyToken(key, signToken(key, claims), now)
  t.same(verdict, {
    kind: 'valid',
    viewer: { sessionId: 's1', extension: '101', roles: ['agent'] },
    expiresAt: 2_000_000,
    source: 'portal',
    endsAt: null,
  })
  t.equal(verifyToken(key, signToken(key, claims), 2_000_000).kind, 'expired')
  const standalone = verifyToken(key, signToken(key, { ...claims, src: 'standalone', end: 3000 }), now)
  t.match(standalone, { source: 'standalone', endsAt: 3_000_000 })
})

t.test('nothing forged gets through', async (t) => {
  const token = signToken(key, claims)
  const [body = '', signature = ''] = token.split('.')
  const other = Buffer.from(JSON.stringify({ ...claims, ext: '102' })).toString('base64url')
  const table: Record<string, string> = {
    'another key': signToken(new Uint8Array(32).fill(8), claims),
    'another body': `${other}.${signature}`,
    'no signature': body,
    'an empty one': `${body}.`,
    'a part more': `${token}.x`,
    nothing: '',
    'a huge one': 'a'.repeat(100_000),
  }
  for (const [name, forged] of Object.entries(table))
    t.equal(verifyToken(key, forged, now).kind, 'invalid', name)
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'abcXYZ019-_'), (at, letter) => {
      if (token[at] === letter || token[at] === '.') return true
      const verdict = verifyToken(key, token.slice(0, at) + letter + token.slice(at + 1), now)
      // The last letter of base64url carries unused bits: another spelling of the same bytes is no forgery.
      return verdict.kind === 'invalid' || (at === token.length - 1 && verdict.kind === 'valid')
    }),
  )
})

t.test('a link is no token, and a token is no link', async (t) => {
  const link = signToken(key, { ...claims, use: 'link' })
  t.equal(verifyToken(key, link, now).kind, 'invalid')
  t.match(readLink(key, link, now), { sid: 's1', ext: '101' })
  t.equal(readLink(key, link, 2_000_000), null, 'nor is it good for ever')
  t.equal(readLink(key, signToken(key, claims), now), null)
})

t.test('signed nonsense is refused as well', async (t) => {
  for (const value of [
    null,
    7,
    'x',
    [],
    {},
    { ...claims, roles: ['king'] },
    { ...claims, ext: 'x y' },
    { ...claims, exp: '9' },
    { ...claims, sid: '' },
    { ...claims, src: 'elsewhere' },
    { ...claims, end: '9' },
    { ...claims, use: 'anything' },
    { ...claims, groups: ['queue/80/00'] },
  ]) {
    const body = Buffer.from(JSON.stringify(value)).toString('base64url')
    const signature = createHmac('sha256', key).update(body).digest('base64url')
    t.equal(verifyToken(key, `${body}.${signature}`, now).kind, 'invalid', JSON.stringify(value))
  }
})

t.test('cursors belong to one database', async (t) => {
  t.equal(readCursor('e1', writeCursor('e1', 42)), 42)
  t.equal(readCursor('e2', writeCursor('e1', 42)), null)
  for (const bad of [
    '',
    'x',
    Buffer.from('e1:').toString('base64url'),
    Buffer.from('e1:-1').toString('base64url'),
    Buffer.from('e1:1e3').toString('base64url'),
  ]) {
    t.equal(readCursor('e1', bad), null, bad)
  }
})
