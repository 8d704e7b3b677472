import { type GroupRef, groupKey } from '../../domain/ids.ts'
import { patternMatches } from '../../domain/rules/address-pattern.ts'
import type { AddressReader, Carrier, CarrierNumber } from '../ports/carriers.ts'
import type { Store } from '../ports/store.ts'
import type { CarrierAccounts } from './carrier-accounts.ts'

/** The numbers that a carrier's account says it sends from, on each of its channels; null where it says nothing. */
export function ownNumbersOf(
  carrier: Carrier,
  carriers: Pick<CarrierAccounts, 'settingsOf'>,
  readAddress: AddressReader,
): readonly CarrierNumber[] | null {
  if (carrier.numbers !== null) return carrier.numbers
  const { numbers } = carriers.settingsOf(carrier.id)
  if (!Array.isArray(numbers) || numbers.length === 0) return null
  const written = numbers.filter((number) => typeof number === 'string').map(readAddress)
  return carrier.channels.flatMap((channel) => written.map((did) => ({ channel, did })))
}

/** Whether a rule leads from a number to a group: then an answer to what leaves by it comes back there. */
export function ruledTo(store: Pick<Store, 'ruleSet'>, group: GroupRef): (number: CarrierNumber) => boolean {
  const key = groupKey(group)
  const rules = store.ruleSet().rules.filter((rule) => rule.enabled && groupKey(rule.destination) === key)
  return ({ channel, did }) =>
    rules.some(
      ({ channels, dids }) =>
        (channels === null || channels.includes(channel)) && dids.some((each) => patternMatches(each, did)),
    )
}
