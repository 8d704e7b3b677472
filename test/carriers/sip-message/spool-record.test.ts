import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import type { CarrierAccount } from '../../../module/app/ports/carriers.ts'
import { createAddressReader } from '../../../module/carriers/address-reader.ts'
import { readSipParty } from '../../../module/carriers/sip-message/sip-uri.ts'
import { messageOfRecord } from '../../../module/carriers/sip-message/spool-message.ts'
import { readSpoolRecord, type SpoolRecord } from '../../../module/carriers/sip-message/spool-record.ts'
import { trunkOfRecord } from '../../../module/carriers/sip-message/trunk-of-record.ts'
import { asCarrierId } from '../../../module/domain/ids.ts'
import { type SpoolFields, spoolLine } from './spool-line.ts'

const readAddress = createAddressReader({ homeCountry: 'US' })
const trunk1 = asCarrierId('trunk1')
const readLine = (line: string) => readSpoolRecord(Buffer.from(line, 'latin1'))

function recordOf(fields: SpoolFields): SpoolRecord {
  const reading = readLine(spoolLine(fields))
  if (reading.kind !== 'complete') throw new Error(JSON.stringify(reading))
  return reading.record
}

const messageOf = (fields: SpoolFields) =>
  messageOfRecord(recordOf(fields), trunk1, readAddress, 1_763_805_601_000)

t.test('From and To as SIP and Asterisk spell them', (t) => {
  const ann = { displayName: 'Ann', user: '+19542788086', host: '192.0.2.7' }
  const table = [
    ['"Ann" <sip:+19542788086@192.0.2.7>', ann],
    ['"Ann"<sip:+19542788086@192.0.2.7>', ann],
    ['Ann<sip:+19542788086@192.0.2.7>', ann],
    ['Ann <sip:+19542788086@192.0.2.7:5080;transport=tcp>;tag=abc', { ...ann, host: '192.0.2.7:5080' }],
    ['<sip:+19542788086@192.0.2.7>', { ...ann, displayName: '' }],
    ['sip:+19542788086@192.0.2.7', { ...ann, displayName: '' }],
    ['pjsip:+19542788086@192.0.2.7', { ...ann, displayName: '' }],
    ['SIPS:+19542788086@192.0.2.7;tag=1', { ...ann, displayName: '' }],
    ['<sip:%2B19542788086;npdi:secret@192.0.2.7>', { ...ann, displayName: '' }],
    ['<tel:+19542788086;phone-context=x>', { displayName: '', user: '+19542788086', host: '' }],
    ['"A \\"quoted\\" <name>" <sip:alice@h>', { displayName: 'A "quoted" <name>', user: 'alice', host: 'h' }],
    ['<sip:%zz@h>', { displayName: '', user: '%zz', host: 'h' }],
    ['<sip:h>', { displayName: '', user: '', host: 'h' }],
    ['"Ann" <sip:+1954@h', null],
    ['Ann', null],
    ['<sip:>', null],
    ['', null],
    ['<javascript:alert(1)>', null],
  ] as const
  for (const [raw, expected] of table) t.same(readSipParty(raw), expected, raw)
  const start = process.hrtime.bigint()
  for (const hostile of [
    ' '.repeat(16_000),
    '"'.repeat(16_000),
    '<'.repeat(16_000),
    `sip:${'@'.repeat(16_000)}`,
  ])
    readSipParty(hostile)
  t.ok(process.hrtime.bigint() - start < 200_000_000n, 'and nothing makes it slow')
  t.end()
})

