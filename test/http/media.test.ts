import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import t from 'tap'
import { createMediaLinks, withFileLinks } from '../../module/app/media/media-links.ts'
import type { Carrier, WebhookCarrier } from '../../module/app/ports/carriers.ts'
import { asCarrierId, asMediaId, asMessageId } from '../../module/domain/ids.ts'
import type { MediaRef } from '../../module/domain/message/message-content.ts'
import { png } from '../media/media-host.ts'
import { bearer, createSampleSidecar, inbound } from './sample-sidecar.ts'

type Sidecar = Awaited<ReturnType<typeof createSampleSidecar>>
const jpg: MediaRef = { url: 'https://files.example.com/1', contentType: 'image/jpeg', fileName: 'cat.jpg' }
const alice = bearer('101')
const carol = bearer('103')
const admin = bearer(null, ['admin'])

async function* chunks(bytes: Uint8Array) {
  yield bytes
}

/** An inbound message with a file, and the file's id. */
async function withFile(sidecar: Sidecar, ref: MediaRef = jpg, over: Parameters<typeof inbound>[0] = {}) {
  const receipt = await sidecar.receiveInbound(
    inbound({ content: { kind: 'text', text: 'Look', media: [ref] }, ...over }),
  )
  if (receipt.kind !== 'committed' && receipt.kind !== 'unrouted') throw new Error(receipt.kind)
  const [file] = sidecar.store.mediaOf(receipt.messageId)
  if (file === undefined) throw new Error('no file')
  return { ...receipt, mediaId: file.id }
}

/** The file has come, as the job that fetches it would say. */
async function arrive(
  { store, mediaFiles }: Sidecar,
  mediaId: Awaited<ReturnType<typeof withFile>>['mediaId'],
  bytes: Uint8Array,
  name: string | null = null,
) {
  await store.claimMedia(Date.now(), { ofCarrier: 10, atOnce: 100 })
  const file = await mediaFiles.keep(chunks(bytes), { longestBytes: 1e9, declared: [], fileName: name })
  await store.settleMedia(mediaId, { kind: 'stored', file }, Date.now())
  return file
}

