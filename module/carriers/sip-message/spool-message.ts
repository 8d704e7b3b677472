import type { AddressReader } from '../../app/ports/carriers.ts'
import type { CarrierId, Millis } from '../../domain/ids.ts'
import { sameAddress } from '../../domain/message/address.ts'
import type { InboundMessage } from '../../domain/message/message.ts'
import type { MessageContent } from '../../domain/message/message-content.ts'
import { displayName } from '../display-name.ts'
import type { SpoolRecord } from './spool-record.ts'

/** Asterisk gives no body above this; it arrives empty, and only Content-Length tells. */
const longestBodyBytes = 1023

/** What the record says, in our words. */
export function messageOfRecord(
  record: SpoolRecord,
  carrierId: CarrierId,
  readAddress: AddressReader,
  receivedAt: Millis,
): InboundMessage {
  const sender = readAddress(record.from.user || record.from.host)
  const name = displayName(record.from.displayName)
  return {
    carrierId,
    carrierMessageId: carrierMessageId(record),
    channel: 'sip',
    sender,
    // Trunks repeat the number as its own name.
    senderName: name === '' || sameAddress(readAddress(name), sender) ? null : name,
    did: readAddress(record.did),
    content: contentOf(record),
    carrierAt: record.takenAt === null ? null : Math.trunc(record.takenAt),
    receivedAt,
  }
}

/**
 * A trunk that repeats itself makes a second record with the same Call-ID and CSeq. Where Asterisk gives none (a
 * Call-ID too long for it), the record's own id still keeps one file from having two effects.
 */
const carrierMessageId = ({ callId, cseq, id }: SpoolRecord): string =>
  callId === '' || cseq === '' ? id : `${callId} ${cseq}`

function contentOf({ body, byteLength }: SpoolRecord): MessageContent {
  if (body === '' && byteLength !== null && byteLength > longestBodyBytes)
    return { kind: 'too-long-for-trunk', byteLength }
  return { kind: 'text', text: body, media: [] }
}
