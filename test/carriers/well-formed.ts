import type { WebhookResult } from '../../module/app/ports/carriers.ts'
import { addressKey, addressOfKey } from '../../module/domain/message/address.ts'
import type { InboundMessage } from '../../module/domain/message/message.ts'
import { type MediaRef, summaryOf, wantsAnswer } from '../../module/domain/message/message-content.ts'

const longestId = 512
const longestUrl = 4096

/** What of a result the rest of Parley could not live with. A carrier must never make such a one, whatever it reads. */
export function complaintsAbout(result: WebhookResult): readonly string[] {
  const complaints: string[] = []
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) complaints.push(sentence)
  }
  if (result.kind !== 'content') {
    must(result.reason !== '' && result.reason.length <= 300, 'a reason is a sentence')
    must(!/[\r\n]/.test(result.reason), 'a reason is one line')
    return complaints
  }
  must(result.answer.status >= 200 && result.answer.status < 300, 'content is answered 2xx')
  for (const message of result.inbound) complaints.push(...aboutMessage(message))
  for (const { carrierMessageId, state, failure } of result.reports) {
    must(isId(carrierMessageId), 'a report has an id')
    must((state === 'failed') === (failure !== null), 'a failure belongs to what failed')
    must(failure === null || failure.sentence !== '', 'a failure has a sentence')
    must(failure === null || (failure.carrierCode?.length ?? 0) <= 100, 'a code is short')
  }
  for (const reason of result.unread ?? [])
    must(reason !== '' && reason.length <= 300 && !/[\r\n]/.test(reason), 'what was not read has its reason')
  // It is kept and sent on as JSON.
  must(typeof JSON.stringify(result) === 'string', 'it can be written down')
  return complaints
}

function aboutMessage(message: InboundMessage): readonly string[] {
  const complaints: string[] = []
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) complaints.push(sentence)
  }
  must(isId(message.carrierMessageId), 'a message has an id')
  for (const address of [message.sender, message.did]) {
    must(address.value !== '' && address.value.length <= 160, 'an address has a value')
    must(addressOfKey(addressKey(address)).value === address.value, 'an address survives being a key')
  }
  const { senderName, carrierAt, repliesTo } = message
  must(senderName === null || (senderName !== '' && senderName.length <= 200), 'a name is short')
  must(carrierAt === null || (Number.isSafeInteger(carrierAt) && carrierAt > 0), 'a time is in ms')
  must(repliesTo === null || repliesTo === undefined || isId(repliesTo), 'what it replies to has an id')
  must(typeof summaryOf(message.content) === 'string', 'it can be summed up')
  must(typeof wantsAnswer(message.content) === 'boolean', 'it wants an answer or not')
  must(!hasNul(message.content), 'no text holds a NUL, which would cut it in the database')
  const { content } = message
  if (content.kind === 'text') for (const media of content.media) must(isMedia(media), 'a file is named')
  if (content.kind === 'location')
    must(Math.abs(content.latitude) <= 90 && Math.abs(content.longitude) <= 180, 'a place is on the earth')
  if ('refersTo' in content) must(isId(content.refersTo), 'what it refers to has an id')
  return complaints
}

const isId = (id: unknown): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what an id must not have
  typeof id === 'string' && id !== '' && id.length <= longestId && !/[\u0000-\u001f]/.test(id)

/** Whoever fetches it later may send our credentials along: an id of the carrier's, or https. */
const isMedia = ({ url, contentType, fileName }: MediaRef): boolean =>
  url !== '' &&
  url.length <= longestUrl &&
  !/^(?!https:)[a-z][a-z+.-]*:\/\//i.test(url) &&
  (contentType === null || (contentType !== '' && contentType.length <= 200)) &&
  (fileName == null || fileName.length <= 300)

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNul)
}
