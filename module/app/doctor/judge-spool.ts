import type { Fact } from './fact.ts'
import type { FolderFact, PbxFacts, PosixUser, SpoolFacts } from './facts.ts'
import { type Finding, fail, ok, unknown, warn } from './finding.ts'

/** Parley takes a record within 2 s; one that is this old was not taken. */
const stuckMs = 60_000

export function judgeSpool(found: SpoolFacts, pbx: Fact<PbxFacts>): Finding[] {
  // Parley makes `aside` itself: before it first ran there is none, and nothing is lost by that.
  const there = found.folders.filter(({ path, stat }) => stat !== null || !path.endsWith('/aside'))
  const spool = { ...found, folders: there }
  const folder = judgeFolder(spool, pbx.known ? pbx.value.runsAs : null)
  const readable = spool.folders.every(({ stat, usable }) => stat?.isFolder === true && usable)
  return [
    judgeVariable(spool, pbx),
    folder,
    readable ? judgeWaiting(spool) : unknown('spool-waiting', 'The spool folder can’t be looked into.'),
    readable ? judgeAside(spool) : unknown('spool-aside', 'The spool folder can’t be looked into.'),
  ]
}

function judgeVariable({ folder, realFolder }: SpoolFacts, pbx: Fact<PbxFacts>): Finding {
  const variable = pbx.known ? pbx.value.spoolVariable : pbx
  if (!variable.known) return unknown('spool-variable', variable.reason)
  const line = `PARLEY_SPOOL=${folder}`
  const how =
    'In FreePBX press Apply Config. Elsewhere put the line under [globals] in the dialplan, then run: asterisk -rx "dialplan reload"'
  if (variable.value === '') {
    return fail(
      'spool-variable',
      `The dialplan does not know where to keep texts, so those from SIP trunks are lost. ${how}`,
      line,
    )
  }
  const set = variable.value.replace(/\/+$/, '')
  if (set === folder.replace(/\/+$/, '') || set === realFolder) {
    return ok('spool-variable', `The dialplan keeps texts where Parley looks for them: ${folder}.`)
  }
  return fail(
    'spool-variable',
    `The dialplan keeps texts in ${variable.value}, and Parley looks for them in ${folder}. ${how}`,
    line,
  )
}

function judgeFolder({ folder, folders }: SpoolFacts, runsAs: PosixUser | null): Finding {
  const missing = folders.filter(({ stat }) => stat?.isFolder !== true)
  const owner = runsAs?.name ?? 'asterisk'
  if (missing.length > 0) {
    const paths = missing.map(({ path }) => path).join(' ')
    return fail(
      'spool-folder',
      `There is no folder ${paths}, so texts from SIP trunks can’t be kept.`,
      `mkdir -p ${folder}/new ${folder}/aside && chown -R ${owner} ${folder} && chmod -R u+rwX,g+rwX ${folder}`,
    )
  }
  const closed = folders.filter(({ usable }) => !usable)
  if (closed.length > 0) {
    return fail(
      'spool-folder',
      `Parley’s user may not read and write ${closed.map(describe).join(' and ')}, so texts that lie there are never taken. Let both Asterisk’s user and Parley’s write there, by a group that both are in.`,
      `chmod -R u+rwX,g+rwX ${folder}`,
    )
  }
  const fresh = folders.find(({ path }) => path.endsWith('/new'))
  if (fresh === undefined || runsAs === null) {
    return ok(
      'spool-folder',
      `${folder} is there, and Parley may write into it. Whether Asterisk may can’t be seen from here.`,
    )
  }
  switch (mayWrite(runsAs, fresh)) {
    case 'yes':
      return ok(
        'spool-folder',
        `${folder} is there, and both Asterisk (${userName(runsAs)}) and Parley may write into it.`,
      )
    case 'perhaps':
      return warn(
        'spool-folder',
        `${describe(fresh)} is open to its group, and whether Asterisk’s user, ${userName(runsAs)}, is in that can’t be seen from here.`,
      )
    case 'no':
      return fail(
        'spool-folder',
        `Asterisk runs as ${userName(runsAs)} and may not write into ${describe(fresh)}, so texts from SIP trunks are lost.`,
        `chown ${runsAs.name ?? runsAs.uid} ${fresh.path} && chmod u+rwx,g+rwx ${fresh.path}`,
      )
  }
}

/** By owner, group and mode, which is all that can be seen of somebody else's rights. */
export function mayWrite(user: PosixUser, { stat }: FolderFact): 'yes' | 'no' | 'perhaps' {
  if (stat === null) return 'no'
  const granted = (shift: number) => ((stat.mode >> shift) & 0o3) === 0o3
  if (user.uid === 0) return 'yes'
  // The first that fits decides, as in the kernel.
  if (user.uid === stat.uid) return granted(6) ? 'yes' : 'no'
  if (user.gids.includes(stat.gid)) return granted(3) ? 'yes' : 'no'
  if (granted(0)) return 'yes'
  // Groups of a user that this machine does not know, or an access list, may still let him in.
  return granted(3) ? 'perhaps' : 'no'
}

function judgeWaiting({ folder, waiting }: SpoolFacts): Finding {
  const { count, oldestMs } = waiting
  if (count === 0) return ok('spool-waiting', 'No text waits in the spool.')
  const texts = count === 1 ? '1 text waits' : `${count} texts wait`
  const age = `${Math.round(oldestMs / 1000)} s`
  if (oldestMs < stuckMs) return ok('spool-waiting', `${texts} to be taken, since ${age} at most.`)
  return fail(
    'spool-waiting',
    `${texts} in ${folder}/new, the oldest since ${age}: nobody takes them. Start Parley; if it runs, its log says why.`,
    `ls -ltr ${folder}/new`,
  )
}

function judgeAside({ folder, aside }: SpoolFacts): Finding {
  if (aside === 0) return ok('spool-aside', 'Nothing was set aside.')
  return warn(
    'spool-aside',
    `${aside === 1 ? '1 file was' : `${aside} files were`} set aside as no record of a text. Look at them, then remove them.`,
    `ls -l ${folder}/aside`,
  )
}

const describe = ({ path, stat }: FolderFact): string =>
  stat === null
    ? path
    : `${path} (owner ${stat.uid}, group ${stat.gid}, mode ${stat.mode.toString(8).padStart(4, '0')})`

const userName = ({ name, uid }: PosixUser): string => name ?? `user ${uid}`
