import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { createMediaFetcher, type MediaFetcherOptions } from '../../module/media/carrier-download.ts'
import { openMediaFolder } from '../../module/media/media-folder.ts'
import { isPublicAddress } from '../../module/media/public-address.ts'
import { type MediaHost, png, startMediaHost } from './media-host.ts'

const never = new AbortController().signal
const photo = { url: 'ref', contentType: 'image/jpeg', fileName: null }

t.test('which addresses are public', (t) => {
  const inside = [
    '0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254',
    '172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255',
    '198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255',
    ':: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8',
    '64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 fc00::1 fd00:ec2::254 fe80::1',
    'fe80::1%eth0 2600::1%lo fec0::1 ff02::1 4000::1 localhost 127.1 0x7f.1 2130706433 [::1] 8.8.8.8.',
  ].flatMap((line) => line.split(' '))
  for (const address of ['', ...inside]) t.notOk(isPublicAddress(address), `${address} is not`)
  const outside =
    '1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.0.1 192.169.0.1 198.17.0.1 198.20.0.1 223.255.255.254 2606:4700::1111 2a00:1450:4001::200e 2001:4860:4860::8888'
  for (const address of outside.split(' ')) t.ok(isPublicAddress(address), `${address} is`)
  t.end()
})

/** A fetcher into a folder of its own, and a way to ask it for a URL. */
async function fetching(t: Teardown, over: Partial<MediaFetcherOptions> = {}) {
  const host = await startMediaHost()
  t.teardown(() => host.close())
  const folder = t.testdir({})
  const files = openMediaFolder({ path: folder })
  const fetcher = createMediaFetcher({
    files,
    longestBytes: 1024 * 1024,
    resolve: async (name) => {
      throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
    },
    trustedOrigins: [host.origin],
    ...over,
  })
  const get = (
    url: string,
    { headers = {}, credentialHosts = [], signal = never, ref = photo }: Asked = {},
  ) => fetcher.fetch({ kind: 'at', url, headers, credentialHosts }, ref, signal)
  const left = () => readdirSync(join(folder, 'incoming'))
  return { host, get, files, left }
}
interface Asked {
  readonly headers?: Record<string, string>
  readonly credentialHosts?: readonly string[]
  readonly signal?: AbortSignal
  readonly ref?: Parameters<ReturnType<typeof createMediaFetcher>['fetch']>[1]
}
type Teardown = Pick<typeof t, 'teardown' | 'testdir'>
const serve = (host: MediaHost, path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  host.on(path, (_request, response) => void response.writeHead(200, headers).end(body))

t.test('what must not be asked for is not', async (t) => {
  const asked: string[] = []
  const answers: Record<string, readonly string[]> = {
    'inside.example.com': ['10.0.0.1'],
    'half.example.com': ['93.184.216.34', '127.0.0.1'],
    'six.example.com': ['::ffff:169.254.169.254'],
  }
  const { host, get } = await fetching(t, {
    resolve: async (name) => {
      asked.push(name)
      return (answers[name] ?? ['127.0.0.1']).map((address) => ({ address, family: 4 }))
    },
  })
  const { port } = host
  const refused = [
    `http://127.0.0.1:${port + 1}/`,
    'http://example.com/plain',
    'https://127.0.0.1/',
    `https://127.0.0.1:${port}/`,
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://metadata.google.internal/',
    'https://localhost/',
    'https://①②⑦.⓪.⓪.①/',
    'https://inside.example.com/',
    'https://half.example.com/',
    'https://six.example.com/',
    `${host.origin.replace('//', '//user:secret@')}/`,
    'https://user@example.com/',
    'file:///etc/passwd',
    'ftp://example.com/x',
    'data:text/plain,x',
    'javascript:1',
    'nonsense',
    '',
  ]
  for (const url of refused) {
    const outcome = await get(url, { headers: { authorization: 'Basic x' }, credentialHosts: ['127.0.0.1'] })
    t.equal(outcome.kind, 'failed', `${url} is refused for good`)
  }
  t.equal(host.requests.length, 0, 'and nobody was asked')
  t.ok(asked.includes('inside.example.com') && !asked.includes('127.0.0.1'))
})

t.test('an answer of DNS is asked for once and connected to', async (t) => {
  let asked = 0
  const host = await startMediaHost()
  t.teardown(() => host.close())
  const origin = `http://media.example.com:${host.port}`
  const { get } = await fetching(t, {
    trustedOrigins: [origin],
    resolve: async () => {
      // The second answer would lead elsewhere, as with a name that is bound anew between check and use.
      asked++
      return [{ address: asked === 1 ? '127.0.0.1' : '127.9.9.9', family: 4 }]
    },
  })
  serve(host, '/photo', png())
  t.match(await get(`${origin}/photo`), { kind: 'kept' })
  t.equal(asked, 1)
  t.equal(host.requests[0]?.headers.host, `media.example.com:${host.port}`)
  t.match(await get('https://rebound.example.com/'), { kind: 'failed', reason: /127\.9\.9\.9/ })
})

t.test('a name that does not resolve, or never answers, is tried again', async (t) => {
  const { get } = await fetching(t)
  t.match(await get('https://nowhere.example.com/'), { kind: 'retry', reason: 'ENOTFOUND' })
  const silent = await fetching(t, { resolve: () => new Promise(() => {}), deadlineMs: 20 })
  t.match(await silent.get('https://silent.example.com/'), { kind: 'retry', reason: /timeout/ })
  const empty = await fetching(t, { resolve: async () => [] })
  t.match(await empty.get('https://empty.example.com/'), { kind: 'retry' })
})

t.test('redirects are checked anew, and credentials stay at home', async (t) => {
  const other = await startMediaHost('127.0.0.2')
  t.teardown(() => other.close())
  const stranger = await startMediaHost()
  t.teardown(() => stranger.close())
  const { host, get } = await fetching(t)
  const trusting = await fetching(t, { trustedOrigins: [host.origin, other.origin] })
  const to = (path: string, location: string, status = 302) =>
    host.on(path, (_request, response) => void response.writeHead(status, { location }).end())
  const secret = {
    headers: { authorization: 'Bearer secret' },
    credentialHosts: ['127.0.0.1'],
  }
  const seen = (of: MediaHost) => of.requests.map(({ url, headers }) => [url, headers.authorization ?? null])

  serve(host, '/photo', png())
  t.match(await get(to('/a', '/b', 301), secret), { kind: 'failed' }, 'a relative one to nothing: 404')
  to('/b', '/c', 303)
  to('/c', '/photo', 307)
  t.match(await get(`${host.origin}/a`, secret), { kind: 'kept' }, 'three are followed')
  t.same(seen(host).slice(-4), [
    ['/a', 'Bearer secret'],
    ['/b', 'Bearer secret'],
    ['/c', 'Bearer secret'],
    ['/photo', 'Bearer secret'],
  ])
  t.match(
    await get(to('/zero', '/a', 308), secret),
    { kind: 'failed', reason: /more than 3/ },
    'four are not',
  )
  t.match(await get(to('/loop', '/loop'), secret), { kind: 'failed', reason: /more than 3/ })

  for (const location of [
    `${stranger.origin}/inside`,
    'https://169.254.169.254/latest/',
    'https://[::1]/',
    'http://example.com/',
    'file:///etc/passwd',
    '//localhost/x',
    'https://u:p@example.com/',
    'http://[',
  ])
    t.match(await get(to('/away', location), secret), { kind: 'failed' }, `not to ${location}`)
  t.equal(stranger.requests.length, 0)

  serve(other, '/photo', png(9, 9))
  t.match(await trusting.get(to('/cdn', `${other.origin}/photo`), secret), { kind: 'kept' })
  t.same(seen(other), [['/photo', null]], 'another host gets the request without the secret')
  other.on(
    '/back',
    (_request, response) => void response.writeHead(302, { location: `${host.origin}/photo` }).end(),
  )
  await trusting.get(to('/there-and-back', `${other.origin}/back`), secret)
  t.same(seen(host).at(-1), ['/photo', null], 'nor does the first host once it has been left')
  await trusting.get(`${other.origin}/photo`, {
    ...secret,
    credentialHosts: ['.0.0.1', '27.0.0.2', 'x127.0.0.2'],
  })
  t.same(seen(other).at(-1), ['/photo', null], 'a host whose name only ends alike is another')
  await trusting.get(`${other.origin}/photo`, { ...secret, credentialHosts: ['.0.0.2'] })
  t.same(seen(other).at(-1), ['/photo', 'Bearer secret'])
})

t.test('how answers are taken', async (t) => {
  const { host, get, left } = await fetching(t)
  const status = (code: number, headers = {}) =>
    get(host.on(`/${code}`, (_request, response) => void response.writeHead(code, headers).end('x')))
  for (const code of [404, 410])
    t.match(await status(code), { kind: 'failed', sentence: /no longer/ }, `${code}`)
  for (const code of [400, 402, 405, 415, 451]) t.match(await status(code), { kind: 'failed' }, `${code}`)
  for (const code of [401, 403, 408, 425, 429, 500, 502, 503, 504, 204, 206, 304, 300])
    t.match(await status(code), { kind: 'retry', retryAfterMs: null }, `${code}`)
  t.match(await status(503, { 'retry-after': '7' }), { kind: 'retry', retryAfterMs: 7000 })
  t.match(await status(503, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }), { retryAfterMs: null })
  t.match(await get(serve(host, '/empty', Buffer.of())), { kind: 'retry', reason: /empty/ })
  t.same(left(), [])
})

