import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { openSpoolFolder } from '../../../module/carriers/sip-message/spool-folder.ts'
import { startSpoolIntake } from '../../../module/carriers/sip-message/spool-intake.ts'
import type { InboundMessage } from '../../../module/domain/message/message.ts'
import { keptLog } from '../kept-log.ts'
import { type SpoolFields, spoolLine } from './spool-line.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
/** Long enough never to come by itself: what a test sees then came of a hint. */
const never = 3_600_000

type Store = (message: InboundMessage) => Promise<void>

interface Setup {
  readonly onMessage?: Store
  readonly scanPeriodMs?: number
}

/** A folder with an intake over it, and hands to play Asterisk with. */
function spool(t: Test, folder = mkdtempSync(join(tmpdir(), 'parley-spool-'))) {
  const fresh = join(folder, 'new')
  const aside = join(folder, 'aside')
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const hints = new Set<() => void>()
  const log = keptLog()
  const messages: InboundMessage[] = []
  let skippedMs = 0
  let count = 0
  return {
    folder,
    fresh,
    aside,
    log,
    messages,
    texts: () => messages.map(({ content }) => (content.kind === 'text' ? content.text : content.kind)),
    /** Files in the order they are written, 1 ms apart. */
    write(fields: SpoolFields & { readonly name?: string } = {}, content?: string): string {
      count += 1
      mkdirSync(fresh, { recursive: true })
      const { name = `file-${count}`, ...rest } = fields
      const path = join(fresh, name)
      writeFileSync(path, content ?? spoolLine({ callid: `call-${count}`, ...rest }))
      const at = 1_763_805_600 + count / 1000
      utimesSync(path, at, at)
      return path
    },
    left: () => readdirSync(fresh).length,
    hint: () => {
      for (const listener of hints) listener()
    },
    hinted: () => hints.size,
    /** Moves the intake's clock, not the machine's. */
    skip(ms: number) {
      skippedMs += ms
    },
    start({ onMessage = async () => {}, scanPeriodMs = never }: Setup = {}) {
      const intake = startSpoolIntake({
        folder,
        onMessage: async (message) => {
          await onMessage(message)
          messages.push(message)
        },
        onSpooled(listener) {
          hints.add(listener)
          return () => hints.delete(listener)
        },
        carriers: () => [],
        readAddress,
        log,
        clock: () => Date.now() + skippedMs,
        scanPeriodMs,
      })
      t.teardown(() => intake.close())
      return intake
    },
  }
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`it never came: ${what}`)
    await sleep(2)
  }
}

/** A promise and the hand that settles it. */
function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

t.test('what waits at the start, what is hinted at, and what nobody told of', async (t) => {
  const s = spool(t)
  s.write({ body: 'waiting' })
  s.start()
  await until('the waiting one', () => s.messages.length === 1 && s.left() === 0)
  s.write({ body: 'hinted' })
  s.hint()
  s.hint()
  await until('the hinted one', () => s.messages.length === 2 && s.left() === 0)
  t.same(s.texts(), ['waiting', 'hinted'])
  t.match(s.messages[0], { carrierId: 'sip-message', channel: 'sip', carrierMessageId: 'call-1 1 MESSAGE' })
  const quiet = spool(t)
  quiet.start({ scanPeriodMs: 10 })
  await until('the folders', () => existsSync(quiet.aside))
  quiet.write({ body: 'silent' })
  await until('the silent one', () => quiet.messages.length === 1)
  t.same(
    s.log.lines.filter(({ level }) => level === 'error'),
    [],
  )
})

t.test('a file goes only after its message is on disk', async (t) => {
  const s = spool(t)
  const commit = gate()
  let asked = 0
  s.write()
  s.start({
    onMessage: async () => {
      asked += 1
      await commit.opened
    },
  })
  await until('the message', () => asked === 1)
  for (let count = 0; count < 5; count++) s.hint()
  await sleep(30)
  t.equal(asked, 1, 'asked once, however often the folder is looked at')
  t.equal(s.left(), 1)
  commit.open()
  await until('its removal', () => s.left() === 0)
})

t.test('killed between the commit and the removal, it comes again under the same id', async (t) => {
  const s = spool(t)
  s.write({ callid: 'only-one' })
  const storeFile = join(s.folder, 'store')
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('crashing-intake.ts', import.meta.url)), s.folder, storeFile],
    {
      stdio: 'inherit',
    },
  )
  const signal = await new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)))
  t.equal(signal, 'SIGKILL')
  t.equal(s.left(), 1, 'the file is still there')
  s.start()
  await until('the message', () => s.messages.length === 1 && s.left() === 0)
  t.equal(`${s.messages[0]?.carrierMessageId}\n`, readFileSync(storeFile, 'utf8'))
})

