import { randomId } from './random-id.ts'

/** What the tabs of one agent tell each other of an alert, by the cursor of its event. */
type TabWord =
  /** He is looking at it in my tab: nobody needs to be called. */
  | { readonly kind: 'seen'; readonly key: string }
  /** I am about to call him. */
  | { readonly kind: 'mine'; readonly key: string; readonly tab: string }

export interface AlertTabsOptions {
  /** One name for all tabs of one agent. */
  readonly name: string
  /** How soon this tab offers itself: one that can be heard sooner than one that can't. */
  readonly patienceMs: () => number
  readonly settleMs?: number
}

const keptKeys = 200

/**
 * Several tabs hear of the same message: one of them alerts. Each waits a moment, says that it will, waits once more,
 * and does unless another said so before or has the smaller id. No lock is needed, which pages without https lack.
 */
export class AlertTabs {
  readonly #options: AlertTabsOptions
  readonly #tab = randomId()
  readonly #channel: BroadcastChannel
  /** Alerts that are dealt with, or claimed: by whom. */
  readonly #claims = new Map<string, string>()
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()

  constructor(options: AlertTabsOptions) {
    this.#options = options
    this.#channel = new BroadcastChannel(options.name)
    this.#channel.onmessage = ({ data }: MessageEvent<TabWord>) => this.#hear(data)
  }

  close(): void {
    this.#channel.close()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  /** He sees it here. */
  seen(key: string): void {
    this.#claim(key, '')
    this.#say({ kind: 'seen', key })
  }

  /** Whether this tab is to alert. */
  async wins(key: string): Promise<boolean> {
    await this.#wait(this.#options.patienceMs())
    if (this.#claims.has(key)) return false
    this.#claim(key, this.#tab)
    this.#say({ kind: 'mine', key, tab: this.#tab })
    await this.#wait(this.#options.settleMs ?? 60)
    return this.#claims.get(key) === this.#tab
  }

  #hear(word: TabWord): void {
    if (word.kind === 'seen') {
      this.#claim(word.key, '')
      return
    }
    const held = this.#claims.get(word.key)
    if (held === undefined || word.tab < held) this.#claim(word.key, word.tab)
  }

  #claim(key: string, tab: string): void {
    this.#claims.set(key, tab)
    const [oldest] = this.#claims.keys()
    if (this.#claims.size > keptKeys && oldest !== undefined) this.#claims.delete(oldest)
  }

  #say(word: TabWord): void {
    this.#channel.postMessage(word)
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        resolve()
      }, ms)
      this.#timers.add(timer)
    })
  }
}
