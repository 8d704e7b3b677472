import type { ConversationWire, PersonalWire } from '../../module/contract/api/conversations.ts'
import type { ApiClient } from './api-client.ts'
import type { ConversationThread } from './conversation-thread.ts'

/** Tells the server what was read, each message once, so that every panel of mine counts the same. */
export class ReadMarker {
  readonly #api: Pick<ApiClient, 'read'>
  readonly #onRead: (id: string, personal: PersonalWire) => void
  readonly #told = new Map<string, string>()

  constructor(api: Pick<ApiClient, 'read'>, onRead: (id: string, personal: PersonalWire) => void) {
    this.#api = api
    this.#onRead = onRead
  }

  /** The person has this thread before his eyes. */
  seen({ loaded, messages }: ConversationThread, conversation: ConversationWire): void {
    const { id, unread, mentionsMe } = conversation
    const through = messages.at(-1)?.id
    if (!loaded || through === undefined || unread + mentionsMe === 0 || this.#told.get(id) === through)
      return
    this.#told.set(id, through)
    this.#api.read(id, through).then(
      (personal) => this.#onRead(id, personal),
      // Without a network it stays unread, and is told at the next look.
      () => this.#told.delete(id),
    )
  }
}
