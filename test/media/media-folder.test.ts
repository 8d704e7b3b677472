import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { nameByType, safeFileName } from '../../module/domain/message/file-name.ts'
import { imageSize } from '../../module/media/image-size.ts'
import { openMediaFolder } from '../../module/media/media-folder.ts'
import { png } from './media-host.ts'

const about = { longestBytes: 1_000_000, declared: [], fileName: null }
async function* chunks(...parts: readonly (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part)
}
const hashOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
async function bytesOf(source: AsyncIterable<Uint8Array> | null) {
  if (source === null) return null
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts).toString()
}

t.test('what is kept is whole, private and there once', async (t) => {
  const path = join(t.testdir({}), 'media')
  const files = openMediaFolder({ path })
  const kept = await files.keep(chunks('Hel', 'lo ', 'you'), about)
  const sha256 = hashOf('Hello you')
  t.same(kept, { sha256, byteLength: 9, contentType: 'text/plain', size: null })
  const place = join(path, sha256.slice(0, 2), sha256)
  t.equal(readFileSync(place, 'utf8'), 'Hello you')
  t.equal(statSync(place).mode & 0o777, 0o600)
  for (const folder of [path, join(path, 'incoming'), join(path, sha256.slice(0, 2))])
    t.equal(statSync(folder).mode & 0o777, 0o700)
  t.same(await files.keep(chunks('Hello you'), about), kept)
  t.same(readdirSync(join(path, sha256.slice(0, 2))), [sha256])
  t.same(readdirSync(join(path, 'incoming')), [])
  t.match(await files.keep(chunks(png(640, 480)), about), {
    contentType: 'image/png',
    size: { width: 640, height: 480 },
  })

  t.equal(await bytesOf(await files.open(sha256, null)), 'Hello you')
  t.equal(await bytesOf(await files.open(sha256, { first: 3, last: 6 })), 'lo y')
  t.equal(await files.open(hashOf('other'), null), null)
  t.equal(await files.open('../../etc/passwd', null), null)
})

t.test('what fails on its way leaves nothing', async (t) => {
  const path = t.testdir({})
  const files = openMediaFolder({ path })
  await t.rejects(files.keep(chunks('12345', '67890'), { ...about, longestBytes: 9 }), { code: 'too-large' })
  await t.rejects(files.keep(chunks(), about), { code: 'empty' })
  const breaks = async function* () {
    yield Buffer.from('begun')
    throw new Error('reset')
  }
  await t.rejects(files.keep(breaks(), about), { message: 'reset' })
  t.same(readdirSync(path), ['incoming'])
  t.same(readdirSync(join(path, 'incoming')), [])
})

t.test('a full disk is said to be one, and passes', async (t) => {
  const path = t.testdir({})
  let full = true
  // The kernel's own full disk: every write to it gives ENOSPC.
  const create = async (file: string) => {
    const made = await open(file, 'wx', 0o600)
    if (!full) return made
    await made.close()
    return open('/dev/full', 'w')
  }
  const files = openMediaFolder({ path, create })
  await t.rejects(files.keep(chunks('a'), about), { code: 'no-room' })
  t.same(readdirSync(join(path, 'incoming')), [])
  full = false
  t.match(await files.keep(chunks('a'), about), { byteLength: 1 })
})

t.test('a start removes what was on its way, and a sweep what nobody refers to', async (t) => {
  const path = t.testdir({})
  mkdirSync(join(path, 'incoming'))
  writeFileSync(join(path, 'incoming', 'half'), 'half a photo')
  const now = Date.now()
  const files = openMediaFolder({ path, clock: () => now })
  t.same(readdirSync(join(path, 'incoming')), [])
  const [used, unused, young] = [
    await files.keep(chunks('1'), about),
    await files.keep(chunks('2'), about),
    await files.keep(chunks('3'), about),
  ]
  const placeOf = (sha256: string) => join(path, sha256.slice(0, 2), sha256)
  const old = new Date(now - 2 * 60 * 60 * 1000)
  for (const { sha256 } of [used, unused]) utimesSync(placeOf(sha256), old, old)
  const stray = join(path, used.sha256.slice(0, 2), 'notes.txt')
  writeFileSync(stray, 'not ours')
  utimesSync(stray, old, old)
  t.equal(await files.sweep((sha256) => sha256 === used.sha256), 1)
  t.same(
    [used, unused, young].map(({ sha256 }) => existsSync(placeOf(sha256))),
    [true, false, true],
    'a young file may belong to a row that is about to be written',
  )
  t.ok(existsSync(stray))
  await files.keep(chunks('1'), about)
  t.equal(await files.sweep(() => false), 0, 'content that came again is young again')
})