t.test('a file on its way from waiting to the screen', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store } = sidecar
  const { mediaId, ...receipt } = await withFile(sidecar)
  if (receipt.kind !== 'committed') throw new Error(receipt.kind)
  const thread = async () => {
    const url = `/api/v1/conversations/${receipt.conversationId}/messages`
    return (await app.inject({ url, headers: alice })).json().items[0].media
  }
  const url = `/api/v1/media/${mediaId}`
  const waiting = {
    id: mediaId,
    state: 'waiting',
    contentType: 'image/jpeg',
    title: 'cat.jpg',
    role: null,
    byteLength: null,
    size: null,
    url: null,
    failure: null,
  }
  t.same(await thread(), [waiting])
  t.equal((await app.inject({ url, headers: alice })).statusCode, 404, 'not before it is here')
  t.equal((await app.inject({ url: `${url}/link`, headers: alice })).statusCode, 404)

  const heard: unknown[] = []
  store.onCommitted((events) => heard.push(...events.map(({ event }) => event)))
  const bytes = png(640, 480)
  const file = await arrive(sidecar, mediaId, bytes)
  t.same(heard, [{ kind: 'media-changed', messageId: receipt.messageId, mediaId, state: 'stored' }])
  const here = { ...waiting, state: 'stored', contentType: 'image/png', byteLength: bytes.length }
  t.same(await thread(), [{ ...here, size: { width: 640, height: 480 }, url }])

  const served = await app.inject({ url, headers: alice })
  t.equal(served.statusCode, 200)
  t.same(served.rawPayload, bytes)
  t.match(served.headers, {
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'content-disposition': `inline; filename="cat.jpg"; filename*=UTF-8''cat.jpg`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': /default-src 'none';.* sandbox$/,
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': /^private, max-age=\d+, immutable$/,
    etag: `"${file.sha256}"`,
    'accept-ranges': 'bytes',
  })
  const head = await app.inject({ method: 'HEAD', url, headers: alice })
  t.match(head, { statusCode: 200, body: '', headers: { 'content-length': String(bytes.length) } })
  const known = await app.inject({ url, headers: { ...alice, 'if-none-match': `W/"x", W/"${file.sha256}"` } })
  t.match(known, { statusCode: 304, body: '' })

  await t.test('is seen by members of its group alone', async (t) => {
    for (const path of [url, `${url}/link`]) {
      t.equal((await app.inject({ url: path })).statusCode, 401)
      const other = await app.inject({ url: path, headers: carol })
      t.match(other, { statusCode: 404, json: Function })
      t.equal(other.json().code, 'not-found')
      for (const headers of [alice, bearer('102'), admin])
        t.equal((await app.inject({ url: path, headers })).statusCode, 200)
    }
    const retry = await app.inject({ method: 'POST', url: `${url}/retry`, headers: carol })
    t.equal(retry.statusCode, 404)
    t.equal((await app.inject({ url: '/api/v1/media/nonsense', headers: admin })).statusCode, 404)
  })

  await t.test('in ranges, as a video is watched', async (t) => {
    const asked = async (range: string, more = {}) => {
      const answer = await app.inject({ url, headers: { ...alice, range, ...more } })
      return [answer.statusCode, answer.headers['content-range'] ?? null, answer.rawPayload.length]
    }
    const size = bytes.length
    t.same(await asked('bytes=0-9'), [206, `bytes 0-9/${size}`, 10])
    t.same(
      (await app.inject({ url, headers: { ...alice, range: 'bytes=5-8' } })).rawPayload,
      bytes.subarray(5, 9),
    )
    t.same(await asked('bytes=10-'), [206, `bytes 10-${size - 1}/${size}`, size - 10])
    t.same(await asked('bytes=-7'), [206, `bytes ${size - 7}-${size - 1}/${size}`, 7])
    t.same(await asked('bytes=-99999'), [206, `bytes 0-${size - 1}/${size}`, size])
    t.same(await asked('bytes=0-99999'), [206, `bytes 0-${size - 1}/${size}`, size])
    for (const beyond of [`bytes=${size}-`, 'bytes=-0', 'bytes=99999-100000'])
      t.same((await asked(beyond)).slice(0, 2), [416, `bytes */${size}`], beyond)
    for (const odd of [
      'bytes=9-0',
      'bytes=0-1,3-4',
      'bytes=-',
      'lines=0-1',
      'bytes=a-b',
      'bytes=0-99999999999999999999',
    ])
      t.same(await asked(odd), [200, null, size], odd)
    t.same((await asked('bytes=0-9', { 'if-range': `"${file.sha256}"` }))[0], 206)
    t.same((await asked('bytes=0-9', { 'if-range': '"other"' }))[0], 200)
  })

  await t.test('the same content twice lies there once', async (t) => {
    const again = await withFile(sidecar, { ...jpg, fileName: null, role: 'sticker' })
    t.equal((await arrive(sidecar, again.mediaId, bytes)).sha256, file.sha256)
    t.equal((await app.inject({ url: `/api/v1/media/${again.mediaId}`, headers: alice })).statusCode, 200)
    t.equal(store.isFileUsed(file.sha256), true)
    t.equal(store.isFileUsed('0'.repeat(64)), false)
  })

  await t.test('one that vanished from the disk is said to be missing', async (t) => {
    const gone = await withFile(sidecar)
    await store.claimMedia(Date.now(), { ofCarrier: 10, atOnce: 100 })
    const lost = { sha256: 'f'.repeat(64), byteLength: 3, contentType: 'image/png', size: null }
    await store.settleMedia(gone.mediaId, { kind: 'stored', file: lost }, Date.now())
    const answer = await app.inject({ url: `/api/v1/media/${gone.mediaId}`, headers: alice })
    t.match(answer.json(), { code: 'file-missing', detail: /Ask the sender/ })
    t.match(answer.headers, { 'cache-control': 'no-store' })
  })
})

