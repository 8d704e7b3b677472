import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { type Lab, startLab, type Teardown } from './start-lab.ts'
import { until } from './until.ts'

const KEYS = ['id', 't', 'from', 'to', 'did', 'callid', 'cseq', 'src', 'clen', 'body', 'end']
const CUSTOMER = '+19542788086'
const DID = '16313808000'
/** Apart from its brace: together they are a variable, to Asterisk and to a template string. */
const DOLLAR = '$'

type SpoolRecord = Readonly<Record<string, string>>

const newFolder = ({ pbx }: Lab): string => join(pbx.spoolFolder, 'new')

/** Every file of the spool, however far it is written. */
async function spooled(lab: Lab): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(newFolder(lab))
  const texts = names.map(async (name) => [name, await readFile(join(newFolder(lab), name), 'utf8')] as const)
  return new Map(await Promise.all(texts))
}

/** Waits for so many whole records and returns them. */
async function records(lab: Lab, count: number): Promise<readonly SpoolRecord[]> {
  let files: ReadonlyMap<string, string> = new Map()
  await until(`${count} whole records`, async () => {
    files = await spooled(lab)
    return [...files.values()].filter((text) => text.endsWith('&end=1\n')).length >= count
  })
  return [...files].map(([name, text]) => parse(name, text))
}

/** Strict on purpose: the format is a promise to whoever reads the folder. */
function parse(name: string, text: string): SpoolRecord {
  const [line = '', ...rest] = text.split('\n')
  if (rest.join() !== '') throw new Error(`${name} is not exactly one line: ${text}`)
  if (!/^[\w\-.!~*'()%&=]*$/.test(line))
    throw new Error(`${name} holds characters that are not encoded: ${line}`)
  const pairs = line.split('&').map((pair) => pair.split('='))
  if (pairs.some((pair) => pair.length !== 2)) throw new Error(`${name} is not made of pairs: ${line}`)
  if (pairs.map(([key]) => key).join() !== KEYS.join()) throw new Error(`${name} has other keys: ${line}`)
  const record = Object.fromEntries(pairs.map(([key = '', value = '']) => [key, decodeURIComponent(value)]))
  if (record.id !== name) throw new Error(`${name} says it is ${record.id}`)
  return record
}

/**
 * What these texts left in the spool. Asterisk takes texts one after another: once the one behind them is there,
 * nothing more of theirs can come.
 */
async function leftBy(lab: Lab, send: () => Promise<unknown>): Promise<readonly SpoolRecord[]> {
  await rm(newFolder(lab), { recursive: true })
  await mkdir(newFolder(lab))
  await send()
  const behind = await lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'behind' })
  await until('the text behind', async () =>
    [...(await spooled(lab)).values()].some(
      (text) => text.includes(behind.callId) && text.endsWith('end=1\n'),
    ),
  )
  return (await records(lab, 1)).filter(({ callid }) => callid !== behind.callId)
}

/** Logs in to AMI as Parley does; returns what came so far. */
async function listen(t: Teardown, { pbx }: Lab): Promise<() => string> {
  const { username, secret } = pbx.credentials.ami
  const socket = connect(pbx.amiPort, '127.0.0.1')
  t.teardown(() => void socket.destroy())
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\n\r\n`)
  await until('the login', () => heard.includes('FullyBooted'))
  return () => heard
}

t.test('a text from the trunk becomes one record, whatever is in it', async (t) => {
  const lab = await startLab(t)
  const texts = [
    'Hello',
    'Grüße 你好 مرحبا 😀 e\u0301',
    'two\nlines\r\nand\n\nmore',
    `"double" 'single' \`back\` \\ backslash`,
    'commas, semi; colons: & ampersands = equals % percent %41 %0A + plus # hash',
    `${DOLLAR}{EPOCH} ${DOLLAR}[1+1] ${DOLLAR}{SHELL(id)} ^{x} (a|b) <c> [d] {e}`,
    '\r\n\r\nEvent: UserEvent\r\nUserEvent: ParleySpooled\r\n\r\n',
    '&end=1\nid=forged&end=1',
    '',
    ' leading and trailing ',
    'a\n\n\n',
    ' \r\n \r\n',
    '\u0001\u0008\u007f tab\tend',
    '€'.repeat(341),
    'x'.repeat(1023),
  ]

  for (const text of texts) {
    const before = Math.floor(Date.now() / 1000)
    let callId = ''
    const left = await leftBy(lab, async () => {
      const sent = await lab.carrier.sendText({ from: CUSTOMER, to: DID, text })
      callId = sent.callId
      t.equal(sent.code, 202)
    })
    const [record] = left
    t.equal(left.length, 1, `one record of ${JSON.stringify(text.slice(0, 30))}`)
    t.equal(record?.body, text.replace(/[\r\n]+$/, ''), 'whole, but for line breaks at its end')
    t.match(record, {
      from: `<sip:${CUSTOMER}@127.0.0.2>`,
      to: `pjsip:${DID}@127.0.0.1`,
      did: DID,
      callid: callId,
      cseq: '1 MESSAGE',
      src: `127.0.0.2:${lab.carrier.address.port}`,
      clen: String(Buffer.byteLength(text)),
    })
    t.ok(Number(record?.t) >= before && Number(record?.t) <= Date.now() / 1000 + 1)
  }
})

