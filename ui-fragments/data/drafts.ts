import type { ReplyBodyWire } from '../../module/contract/api/messages.ts'

/** A reply that Parley has not confirmed yet. Its key makes it safe to send again: the same key never sends twice. */
export interface UnsentReply {
  readonly key: string
  readonly text: string
  /** Uploads that go with it, with the names they are shown by. */
  readonly media?: readonly { readonly id: string; readonly name: string }[]
  /** The way it was told to go; left out, back as the customer wrote last. */
  readonly via?: ReplyBodyWire['via']
  readonly template?: ReplyBodyWire['template']
  /** What its writer had before him: if a colleague has answered since, it is held back. */
  readonly seen?: string
  readonly confirm?: boolean
  /** UTC milliseconds */
  readonly at: number
}

/** What an agent wrote and did not send, kept in this browser, apart for each extension and conversation. */
export class Drafts {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly #owner: string
  /** What a full or forbidden storage did not take: it lasts as long as the page. */
  readonly #unkept = new Map<string, string>()

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, owner: string) {
    this.#storage = storage
    this.#owner = owner
  }

  text(conversationId: string): string {
    return this.#read(this.#key('draft', conversationId)) ?? ''
  }

  keepText(conversationId: string, text: string): void {
    this.#keep(this.#key('draft', conversationId), text)
  }

  unsent(conversationId: string): readonly UnsentReply[] {
    const kept = this.#read(this.#key('unsent', conversationId))
    return kept === null ? [] : (JSON.parse(kept) as readonly UnsentReply[])
  }

  keepUnsent(conversationId: string, reply: UnsentReply): void {
    const others = this.unsent(conversationId).filter(({ key }) => key !== reply.key)
    this.#keepAll(conversationId, [...others, reply])
  }

  dropUnsent(conversationId: string, key: string): void {
    const kept = this.unsent(conversationId)
    const left = kept.filter((reply) => reply.key !== key)
    if (left.length !== kept.length) this.#keepAll(conversationId, left)
  }

  /** The way chosen last in a conversation: `sms +16313808000`; empty for the usual one. */
  way(conversationId: string): string {
    return this.#read(this.#key('way', conversationId)) ?? ''
  }

  keepWay(conversationId: string, way: string): void {
    this.#keep(this.#key('way', conversationId), way)
  }

  note(conversationId: string): string {
    return this.#read(this.#key('note', conversationId)) ?? ''
  }

  keepNote(conversationId: string, text: string): void {
    this.#keep(this.#key('note', conversationId), text)
  }

  #keepAll(conversationId: string, replies: readonly UnsentReply[]): void {
    this.#keep(this.#key('unsent', conversationId), replies.length === 0 ? '' : JSON.stringify(replies))
  }

  #read(key: string): string | null {
    return this.#unkept.get(key) ?? this.#storage.getItem(key)
  }

  #keep(key: string, value: string): void {
    this.#unkept.delete(key)
    if (value === '') {
      this.#storage.removeItem(key)
      return
    }
    try {
      this.#storage.setItem(key, value)
    } catch {
      this.#unkept.set(key, value)
    }
  }

  #key(kind: 'draft' | 'unsent' | 'way' | 'note', conversationId: string): string {
    return `parley.${kind}.${this.#owner}.${conversationId}`
  }
}