t.test('a host that fails half way', async (t) => {
  const { host, get, left } = await fetching(t, { stallMs: 150, deadlineMs: 5000 })
  const half = png().subarray(0, 40)
  const answer = (path: string, then: (response: import('node:http').ServerResponse) => void, length = '') =>
    host.on(path, (_request, response) => {
      response.writeHead(200, length === '' ? {} : { 'content-length': length })
      response.write(half, () => then(response))
    })
  t.match(await get(answer('/reset', (response) => response.socket?.resetAndDestroy())), { kind: 'retry' })
  t.match(await get(answer('/short', (response) => response.socket?.end(), '500')), { kind: 'retry' })
  t.match(await get(answer('/stall', () => {})), { kind: 'retry', reason: /nothing came/ })
  t.match(
    await get(host.on('/mute', () => {})),
    { kind: 'retry', reason: /nothing came/ },
    'no answer at all',
  )
  const chunked = await get(answer('/no-end', (response) => response.socket?.destroy()))
  t.equal(chunked.kind, 'retry', 'a chunked body without its end is no whole file')
  const stopped = new AbortController()
  const fetched = get(
    answer('/stop', () => stopped.abort()),
    { signal: stopped.signal },
  )
  t.match(await fetched, { kind: 'retry' })
  t.same(left(), [], 'nothing is left of any')

  const drip = await fetching(t, { stallMs: 5000, deadlineMs: 150 })
  const dripping = drip.host.on('/drip', (_request, response) => {
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  t.match(await drip.get(dripping), { kind: 'retry', reason: /timeout/ }, 'however lively, it has its time')
})

t.test('a closed port is tried again', async (t) => {
  const { host, get } = await fetching(t)
  await host.close()
  t.match(await get(`${host.origin}/photo`), { kind: 'retry', reason: 'ECONNREFUSED' })
  host.close = async () => {}
})

t.test('size is limited by what comes, not by what is said', async (t) => {
  const longestBytes = 100_000
  const { host, get, left } = await fetching(t, { longestBytes })
  let sent = 0
  const endless = host.on('/endless', (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'a')
    const more = () => {
      while (!response.destroyed) {
        sent += chunk.length
        if (!response.write(chunk)) return void response.once('drain', more)
      }
    }
    more()
  })
  t.match(await get(endless), { kind: 'failed', sentence: /larger than the 97 kB/ })
  t.ok(sent < 200 * 1024 * 1024, `${sent} bytes were sent of 200 MB and more`)
  const told = host.on(
    '/told',
    (_request, response) => void response.writeHead(200, { 'content-length': 200 * 2 ** 20 }).write('x'),
  )
  t.match(await get(told), { kind: 'failed', sentence: /larger/ }, 'one that says so is not read at all')
  const exact = Buffer.alloc(longestBytes, 'a')
  t.match(await get(serve(host, '/exact', exact)), { kind: 'kept', file: { byteLength: longestBytes } })
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024))
  const packed = await get(
    serve(host, '/bomb', bomb, { 'content-encoding': 'gzip', 'content-type': 'image/png' }),
  )
  t.match(
    packed,
    { kind: 'kept', file: { byteLength: bomb.length, contentType: 'application/gzip' } },
    'nothing is unpacked',
  )
  t.equal(host.requests.at(-1)?.headers['accept-encoding'], 'identity')
  t.same(left(), [])
})

