import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  asExtension,
  asGroupNumber,
  asPbxId,
  asRuleId,
  type ConversationId,
  type GroupRef,
  groupKey,
} from '../../module/domain/ids.ts'
import type { RuleHours } from '../../module/domain/rules/rule-hours.ts'
import { ruleDefaults } from '../../module/domain/rules/rules.ts'
import { until } from '../lab/until.ts'
import { startDesk } from './start-desk.ts'

const pbxId = asPbxId('main')
const queue: GroupRef = { pbxId, kind: 'queue', number: asGroupNumber('8000') }
const ringGroup: GroupRef = { pbxId, kind: 'ring-group', number: asGroupNumber('600') }
const did = '16313808000'

/**
 * One time condition as functions.inc.php of FreePBX's module timeconditions writes it, between its first line and
 * its last. `decides` is what its mode makes of it: the times of a time group.
 */
function timeCondition(id: string, { inverted, decides }: { inverted: boolean; decides: string[] }): string {
  const [closed, open] = inverted ? ['NOT_INUSE', 'INUSE'] : ['INUSE', 'NOT_INUSE']
  const steps = [
    `Set(DB(TC/${id}/INUSESTATE)=${closed})`,
    `Set(DB(TC/${id}/NOT_INUSESTATE)=${open})`,
    ...decides,
    `(falsestate),GotoIf($["\${DB(TC/${id}):0:4}" = "true"]?truegoto)`,
    `ExecIf($["\${DB(TC/${id})}" = "false"]?Set(DB(TC/${id})=))`,
    `(falsegoto),Set(DEVICE_STATE(Custom:TC${id})=${closed})`,
    `ExecIf($["\${DB(TC/${id})}" = "false_sticky"]?Set(DEVICE_STATE(Custom:TCSTICKY\${ARG1})=${closed}))`,
    `GotoIf($["\${TCRETURN}"!="RETURN"]?app-blackhole,hangup,1)`,
    `Set(TCSTATE=false)`,
    `Set(TCOVERRIDE=\${IF($["\${DB(TC/${id}):0:5}" = "false"]?true:false)})`,
    `Return()`,
    `(truestate),GotoIf($["\${DB(TC/${id}):0:5}" = "false"]?falsegoto)`,
    `ExecIf($["\${DB(TC/${id})}" = "true"]?Set(DB(TC/${id})=))`,
    `(truegoto),Set(DEVICE_STATE(Custom:TC${id})=${open})`,
    `ExecIf($["\${DB(TC/${id})}" = "true_sticky"]?Set(DEVICE_STATE(Custom:TCSTICKY\${ARG1})=${closed}))`,
    `GotoIf($["\${TCRETURN}"!="RETURN"]?ext-queues,8000,1)`,
    `Set(TCSTATE=true)`,
    `Set(TCOVERRIDE=\${IF($["\${DB(TC/${id}):0:4}" = "true"]?true:false)})`,
    `Return()`,
  ]
  return steps
    .map((step, index) => {
      const priority = index === 0 ? '1' : 'n'
      return `exten => ${id},${priority}${step.startsWith('(') ? step : `,${step}`}\n`
    })
    .join('')
}

/** As that module's `macro-toggle-tc` and daynight's `app-daynight` switch, without what they play. */
const toggles = `
[toggle-tc]
exten => _X,1,Set(TCRETURN=RETURN)
exten => _X,n,Gosub(timeconditions,\${EXTEN},1)
exten => _X,n,Set(DB(TC/\${EXTEN})=\${IF($["\${TCOVERRIDE}" = "true"]?:\${IF($["\${TCSTATE}" == "true"]?false:true)})})
exten => _X,n,Gosub(timeconditions,\${EXTEN},1)
exten => _X,n,Hangup()
[toggle-daynight]
exten => _X,1,Set(MODE=\${IF($["\${DB(DAYNIGHT/C\${EXTEN})}" = "NIGHT"]?DAY:NIGHT)})
exten => _X,n,Set(DB(DAYNIGHT/C\${EXTEN})=\${MODE})
exten => _X,n,Set(DEVICE_STATE(Custom:DAYNIGHT\${EXTEN})=\${IF($["\${MODE}" = "NIGHT"]?INUSE:NOT_INUSE)})
exten => _X,n,Hangup()
`

const always = 'GotoIfTime(00:00-23:59,mon-sun,1-31,jan-dec?truestate)'
const never = 'GotoIfTime(09:00-17:00,*,30,feb?truestate)'
const forced = (mode: 'DAY' | 'NIGHT') =>
  `GotoIf($["\${DB(DAYNIGHT/C0)}" = "${mode}"]?${mode === 'DAY' ? 'truestate' : 'falsestate'})`

