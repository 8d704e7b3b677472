import type { ConversationWire } from '../../module/contract/api/conversations.ts'
import type { SearchHitWire } from '../../module/contract/api/search.ts'
import type { ApiClient } from './api-client.ts'
import { asApiError } from './api-error.ts'
import type { ListScope } from './conversation-list.ts'

/** What was found for a text, as far as it was asked for. */
export interface SearchState {
  readonly text: string
  readonly asking: boolean
  readonly conversations: readonly ConversationWire[]
  readonly hits: readonly SearchHitWire[]
  readonly next: string | null
  /** Why there is no answer, as a sentence. */
  readonly problem: string | null
}

export const noSearch: SearchState = {
  text: '',
  asking: false,
  conversations: [],
  hits: [],
  next: null,
  problem: null,
}

const waitMs = 200

/** Asks the server once the typing pauses; an answer to what is no longer asked is passed over. */
export class SearchDesk {
  readonly #api: Pick<ApiClient, 'search'>
  readonly #patch: (change: (held: SearchState) => SearchState) => void
  #scope: ListScope = { filter: 'all', channel: 'any', group: null }
  #serial = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: Pick<ApiClient, 'search'>, patch: (change: (held: SearchState) => SearchState) => void) {
    this.#api = api
    this.#patch = patch
  }

  /** What was found before stays on the screen until the new answer is there. */
  ask(text: string, scope: ListScope): void {
    clearTimeout(this.#timer)
    this.#scope = scope
    const serial = ++this.#serial
    const wanted = text.trim()
    if (wanted === '') {
      this.#patch(() => noSearch)
      return
    }
    this.#patch((held) => ({ ...held, text: wanted, asking: true, problem: null }))
    this.#timer = setTimeout(() => void this.#read(wanted, null, serial), waitMs)
  }

  more({ text, next, asking }: SearchState): void {
    if (next === null || asking) return
    this.#patch((held) => ({ ...held, asking: true }))
    void this.#read(text, next, this.#serial)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#serial += 1
  }

  async #read(text: string, after: string | null, serial: number): Promise<void> {
    const { channel, group } = this.#scope
    try {
      const found = await this.#api.search({
        q: text,
        channel: channel === 'any' ? null : channel,
        group,
        after,
      })
      if (serial !== this.#serial) return
      this.#patch((held) => ({
        text,
        asking: false,
        problem: null,
        next: found.next,
        conversations: after === null ? found.conversations : held.conversations,
        hits: after === null ? found.items : [...held.hits, ...found.items],
      }))
    } catch (thrown) {
      if (serial !== this.#serial) return
      const problem = asApiError(thrown).sentence
      this.#patch((held) => ({ ...(after === null ? noSearch : held), text, asking: false, problem }))
    }
  }
}
