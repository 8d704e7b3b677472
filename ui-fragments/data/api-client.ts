import type {
  ConversationCountsWire,
  ConversationListWire,
  ConversationWire,
  PersonalWire,
  TemplateListWire,
  WayWire,
} from '../../module/contract/api/conversations.ts'
import type { DecisionWire } from '../../module/contract/api/decisions.ts'
import type { GroupDetailWire, MeWire, MyQueueWire, StatusWire } from '../../module/contract/api/groups.ts'
import type { MediaLinkWire } from '../../module/contract/api/media.ts'
import type {
  MessageListWire,
  ReplyBodyWire,
  StartBodyWire,
  TimelineWire,
} from '../../module/contract/api/messages.ts'
import type { FilledInWire } from '../../module/contract/api/notes-and-canned-replies.ts'

import type { GroupWire } from '../../module/contract/api/parts.ts'
import type { SearchResultWire } from '../../module/contract/api/search.ts'

import { ApiError, asApiError, errorOfAnswer, timeoutError } from './api-error.ts'

export type ListFilter = 'all' | 'mine' | 'unassigned' | 'closed'

export interface ConversationPageQuery {
  readonly filter: ListFilter
  readonly channel?: string | null
  readonly group?: string | null
  /** Those below this place; the first page without. */
  readonly below?: number | null
  readonly limit?: number
}

/** What an agent says of himself. */
export interface StatusBody {
  readonly state: 'available' | 'away'
  readonly until?: string | null
  readonly reason?: string | null
}

export type QueueAct = 'pause' | 'unpause' | 'login' | 'logout'

export interface SearchQuery {
  readonly q: string
  readonly channel: string | null
  readonly group: string | null
  readonly after: string | null
}

interface List<T> {
  readonly items: readonly T[]
}

export interface ApiRequest {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  /** Sent as it is, in place of a body of JSON. */
  readonly csv?: Blob
  readonly idempotencyKey?: string
  readonly timeoutMs?: number
}

/**
 * The API as calls. Every call either gives the typed answer or throws an `ApiError`; none waits longer than
 * the deadline. `base` is the folder that the sidecar is mounted at, with its slash at the end.
 */
export class ApiClient {
  readonly #base: string
  readonly #token: () => string
  readonly #timeoutMs: number

  constructor(base: string, token: () => string, timeoutMs = 15_000) {
    this.#base = base
    this.#token = token
    this.#timeoutMs = timeoutMs
  }

  me = (): Promise<MeWire> => this.#call('me')