t.test('2,000 files: each once, each sender in order, many senders at once', async (t) => {
  const s = spool(t)
  for (let index = 0; index < 2000; index++) {
    s.write({ from: `<sip:+1954278${1000 + (index % 100)}@h>`, body: String(index) })
  }
  let underWay = 0
  let most = 0
  s.start({
    onMessage: async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay -= 1
    },
  })
  await until('all of them', () => s.messages.length >= 2000 && s.left() === 0)
  t.equal(s.messages.length, 2000)
  t.equal(most, 64, 'so many that their commits share a write to disk, and no more')
  const bySender = new Map<string, number[]>()
  for (const { sender, content } of s.messages) {
    const numbers = bySender.get(sender.value) ?? []
    bySender.set(sender.value, numbers)
    if (content.kind === 'text') numbers.push(Number(content.text))
  }
  t.equal(bySender.size, 100)
  for (const numbers of bySender.values()) {
    const sorted = [...numbers].sort((a, b) => a - b)
    if (numbers.join() !== sorted.join()) t.fail(`out of order: ${numbers.join()}`)
  }
})

t.test('one sender with 1,500 files neither loses their order nor keeps others waiting', async (t) => {
  const s = spool(t)
  for (let index = 0; index < 1500; index++) s.write({ body: String(index) })
  s.write({ from: '<sip:+12125550123@h>', body: 'other' })
  s.start({ onMessage: () => new Promise((resolve) => setImmediate(resolve)) })
  await until('all of them', () => s.messages.length === 1501 && s.left() === 0)
  const texts = s.texts()
  t.ok(texts.indexOf('other') < 1000, 'the other one did not wait for all 1,500')
  t.same(
    texts.filter((text) => text !== 'other'),
    Array.from({ length: 1500 }, (_, index) => String(index)),
  )
})

t.test('of files dated alike the dialplan’s own time says which came first', async (t) => {
  const s = spool(t)
  const paths = ['3', '1', '2'].map((body) => s.write({ body, t: `1763805600.00000${body}` }))
  for (const path of paths) utimesSync(path, 1_763_805_600, 1_763_805_600)
  s.start()
  await until('all of them', () => s.messages.length === 3)
  t.same(s.texts(), ['1', '2', '3'])
})

t.test('a file without its end is left for ten seconds, then set aside', async (t) => {
  const s = spool(t)
  const whole = spoolLine({ body: 'SECRET words', callid: 'late' })
  s.write({ name: 'half' }, whole.slice(0, -8))
  s.write({ name: 'empty' }, '')
  s.write({ body: 'fine' })
  s.start()
  await until('the fine one', () => s.messages.length === 1)
  s.hint()
  await sleep(30)
  t.same(readdirSync(s.fresh).sort(), ['empty', 'half'])
  s.write({ name: 'half' }, whole)
  s.hint()
  await until('the half one, finished', () => s.messages.length === 2)
  s.write({ name: 'broken' }, whole.slice(0, -8))
  s.skip(10_001)
  s.hint()
  await until('an empty folder', () => s.left() === 0)
  t.equal(readdirSync(s.aside).length, 2)
  t.equal(s.messages.length, 2)
  t.match(s.log.lines, [
    { level: 'warn', facts: { reason: 'incomplete' } },
    { level: 'warn', facts: { reason: 'incomplete' } },
  ])
  t.notMatch(JSON.stringify(s.log.lines), /SECRET/)
})

t.test('hostile files are set aside, never followed, and hold nobody up', async (t) => {
  const s = spool(t)
  const secret = join(s.folder, 'secret')
  writeFileSync(secret, spoolLine({ body: 'not yours' }))
  s.write({ body: 'before' })
  symlinkSync(secret, join(s.fresh, 'link'))
  symlinkSync('/nowhere', join(s.fresh, 'dangling'))
  symlinkSync('.', join(s.fresh, 'loop'))
  mkdirSync(join(s.fresh, 'folder'))
  writeFileSync(join(s.fresh, 'folder', 'inside'), spoolLine({ body: 'inside' }))
  t.equal(spawnSync('mkfifo', [join(s.fresh, 'pipe')]).status, 0)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(join(s.fresh, 'socket'), resolve))
  s.write({ name: 'huge' }, `id=1&${'x'.repeat(3_000_000)}&end=1`)
  s.write({ name: 'script' }, '#!/bin/sh\necho SECRET\n')
  s.write({ name: 'zeros' }, '\0'.repeat(100))
  s.write({ name: 'twice' }, spoolLine().replace('&src=', '&body=SECRET&src='))
  s.write({ name: '__proto__' }, 'SECRET')
  s.write({ name: 'x'.repeat(255) }, 'SECRET')
  writeFileSync(Buffer.concat([Buffer.from(`${s.fresh}/`), Buffer.from([0xff, 0xfe, 0x0a, 0x41])]), 'SECRET')
  s.write({ body: 'after' })
  const hostile = readdirSync(s.fresh).length - 2
  s.start()
  await until('an empty folder', () => s.left() === 0)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  t.same(s.texts(), ['before', 'after'])
  t.equal(readdirSync(s.aside).length, hostile)
  t.equal(hostile, 13)
  t.match(readFileSync(secret, 'utf8'), /not%20yours/, 'what a link points to stays')
  const reasons = s.log.lines.map(({ facts }) => String(Reflect.get(facts, 'reason'))).sort()
  t.same([...new Set(reasons)], ['not-a-file', 'not-a-record', 'repeated-key', 'too-large'])
  t.notMatch(JSON.stringify(s.log.lines), /SECRET|not yours/)
  for (const name of readdirSync(s.aside)) t.match(name, /^[A-Za-z0-9_-]{1,120}$/)
})