t.test('what is shown in place, and what is only saved', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const headersOf = async (bytes: Uint8Array | string, fileName: string | null) => {
    const { mediaId } = await withFile(sidecar, { ...jpg, fileName })
    await arrive(sidecar, mediaId, Buffer.from(bytes), fileName)
    const { headers } = await sidecar.app.inject({ url: `/api/v1/media/${mediaId}`, headers: alice })
    return [headers['content-type'], headers['content-disposition']]
  }
  const html = '<html><script>alert(1)</script></html>'
  t.same(await headersOf(html, 'cat.jpg'), [
    'application/octet-stream',
    `attachment; filename="cat.jpg"; filename*=UTF-8''cat.jpg`,
  ])
  t.same(await headersOf('<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.svg'), [
    'application/octet-stream',
    `attachment; filename="a.svg"; filename*=UTF-8''a.svg`,
  ])
  t.same(await headersOf('%PDF-1.7\n', null), [
    'application/pdf',
    `attachment; filename="file.pdf"; filename*=UTF-8''file.pdf`,
  ])
  t.same(await headersOf('Grüße\n', '"Brief"\r\nX-Evil: 1; für Ünal\u202Etxt.exe'), [
    'text/plain; charset=utf-8',
    `attachment; filename="_Brief_X-Evil_ 1; f_r _naltxt.exe"; filename*=UTF-8''_Brief_X-Evil_%201%3B%20f%C3%BCr%20%C3%9Cnaltxt.exe`,
  ])
  t.same(
    (await headersOf(png(), '../../../etc/passwd'))[1],
    `inline; filename="passwd"; filename*=UTF-8''passwd`,
  )
  t.match((await headersOf(png(), `${'n'.repeat(300)}.png`))[1], /^inline; filename="n{116}\.png";/)
  t.match(
    (await headersOf(png(), "it's (100%) *new*.png"))[1],
    /filename\*=UTF-8''it%27s%20%28100%25%29%20_new_\.png$/,
  )
})

t.test('signed addresses', async (t) => {
  let now = Date.now()
  const sidecar = await createSampleSidecar({ clock: () => now })
  t.teardown(() => sidecar.close())
  const { app } = sidecar
  const first = await withFile(sidecar, { ...jpg, fileName: 'Prüfung (1) 50%.jpg' })
  const second = await withFile(sidecar)
  await arrive(sidecar, first.mediaId, png(1, 1))
  await arrive(sidecar, second.mediaId, png(2, 2))
  const link = await app.inject({ url: `/api/v1/media/${first.mediaId}/link`, headers: alice })
  const { url, expiresAt } = link.json()
  t.match(url, /^\/media\/[0-9a-f-]{36}\/\d+\/[\w-]{43}\/Pru-fung-1-50.jpg$/)
  t.ok(Math.abs(Date.parse(expiresAt) - now - 60 * 60 * 1000) <= 1000)

  const served = await app.inject({ url })
  t.same(served.rawPayload, png(1, 1), 'without a token')
  t.match(served.headers, {
    'content-disposition': /filename\*=UTF-8''Pr%C3%BCfung%20%281%29%2050%25\.jpg$/,
    'x-content-type-options': 'nosniff',
    'content-security-policy': /sandbox/,
    'cache-control': 'private, max-age=3600, immutable',
  })
  t.match(await app.inject({ method: 'HEAD', url }), { statusCode: 200, body: '' })
  t.equal((await app.inject({ url, headers: { range: 'bytes=0-1' } })).statusCode, 206)

  const [, , id, expiry, signature, name] = url.split('/')
  const forged = [
    [second.mediaId, expiry, signature, name],
    [id, String(Number(expiry) + 1), signature, name],
    [id, `0${expiry}`, signature, name],
    [id, expiry, signature, 'other.exe'],
    [id, expiry, `${signature}=`, name],
    [id, expiry, signature.slice(0, -1), name],
    [id, expiry, signature.split('').reverse().join(''), name],
    [id, expiry, 'x', name],
    [id, expiry, '%00', name],
    [id, 'never', signature, name],
  ]
  for (const parts of forged)
    t.equal((await app.inject({ url: `/media/${parts.join('/')}` })).statusCode, 404, parts.join('/'))
  t.equal((await app.inject({ method: 'POST', url })).statusCode, 404)
  const otherKey = createMediaLinks(new Uint8Array(32).fill(3), () => now)
  const { path } = otherKey.forPanel({
    id: asMediaId(first.mediaId),
    contentType: 'image/png',
    fileName: null,
  })
  t.equal((await app.inject({ url: path })).statusCode, 404, 'signed by another')

  now += 60 * 60 * 1000 - 2000
  t.equal((await app.inject({ url })).statusCode, 200)
  now += 4000
  const late = await app.inject({ url })
  t.match(late.json(), { code: 'link-expired', status: 410 })
})