  conversations = ({
    filter,
    channel,
    group,
    below,
    limit,
  }: ConversationPageQuery): Promise<ConversationListWire> =>
    this.#call(
      `conversations${query({
        filter,
        channel: channel ?? null,
        group: group ?? null,
        below: below?.toString() ?? null,
        limit: limit?.toString() ?? null,
      })}`,
    )
  counts = (channel: string | null, group: string | null): Promise<ConversationCountsWire> =>
    this.#call(`conversations/counts${query({ channel, group })}`)
  search = (asked: SearchQuery): Promise<SearchResultWire> => this.#call(`search${query({ ...asked })}`)

  status = (): Promise<StatusWire> => this.#call('me/status')
  setStatus = (wanted: StatusBody): Promise<StatusWire> =>
    this.#request('me/status', { method: 'PUT', body: wanted })
  myQueues = async (): Promise<readonly MyQueueWire[]> =>
    (await this.#call<List<MyQueueWire>>('me/queues')).items
  actInQueue = (number: string, act: QueueAct, reason: string | null): Promise<MyQueueWire> =>
    this.#request(`me/queues/${part(number)}/${act}`, {
      method: 'POST',
      ...(act === 'pause' ? { body: reason === null ? {} : { reason } } : {}),
    })
  conversation = (id: string): Promise<ConversationWire> => this.#call(`conversations/${part(id)}`)
  messages = (
    id: string,
    before: string | null = null,
    limit: number | null = null,
  ): Promise<MessageListWire> =>
    this.#call(`conversations/${part(id)}/messages${query({ before, limit: limit?.toString() ?? null })}`)
  /** What is near one message, or what is newer than a place that such a page named. */
  messagesAt = (id: string, place: { around: string } | { after: string }): Promise<MessageListWire> =>
    this.#call(`conversations/${part(id)}/messages${query(place)}`)
  decisions = async (id: string): Promise<readonly DecisionWire[]> =>
    (await this.#call<List<DecisionWire>>(`conversations/${part(id)}/decisions`)).items

  timeline = async (id: string): Promise<TimelineWire['items']> =>
    (await this.#call<TimelineWire>(`conversations/${part(id)}/timeline`)).items

  reply = (id: string, body: ReplyBodyWire, idempotencyKey: string): Promise<void> =>
    this.#post(`conversations/${part(id)}/messages`, body, idempotencyKey)
  sendAgain = (messageId: string, idempotencyKey: string): Promise<void> =>
    this.#post(`messages/${part(messageId)}/send-again`, {}, idempotencyKey)
  start = (body: StartBodyWire, idempotencyKey: string): Promise<ConversationWire> =>
    this.#request('conversations', { method: 'POST', body, idempotencyKey })
  ways = async (id: string): Promise<readonly WayWire[]> =>
    (await this.#call<List<WayWire>>(`conversations/${part(id)}/ways`)).items
  templates = async (
    id: string,
    { carrierId, channel, did }: Pick<WayWire, 'carrierId' | 'channel' | 'did'>,
  ): Promise<TemplateListWire['items']> =>
    (
      await this.#call<TemplateListWire>(
        `conversations/${part(id)}/templates${query({ carrierId, channel, did })}`,
      )
    ).items
  nameCustomer = (id: string, name: string): Promise<ConversationWire> =>
    this.#request(`conversations/${part(id)}/customer`, { method: 'PATCH', body: { name } })

  mediaLink = (id: string): Promise<MediaLinkWire> => this.#call(`media/${part(id)}/link`)
  retryMedia = (id: string): Promise<void> => this.#post(`media/${part(id)}/retry`, {})
  /** Below Parley's own address, as the API writes them. */
  address = (path: string): string => new URL(path.replace(/^\//, ''), this.#base).href
  get token(): string {
    return this.#token()
  }

  transfer = (id: string, to: string, version: number, note: string): Promise<void> =>
    this.#post(`conversations/${part(id)}/transfer`, { to, version, ...(note === '' ? {} : { note }) })
  transferToGroup = (
    id: string,
    group: Pick<GroupWire, 'kind' | 'number'>,
    to: string | null,
    version: number,
    note: string,
  ): Promise<void> => {
    const toGroup = { kind: group.kind, number: group.number }
    const body = { toGroup, version, ...(to === null ? {} : { to }), ...(note === '' ? {} : { note }) }
    return this.#post(`conversations/${part(id)}/transfer`, body)
  }
  reassign = (id: string, to: string | null, version: number, note: string): Promise<void> =>
    this.#post(`conversations/${part(id)}/reassign`, { to, version, ...(note === '' ? {} : { note }) })
  /** Whatever the answer says, it is the newest of what is mine there. */
  read = (id: string, through: string): Promise<PersonalWire> =>
    this.#request(`conversations/${part(id)}/read`, { method: 'POST', body: { through } })
  prefer = (id: string, wanted: { pinned?: boolean; muted?: boolean }): Promise<PersonalWire> =>
    this.#request(`conversations/${part(id)}/preferences`, { method: 'PUT', body: wanted })
  note = (id: string, text: string, mentions: readonly string[], idempotencyKey: string): Promise<void> =>
    this.#post(
      `conversations/${part(id)}/notes`,
      { text, ...(mentions.length === 0 ? {} : { mentions }) },
      idempotencyKey,
    )
  canned = async (id: string): Promise<readonly FilledInWire[]> =>
    (await this.#call<List<FilledInWire>>(`conversations/${part(id)}/canned-replies`)).items
  take = (id: string, version: number): Promise<void> =>
    this.#post(`conversations/${part(id)}/take`, { version })
  close = (id: string): Promise<void> => this.#post(`conversations/${part(id)}/close`, {})
  reopen = (id: string): Promise<void> => this.#post(`conversations/${part(id)}/reopen`, {})

  group = (kind: string, number: string): Promise<GroupDetailWire> =>
    this.#call(`groups/${part(kind)}/${part(number)}`)
  /** All groups that a conversation may be handed to. */
  transferGroups = async (): Promise<readonly GroupDetailWire[]> =>
    (await this.#call<List<GroupDetailWire>>('transfer-groups')).items
  groups = async (): Promise<readonly GroupDetailWire[]> =>
    (await this.#call<List<GroupDetailWire>>('groups')).items

  #post(path: string, body: unknown, idempotencyKey?: string): Promise<void> {
    return this.#send(path, {
      method: 'POST',
      body,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
  }

  /** Any other call, for panels that need more than is here: below `api/v1/`. */
  ask<T>(
    path: string,
    request: ApiRequest = {},
    read: (answer: Response) => Promise<T> = readJson as (answer: Response) => Promise<T>,
  ): Promise<T> {
    return this.#answer(path, request, read)
  }

  /** For what answers with nothing that a panel needs: it looks at the conversation afresh instead. */
  async #send(path: string, request: ApiRequest): Promise<void> {
    await this.#answer(path, request, (answer) => answer.arrayBuffer())
  }

  #call<T>(path: string): Promise<T> {
    return this.#request(path, {})
  }

  async #request<T>(path: string, request: ApiRequest): Promise<T> {
    return (await this.#answer(path, request, (answer) => answer.json())) as T
  }

  async #answer<T>(path: string, request: ApiRequest, read: (answer: Response) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(request.timeoutMs ?? this.#timeoutMs)
    try {
      const answer = await fetch(new URL(`api/v1/${path}`, this.#base), {
        method: request.method ?? 'GET',
        headers: this.#headers(request),
        body: request.csv ?? (request.body === undefined ? null : JSON.stringify(request.body)),
        signal,
        cache: 'no-store',
        credentials: 'omit',
      })
      if (!answer.ok) throw await errorOfAnswer(answer)
      return await read(answer)
    } catch (error) {
      if (error instanceof SyntaxError) throw unreadable()
      if (signal.aborted && !(error instanceof ApiError)) throw timeoutError()
      throw asApiError(error)
    }
  }

  #headers(request: ApiRequest): Record<string, string> {
    return {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${this.#token()}`,
      ...(request.csv === undefined ? {} : { 'content-type': 'text/csv' }),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': request.idempotencyKey }),
    }
  }
}

/** Of an answer without content nothing is left. */
const readJson = async (answer: Response) =>
  answer.status === 204 ? null : ((await answer.json()) as unknown)

export const part = encodeURIComponent

export function query(values: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null)
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

const unreadable = (): ApiError =>
  new ApiError({
    code: 'unreadable-answer',
    status: 0,
    sentence: 'The answer was not Parley’s. Ask the PBX’s administrator to look at the proxy.',
  })
