import { type ApiAnswer, readJson } from '../api-answer.ts'
import { type ApiResult, callApi } from '../call-api.ts'

/** The way to Meta's Graph API for one account. */
export interface Graph {
  /** `https://graph.facebook.com` */
  readonly apiBase: string
  /** `v24.0` */
  readonly version: string
  readonly accessToken: string
  readonly deadlineMs: number
}

/** A list of templates is long; a message's answer is not. */
const longestAnswerBytes = 4 * 1024 * 1024

/** `path` is written by us and starts without a slash: `1065…/messages`. Never rejects. */
export const postGraph = (graph: Graph, path: string, body: object): Promise<ApiResult> =>
  callApi({
    method: 'POST',
    url: urlOf(graph, path),
    headers: { ...authorization(graph), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    deadlineMs: graph.deadlineMs,
  })

export const getGraph = (
  graph: Graph,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<ApiResult> => {
  const url = urlOf(graph, path)
  url.search = new URLSearchParams(query).toString()
  return callApi({
    method: 'GET',
    url,
    headers: authorization(graph),
    body: null,
    deadlineMs: graph.deadlineMs,
    longestAnswerBytes,
  })
}

export const authorization = ({ accessToken }: Graph): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${accessToken}`,
})

const urlOf = ({ apiBase, version }: Graph, path: string): URL => new URL(`/${version}/${path}`, apiBase)

/** The object of an answer, or why there is none. */
export function readGraph(
  result: ApiResult,
): (Pick<ApiAnswer, 'status'> & { readonly body: object | null }) | { readonly reason: string } {
  if (result.kind !== 'answered') return { reason: `WhatsApp could not be reached: ${result.reason}` }
  return { status: result.status, body: readJson(result.body) }
}
