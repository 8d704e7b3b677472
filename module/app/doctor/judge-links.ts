import type { LinkFault } from '../ports/pbx.ts'
import type { Fact } from './fact.ts'
import type { Lack, LinkFact, PbxFacts } from './facts.ts'
import { type Finding, type FindingCode, fail, ok, unknown, warn } from './finding.ts'

/** How far an attempt got that ended so. */
const reached: Readonly<Record<LinkFault, 'nothing' | 'asterisk' | 'account'>> = {
  refused: 'nothing',
  timeout: 'nothing',
  lost: 'nothing',
  fault: 'nothing',
  'not-booted': 'asterisk',
  'wrong-credentials': 'asterisk',
  'in-use': 'asterisk',
  permission: 'account',
}

export function judgeLinks(pbx: PbxFacts): Finding[] {
  return [
    ...judgeLink('AMI', 'ami', pbx.ami),
    judgePermissions('AMI', 'ami', pbx.ami, pbx.lacks),
    ...judgeLink('ARI', 'ari', pbx.ari),
    judgePermissions('ARI', 'ari', pbx.ari, pbx.lacks),
    judgeModules(pbx.lacks),
  ]
}

function judgeLink(name: string, code: 'ami' | 'ari', { at, username, loss }: LinkFact): Finding[] {
  const reachable: FindingCode = `${code}-reachable`
  const login: FindingCode = `${code}-login`
  const got = loss === null ? 'account' : reached[loss.code]
  if (loss !== null && got === 'nothing') {
    return [
      fail(reachable, loss.sentence, loss.todo),
      unknown(login, `Nobody could be asked: ${name} was not reached.`),
    ]
  }
  return [
    ok(reachable, `${name} answers at ${at}.`),
    loss !== null && got === 'asterisk'
      ? fail(login, loss.sentence, loss.todo)
      : ok(login, `${name} lets "${username}" in.`),
  ]
}

function judgePermissions(
  name: string,
  code: 'ami' | 'ari',
  { username, loss }: LinkFact,
  lacks: Fact<readonly Lack[]>,
): Finding {
  const permissions: FindingCode = `${code}-permissions`
  if (loss?.code === 'permission') return fail(permissions, loss.sentence, loss.todo)
  if (loss !== null)
    return unknown(permissions, `The permissions of "${username}" show once ${name} lets it in.`)
  if (!lacks.known) return unknown(permissions, lacks.reason)
  const own = lacks.value.filter(({ of }) => of === code)
  if (own.length === 0) return ok(permissions, `"${username}" may do all that Parley asks of ${name}.`)
  // Without these Parley works, only later or less: a missing one that stops it is a loss of the link.
  return warn(permissions, sentences(own), todos(own))
}

function judgeModules(lacks: Fact<readonly Lack[]>): Finding {
  if (!lacks.known) return unknown('asterisk-modules', lacks.reason)
  const own = lacks.value.filter(({ of }) => of === 'asterisk')
  return own.length === 0
    ? ok('asterisk-modules', 'Asterisk has every module that Parley asks.')
    : warn('asterisk-modules', sentences(own), todos(own))
}

const sentences = (lacks: readonly Lack[]): string => lacks.map(({ sentence }) => sentence).join(' ')

function todos(lacks: readonly Lack[]): string | null {
  const lines = [...new Set(lacks.flatMap(({ todo }) => todo ?? []))]
  return lines.length === 0 ? null : lines.join('\n')
}
