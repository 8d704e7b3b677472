import t from 'tap'
import {
  type Directory,
  directoryOfPlain,
  emptyDirectory,
  type PlainDirectory,
  plainDirectory,
  sameDirectory,
} from '../../module/domain/directory/directory.ts'
import { directoryChanges, isUnchanged } from '../../module/domain/directory/directory-changes.ts'
import type { Group } from '../../module/domain/directory/group.ts'
import { presenceReasons, unknownPresence } from '../../module/domain/directory/presence.ts'
import { asExtension, asGroupNumber, asPbxId, groupKey } from '../../module/domain/ids.ts'

const pbxId = asPbxId('main')

const queue = (number: string, members: readonly string[], loggedIn = true): Group => ({
  ref: { pbxId, kind: 'queue', number: asGroupNumber(number) },
  name: null,
  strategy: 'rrmemory',
  members: members.map((extension, position) => ({
    extension: asExtension(extension),
    position,
    membership: 'dynamic',
    penalty: 0,
    loggedIn,
    paused: false,
    pausedReason: null,
    lastCallAt: null,
    inCall: false,
  })),
  foreign: [],
})

const directory = (extensions: readonly string[], ...groups: Group[]): Directory => ({
  ...emptyDirectory(pbxId),
  extensions: new Map(
    extensions.map((number) => [
      asExtension(number),
      { extension: asExtension(number), name: number, devices: [] },
    ]),
  ),
  groups: new Map(groups.map((group) => [groupKey(group.ref), group])),
})

t.test('who and what came and went', async (t) => {
  const before = directory(['101', '102'], queue('8000', ['101', '102']), queue('8001', ['102']))
  const after = directory(['101', '103'], queue('8000', ['101', '103']), queue('8002', ['101']))
  const changes = directoryChanges(before, after)
  t.match(changes, {
    extensions: { added: ['103'], removed: ['102'] },
    groups: { added: [{ number: '8002' }], removed: [{ number: '8001' }] },
  })
  const members = (side: 'added' | 'removed') =>
    changes.members[side].map(({ group, extension }) => `${group.number} ${extension}`)
  t.same(members('removed'), ['8000 102', '8001 102'], 'a vanished group loses its members')
  t.same(members('added'), ['8000 103', '8002 101'])
  t.ok(isUnchanged(directoryChanges(before, before)))
  const loggedOut = directory(['101', '102'], queue('8000', ['101', '102'], false), queue('8001', ['102']))
  t.ok(isUnchanged(directoryChanges(before, loggedOut)), 'whoever logs out stays a member')
  t.notOk(sameDirectory(before, loggedOut), 'though the directory is another')
})

t.test('a directory goes through its plain form; what an older version did not write is empty', async (t) => {
  const whole: Directory = {
    ...directory(['101'], queue('8000', ['101'])),
    didNames: new Map([['1631', 'Main']]),
    schedules: new Map([['call-flow/0', { kind: 'call-flow', id: '0', name: null, open: 'unknown' }]]),
    portalUsers: [{ id: '1', name: 'Alice', extensions: [asExtension('101')] }],
    readAt: 5,
  }
  const plain: PlainDirectory = JSON.parse(JSON.stringify(plainDirectory(whole)))
  t.same(directoryOfPlain(plain, 5), whole)
  const { didNames: _, schedules: __, portalUsers: ___, ...old } = plain
  t.same(directoryOfPlain(old, 5), { ...directory(['101'], queue('8000', ['101'])), readAt: 5 })
})

t.test('what speaks against an agent', async (t) => {
  const extension = asExtension('101')
  const idle = {
    ...unknownPresence(extension, 7),
    registration: 'registered',
    call: 'idle',
    dnd: 'off',
  } as const
  t.same(presenceReasons(idle), [])
  t.same(presenceReasons(unknownPresence(extension, 7)), [{ kind: 'pbx-unknown', since: 7 }])
  const pause = { queue: asGroupNumber('8000'), reason: 'lunch' }
  const status = { value: 'away', subtype: '', message: 'back at two' } as const
  t.same(
    presenceReasons({
      ...idle,
      registration: 'unregistered',
      call: 'wrap-up',
      wrapUpUntil: 99,
      dnd: 'on',
      pauses: [pause],
      status,
    }).map((reason) => reason.kind),
    ['unregistered', 'wrap-up', 'dnd', 'paused', 'status'],
  )
  t.match(presenceReasons({ ...idle, call: 'wrap-up', wrapUpUntil: 99 }), [{ until: 99, since: 7 }])
  t.match(presenceReasons({ ...idle, provisional: true, status }), [{ kind: 'provisional' }, { status }])
  t.match(presenceReasons({ ...idle, call: 'ringing' }), [{ kind: 'ringing' }])
})