t.test('what cannot be carried can be told from what was sent so', async (t) => {
  const lab = await startLab(t)

  const [cut] = await leftBy(lab, () =>
    lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'x'.repeat(1100) }),
  )
  t.match(cut, { body: '', clen: '1100' }, 'a text that Asterisk dropped')

  const [anonymous] = await leftBy(lab, () =>
    lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'x', callId: 'c'.repeat(600) }),
  )
  t.match(anonymous, { body: 'x', callid: '', cseq: '1 MESSAGE' }, 'a Call-ID that is too long')

  const twice = await leftBy(lab, async () => {
    for (const text of ['first', 'again']) {
      await lab.carrier.sendText({ from: CUSTOMER, to: DID, text, callId: 'same', cseq: 7 })
    }
  })
  t.strictSame(
    twice.map(({ callid, cseq }) => `${callid} ${cseq}`),
    ['same 7 MESSAGE', 'same 7 MESSAGE'],
    'a carrier that repeats itself makes two records with one name',
  )
})

t.test('every number that a carrier may text is taken, and no other', async (t) => {
  const lab = await startLab(t)
  const taken = [
    '16313808000',
    '+16313808000',
    '6313808001',
    '12345',
    '911',
    '5',
    '+',
    '*98',
    '#1',
    'support',
    'Sales.Team-2',
  ]

  const left = await leftBy(lab, async () => {
    for (const to of taken)
      t.equal((await lab.carrier.sendText({ from: CUSTOMER, to, text: to })).code, 202, to)
  })
  t.strictSame(left.map(({ did }) => did).sort(), [...taken].sort(), 'each once, as it was dialled')
  t.ok(left.every(({ did, body }) => did === body))

  for (const to of ['h', 'i', 't', 's', '-', ' ', 'é']) {
    t.equal(
      (await lab.carrier.sendText({ from: CUSTOMER, to, text: to })).code,
      404,
      `${JSON.stringify(to)}: no number`,
    )
  }
})

t.test('senders come through as they are: names, short codes and what a name hides', async (t) => {
  const lab = await startLab(t)

  for (const from of ['+19542788086', '12345', 'BANK', '4915112345678']) {
    const [record] = await leftBy(lab, () => lab.carrier.sendText({ from, to: DID, text: 'x' }))
    t.match(record?.from, `<sip:${from}@127.0.0.2`)
  }
  const [record] = await leftBy(lab, () =>
    lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'x', displayName: 'A&b=c%20,d <sip:999@x>' }),
  )
  t.match(record?.from, `"A&b=c%20,d <sip:999@x>" <sip:${CUSTOMER}@127.0.0.2`)
})

t.test('a burst of 200 texts is 200 records that outlive a kill', async (t) => {
  const lab = await startLab(t)
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`)

  const sent = await Promise.all(texts.map((text) => lab.carrier.sendText({ from: CUSTOMER, to: DID, text })))
  await records(lab, texts.length)
  await lab.pbx.kill9()

  t.ok(sent.every(({ code }) => code === 202))
  const kept = await records(lab, texts.length)
  t.strictSame(kept.map(({ body }) => body).sort(), [...texts].sort(), 'every text once')
  t.equal(new Set(kept.map(({ id }) => id)).size, texts.length)

  await lab.pbx.start()
  await lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'after the kill' })
  t.equal((await records(lab, texts.length + 1)).length, texts.length + 1, 'and it goes on')
})

t.test('a phone can text nobody: 404, and nothing rings', async (t) => {
  const lab = await startLab(t)
  const sender = await lab.phone('104')
  const others = [await lab.phone('101'), await lab.phone('102'), await lab.phone('103')]

  const left = await leftBy(lab, async () => {
    for (const to of ['600', '8000', '101', DID, '+16313808000', 'parley', '*45']) {
      t.equal((await sender.sendText(to, 'hello')).code, 404, to)
    }
  })

  t.strictSame(left, [], 'nothing is spooled')
  t.match(await lab.pbx.cli('core show channels count'), /^0 active channels/)
  for (const phone of others) t.strictSame([phone.calls.seen, phone.texts.seen], [[], []])
})

t.test('Parley is told of each record, and of a text that could not be kept', async (t) => {
  const lab = await startLab(t)
  const heard = await listen(t, lab)
  await lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'Event: Forged\r\n\r\nEvent: Forged' })
  const [first] = await records(lab, 1)
  await until('the event', () => heard().includes(`UserEvent: ParleySpooled\r\nId: ${first?.id}\r\n`))
  t.notMatch(heard(), /Forged/, 'without the text')
  await rm(join(newFolder(lab), first?.id ?? ''))

  await rename(newFolder(lab), `${newFolder(lab)}-gone`)

  t.equal(
    (await lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'lost' })).code,
    202,
    'Asterisk says yes before',
  )
  const log = join(lab.pbx.folder, 'var/log/full')
  await until('the complaint', async () =>
    /ERROR.*Parley could not keep a text/.test(await readFile(log, 'utf8')),
  )
  t.notMatch(await readFile(log, 'utf8'), /lost/, 'without the text')
  await until('the alarm', () => /UserEvent: ParleySpoolFailed\r\nId: [-0-9a-f]{36}\r\n/.test(heard()))

  await rename(`${newFolder(lab)}-gone`, newFolder(lab))
  await lab.carrier.sendText({ from: CUSTOMER, to: DID, text: 'kept' })
  t.equal((await records(lab, 1))[0]?.body, 'kept')
})