const dialplan = `
[app-daynight]
exten => 0,1,GotoIf($["\${DB(DAYNIGHT/C\${EXTEN})}" = "NIGHT"]?app-blackhole,hangup,1:ext-queues,8000,1)
${toggles}
[timeconditions]
${timeCondition('1', { inverted: false, decides: [always] })}
${timeCondition('2', { inverted: true, decides: ['NoOp(TIMENOW)', never] })}
${timeCondition('3', { inverted: true, decides: ['AGI(calendar.agi,calendar,goto,1,truestate,falsestate)'] })}
${timeCondition('4', { inverted: false, decides: [forced('NIGHT'), always] })}
`

t.test('rules and conversations follow the PBX', { timeout: 150_000 }, async (t) => {
  const desk = await startDesk(t)
  const { carrier, pbx } = desk
  const { store, ...sidecar } = desk.sidecar()
  const file = join(pbx.folder, 'etc/extensions.conf')
  const directory = () => sidecar.pbx.snapshot().directory
  const dial = (where: string) => pbx.cli(`channel originate Local/${where} application Wait 1`)
  let serial = 0

  /** A text of a new customer; gives where it went. */
  async function texted(): Promise<{ id: ConversationId; group: string; held: boolean }> {
    const from = `+1954278${String(1000 + serial++)}`
    t.equal((await carrier.sendText({ from, to: did, text: 'Hello' })).code, 202)
    const find = () =>
      [queue, ringGroup].flatMap((group) =>
        store
          .conversations({
            groups: [groupKey(group)],
            status: 'open',
            designated: { kind: 'anyone' },
            channel: null,
            before: null,
            limit: 200,
          })
          .items.filter(({ customer }) => customer.address.value === from)
          .map(({ id }) => ({ id, group: group.number as string })),
      )
    await until('the text is there', () => find().length === 1)
    const [found] = find()
    if (found === undefined) throw new Error('no conversation')
    return { ...found, held: store.held().some(({ id }) => id === found.id) }
  }

  async function follow(
    schedule: Extract<RuleHours, { kind: 'pbx' }>['schedule'],
    hold = false,
  ): Promise<void> {
    const [rule] = store.ruleSet().rules
    await store.saveRule({
      ...ruleDefaults,
      id: rule?.id ?? asRuleId('01920000-0000-7000-8000-000000000001'),
      name: 'Support',
      position: 0,
      enabled: true,
      dids: [{ kind: 'number', value: '+16313808000' }],
      channels: null,
      hours: { kind: 'pbx', schedule },
      destination: queue,
      outside: hold ? { kind: 'hold', autoReply: null } : { kind: 'group', group: ringGroup },
    })
  }
  const goesTo = async () => (await texted()).group
  const isOpen = (
    schedule:
      | 'time-condition/1'
      | 'time-condition/2'
      | 'time-condition/3'
      | 'time-condition/4'
      | 'call-flow/0',
  ) => directory().schedules.get(schedule)?.open
  const within = async (what: string, ms: number, condition: () => boolean) => {
    const began = performance.now()
    await until(what, condition, 20_000)
    const tookMs = Math.round(performance.now() - began)
    t.ok(tookMs < ms, `${what}: ${tookMs} ms`)
  }

  await appendFile(file, dialplan)
  await pbx.cli('core reload')
  await until('the schedules are read', () => directory().schedules.size === 5)

  await t.test('a time condition, switched by its feature code', async (t) => {
    await follow('time-condition/1')
    t.equal(isOpen('time-condition/1'), true)
    t.equal(await goesTo(), '8000', 'open by its times')
    await dial('1@toggle-tc')
    await within('overridden', 3_000, () => isOpen('time-condition/1') === false)
    t.equal(await goesTo(), '600')
    await dial('1@toggle-tc')
    await within('the override is taken back', 3_000, () => isOpen('time-condition/1') === true)
    t.equal(await goesTo(), '8000')
  })

  await t.test('one with its lamp inverted', async (t) => {
    await follow('time-condition/2')
    t.equal(isOpen('time-condition/2'), false)
    t.equal(await goesTo(), '600', 'closed by its times, whatever the lamp says')
    await dial('2@toggle-tc')
    await within('overridden', 3_000, () => isOpen('time-condition/2') === true)
    t.match(await pbx.cli('devstate list'), /Custom:TC2.*INUSE/s, 'its lamp is lit while it is open')
    t.equal(await goesTo(), '8000')
  })

  await t.test('one that a calendar decides, inverted, goes by its lamp', async (t) => {
    await follow('time-condition/3')
    await pbx.cli('devstate change Custom:TC3 NOT_INUSE')
    await within('closed', 1_000, () => isOpen('time-condition/3') === false)
    t.equal(await goesTo(), '600')
    await pbx.cli('devstate change Custom:TC3 INUSE')
    await within('open', 1_000, () => isOpen('time-condition/3') === true)
    t.equal(await goesTo(), '8000')
  })

  await t.test('a call flow control, by itself and over a time condition', async (t) => {
    await follow('call-flow/0')
    await dial('0@toggle-daynight')
    await within('night', 3_000, () => isOpen('call-flow/0') === false)
    t.equal(await goesTo(), '600')
    t.equal(isOpen('time-condition/4'), false, 'which it forces to be closed')
    await follow('time-condition/4', true)
    const held = await texted()
    t.match(held, { group: '8000', held: true })
    await dial('0@toggle-daynight')
    await within('day', 3_000, () => isOpen('call-flow/0') === true && isOpen('time-condition/4') === true)
    await until('what was held is let go', () => store.held().length === 0)
    t.equal(await goesTo(), '8000')
  })

  await t.test('a queue with a name of a plain Asterisk', async (t) => {
    const name = 'Ventas España'
    await appendFile(
      join(pbx.folder, 'etc/queues.conf'),
      `\n[${name}]\nstrategy=linear\nmember=PJSIP/102\nmember=PJSIP/101\n`,
    )
    await pbx.cli('module reload app_queue')
    const group: GroupRef = { pbxId, kind: 'queue', number: asGroupNumber(name) }
    await until('it is read', () => directory().groups.has(groupKey(group)))
    const { token } = desk.link('admin', null)
    const answer = await fetch(
      `${desk.sidecar().url}/api/v1/groups/queue/${encodeURIComponent(name)}/settings`,
      { headers: { authorization: `Bearer ${token}` } },
    )
    t.equal(answer.status, 200, 'and has settings like any other')
  })

  await t.test('a member, an extension and a group that are removed', async (t) => {
    await store.saveRule({
      ...ruleDefaults,
      id: asRuleId('01920000-0000-7000-8000-000000000001'),
      name: 'Sales',
      position: 0,
      enabled: true,
      dids: [{ kind: 'number', value: '+16313808000' }],
      channels: null,
      destination: ringGroup,
    })
    const designated = (id: ConversationId) => store.conversation(id)?.designated ?? null
    const edit = async (change: (text: string) => string) => {
      const before = await readFile(file, 'utf8')
      t.not(change(before), before, 'the line to change is there')
      await writeFile(file, change(before))
      await pbx.cli('dialplan reload')
    }
    for (const extension of ['101', '102', '103']) await desk.phone(extension)
    const { presence } = sidecar.pbx.snapshot()
    await until('all are there', () =>
      ['101', '102', '103'].every(
        (extension) =>
          sidecar.pbx.snapshot().presence.get(asExtension(extension))?.registration === 'registered',
      ),
    )
    t.ok(presence.size >= 6)
    const owed: ConversationId[] = []
    const holders = () => owed.map((id) => designated(id) as string | null)
    // Those with the fewest get the next: after some texts each has one of them.
    while (new Set(holders()).size < 3 && owed.length < 20) owed.push((await texted()).id)
    t.same([...new Set(holders())].sort(), ['101', '102', '103'])

    await edit((text) => text.replaceAll('101-102-103', '101-102'))
    await sidecar.pbx.refresh()
    await until('a member that left hands on', () => !holders().includes('103'))
    t.notOk(holders().includes(null))

    await edit((text) => text.replace('exten => 102,hint,', 'exten => x102,hint,'))
    await sidecar.pbx.refresh()
    t.notOk(directory().extensions.has(asExtension('102')))
    await until('an extension that is gone hands on', () => !holders().includes('102'))
    const allHers = owed.map(() => '101')
    t.same(holders(), allHers)

    await edit((text) => text.replace(/^exten => 600,/gm, 'exten => x600,'))
    await sidecar.pbx.refresh()
    t.notOk(directory().groups.has(groupKey(ringGroup)))
    t.same(holders(), allHers, 'a group that is gone keeps what it had, for administrators')
    const api = async (path: string, page: 'agent' | 'admin', extension: string | null) => {
      const { token } = desk.link(page, extension)
      const url = `${desk.sidecar().url}/api/v1/${path}`
      return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json()
    }
    const items = async (extension: string) => {
      const { items } = (await api('conversations', 'agent', extension)) as { items: { id: string }[] }
      return items.filter(({ id }) => owed.some((one) => one === id)).length
    }
    t.equal(await items('101'), 0, 'and is no group of hers any more')
    t.match(
      JSON.stringify(await api('rules/lint', 'admin', null)),
      /vanished-group/,
      'its rule is complained of',
    )

    await edit((text) => text.replace(/^exten => x600,/gm, 'exten => 600,'))
    await sidecar.pbx.refresh()
    await until('with the group they are back', async () => (await items('101')) === owed.length)
  })
})
