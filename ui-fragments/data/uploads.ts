import type { UploadWire } from '../../module/contract/api/media.ts'
import { type ApiError, asApiError, errorOfAnswer, offlineError } from './api-error.ts'
import { sizeWords } from './media-words.ts'
import { randomId } from './random-id.ts'
import { words } from './words/words.ts'

export const mostFiles = 10
export const longestFileBytes = 100_000_000

/** A file that an agent attached and did not send yet. */
export interface Attachment {
  readonly key: string
  readonly name: string
  readonly byteLength: number
  /** 0 to 1 */
  readonly progress: number
  /** Of the upload, once it is there. */
  readonly id: string | null
  readonly failure: string | null
}

export interface UploadPorts {
  readonly address: (path: string) => string
  readonly token: () => string
  readonly onChange: (conversationId: string) => void
}

/** The files attached in each conversation, uploaded at once so that sending is quick. They live as long as the tab. */
export class Uploads {
  readonly #ports: UploadPorts
  readonly #held = new Map<string, readonly Attachment[]>()
  readonly #running = new Map<string, XMLHttpRequest>()
  readonly #files = new Map<string, File>()

  constructor(ports: UploadPorts) {
    this.#ports = ports
  }

  of(conversationId: string): readonly Attachment[] {
    return this.#held.get(conversationId) ?? []
  }

  /** Starts their uploads; what is over the limits is refused with a sentence before anything is sent. */
  add(conversationId: string, files: readonly File[]): string | null {
    let refused: string | null = null
    for (const file of files) {
      if (this.of(conversationId).length >= mostFiles) return words().tooManyFiles(mostFiles)
      if (file.size > longestFileBytes) {
        refused = words().tooLargeFile(file.name, sizeWords(longestFileBytes))
        continue
      }
      const key = randomId()
      this.#files.set(key, file)
      this.#keep(conversationId, [
        ...this.of(conversationId),
        { key, name: file.name, byteLength: file.size, progress: 0, id: null, failure: null },
      ])
      this.#upload(conversationId, key)
    }
    return refused
  }

  retry(conversationId: string, key: string): void {
    this.#change(conversationId, key, { failure: null, progress: 0 })
    this.#upload(conversationId, key)
  }

  /** Takes it off the message, and ends its upload where that still runs. */
  remove(conversationId: string, key: string): void {
    this.#running.get(key)?.abort()
    this.#forget(key)
    this.#keep(
      conversationId,
      this.of(conversationId).filter((held) => held.key !== key),
    )
  }

  /** They went with a message. */
  clear(conversationId: string): void {
    for (const { key } of this.of(conversationId)) this.#forget(key)
    this.#keep(conversationId, [])
  }

  stop(): void {
    for (const request of this.#running.values()) request.abort()
  }

  /** Not `fetch`: that tells nothing of how far an upload came. */
  #upload(conversationId: string, key: string): void {
    const file = this.#files.get(key)
    if (file === undefined) return
    const request = new XMLHttpRequest()
    const failed = (error: ApiError) => this.#change(conversationId, key, { failure: error.sentence })
    request.open('POST', this.#ports.address(`api/v1/uploads?${new URLSearchParams({ name: file.name })}`))
    request.setRequestHeader('authorization', `Bearer ${this.#ports.token()}`)
    request.setRequestHeader('accept', 'application/json, application/problem+json')
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type)
    request.upload.onprogress = ({ loaded, total }) =>
      this.#change(conversationId, key, { progress: total === 0 ? 0 : loaded / total })
    request.onerror = () => failed(offlineError())
    request.onloadend = () => this.#running.delete(key)
    request.onload = () => {
      this.#answered(request).then(
        ({ id }) => this.#change(conversationId, key, { id, progress: 1 }),
        (thrown: unknown) => failed(asApiError(thrown)),
      )
    }
    this.#running.set(key, request)
    request.send(file)
  }

  async #answered({ status, responseText }: XMLHttpRequest): Promise<UploadWire> {
    const answer = new Response(responseText, { status })
    if (!answer.ok) throw await errorOfAnswer(answer)
    return (await answer.json()) as UploadWire
  }

  #forget(key: string): void {
    this.#running.delete(key)
    this.#files.delete(key)
  }

  #change(conversationId: string, key: string, change: Partial<Attachment>): void {
    this.#keep(
      conversationId,
      this.of(conversationId).map((held) => (held.key === key ? { ...held, ...change } : held)),
    )
  }

  #keep(conversationId: string, attachments: readonly Attachment[]): void {
    if (attachments.length === 0) this.#held.delete(conversationId)
    else this.#held.set(conversationId, attachments)
    this.#ports.onChange(conversationId)
  }
}