t.test('a record becomes a message', (t) => {
  t.same(messageOf({ body: 'It\'s 9–5 👋\r\n100% "sure", a=b&c' }), {
    carrierId: 'trunk1',
    carrierMessageId: 'abc@192.0.2.7 1 MESSAGE',
    channel: 'sip',
    sender: { kind: 'number', value: '+19542788086' },
    senderName: 'Ann',
    did: { kind: 'number', value: '+16313808000' },
    content: { kind: 'text', text: 'It\'s 9–5 👋\r\n100% "sure", a=b&c', media: [] },
    carrierAt: 1_763_805_600_000,
    receivedAt: 1_763_805_601_000,
  })
  const id = 'f1f6a9c2-1111-4222-8333-444455556666'
  t.equal(messageOf({ callid: '' }).carrierMessageId, id, 'a Call-ID too long for Asterisk comes empty')
  t.equal(messageOf({ cseq: '' }).carrierMessageId, id)
  t.equal(messageOf({ did: '', to: '<sip:6313808000@h>' }).did.value, '+16313808000', 'the user part of To')
  t.equal(messageOf({ did: 's', to: '<sip:6313808000@h>' }).did.value, '+16313808000')
  t.same(messageOf({ did: '12345' }).did, { kind: 'short-code', value: '12345' })
  t.same(messageOf({ from: '<sip:alice@h>' }).sender, { kind: 'name', value: 'alice' })
  t.same(messageOf({ from: '<sip:gateway.example.com>' }).sender, {
    kind: 'name',
    value: 'gateway.example.com',
  })
  t.equal(messageOf({ from: '"9542788086" <sip:+19542788086@h>' }).senderName, null, 'a number is no name')
  t.equal(
    messageOf({ from: '"   " <sip:+19542788086@h>' }).senderName,
    null,
    'what Asterisk makes of a name in Greek',
  )
  t.equal(messageOf({ t: 'soon' }).carrierAt, null)
  t.equal(messageOf({ t: '1763805600.25' }).carrierAt, 1_763_805_600_250)
  t.end()
})

t.test('a body that Asterisk dropped is told apart from one that was empty', (t) => {
  t.same(messageOf({ body: '', clen: '1024' }).content, { kind: 'too-long-for-trunk', byteLength: 1024 })
  t.same(messageOf({ body: '', clen: '20000' }).content, { kind: 'too-long-for-trunk', byteLength: 20_000 })
  const empty = { kind: 'text', text: '', media: [] } as const
  t.same(messageOf({ body: '', clen: '1023' }).content, empty)
  t.same(messageOf({ body: '', clen: '0' }).content, empty)
  t.same(messageOf({ body: '', clen: '' }).content, empty)
  t.same(messageOf({ body: '', clen: '9e99' }).content, empty)
  t.same(
    messageOf({ body: 'x', clen: '5000' }).content,
    { ...empty, text: 'x' },
    'a text that came is a text',
  )
  t.end()
})

t.test('what is not a whole record', (t) => {
  const line = spoolLine()
  for (const cut of [
    0,
    1,
    2,
    3,
    20,
    line.indexOf('body='),
    line.length - 2,
    line.length - 4,
    line.length - 8,
  ]) {
    t.equal(readLine(line.slice(0, cut)).kind, 'incomplete', `the first ${cut} bytes`)
  }
  t.equal(readLine(line.slice(0, -1)).kind, 'complete', 'the line feed alone may be missing')
  const rejected = (text: string, reason: string, what: string) =>
    t.same(readLine(text), { kind: 'rejected', reason }, what)
  rejected('#!/bin/sh\nrm -rf /\n', 'not-a-record', 'a script')
  rejected('{"id":1}', 'not-a-record', 'JSON')
  rejected('\0\0\0\0', 'not-a-record', 'what a file system leaves after a power cut')
  rejected(`id=1${'\0'.repeat(10)}`, 'control-character', 'the same, later in the file')
  rejected(line + line, 'control-character', 'two lines')
  rejected(line.replace('Hello', 'Hel lo'), 'control-character', 'a space')
  rejected(line.replace('Hello', 'Hell\xf6'), 'control-character', 'a byte that should be encoded')
  rejected(line.replace('Hello', 'a%'), 'bad-encoding', 'half an escape')
  rejected(line.replace('Hello', 'a%4'), 'bad-encoding', 'half an escape')
  rejected(line.replace('Hello', 'a%zz'), 'bad-encoding', 'an escape that is none')
  rejected(line.replace('Hello', 'a%00b'), 'control-character', 'a NUL')
  rejected(line.replace('did=', 'did=%0d%0aX'), 'control-character', 'a line break in the number')
  rejected(line.replace('callid=', 'callid=%00'), 'control-character', 'a NUL in the Call-ID')
  rejected(line.replace('&src=', '&from=x&src='), 'repeated-key', 'a second sender')
  rejected(line.replace('&end=1', '&body=again&end=1'), 'repeated-key', 'a second body')
  rejected(line.replace(/&from=[^&]*/, ''), 'missing-key', 'no sender')
  rejected(line.replace(/from=[^&]*/, 'from='), 'missing-key', 'an empty sender')
  rejected(line.replace(/&body=[^&]*/, ''), 'missing-key', 'no body at all')
  rejected(line.replace('did=16313808000', 'did=').replace(/&to=[^&]*/, ''), 'missing-key', 'no number')
  rejected(line.replace(/id=[^&]*/, 'id=../../etc/passwd'), 'not-a-record', 'a path for an id')
  rejected(spoolLine({ body: 'x'.repeat(20_000) }), 'too-large', 'more than a record can hold')
  t.equal(
    readLine(line.replace('&end=1', '&new=thing&end=1')).kind,
    'complete',
    'a field of a later dialplan',
  )
  t.equal(recordOf({ body: '😀'.repeat(255) }).body, '😀'.repeat(255), 'the longest body fits')
  const latin1 = readLine(line.replace('Hello', 'caf%E9'))
  t.match(
    latin1,
    { kind: 'complete', record: { body: 'caf\uFFFD' } },
    'a text in another encoding still arrives',
  )
  t.end()
})