t.test('a failed file says why, and is tried again by hand', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app, store } = sidecar
  const { mediaId, ...receipt } = await withFile(sidecar)
  await store.claimMedia(Date.now(), { ofCarrier: 1, atOnce: 1 })
  await store.settleMedia(mediaId, { kind: 'failed', sentence: 'It is gone.' }, Date.now())
  t.match(store.message(asMessageId(receipt.messageId))?.media, [{ state: 'failed', failure: 'It is gone.' }])
  const heard: unknown[] = []
  store.onCommitted((events) => heard.push(...events.map(({ event }) => event)))
  let due = 0
  store.onMedia(() => due++)
  const retry = () => app.inject({ method: 'POST', url: `/api/v1/media/${mediaId}/retry`, headers: alice })
  t.same((await retry()).json(), { state: 'waiting' })
  t.match(heard, [{ kind: 'media-changed', mediaId, state: 'waiting' }])
  t.same((await retry()).json(), { state: 'waiting' }, 'twice is once')
  t.equal(heard.length, 1)
  t.equal(due, 1)
  t.match(await store.claimMedia(Date.now(), { ofCarrier: 1, atOnce: 1 }), [{ id: mediaId, attempt: 1 }])
})

t.test('a file of a message that no rule took is for administrators, and goes with it', async (t) => {
  const sidecar = await createSampleSidecar()
  t.teardown(() => sidecar.close())
  const { app } = sidecar
  const did = { kind: 'number', value: '+16313809999' } as const
  const { mediaId, kind } = await withFile(sidecar, jpg, { did })
  t.equal(kind, 'unrouted')
  await arrive(sidecar, mediaId, png())
  const status = async (headers: Record<string, string>) =>
    (await app.inject({ url: `/api/v1/media/${mediaId}`, headers })).statusCode
  t.same([await status(admin), await status(alice)], [200, 404])
  const [unrouted] = (await app.inject({ url: '/api/v1/unrouted', headers: admin })).json().items
  const sent = await app.inject({
    method: 'POST',
    url: `/api/v1/unrouted/${unrouted.id}/route`,
    headers: admin,
    payload: { destination: { kind: 'queue', number: '8000' } },
  })
  t.equal(sent.statusCode, 200, sent.body)
  t.same([await status(alice), await status(carol)], [200, 404])
})

/** A carrier that takes files along. */
const fileCarrier = (media: Carrier['limits']['media']): WebhookCarrier => ({
  id: asCarrierId('scripted'),
  channels: ['sms'],
  numbers: null,
  limits: { perSecond: 100, perPairMs: 0, longestText: 1600, media, windowMs: {} },
  send: async () => ({ kind: 'taken', carrierMessageId: null, state: 'sent' }),
  receive: () => ({ kind: 'refused', reason: 'not here' }),
  close: async () => {},
})

async function uploading(
  t: Pick<typeof import('tap')['t'], 'teardown'>,
  options: Parameters<typeof createSampleSidecar>[0] & { media?: Carrier['limits']['media'] } = {},
) {
  const carrier = fileCarrier(options.media === undefined ? { most: 2, longestBytes: 500 } : options.media)
  const sidecar = await createSampleSidecar({ ...options, build: () => carrier })
  t.teardown(() => sidecar.close())
  const receipt = await sidecar.receiveInbound(inbound())
  if (receipt.kind !== 'committed') throw new Error(receipt.kind)
  const { app } = sidecar
  const upload = (payload: Uint8Array | string, name = 'cat.png', headers: Record<string, string> = alice) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/uploads?name=${encodeURIComponent(name)}`,
      headers: { 'content-type': 'image/png', ...headers },
      payload: Buffer.from(payload),
    })
  let key = 0
  const reply = (
    media: readonly string[],
    text = 'Here',
    headers: Record<string, string> = alice,
    idempotencyKey = `key-${++key}-0000`,
  ) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/conversations/${receipt.conversationId}/messages`,
      headers: { ...headers, 'idempotency-key': idempotencyKey },
      payload: { text, media },
    })
  return { ...sidecar, upload, reply, conversationId: receipt.conversationId }
}

