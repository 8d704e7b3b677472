import type { ClientFrame } from '../../module/contract/live.ts'

type WatchFrame = Extract<ClientFrame, { type: 'viewing' | 'typing' }>

/** The server forgets after 90 s who looks, and after 6 s who writes. */
const viewingEveryMs = 45_000
const typingEveryMs = 3000

/** Tells colleagues, by way of the server, what this panel shows and where its agent writes. */
export class WatchTeller {
  readonly #say: (frame: WatchFrame) => void
  readonly #timer: ReturnType<typeof setInterval>
  #shown: string | null = null
  #typed = { id: '', at: Number.NEGATIVE_INFINITY }

  constructor(say: (frame: WatchFrame) => void) {
    this.#say = say
    this.#timer = setInterval(() => {
      if (this.#shown !== null) this.repeat()
    }, viewingEveryMs)
  }

  show(conversationId: string | null): void {
    if (conversationId === this.#shown) return
    this.#shown = conversationId
    this.repeat()
  }

  /** The connection is new: it knows nothing yet. */
  repeat(): void {
    this.#say({ type: 'viewing', conversationId: this.#shown })
  }

  type(conversationId: string, now = Date.now()): void {
    if (this.#typed.id === conversationId && now - this.#typed.at < typingEveryMs) return
    this.#typed = { id: conversationId, at: now }
    this.#say({ type: 'typing', conversationId })
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