t.test('whatever a sender writes comes out as it was', (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => !value.includes('\0'))
  const property = fc.property(text, (body) => recordOf({ body }).body === body)
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }))
  const bytes = fc.property(
    fc.uint8Array({ maxLength: 300 }),
    (file) => typeof readSpoolRecord(file).kind === 'string',
  )
  t.doesNotThrow(() => fc.assert(bytes, { numRuns: 300 }), 'and no bytes make it throw')
  t.end()
})

t.test('the dialplan writes the fields that are read here', (t) => {
  const dialplan = readFileSync(new URL('../../../dialplan/extensions_parley.conf', import.meta.url), 'utf8')
  const written = /,,,l,u\)=(id=.*end=1)\)/.exec(dialplan)?.[1] ?? ''
  const keys = written.split('&').map((pair) => pair.slice(0, pair.indexOf('=')))
  t.same(keys, ['id', 't', 'from', 'to', 'did', 'callid', 'cseq', 'src', 'clen', 'body', 'end'])
  t.end()
})

t.test('which trunk a record came by', (t) => {
  const account = (id: string, settings: Record<string, unknown>, enabled = true): CarrierAccount => ({
    id: asCarrierId(id),
    kind: 'sip-message',
    name: id,
    enabled,
    settings,
    secrets: {},
  })
  const record = { source: '192.0.2.7:5060', did: '16313808000' }
  const east = account('east', { sources: ['192.0.2.7'] })
  const west = account('west', { sources: ['192.0.2.8:5060'], numbers: ['+16313808001'] })
  const twilio = { ...account('twilio', {}), kind: 'twilio' }
  const of = (accounts: readonly CarrierAccount[], change: Partial<typeof record> = {}) =>
    trunkOfRecord(accounts, { ...record, ...change }, readAddress)
  t.equal(of([twilio, west, east]), 'east', 'by address')
  t.equal(of([west, east], { source: '192.0.2.8:5060' }), 'west', 'by address and port')
  t.equal(of([east, west], { source: '192.0.2.9:5060', did: '6313808001' }), 'west', 'by the number texted')
  t.equal(of([east, west], { source: '', did: '999' }), 'east', 'else the first')
  t.equal(of([account('off', {}, false), east, west], { source: '' }), 'east', 'a disabled one comes last')
  t.equal(of([account('off', {}, false)]), 'off', 'and is better than none')
  t.equal(of([account('six', { sources: ['2001:db8::1'] }), east], { source: '[2001:db8::1]:5060' }), 'six')
  t.equal(of([account('odd', { sources: 'x', numbers: [1, null] }), east]), 'east', 'settings of any shape')
  t.equal(of([twilio]), 'sip-message', 'no trunk at all: the text must still arrive')
  t.end()
})