/** What a carrier would be given now; alerts on phones are somebody else's. */
const messagesToSend = async (store: Sidecar['store']) =>
  (await store.claimOutbox(Date.now(), 10)).flatMap((item) => (item.kind === 'message' ? [item.message] : []))

t.test('an agent sends a file', async (t) => {
  const { app, store, upload, reply, mediaLinks } = await uploading(t)
  const uploaded = await upload(png(30, 20), '../Äpfel "neu".png')
  t.equal(uploaded.statusCode, 201)
  const { id, ...rest } = uploaded.json()
  t.same(rest, {
    contentType: 'image/png',
    byteLength: png().length,
    name: 'Äpfel _neu_.png',
    size: { width: 30, height: 20 },
  })
  const url = `/api/v1/media/${id}`
  t.equal((await app.inject({ url, headers: alice })).statusCode, 200)
  t.equal(
    (await app.inject({ url, headers: bearer('102') })).statusCode,
    404,
    'nobody else’s before it is sent',
  )
  t.equal((await app.inject({ url, headers: admin })).statusCode, 404)
  t.match((await reply([id], 'Mine', bearer('102'))).json(), { code: 'media', detail: /Attach it again/ })
  t.match((await reply(['01a5e1f0-0000-7000-8000-000000000000'])).json(), { code: 'media' })
  t.same(await messagesToSend(store), [], 'nothing was queued')

  const sent = await reply([id], '')
  t.equal(sent.statusCode, 201, sent.body)
  t.match(sent.json(), {
    direction: 'out',
    text: '',
    state: 'queued',
    media: [
      { id, state: 'stored', title: 'Äpfel _neu_.png', contentType: 'image/png', url, size: { width: 30 } },
    ],
  })
  t.equal((await app.inject({ url, headers: bearer('102') })).statusCode, 200, 'the group’s now')
  t.equal((await app.inject({ url, headers: carol })).statusCode, 404)

  const [message] = await messagesToSend(store)
  if (message === undefined) throw new Error('no message')
  const linked = withFileLinks(message, mediaLinks, 'https://pbx.example.com/parley')
  const content = linked.content.kind === 'text' ? linked.content.media : []
  t.match(content, [{ contentType: 'image/png', fileName: 'Äpfel _neu_.png', byteLength: png().length }])
  const publicUrl = content[0]?.url ?? ''
  t.match(
    publicUrl,
    /^https:\/\/pbx\.example\.com\/parley\/media\/[0-9a-f-]{36}\/\d+\/[\w-]{43}\/A-pfel-_neu_\.png$/,
  )
  const path = publicUrl.slice('https://pbx.example.com/parley'.length)
  t.same((await app.inject({ url: path })).rawPayload, png(30, 20))
  const expiry = Number(path.split('/')[3]) * 1000 - Date.now()
  t.ok(expiry > 23.9 * 3600_000 && expiry <= 24 * 3600_000 + 1000, 'for a day')

  const again = await reply([id], 'Again')
  t.equal(again.statusCode, 201)
  const [copy] = again.json().media
  t.not(copy.id, id, 'a message has its files for itself')
  t.match(copy, { state: 'stored', byteLength: png().length })
  t.match(store.message(asMessageId(sent.json().id))?.media, [{ id }])
})

t.test('a repeated key with the same files is one message, with others a mistake', async (t) => {
  const { store, upload, reply, conversationId } = await uploading(t)
  const [one, two] = [(await upload(png(1, 1))).json().id, (await upload(png(2, 2))).json().id]
  const first = await reply([one, two], 'Both', alice, 'the-same-key')
  t.same(
    first.json().media.map(({ id }: { id: string }) => id),
    [one, two],
    'in their order',
  )
  const repeated = await reply([one, two], 'Both', alice, 'the-same-key')
  t.equal(repeated.json().id, first.json().id)
  t.match((await reply([two, one], 'Both', alice, 'the-same-key')).json(), { code: 'idempotency-key-reused' })
  t.equal(store.messages(conversationId, null, 10).items.length, 2)
})

