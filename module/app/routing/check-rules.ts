import { routedDids } from '../../domain/rules/did-route.ts'
import { type CarrierNumbers, lintRules, type RuleFinding } from '../../domain/rules/rule-lint.ts'
import type { AddressReader, CarrierAccount } from '../ports/carriers.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'

export interface CheckRulesDeps {
  readonly store: Pick<Store, 'ruleSet' | 'carriers'>
  readonly pbx: Pick<Pbx, 'snapshot'>
  readonly readAddress: AddressReader
}

/** What is wrong with the message rules, as the PBX and the carriers are now. */
export function checkRules({ store, pbx, readAddress }: CheckRulesDeps): readonly RuleFinding[] {
  const { directory } = pbx.snapshot()
  return lintRules(store.ruleSet(), {
    directory,
    carriers: store.carriers().map((account) => numbersOf(account, readAddress)),
    isRouted: routedDids(directory.dids, readAddress),
  })
}

function numbersOf({ id, enabled, settings }: CarrierAccount, readAddress: AddressReader): CarrierNumbers {
  const listed: unknown = settings.numbers
  const numbers = Array.isArray(listed)
    ? listed.filter((number) => typeof number === 'string').map(readAddress)
    : null
  return { id, enabled, numbers: numbers?.length === 0 ? null : numbers }
}