t.test('the type is that of the bytes', async (t) => {
  const { host, get } = await fetching(t)
  const typeOf = async (
    body: string | Uint8Array,
    headers: Record<string, string> = {},
    ref = photo as Asked['ref'],
  ) => {
    const outcome = await get(serve(host, '/file', Buffer.from(body), headers), { ref: ref ?? photo })
    return outcome.kind === 'kept' ? outcome.file.contentType : outcome.kind
  }
  const html = '<!doctype html><script>alert(1)</script>'
  t.equal(await typeOf(png(), { 'content-type': 'text/html' }), 'image/png')
  t.equal(
    await typeOf(html, { 'content-type': 'image/jpeg' }, { ...photo, fileName: 'cat.jpg' }),
    'application/octet-stream',
  )
  t.equal(await typeOf(`  \n${html}`), 'application/octet-stream')
  t.equal(await typeOf('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'), 'application/octet-stream')
  t.equal(await typeOf('<?xml version="1.0"?><a/>'), 'application/octet-stream')
  t.equal(await typeOf('MZ\x90\0\x03'), 'application/octet-stream')
  t.equal(await typeOf(Buffer.from('7f454c4602010100', 'hex')), 'application/octet-stream')
  t.equal(await typeOf('#!/bin/sh\nrm -rf /'), 'application/octet-stream')
  t.equal(await typeOf(Buffer.from([1, 2, 3, 0, 255])), 'application/octet-stream')
  const text = { url: 'x', contentType: 'text/csv', fileName: 'prices.csv' }
  t.equal(await typeOf('name;price\nÄpfel;3,50\n', {}, text), 'text/plain')
  t.equal(
    await typeOf('alert(document.cookie)', {}, { ...text, fileName: 'run.js' }),
    'application/octet-stream',
  )
  t.equal(
    await typeOf('alert(document.cookie)', { 'content-type': 'text/javascript' }, text),
    'application/octet-stream',
  )
  t.equal(await typeOf('%PDF-1.7\n1 0 obj\n'), 'application/pdf')
  t.equal(await typeOf('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Eve\r\nEND:VCARD\r\n'), 'text/vcard')
})
