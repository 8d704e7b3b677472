import type { CarrierAccounts } from './carrier-accounts.ts'
import type { AddressReader, Carrier, CarrierNumber } from './ports/carriers.ts'

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
