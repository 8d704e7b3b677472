import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startSweepMedia } from '../../module/app/media/sweep-media.ts'
import type { MediaLocation } from '../../module/app/ports/carriers.ts'
import { asCarrierId, asExtension, asPbxId, type CarrierId, type MediaId } from '../../module/domain/ids.ts'
import { openMediaFolder } from '../../module/media/media-folder.ts'
import { keptLog } from '../carriers/kept-log.ts'
import { until } from '../lab/until.ts'
import { type MediaHost, png, startMediaHost } from '../media/media-host.ts'
import { faultsOf } from '../store/store-invariants.ts'
import { byQueue, inbound, routed, twilio } from '../store/store-samples.ts'
import { type MediaBench, plainSource, startMediaBench } from './media-bench.ts'

const hour = 60 * 60 * 1000

async function hosting(t: Pick<typeof import('tap')['t'], 'teardown'>) {
  const host = await startMediaHost()
  t.teardown(() => host.close())
  return host
}

/** A message with files at these addresses; gives the files' ids. */
async function receive(
  { store }: MediaBench,
  urls: readonly string[],
  carrierId: CarrierId = twilio,
): Promise<readonly MediaId[]> {
  const media = urls.map((url) => ({ url, contentType: 'image/jpeg', fileName: 'cat.jpg' }))
  const message = inbound({
    carrierId,
    content: { kind: 'text', text: 'Look', media },
    receivedAt: Date.now(),
  })
  const receipt = await store.commitInbound(routed(message, store), byQueue)
  if (receipt.kind !== 'committed') throw new Error(receipt.kind)
  return store.mediaOf(receipt.messageId).map(({ id }) => id)
}

const stateOf = ({ store }: MediaBench, [id]: readonly MediaId[]) =>
  id === undefined ? null : store.media(id)?.state
const settled = (bench: MediaBench, ids: readonly MediaId[]) =>
  until('the files are settled', () =>
    ids.every((id) => ['stored', 'failed'].includes(bench.store.media(id)?.state ?? '')),
  )

const serving = (host: MediaHost, path: string, bytes = png()) =>
  host.on(path, (_request, response) => void response.writeHead(200).end(bytes))

t.test('files come after their message, each by itself', async (t) => {
  const host = await hosting(t)
  const bench = startMediaBench({ folder: t.testdir({}), origins: [host.origin] })
  t.teardown(() => bench.close())
  let asked = 0
  const shaky = host.on('/shaky', (_request, response) => {
    asked++
    if (asked < 4) response.writeHead(503).end('busy')
    else response.writeHead(200).end(png(2, 2))
  })
  const ids = await receive(bench, [serving(host, '/a'), shaky, `${host.origin}/none`])
  t.equal(
    bench.store.media(ids[0] ?? (ids[1] as MediaId))?.messageId !== null,
    true,
    'the message stands at once',
  )
  await settled(bench, ids)
  t.same(
    ids.map((id) => bench.store.media(id)?.state),
    ['stored', 'stored', 'failed'],
  )
  t.equal(asked, 4)
  t.match(bench.store.media(ids[2] as MediaId)?.failure, /no longer has this file/)
  t.same(faultsOf(join(bench.path, '..', 'parley.db')), [])
})

t.test('a carrier that hangs holds up no other, and has few requests open', async (t) => {
  const host = await hosting(t)
  const bench = startMediaBench({ folder: t.testdir({}), origins: [host.origin] })
  t.teardown(() => bench.close())
  let open = 0
  host.on('/hang', () => {
    open++
  })
  await receive(
    bench,
    Array.from({ length: 10 }, () => `${host.origin}/hang`),
  )
  await until('it hangs', () => open === 4)
  const others = await receive(
    bench,
    Array.from({ length: 9 }, (_, n) => serving(host, `/${n}`, png(n + 1, 1))),
    asCarrierId('other'),
  )
  await settled(bench, others)
  t.equal(open, 4, 'no more than four of one carrier at a time')
})

