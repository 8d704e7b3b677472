import { type ApiResult, callApi } from '../call-api.ts'

/** The way to Telnyx's API for one account. */
export interface TelnyxApi {
  /** `https://api.telnyx.com` */
  readonly apiBase: string
  readonly apiKey: string
  readonly deadlineMs: number
}

/** `path` is written by us: `/v2/messages`. Never rejects. */
export const callTelnyx = (api: TelnyxApi, path: string, body?: object): Promise<ApiResult> =>
  callApi({
    method: body === undefined ? 'GET' : 'POST',
    url: new URL(path, api.apiBase),
    headers: {
      authorization: `Bearer ${api.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    deadlineMs: api.deadlineMs,
    longestAnswerBytes: body === undefined ? 1024 * 1024 : 64 * 1024,
  })
