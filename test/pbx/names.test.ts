import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Directory, emptyDirectory } from '../../module/domain/directory/directory.ts'
import { asExtension, asGroupNumber, asPbxId, groupKey } from '../../module/domain/ids.ts'
import { type NamesFileWatch, watchNamesFile } from '../../module/pbx/names/names-file.ts'
import { noNames, parseNames, withNames } from '../../module/pbx/names/pbx-names.ts'
import { until as eventually } from '../lab/until.ts'
import { startFakeAmiPeer } from './fake-ami-peer.ts'
import { isLive, keptLog, startPbx, until } from './pbx-under-test.ts'

const file = (name: string) =>
  JSON.stringify({ groups: [{ kind: 'queue', number: '8000', name }], comment: 'passed over' })

const queue = {
  ref: { pbxId: asPbxId('main'), kind: 'queue' as const, number: asGroupNumber('8000') },
  name: null,
  strategy: 'rrmemory' as const,
  members: [],
  foreign: [],
}
const directory: Directory = {
  ...emptyDirectory(asPbxId('main')),
  groups: new Map([[groupKey(queue.ref), queue]]),
  dids: ['16313808000'],
  schedules: new Map([['call-flow/0', { kind: 'call-flow', id: '0', name: null, open: true }]]),
}

t.test('the names file, as a PHP program or a person writes it', async (t) => {
  const names = parseNames(
    JSON.stringify({
      groups: [
        { kind: 'queue', number: 8000, name: 'Support  \u0000 Department\r\n' },
        { kind: 'ring-group', number: '600', name: 'Продажи 🛒' },
        { kind: 'queue', number: '8001', name: '   ' },
        { kind: 'ring-group', number: '600', name: 'Sales' },
      ],
      dids: [{ did: '16313808000', name: 'Main' }],
      timeConditions: [{ id: 1, name: 'Office hours' }],
      callFlows: [{ id: '0', name: 'Holidays' }],
      portalUsers: [{ id: 7, name: 'Alice', extensions: [101, '99101'] }],
    }),
  )
  t.same(
    [...names.groups],
    [
      ['queue/8000', 'Support Department'],
      ['ring-group/600', 'Sales'],
    ],
  )
  t.same([...names.schedules.keys()], ['time-condition/1', 'call-flow/0'])
  t.same(names.portalUsers, [{ id: '7', name: 'Alice', extensions: ['101', '99101'] }])
  t.same(parseNames('{}'), noNames)
  for (const bad of [
    '',
    '{"groups":',
    '[]',
    'null',
    '{"groups":[{"kind":"trunk","number":"1","name":"x"}]}',
  ]) {
    t.throws(() => parseNames(bad), bad)
  }
  t.throws(() => parseNames('{"dids":[{"did":"1","name":7}]}'), /\/dids\/0\/name/, 'and says where')
  const hostile = parseNames('{"__proto__":{"groups":1},"dids":[{"did":"__proto__","name":"x"}]}')
  t.equal(hostile.dids.get('__proto__'), 'x')
})

t.test('a directory under its names', async (t) => {
  const names = parseNames(file('Support'))
  const named = withNames(directory, names)
  t.equal(named.groups.get(groupKey(queue.ref))?.name, 'Support')
  t.equal(withNames(named, names), named, 'the same names make nothing new')
  t.equal(withNames(named, noNames).groups.get(groupKey(queue.ref))?.name, null, 'a name can be taken back')
  const all = parseNames(
    '{"dids":[{"did":"16313808000","name":"Main"}],"callFlows":[{"id":"0","name":"Holidays"}],"portalUsers":[{"id":"1","name":"A","extensions":["101"]}]}',
  )
  t.match(withNames(directory, all), {
    didNames: new Map([['16313808000', 'Main']]),
    schedules: new Map([['call-flow/0', { name: 'Holidays', open: true }]]),
    portalUsers: [{ extensions: [asExtension('101')] }],
  })
})

t.test('a file that comes late, is replaced, damaged, half written, and vanishes', async (t) => {
  const folder = join(t.testdir({}), 'later')
  const path = join(folder, 'names.json')
  const log = keptLog()
  let told = 0
  const watch: NamesFileWatch = watchNamesFile({ file: path, log, everyMs: 5, onChanged: () => told++ })
  t.teardown(() => watch.close())
  const name = () => watch.current().groups.get('queue/8000')
  const warnings = () => log.lines.filter(({ level }) => level === 'warn').length
  t.equal(watch.current(), noNames, 'missing at the start, its folder too')
  t.equal(warnings(), 0, 'which is nothing to warn of')

  mkdirSync(folder)
  writeFileSync(path, file('First'))
  await eventually('it came', () => name() === 'First')
  t.equal(watch.fault(), null)

  for (let turn = 0; turn < 20; turn++) {
    const next = `${turn}`.padStart(5, '0')
    writeFileSync(`${path}.new`, file(next))
    renameSync(`${path}.new`, path)
    await eventually('the replacement, of the same length', () => name() === next)
  }
  const before = told
  writeFileSync(path, '{"groups":[{"kind":"queue","num')
  await eventually('the damage', () => watch.fault() !== null)
  t.equal(name(), '00019', 'the last good names stay')
  t.match(watch.fault(), /names\.json.*not JSON.*last good/)
  t.equal(told, before)
  t.equal(warnings(), 1, 'told once')
  writeFileSync(path, file('Mended'))
  await eventually('the repair', () => name() === 'Mended')
  t.equal(watch.fault(), null)

  rmSync(path)
  await eventually('gone', () => watch.fault() !== null)
  t.equal(name(), 'Mended')
  mkdirSync(path)
  await eventually('a folder in its place', () => /EISDIR|directory/.test(watch.fault() ?? ''))
  rmSync(path, { recursive: true })
  writeFileSync(path, file('Back'))
  await eventually('back', () => name() === 'Back')
})

t.test('names reach the directory at once, and stay while the PBX is away', async (t) => {
  const path = join(t.testdir({ 'names.json': file('Support') }), 'names.json')
  const peer = await startFakeAmiPeer()
  t.teardown(() => peer.close())
  peer.answer('queuestatus', () => [
    'Response: Success\r\nEventList: start',
    'Event: QueueParams\r\nQueue: 8000\r\nStrategy: ringall',
    'Event: QueueStatusComplete\r\nEventList: Complete',
  ])
  const pbx = startPbx(t, {
    ami: { host: '127.0.0.1', port: peer.port, username: 'parley', secret: 's' },
    namesFile: path,
    lastDirectory: directory,
  })
  const name = () => pbx.snapshot().directory.groups.get(groupKey(queue.ref))?.name
  t.equal(name(), 'Support', 'the directory of the last run has them too')
  await until(pbx, 'live', () => isLive(pbx))
  t.equal(name(), 'Support')
  const stored: (string | null | undefined)[] = []
  pbx.onDirectory((next) => void stored.push(next.groups.get(groupKey(queue.ref))?.name))
  writeFileSync(`${path}.new`, file('Help desk'))
  renameSync(`${path}.new`, path)
  await until(pbx, 'renamed', () => name() === 'Help desk')
  t.same(stored, ['Help desk'], 'and is worth storing')
  writeFileSync(path, 'damaged')
  await eventually('the warning', () => pbx.warnings().some(({ code }) => code === 'names-file'))
  t.equal(name(), 'Help desk')
})