t.test('what a carrier says of where a file lies', async (t) => {
  const host = await hosting(t)
  const answers: (MediaLocation | Error)[] = [
    { kind: 'retry', reason: 'busy' },
    new Error('a fault in the adapter'),
    { kind: 'gone', sentence: 'WhatsApp keeps files for 30 days, and this one is older.' },
  ]
  const carriers = new Map([
    [
      asCarrierId('asks'),
      {
        media: {
          locate: async () => {
            const answer = answers.shift()
            if (answer === undefined) throw new Error('asked too often')
            if (answer instanceof Error) throw answer
            return answer
          },
        },
      },
    ],
    [asCarrierId('none'), {}],
  ])
  let enabled = false
  const bench = startMediaBench({
    folder: t.testdir({}),
    origins: [host.origin],
    carriers: (id) => carriers.get(id) ?? (enabled ? { media: plainSource } : undefined),
  })
  t.teardown(() => bench.close())
  const asks = await receive(bench, ['id-1'], asCarrierId('asks'))
  const none = await receive(bench, ['id-2'], asCarrierId('none'))
  const disabled = await receive(bench, [serving(host, '/photo')], asCarrierId('disabled'))
  await settled(bench, [...asks, ...none])
  t.match(bench.store.media(asks[0] as MediaId)?.failure, /older/)
  t.match(bench.store.media(none[0] as MediaId)?.failure, /can’t be fetched/)
  t.match(stateOf(bench, disabled), /waiting|fetching/, 'a disabled carrier may be enabled again')
  enabled = true
  await settled(bench, disabled)
  t.equal(stateOf(bench, disabled), 'stored')
})

t.test('a file is tried for a day, and anew when somebody asks', async (t) => {
  const host = await hosting(t)
  let now = Date.now()
  const bench = startMediaBench({ folder: t.testdir({}), origins: [host.origin], clock: () => now })
  t.teardown(() => bench.close())
  const asked: number[] = []
  host.on('/busy', (_request, response) => {
    asked.push(now)
    response.writeHead(503).end()
  })
  const ids = await receive(bench, [`${host.origin}/busy`])
  const start = now
  while (stateOf(bench, ids) !== 'failed' && now - start < 48 * hour) {
    const before = asked.length
    now += hour
    await until(
      'it was asked again or given up',
      () => asked.length > before || stateOf(bench, ids) === 'failed',
    )
    await until('that is settled', () => stateOf(bench, ids) !== 'fetching')
  }
  const tried = (asked.at(-1) ?? 0) - start
  t.ok(tried >= 20 * hour && tried <= 24 * hour, `it was tried for ${tried / hour} hours`)
  t.match(bench.store.media(ids[0] as MediaId)?.failure, /for a day/)
  const before = asked.length
  await bench.store.retryMedia(ids[0] as MediaId, now)
  await until('it is asked for again', () => asked.length > before)
  await until('and waits', () => stateOf(bench, ids) === 'waiting')
})

t.test('with a full disk files wait, and come when there is room', async (t) => {
  const host = await hosting(t)
  let full = true
  let now = Date.now()
  let tries = 0
  const create = async (file: string) => {
    tries++
    const made = await open(file, 'wx', 0o600)
    if (!full) return made
    await made.close()
    return open('/dev/full', 'w')
  }
  const bench = startMediaBench({
    folder: t.testdir({}),
    origins: [host.origin],
    clock: () => now,
    files: (path) => openMediaFolder({ path, create }),
  })
  t.teardown(() => bench.close())
  const ids = await receive(bench, [serving(host, '/photo')])
  for (let hours = 0; hours < 30; hours++) {
    const before = tries
    now += hour
    await until('it is tried again', () => tries > before)
    await until('that is settled', () => stateOf(bench, ids) === 'waiting')
  }
  t.pass('for longer than a day, since it is nobody’s fault')
  full = false
  now += hour
  await settled(bench, ids)
  t.equal(stateOf(bench, ids), 'stored')
})

