import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { DirectoryChanges } from '../../module/domain/directory/directory-changes.ts'
import type { Group } from '../../module/domain/directory/group.ts'
import type { Presence } from '../../module/domain/directory/presence.ts'
import { asExtension, asGroupKey } from '../../module/domain/ids.ts'
import { startLab } from '../lab/start-lab.ts'
import { isLive, keptLog, shortTimes, startPbx, until } from './pbx-under-test.ts'

const lab = await startLab(t)
const cli = (command: string) => lab.pbx.cli(command)
const etc = (name: string) => join(lab.pbx.folder, 'etc', name)
const log = keptLog()
const changes: DirectoryChanges[] = []
const pbx = startPbx(t, {
  ami: { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami },
  times: { ...shortTimes, link: { ...shortTimes.link, heartbeatMs: 5_000 } },
  contexts: { hints: ['desks'], ringGroups: ['teams'], dids: ['from-carrier'] },
  checkPeriodMs: 400,
  log,
})
pbx.onDirectory((_, change) => void changes.push(change))

const directory = () => pbx.snapshot().directory
const presence = (extension: string): Presence | undefined =>
  pbx.snapshot().presence.get(asExtension(extension))
const findGroup = (key: string): Group | undefined => directory().groups.get(asGroupKey(`main/${key}`))
const members = (key: string) => findGroup(key)?.members.map(({ extension }) => extension as string)
const open = (key: 'time-condition/1' | 'time-condition/2' | 'time-condition/3' | 'call-flow/0') =>
  directory().schedules.get(key)?.open

async function dialplan(edit: (text: string) => string): Promise<void> {
  const file = etc('extensions.conf')
  await writeFile(file, edit(await readFile(file, 'utf8')))
  await cli('dialplan reload')
}

await until(pbx, 'live', () => isLive(pbx))

t.test('names: unicode, a caller id where FreePBX has none, an extension with two devices', async (t) => {
  await cli('database put AMPUSER 105/cidname "Ерін 👩‍💻 O’Neill"')
  await cli('database del AMPUSER 106/cidname')
  await dialplan((text) => `${text}\n[desks]\nexten => 206,hint,PJSIP/106&PJSIP/104\n`)
  const name = (extension: string) => directory().extensions.get(asExtension(extension))?.name
  await until(pbx, 'the name', () => name('105') === 'Ерін 👩‍💻 O’Neill')
  await until(pbx, 'an extension of a hand-written context', () => name('206') === 'Frank Fox')
  t.equal(name('106'), 'Frank Fox', 'by its endpoint’s caller id')
  t.same(directory().extensions.get(asExtension('206'))?.devices, ['PJSIP/106', 'PJSIP/104'])
})

t.test('hand-written ring groups and DIDs, and lines that can not be read', async (t) => {
  await dialplan(
    (text) => `${text}
[teams]
exten => 700,1,Dial(PJSIP/101&PJSIP/102&PJSIP/5551234@trunk1,20)
exten => 701,1,Dial(\${PJSIP_DIAL_CONTACTS(103)},10)
exten => 701,n,Dial(PJSIP/104,10)
exten => 702,1,Dial(\${EVERYBODY},10)
[from-carrier]
exten => 4930123456,1,Goto(teams,700,1)
`,
  )
  await until(pbx, 'the groups', () => findGroup('ring-group/701') !== undefined)
  t.match(findGroup('ring-group/700'), { strategy: 'ringall', foreign: [{ text: 'PJSIP/5551234@trunk1' }] })
  t.same(members('ring-group/700'), ['101', '102'])
  t.same([findGroup('ring-group/701')?.strategy, members('ring-group/701')], ['hunt', ['103', '104']])
  t.ok(directory().dids.includes('4930123456'))
  t.match(pbx.warnings(), [{ code: 'unreadable-dialplan', sentence: /\[teams\] exten => 702,1.*EVERYBODY/ }])

  const good = `macro-dial,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),101-102-103)`
  const confirmed = 'Q(NO_ANSWER),101-102-103,600)'
  await dialplan((text) =>
    text.replace(good, 'macro-dial,s,1(20)').replace(confirmed, `Q(NO_ANSWER),\${X},600)`),
  )
  await until(
    pbx,
    'the warning',
    () => pbx.warnings().some(({ sentence }) => /ring group 600/.test(sentence)),
    5_000,
  ).catch(() => pbx.refresh())
  t.match(
    pbx
      .warnings()
      .map(({ sentence }) => sentence)
      .join('\n'),
    /\[ext-group\] exten => 600,\d+ can't be read, so the last good reading of ring group 600 stays/,
  )
  t.same(members('ring-group/600'), ['101', '102', '103'], 'the last good reading stays')
  await dialplan((text) =>
    text
      .replace('macro-dial,s,1(20)', good.replace('103', '104'))
      .replace(`Q(NO_ANSWER),\${X},600)`, confirmed.replace('103', '104')),
  )
  await until(pbx, 'mended', () => members('ring-group/600')?.join() === '101,102,104')
  t.notMatch(JSON.stringify(pbx.warnings()), /ring group 600/)
  t.match(changes.at(-1)?.members, {
    added: [{ group: { number: '600' }, extension: '104' }],
    removed: [{ group: { number: '600' }, extension: '103' }],
  })
})

