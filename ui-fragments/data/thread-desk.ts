import type { ConversationWire, TemplateListWire, WayWire } from '../../module/contract/api/conversations.ts'
import type { GroupDetailWire } from '../../module/contract/api/groups.ts'
import type { MessageWire, StartBodyWire } from '../../module/contract/api/messages.ts'
import type { AgentReader } from './agent-reader.ts'
import type { ApiClient } from './api-client.ts'
import { asApiError } from './api-error.ts'
import { randomId } from './random-id.ts'
import { allMessages, transcriptJson, transcriptText } from './transcript.ts'

export type MessageTemplate = TemplateListWire['items'][number]
export type Transcript = 'text' | 'json'

export interface ThreadDeskPorts {
  readonly api: ApiClient
  readonly reader: AgentReader
}

/** Before an address runs out, another is asked for. */
const spareMs = 5 * 60_000

/** What is asked for the open conversation beside its messages: files, ways out, templates, transcripts. */
export class ThreadDesk {
  readonly #api: ApiClient
  readonly #reader: AgentReader
  readonly #links = new Map<string, { readonly address: string; readonly untilMs: number }>()
  /** A second try of the same is the same: it keeps its key until it is done. */
  readonly #keys = new Map<string, string>()

  constructor({ api, reader }: ThreadDeskPorts) {
    this.#api = api
    this.#reader = reader
  }

  /** Where a browser finds a file without a token, for a while. */
  async mediaAddress(id: string, afresh: boolean): Promise<string> {
    const known = this.#links.get(id)
    if (!afresh && known !== undefined && known.untilMs > Date.now()) return known.address
    const { url, expiresAt } = await this.#api.mediaLink(id)
    const address = this.#api.address(url)
    this.#links.set(id, { address, untilMs: Date.parse(expiresAt) - spareMs })
    return address
  }

  async retryMedia(conversationId: string, id: string): Promise<void> {
    await this.#api.retryMedia(id)
    this.#reader.request(conversationId, 'messages')
  }

  async sendAgain(conversationId: string, { id }: MessageWire): Promise<void> {
    await this.#once(`again ${id}`, (key) => this.#api.sendAgain(id, key))
    this.#reader.request(conversationId, 'conversation', 'messages')
  }

  /** A Parley that has no say in ways sends as the customer wrote last. */
  readWays(id: string): void {
    this.#api.ways(id).then(
      (ways) => this.#reader.patchThread(id, (thread) => ({ ...thread, ways })),
      (thrown: unknown) => {
        const error = asApiError(thrown)
        if (error.status !== 404 && error.status !== 0) this.#reader.failed(error)
      },
    )
  }

  templates = (id: string, way: WayWire): Promise<readonly MessageTemplate[]> => this.#api.templates(id, way)

  transferGroups = (): Promise<readonly GroupDetailWire[]> => this.#api.transferGroups()

  async nameCustomer(id: string, name: string): Promise<void> {
    await this.#api.nameCustomer(id, name)
    this.#reader.request(id, 'conversation')
  }

  start(body: StartBodyWire): Promise<ConversationWire> {
    return this.#once(`start ${JSON.stringify(body)}`, (key) => this.#api.start(body, key))
  }

  async transcript(conversation: ConversationWire, kind: Transcript): Promise<string> {
    const messages = await allMessages((before, limit) => this.#api.messages(conversation.id, before, limit))
    return (kind === 'text' ? transcriptText : transcriptJson)(conversation, messages)
  }

  async #once<T>(what: string, act: (key: string) => Promise<T>): Promise<T> {
    const key = this.#keys.get(what) ?? randomId()
    this.#keys.set(what, key)
    const done = await act(key)
    this.#keys.delete(what)
    return done
  }
}