t.test('what nothing refers to goes, row first and then file', async (t) => {
  const host = await hosting(t)
  // Two hours ahead: what was kept just now is no longer young.
  const later = () => Date.now() + 2 * hour
  const bench = startMediaBench({
    folder: t.testdir({}),
    origins: [host.origin],
    files: (path) => openMediaFolder({ path, clock: later }),
  })
  t.teardown(() => bench.close())
  const { store, files } = bench
  const ids = await receive(bench, [serving(host, '/photo')])
  await settled(bench, ids)
  const chunks = async function* () {
    yield Buffer.from('never sent')
  }
  const file = await files.keep(chunks(), { longestBytes: 100, declared: [], fileName: null })
  const uploader = { pbxId: asPbxId('main'), extension: asExtension('101') }
  const upload = await store.addUpload({ uploader, fileName: 'a.txt', file, at: Date.now() - 25 * hour })
  if (!upload.ok) throw new Error(upload.failure.code)
  const log = keptLog()
  const sweep = startSweepMedia({ store, files, clock: Date.now, log, everyMs: 5 })
  t.teardown(() => sweep.close())
  await until('it is swept', () => log.lines.length > 0)
  t.match(log.lines[0], { facts: { forgotten: 1, removed: 1 } })
  t.equal(store.media(upload.value.id), null)
  t.equal(await files.open(file.sha256, null), null)
  const kept = store.media(ids[0] as MediaId)?.file?.sha256 ?? ''
  const still = await files.open(kept, null)
  t.not(still, null, 'the customer’s photo stays')
  still?.destroy()
})

t.test('a stop breaks off what is under way, and the next start takes it up', async (t) => {
  const host = await hosting(t)
  const folder = t.testdir({})
  let begun = 0
  let whole = false
  const slow = host.on('/slow', (_request, response) => {
    begun++
    response.writeHead(200)
    if (whole) response.end(png())
    else response.write(png().subarray(0, 20))
  })
  const first = startMediaBench({ folder, origins: [host.origin] })
  const ids = await receive(first, [slow])
  await until('it has begun', () => begun === 1)
  await first.close()
  whole = true
  const second = startMediaBench({ folder, origins: [host.origin] })
  t.teardown(() => second.close())
  await settled(second, ids)
  t.equal(stateOf(second, ids), 'stored')
  t.equal(begun, 2)
})

t.test('kill -9 in the middle of files leaves no wrong row and no half file', async (t) => {
  const host = await hosting(t)
  const folder = t.testdir({})
  const size = 300_000
  const bytesOf = (n: number) => Buffer.concat([png(n + 1, 1), Buffer.alloc(size, n)])
  let halves = 0
  let slow = true
  const urls = Array.from({ length: 12 }, (_, n) =>
    host.on(`/${n}`, (_request, response) => {
      response.writeHead(200)
      // Half of them stop on their way while the child lives.
      if (slow && n % 2 === 1) response.write(bytesOf(n).subarray(0, size / 2), () => halves++)
      else response.end(bytesOf(n))
    }),
  )
  const setup = startMediaBench({ folder, origins: [], carriers: () => undefined })
  const ids = await receive(setup, urls)
  await setup.close()

  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('media-child.ts', import.meta.url)), folder, host.origin],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  t.teardown(() => child.kill('SIGKILL'))
  await until('files are half here', () => halves >= 4, 20_000)
  await until('and lie on the disk', () => readdirSync(join(folder, 'media', 'incoming')).length >= 4)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(readdirSync(join(folder, 'media', 'incoming')).length >= 4, 'something was left half way')

  slow = false
  const bench = startMediaBench({ folder, origins: [host.origin] })
  t.teardown(() => bench.close())
  await settled(bench, ids)
  for (const [n, id] of ids.entries()) {
    const { state, file } = bench.store.media(id) ?? {}
    t.equal(state, 'stored')
    t.equal(file?.byteLength, bytesOf(n).length)
    const parts: Buffer[] = []
    for await (const part of (await bench.files.open(file?.sha256 ?? '', null)) ?? []) parts.push(part)
    t.ok(Buffer.concat(parts).equals(bytesOf(n)), `file ${n} is whole`)
  }
  t.same(readdirSync(join(folder, 'media', 'incoming')), [])
  t.same(faultsOf(join(folder, 'parley.db')), [])
})