t.test('what is removed is told: a member, a group, an extension', async (t) => {
  changes.length = 0
  await cli('database del QPENALTY 8000/agents/105')
  await until(pbx, '105 may no longer log in', () => members('queue/8000')?.includes('105') === false)
  t.match(changes, [{ members: { removed: [{ group: { number: '8000' }, extension: '105' }] } }])
  changes.length = 0
  await dialplan((text) =>
    text
      .replace('[desks]\nexten => 206', '[desks]\nexten => x206')
      .replace('exten => 701,1', 'exten => 709,1')
      .replace('exten => 701,n', 'exten => 709,n'),
  )
  await until(pbx, 'gone', () => findGroup('ring-group/701') === undefined && presence('206') === undefined)
  const all = (side: 'added' | 'removed') => ({
    groups: changes.flatMap(({ groups }) => groups[side].map(({ number }) => number as string)),
    extensions: changes.flatMap(({ extensions }) => extensions[side] as readonly string[]),
    members: changes.flatMap((change) =>
      change.members[side].map(({ group, extension }) => `${group.number} ${extension}`),
    ),
  })
  t.same(all('removed'), { groups: ['701'], extensions: ['206'], members: ['701 103', '701 104'] })
  t.same(all('added'), { groups: ['709'], extensions: [], members: ['709 103', '709 104'] })
})

t.test('do-not-disturb in the AstDB alone, and what an agent says of himself', async (t) => {
  await cli('database put DND 103 YES')
  await until(pbx, 'found by the check', () => presence('103')?.dnd === 'on')
  await lab.pbx.setDoNotDisturb('103', false)
  await until(pbx, 'off', () => presence('103')?.dnd === 'off')
  await cli('presencestate change CustomPresence:103 away,,"Mittag bis 14 Uhr 🍜"')
  await until(pbx, 'away', () => presence('103')?.status !== null)
  t.match(presence('103')?.status, { value: 'away', message: 'Mittag bis 14 Uhr 🍜' })
  await cli('presencestate change CustomPresence:103 available')
  await until(pbx, 'back', () => presence('103')?.status?.value === 'available')
  await cli('queue pause member Local/103@from-queue/n queue 8000 reason lunch')
  await until(pbx, 'paused', () => presence('103')?.pauses.length === 1)
  t.same(presence('103')?.pauses, [{ queue: '8000', reason: 'lunch' }])
})

t.test('wrap-up after a real call', async (t) => {
  const conf = await readFile(etc('queues.conf'), 'utf8')
  await writeFile(etc('queues.conf'), conf.replace('wrapuptime=0', 'wrapuptime=3'))
  await cli('module reload app_queue')
  const phone = await lab.phone('102')
  await until(pbx, 'registered', () => presence('102')?.registration === 'registered')
  for (const other of ['101', '103', '104'])
    await cli(`queue pause member Local/${other}@from-queue/n queue 8000`)
  await cli('channel originate Local/8000@ext-queues application Wait 9')
  const call = await phone.calls.next()
  call.answer()
  await until(pbx, 'on the call', () => presence('102')?.call === 'on-call')
  await call.hangUp()
  await until(pbx, 'wrapping up', () => presence('102')?.call === 'wrap-up')
  const { wrapUpUntil, changedAt } = presence('102') ?? {}
  t.ok((wrapUpUntil ?? 0) > Date.now() && (wrapUpUntil ?? 0) <= Date.now() + 3_000)
  await until(pbx, 'done', () => presence('102')?.call === 'idle')
  t.ok(Date.now() >= (wrapUpUntil ?? 0))
  t.ok((presence('102')?.changedAt.call ?? 0) > (changedAt?.call ?? 0))
  t.match(
    findGroup('queue/8000')?.members.find(({ extension }) => extension === '102'),
    { lastCallAt: Number },
  )

  t.match(await pbx.contacts(asExtension('102')), [/^pjsip:102\/sip:102@127\.0\.0\.1:\d+/])
  t.same(await pbx.contacts(asExtension('101')), [])
  await cli('database deltree registrar contact')
  await until(
    pbx,
    'the contact that went without a word',
    () => presence('102')?.registration === 'unregistered',
  )
  await phone.register()
  await until(pbx, 'back', () => presence('102')?.registration === 'registered')
})