t.test('what is refused before anything is queued', async (t) => {
  const refused = async (options: Parameters<typeof uploading>[1], files: readonly Uint8Array[]) => {
    const { upload, reply, store, conversationId } = await uploading(t, options)
    const ids = []
    for (const file of files) ids.push((await upload(file)).json().id)
    const answer = await reply(ids)
    t.equal(answer.statusCode, 422)
    t.equal(answer.json().code, 'media')
    t.equal(store.messages(conversationId, null, 10).items.length, 1, 'nothing was stored')
    t.same(await messagesToSend(store), [])
    return answer.json().detail
  }
  const big = Buffer.concat([png(), Buffer.alloc(1000)])
  t.match(await refused({ media: null }, [png()]), /sends no files/)
  t.match(await refused({}, [png(1, 1), png(2, 2), png(3, 3)]), /sends 2 files with one message at most/)
  t.match(await refused({}, [big]), /cat\.png is too large: .* 0 kB at most/)
  t.match(await refused({ publicUrl: null }, [png()]), /set PARLEY_PUBLIC_URL/)
  const { reply } = await uploading(t)
  t.equal((await reply([])).statusCode, 400)
  t.equal((await reply(['a', 'a'])).statusCode, 400)
  t.equal((await reply(Array.from({ length: 11 }, (_, n) => `id-${n}`))).statusCode, 400)
})

t.test('uploads have their limits', async (t) => {
  const { app, upload, store, mediaFiles } = await uploading(t)
  t.equal((await app.inject({ method: 'POST', url: '/api/v1/uploads?name=a', payload: 'x' })).statusCode, 401)
  t.match((await upload('x', 'a.txt', admin)).json(), { code: 'not-an-agent' })
  t.equal(
    (await app.inject({ method: 'POST', url: '/api/v1/uploads', headers: alice, payload: 'x' })).statusCode,
    400,
  )
  t.match((await upload('')).json(), { code: 'media', detail: 'This file is empty.' })
  const said = await upload(Buffer.alloc(1024 * 1024 + 1))
  t.match(said.json(), { code: 'media', detail: /larger than the 1 MB/ })
  t.equal(
    (
      await upload('{"json": "is a file too"', 'a.json', { ...alice, 'content-type': 'application/json' })
    ).json().contentType,
    'text/plain',
  )
  t.equal((await upload('<b onclick="x()">', 'a.html')).json().contentType, 'application/octet-stream')

  await t.test('one that does not say how large it is, is cut off', async (t) => {
    const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const request = requestHttp({
      host: url.hostname,
      port: url.port,
      method: 'POST',
      path: '/api/v1/uploads?name=endless.bin',
      headers: { ...alice, 'transfer-encoding': 'chunked' },
    })
    request.on('error', () => {})
    const chunk = Buffer.alloc(64 * 1024, 1)
    let sent = 0
    const more = () => {
      while (!request.destroyed && sent < 200 * 2 ** 20) {
        sent += chunk.length
        if (!request.write(chunk)) return void request.once('drain', more)
      }
    }
    more()
    const [response] = await once(request, 'response')
    t.equal(response.statusCode, 422)
    const parts: Buffer[] = []
    for await (const part of response) parts.push(part)
    t.match(JSON.parse(Buffer.concat(parts).toString()), { code: 'media', detail: /larger than the 1 MB/ })
    request.destroy()
    t.ok(sent < 64 * 2 ** 20, `${sent} bytes were taken`)
  })

  await t.test('who attaches without end and sends nothing is stopped', async (t) => {
    let answer = await upload('one more')
    let taken = 0
    while (answer.statusCode === 201 && taken < 100) {
      taken++
      answer = await upload(`number ${taken}`)
    }
    t.match(answer.json(), { code: 'media', detail: /You have attached 50 files/ })
    t.equal((await upload('mine', 'a.txt', bearer('102'))).statusCode, 201, 'others go on')
  })

  await t.test('what nobody sends is forgotten after a day', async (t) => {
    const sha256 = createHash('sha256').update('number 3').digest('hex')
    t.equal(store.isFileUsed(sha256), true)
    t.equal(await store.forgetMedia(Date.now() - 24 * 3600_000), 0)
    t.ok((await store.forgetMedia(Date.now() + 1)) > 50)
    t.equal(store.isFileUsed(sha256), false)
    t.ok((await mediaFiles.open(sha256, null)) !== null)
  })
})