t.test('a file exchanged between the look and the opening is not followed either', async (t) => {
  const s = spool(t)
  const link = s.write()
  const pipe = s.write()
  const gone = s.write()
  const folder = openSpoolFolder(s.folder, Date.now)
  const { entries } = await folder.list()
  const secret = join(s.folder, 'secret')
  writeFileSync(secret, spoolLine())
  for (const path of [link, pipe, gone]) rmSync(path)
  symlinkSync(secret, link)
  t.equal(spawnSync('mkfifo', [pipe]).status, 0)
  t.same(
    entries.map((entry) => folder.read(entry)),
    [{ kind: 'unreadable', code: 'ELOOP' }, { kind: 'unreadable', code: 'not a file' }, { kind: 'gone' }],
  )
})

t.test('a message that can’t be stored stays, is tried again later, and is not overtaken', async (t) => {
  const s = spool(t)
  let failing = true
  let tries = 0
  s.write({ body: 'first' })
  s.write({ body: 'second' })
  s.write({ body: 'another sender', from: '<sip:+12125550123@h>' })
  s.start({
    onMessage: async ({ content }) => {
      if (content.kind !== 'text' || content.text !== 'first') return
      tries += 1
      if (failing) throw new Error('disk full')
    },
  })
  await until('the other sender', () => s.messages.length === 1)
  await until('the failure', () => tries === 1)
  s.hint()
  await sleep(30)
  t.equal(tries, 1, 'not at once again')
  s.skip(1000)
  s.hint()
  await until('the second try', () => tries === 2)
  failing = false
  s.skip(2000)
  s.hint()
  await until('the first', () => s.texts().includes('first'))
  s.hint()
  await until('everything', () => s.left() === 0)
  t.same(s.texts(), ['another sender', 'first', 'second'])
  t.match(s.log.lines, [
    { level: 'error', facts: { attempts: 1, againInMs: 1000 } },
    { level: 'error', facts: { attempts: 2, againInMs: 2000 } },
  ])
})

t.test('those that waited behind a failing one in memory do not overtake it either', async (t) => {
  const s = spool(t)
  const failure = gate()
  let failing = true
  s.write({ body: 'first' })
  s.write({ body: 'second' })
  s.write({ body: 'another sender', from: '<sip:+12125550123@h>' })
  s.start({
    onMessage: async ({ content }) => {
      if (!failing || content.kind !== 'text' || content.text !== 'first') return
      await failure.opened
      throw new Error('disk full')
    },
  })
  // The oldest are taken first, so by now the second one waits behind the first.
  await until('the other sender', () => s.messages.length === 1)
  failure.open()
  await until('the failure', () => s.log.lines.length === 1)
  failing = false
  s.skip(1000)
  await until('all of them', () => {
    s.hint()
    return s.left() === 0
  })
  t.same(s.texts(), ['another sender', 'first', 'second'])
})

t.test('one that came later does not slip past while the folder is still being read', async (t) => {
  const s = spool(t)
  const first = gate()
  const others = gate()
  let tries = 0
  let othersUnderWay = 0
  s.write({ body: 'first' })
  s.write({ body: 'second' })
  s.start({
    onMessage: async ({ content }) => {
      const text = content.kind === 'text' ? content.text : ''
      if (text === 'first') {
        tries += 1
        if (tries === 1) throw new Error('disk full')
        await first.opened
      }
      if (text !== 'other') return
      othersUnderWay += 1
      await others.opened
    },
  })
  await until('the failure', () => s.log.lines.length === 1)
  // More than fits in memory: the folder is read only so far until some of them are done.
  for (let index = 0; index < 600; index++)
    s.write({ body: 'other', from: `<sip:+1212555${1000 + index}@h>` })
  s.write({ body: 'third' })
  s.skip(1000)
  s.hint()
  await until('a full house', () => tries === 2 && othersUnderWay === 63)
  first.open()
  await until('the first', () => s.texts().includes('first'))
  others.open()
  await until('all of them', () => {
    s.hint()
    return s.left() === 0
  })
  t.same(
    s.texts().filter((text) => text !== 'other'),
    ['first', 'second', 'third'],
  )
})

