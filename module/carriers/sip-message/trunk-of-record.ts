import type { AddressReader, CarrierAccount } from '../../app/ports/carriers.ts'
import { asCarrierId, type CarrierId } from '../../domain/ids.ts'
import { sameAddress } from '../../domain/message/address.ts'
import type { SpoolRecord } from './spool-record.ts'

/**
 * Stands in while no SIP trunk account exists at all. The text still reaches its group or the unrouted list, since
 * a customer has said something; a reply waits until an account of this id is made.
 */
export const unnamedTrunk = asCarrierId('sip-message')

/**
 * Which trunk account a record came by, and so which one an answer leaves by: the one that lists its source, else
 * the one that owns the number texted, else the first. A wrong guess costs a detour, a refusal would cost the text.
 * Disabled accounts count after the others: Asterisk has taken the text, whatever is switched off here.
 */
export function trunkOfRecord(
  accounts: readonly CarrierAccount[],
  record: Pick<SpoolRecord, 'source' | 'did'>,
  readAddress: AddressReader,
): CarrierId {
  const trunks = accounts.filter((account) => account.kind === 'sip-message')
  trunks.sort((a, b) => Number(b.enabled) - Number(a.enabled))
  if (trunks.length <= 1) return trunks[0]?.id ?? unnamedTrunk
  const host = hostOf(record.source)
  const bySource = trunks.find((trunk) =>
    texts(trunk.settings.sources).some((source) => source === record.source || source === host),
  )
  if (bySource !== undefined) return bySource.id
  const did = readAddress(record.did)
  const byNumber = trunks.find((trunk) =>
    texts(trunk.settings.numbers).some((number) => sameAddress(readAddress(number), did)),
  )
  return (byNumber ?? trunks[0])?.id ?? unnamedTrunk
}

/** `192.0.2.7:5060` → `192.0.2.7`, `[2001:db8::1]:5060` → `2001:db8::1` */
const hostOf = (source: string): string => source.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