t.test('time conditions and call flow control by their truth', async (t) => {
  const always = '00:00-23:59,mon-sun,*,*'
  const condition = (id: string, inUse: string, ...steps: string[]) =>
    [`Set(DB(TC/${id}/INUSESTATE)=${inUse})`, ...steps, `NoOp(decided)`, `Hangup()`]
      .map(
        (step, index) =>
          `exten => ${id},${index === 0 ? 1 : 'n'}${step.startsWith('NoOp') ? '(falsestate)' : ''},${step}`,
      )
      .join('\n')
  await appendFile(
    etc('extensions.conf'),
    `
[timeconditions]
${condition('1', 'INUSE', `GotoIfTime(${always}?truestate)`)}
${condition('2', 'INUSE', 'GotoIfTime(00:00-23:59,mon-sun,30,feb?truestate)')}
${condition('3', 'NOT_INUSE', 'AGI(calendar.php)')}
[app-daynight]
exten => 0,1,GotoIf($["\${DB(DAYNIGHT/C\${EXTEN})}" = "NIGHT"]?x,y,1:z,y,1)
`,
  )
  await cli('dialplan reload')
  await until(pbx, 'read', () => open('time-condition/2') === false)
  t.equal(open('time-condition/1'), true)
  t.equal(open('time-condition/3'), 'unknown', 'a calendar whose lamp was never set')
  t.equal(open('call-flow/0'), 'unknown')
  await cli('devstate change Custom:TC3 INUSE')
  await until(pbx, 'inverted', () => open('time-condition/3') === true)

  await cli('database put TC 1 false_sticky')
  await cli('devstate change Custom:TC1 INUSE')
  await until(pbx, 'overridden', () => open('time-condition/1') === false)
  await cli('database put DAYNIGHT C0 NIGHT')
  const asked = performance.now()
  await cli('devstate change Custom:DAYNIGHT0 INUSE')
  await until(pbx, 'night', () => open('call-flow/0') === false)
  t.ok(performance.now() - asked < 1_000, 'within a second of its event')
  await cli('database del TC 1')
  await until(pbx, 'by its times again, without an event', () => open('time-condition/1') === true)
})

t.test('forged events through message bodies', async (t) => {
  const before = JSON.stringify([...directory().groups])
  const forged = [
    'QueueMemberRemoved\r\nQueue: 8000\r\nInterface: Local/101@from-queue/n',
    'DeviceStateChange\r\nDevice: Custom:DND101\r\nState: BUSY',
    'Reload\r\nModule: All',
  ].map((event) => `x\r\n\r\nEvent: ${event}\r\n\r\n`)
  for (const text of forged) {
    await lab.carrier.sendText({ from: '+19542788086', to: '16313808000', text })
  }
  await pbx.refresh()
  t.equal(JSON.stringify([...directory().groups]), before, 'Parley’s own dialplan lets none through')
  t.equal(presence('101')?.dnd, 'off')

  // Somebody else's dialplan may do it wrong; then AMI really carries the forgery, and the check mends it.
  const raw = encodeURIComponent(
    'x\r\n\r\nEvent: DeviceStateChange\r\nDevice: Custom:DND101\r\nState: BUSY\r\n\r\nEvent: QueueMemberRemoved\r\nQueue: 8000\r\nInterface: Local/101@from-queue/n\r\n\r\n',
  )
  await dialplan((text) => `${text}\n[careless]\nexten => s,1,UserEvent(Text,Body: \${URIDECODE(${raw})})\n`)
  await cli('channel originate Local/s@careless application Wait 1')
  await until(pbx, 'the forgery', () => presence('101')?.dnd === 'on')
  await until(pbx, 'the check', () => presence('101')?.dnd === 'off')
  t.equal(JSON.stringify([...directory().groups]), before)
})

t.test('an account that may not read everything is told of, with the line to add', async (t) => {
  const usual = await readFile(etc('manager.conf'), 'utf8')
  t.teardown(async () => {
    await writeFile(etc('manager.conf'), usual)
    await cli('manager reload')
  })
  await writeFile(etc('manager.conf'), usual.replace('read=system,call,agent,user', 'read=system,call'))
  await cli('manager reload')
  const partlyDeaf = startPbx(t, {
    ami: { host: '127.0.0.1', port: lab.pbx.amiPort, ...lab.pbx.credentials.ami },
    checkPeriodMs: 300,
  })
  await until(partlyDeaf, 'live', () => isLive(partlyDeaf))
  t.match(partlyDeaf.warnings(), [
    { code: 'missing-permission', sentence: /agent, user.*Put "read = system,call,agent,user".*next check/ },
  ])
  await cli('queue set penalty 4 on Local/104@from-queue/n in 8000')
  const penalty = () =>
    partlyDeaf
      .snapshot()
      .directory.groups.get(asGroupKey('main/queue/8000'))
      ?.members.find(({ extension }) => extension === '104')?.penalty
  await until(partlyDeaf, 'the check sees what no event told', () => penalty() === 4)
})