t.test('after five failures of one message the sender’s later ones go ahead', async (t) => {
  const s = spool(t)
  let tries = 0
  s.write({ body: 'poison' })
  s.write({ body: 'later' })
  s.start({
    onMessage: async ({ content }) => {
      if (content.kind !== 'text' || content.text !== 'poison') return
      tries += 1
      throw new Error('never')
    },
  })
  for (let wanted = 1; wanted <= 5; wanted++) {
    await until(`try ${wanted}`, () => tries === wanted)
    t.same(s.texts(), [])
    s.skip(60_000)
    s.hint()
  }
  await until('the later one', () => {
    s.hint()
    return s.texts().includes('later')
  })
  t.equal(s.left(), 1, 'and the poison stays on disk')
})

t.test('when everything fails, a few are tried, and all come once it works', async (t) => {
  const s = spool(t)
  const total = 1000
  for (let index = 0; index < total; index++)
    s.write({ from: `<sip:+1954278${1000 + index}@h>`, body: String(index) })
  let broken = true
  let tries = 0
  s.start({
    onMessage: async () => {
      tries += 1
      if (broken) throw new Error('disk full')
    },
  })
  await until('the outage', () => tries >= 64)
  for (let count = 0; count < 5; count++) {
    s.hint()
    await sleep(5)
  }
  t.ok(tries < 200, `${tries} tries of 1000`)
  broken = false
  s.skip(5000)
  s.hint()
  await until('all of them', () => s.messages.length === total && s.left() === 0)
})

t.test('a stored message whose file can’t be removed is not stored again', async (t) => {
  const s = spool(t)
  const path = s.write()
  const kept = join(s.folder, 'kept')
  s.start({
    // In its place stands something that can't be unlinked.
    onMessage: async () => {
      renameSync(path, kept)
      mkdirSync(path)
    },
  })
  await until('the failure', () => s.log.lines.some(({ level }) => level === 'error'))
  t.match(s.log.lines, [{ level: 'error', sentence: /Let Parley write/ }])
  s.skip(1000)
  s.hint()
  await until('the second failure', () => s.log.lines.length === 2)
  rmdirSync(path)
  renameSync(kept, path)
  s.skip(60_000)
  s.hint()
  await until('its removal', () => s.left() === 0)
  t.equal(s.messages.length, 1)
})

t.test('a folder that is missing is made; one that can’t be is reported, and used once it can', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'parley-spool-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const made = spool(t, join(root, 'a', 'b'))
  made.start()
  await until('the folders', () => existsSync(made.aside) && made.log.lines.length > 0)
  t.match(made.log.lines, [{ level: 'warn', sentence: /made just now/ }])

  const blocked = spool(t, join(root, 'file'))
  writeFileSync(blocked.folder, 'in the way')
  blocked.start({ scanPeriodMs: 5 })
  await until('the report', () => blocked.log.lines.length > 0)
  t.match(blocked.log.lines[0], {
    level: 'error',
    sentence: /cannot be used \(ENOTDIR|EEXIST\).*subfolders new and aside/,
  })
  await sleep(30)
  t.equal(blocked.log.lines.length, 1, 'said once')
  rmSync(blocked.folder)
  blocked.write({ body: 'at last' })
  await until('the text', () => blocked.messages.length === 1)

  rmSync(blocked.fresh, { recursive: true })
  blocked.write({ body: 'again' })
  await until('the text after the folder was gone', () => blocked.messages.length === 2)
})

t.test('closing waits for what is under way and leaves the rest', async (t) => {
  const s = spool(t)
  const commit = gate()
  let asked = 0
  for (const body of ['1', '2', '3']) s.write({ body })
  const intake = s.start({
    onMessage: async () => {
      asked += 1
      await commit.opened
    },
  })
  await until('the first', () => asked === 1)
  let closed = false
  const closing = intake.close().then(() => {
    closed = true
  })
  await sleep(20)
  t.notOk(closed, 'not before its commit')
  commit.open()
  await closing
  t.same(s.texts(), ['1'])
  t.equal(s.left(), 2)
  t.equal(s.hinted(), 0, 'nobody is listening any more')
})