t.test('the size of an image, from its header', (t) => {
  const size = (width: number, height: number) => ({ width, height })
  t.same(imageSize(png(4000, 3000)), size(4000, 3000))
  t.same(imageSize(Buffer.from('4749463839610a001400', 'hex')), size(10, 20))

  const riff = (kind: string, body: number[]) =>
    Buffer.concat([
      Buffer.from(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`, 'latin1'),
      Buffer.from(body),
      Buffer.alloc(20),
    ])
  t.same(imageSize(riff('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00])), size(320, 240))
  t.same(imageSize(riff('VP8L', [0x2f, 0x3f, 0xc1, 0x3b, 0x00])), size(320, 240))
  t.same(imageSize(riff('VP8X', [0, 0, 0, 0, 0x3f, 0x01, 0, 0xef, 0, 0])), size(320, 240))
  t.equal(imageSize(riff('VP9 ', [])), null)

  const segment = (marker: number, body: Uint8Array) => {
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(body.length + 2, 2)
    return Buffer.concat([head, body])
  }
  const frame = segment(0xc2, Buffer.from([8, 0x01, 0xe0, 0x02, 0x80, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]))
  const jpeg = (...parts: readonly Uint8Array[]) =>
    Buffer.concat([Buffer.from('ffd8', 'hex'), ...parts, Buffer.alloc(16)])
  const exif = (orientation: number, little: boolean) => {
    const tiff = Buffer.alloc(26)
    tiff.write(little ? 'II*\0' : 'MM\0*', 'latin1')
    const put = (value: number, at: number, bytes: 2 | 4) => {
      if (little) tiff.writeUIntLE(value, at, bytes)
      else tiff.writeUIntBE(value, at, bytes)
    }
    put(8, 4, 4)
    put(1, 8, 2)
    put(0x0112, 10, 2)
    put(3, 12, 2)
    put(1, 14, 4)
    put(orientation, 18, 2)
    return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tiff]))
  }
  const table = segment(0xc4, Buffer.alloc(30))
  t.same(imageSize(jpeg(table, frame)), size(640, 480))
  t.same(imageSize(jpeg(exif(1, true), Buffer.from('ff', 'hex'), frame)), size(640, 480), 'with a fill byte')
  for (const little of [true, false]) {
    t.same(imageSize(jpeg(exif(6, little), table, frame)), size(480, 640), 'a phone held upright')
    t.same(imageSize(jpeg(exif(3, little), frame)), size(640, 480))
  }
  t.same(imageSize(jpeg(segment(0xe1, Buffer.from('Exif\0\0II')), frame)), size(640, 480))

  const hostile = [
    Buffer.of(),
    Buffer.from('ffd8', 'hex'),
    jpeg(segment(0xda, Buffer.alloc(4)), frame),
    Buffer.from('ffd8ffe00000ffc0', 'hex'),
    png(0, 7),
    png(4_000_000_000, 7),
    png().subarray(0, 20),
    Buffer.from('GIF89a'),
    riff('VP8 ', [0, 0, 0, 0]),
    Buffer.from('<svg width="1" height="1"/>'),
  ]
  for (const bytes of hostile) t.equal(imageSize(bytes), null)
  const whole = jpeg(exif(6, true), table, frame)
  for (let length = 0; length < whole.length; length++)
    t.doesNotThrow(() => imageSize(whole.subarray(0, length)))
  for (let at = 0; at < whole.length; at++) {
    const broken = Buffer.from(whole)
    broken[at] = 0xff
    t.doesNotThrow(() => imageSize(broken))
  }
  t.end()
})

t.test('file names', (t) => {
  const cases: [string | null | undefined, string | null][] = [
    ['invoice.pdf', 'invoice.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\eve\\cat.jpg', 'cat.jpg'],
    ['..', null],
    ['.htaccess', 'htaccess'],
    ['a"b\r\nSet-Cookie: x=1.jpg', 'a_bSet-Cookie_ x=1.jpg'],
    ['photo\u202Egpj.exe', 'photogpj.exe'],
    ['\u2066a\u2069\u200B.png', 'a.png'],
    ['nul\0.png', 'nul.png'],
    ['<b>.html', '_b_.html'],
    ['Rechnung für Äpfel 👋.pdf', 'Rechnung für Äpfel 👋.pdf'],
    ['e\u0301.txt', 'é.txt'],
    ['half \ud83d.txt', 'half .txt'],
    ['name. . ', 'name'],
    ['   ', null],
    ['', null],
    [null, null],
    [undefined, null],
  ]
  for (const [given, safe] of cases) t.equal(safeFileName(given), safe, JSON.stringify(given))
  const long = safeFileName(`${'👋'.repeat(300)}.jpeg`) ?? ''
  t.equal(Array.from(long).length, 120)
  t.match(long, /👋\.jpeg$/)
  t.equal(Array.from(safeFileName(`a.${'b'.repeat(300)}`) ?? '').length, 120)
  t.equal(nameByType('image/jpeg'), 'file.jpg')
  t.equal(nameByType('application/x-unheard-of'), 'file.bin')
  t.end()
})
