import type { SendInquiry } from '../../app/ports/carriers.ts'
import type { ReportedState } from '../../domain/message/delivery.ts'
import { readJson, textAt, valueAt } from '../api-answer.ts'
import { isCarrierId, listOf } from '../json-webhook.ts'
import { callTelnyx, type TelnyxApi } from './telnyx-api.ts'
import { telnyxFailure } from './telnyx-errors.ts'
import { codeAt, ourMessageId } from './telnyx-webhook.ts'

/** Source: `MessageDetailRecord` in Telnyx's own library for Node. */
const states: ReadonlyMap<string, ReportedState> = new Map<string, ReportedState>([
  ['delivered', 'delivered'],
  ['dlr_unconfirmed', 'sent'],
  ['dlr_timeout', 'sent'],
  ['gw_timeout', 'sent'],
  ['gw_reject', 'failed'],
  ['failed', 'failed'],
])

/** Far more than are sent to one customer in the time that an inquiry is made for. */
const newest = 50

/**
 * Searches the detail records of this pair of numbers for our status URL. They are written once a message has come to
 * an end, at their own pace: one that is found is certain, one that is not proves nothing.
 */
export const telnyxInquiry = (api: TelnyxApi): SendInquiry => ({
  async ask({ messageId, from, to }) {
    const query = new URLSearchParams({
      'filter[record_type]': 'messaging',
      'filter[direction]': 'outbound',
      'filter[cli]': from.value,
      'filter[cld]': to.value,
      sort: '-created_at',
      'page[size]': String(newest),
    })
    const result = await callTelnyx(api, `/v2/detail_records?${query}`)
    if (result.kind !== 'answered')
      return { kind: 'no-answer', reason: `Telnyx could not be asked: ${result.reason}` }
    if (result.status !== 200)
      return { kind: 'no-answer', reason: `Telnyx answered HTTP ${result.status} to the inquiry` }
    const own = listOf(valueAt(readJson(result.body), 'data')).find(
      (record) => ourMessageId(textAt(record, 'delivery_status_webhook_url')) === messageId,
    )
    const id = textAt(own, 'uuid')
    const state = states.get(textAt(own, 'status') ?? '')
    if (!isCarrierId(id) || state === undefined)
      return { kind: 'no-answer', reason: 'Telnyx has no record of this message yet' }
    return {
      kind: 'found',
      report: {
        carrierMessageId: id,
        messageId,
        state,
        failure: state === 'failed' ? telnyxFailure(codeAt(own, 'errors.0'), null) : null,
      },
    }
  },
})
