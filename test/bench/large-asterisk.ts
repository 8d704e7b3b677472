import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { memberHint, memberInterface } from '../../module/lab/asterisk-config.ts'
import { hintOf } from '../../module/lab/sample-pbx.ts'
import { type Lab, startLab, type Teardown } from '../lab/start-lab.ts'

export const largePbx = {
  extensions: 5_000,
  queues: 200,
  membersPerQueue: 25,
  ringGroups: 200,
  membersPerRingGroup: 20,
}

const firstExtension = 20_000
export const extensionNumbers: readonly string[] = Array.from({ length: largePbx.extensions }, (_, index) =>
  String(firstExtension + index),
)

/** The real Asterisk with as many of everything as a large company has, written as FreePBX writes it. */
export async function startLargeAsterisk(t: Teardown): Promise<Lab> {
  const lab = await startLab(t)
  await lab.pbx.stop()
  const etc = (name: string) => join(lab.pbx.folder, 'etc', name)
  await appendFile(etc('pjsip.conf'), extensionNumbers.map(endpoint).join(''))
  await appendFile(
    etc('extensions.conf'),
    `\n[ext-local](+)\n${extensionNumbers.map((number) => `exten => ${number},hint,${hintOf(number)}\n`).join('')}
[ext-group](+)\n${Array.from({ length: largePbx.ringGroups }, (_, index) => ringGroup(index)).join('')}`,
  )
  await appendFile(
    etc('queues.conf'),
    Array.from({ length: largePbx.queues }, (_, index) => queue(index)).join(''),
  )
  // A flood must not be written to a log.
  const logger = await readFile(etc('logger.conf'), 'utf8')
  await writeFile(etc('logger.conf'), logger.replace('queue_log=yes', 'queue_log=no'))
  nameAll(join(lab.pbx.folder, 'var/lib/astdb.sqlite3'))
  await lab.pbx.start()
  return lab
}

const endpoint = (number: string): string =>
  `\n[${number}](phone)\naors=${number}\ncallerid="Agent ${number}" <${number}>\n[${number}](phone-contacts)\n`

/** Every seventh extension further on, so that members of one group are not neighbours. */
const membersOf = (group: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    String(firstExtension + ((group * 31 + index * 7) % largePbx.extensions)),
  )

function ringGroup(index: number): string {
  const number = 60_000 + index
  const list = membersOf(index, largePbx.membersPerRingGroup).join('-')
  return `exten => ${number},1,Set(RingGroupMethod=hunt)
 same => n,Gosub(macro-dial,s,1(20,\${DIAL_OPTIONS}Q(NO_ANSWER),${list}))
 same => n,Set(RingGroupMethod=)
 same => n,Hangup()
`
}

const queue = (index: number): string => `\n[${80_000 + index}]
strategy=rrmemory
wrapuptime=10
${membersOf(index, largePbx.membersPerQueue)
  .map((number) => `member=${memberInterface(number)},0,"Agent ${number}",${memberHint(number)}\n`)
  .join('')}`

/** Straight into Asterisk's own database while it is down: 5,000 commands at its console would take longer. */
function nameAll(file: string): void {
  const db = new Database(file)
  const put = db.prepare('INSERT OR REPLACE INTO astdb (key, value) VALUES (?, ?)')
  db.transaction(() => {
    for (const number of extensionNumbers) put.run(`/AMPUSER/${number}/cidname`, `Agent ${number}`)
  })()
  db.close()
}
