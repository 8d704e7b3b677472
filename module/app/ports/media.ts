import type { Readable } from 'node:stream'
import type { Result } from '../../domain/failures.ts'
import type {
  CarrierId,
  ConversationId,
  Extension,
  MediaId,
  MessageId,
  Millis,
  PbxId,
} from '../../domain/ids.ts'
import type { MediaRef } from '../../domain/message/message-content.ts'
import type { Unsubscribe } from './ambient.ts'
import type { MediaLocation } from './carriers.ts'

/**
 * A file beside a message:
 *
 *   waiting ──▶ fetching ──▶ stored
 *      ▲            ├──▶ waiting   (again later)
 *      │            └──▶ failed    (it is gone, too large, or could not be had for a day)
 *      └── a person asks again ──┘
 *
 * What an agent attaches is `stored` from the start.
 */
export type MediaState = 'waiting' | 'fetching' | 'stored' | 'failed'

/** A file on our disk, named by its content. */
export interface KeptFile {
  /** SHA-256 of its bytes, in lower-case hexadecimal: its name in the media folder. */
  readonly sha256: string
  readonly byteLength: number
  /** What its bytes say it is; `application/octet-stream` for what nobody should open by mistake. */
  readonly contentType: string
  /** In pixels as it is shown, for images whose header says so. */
  readonly size: PixelSize | null
}

export interface PixelSize {
  readonly width: number
  readonly height: number
}

export interface StoredMedia {
  readonly id: MediaId
  readonly state: MediaState
  /** Null until it is here. */
  readonly file: KeptFile | null
  /** As its sender named it, made safe to show; null where he did not. */
  readonly fileName: string | null
  /** Why it failed, for the agent. */
  readonly failure: string | null
}

/** A file with whose it is: of a message, or of the agent who has not sent it yet. */
export interface PlacedMedia extends StoredMedia {
  readonly messageId: MessageId | null
  /** Null while its message is in no conversation: no rule took it. */
  readonly conversationId: ConversationId | null
  readonly uploader: Uploader | null
}

export interface Uploader {
  readonly pbxId: PbxId
  readonly extension: Extension
}

/** A file to be fetched from its carrier. */
export interface MediaTask {
  readonly id: MediaId
  readonly carrierId: CarrierId
  readonly ref: MediaRef
  /** Counted from 1. */
  readonly attempt: number
  /** When it came, or was asked for again. */
  readonly since: Millis
}

export type MediaResult =
  | { readonly kind: 'stored'; readonly file: KeptFile }
  /** `room`: there is none on the disk, which is nobody's fault and not counted against it. */
  | { readonly kind: 'retry'; readonly notBefore: Millis; readonly waitsFor: 'carrier' | 'room' }
  | { readonly kind: 'failed'; readonly sentence: string }

export interface NewUpload {
  readonly uploader: Uploader
  readonly fileName: string
  readonly file: KeptFile
  readonly at: Millis
}

/** The part of the store that knows which files there are. */
export interface MediaStore {
  /** Whether anything waits to be fetched now. */
  hasDueMedia(now: Millis): boolean
  /** Marks due files as being fetched, oldest first, at most so many of one carrier at a time. */
  claimMedia(
    now: Millis,
    most: { readonly ofCarrier: number; readonly atOnce: number },
  ): Promise<readonly MediaTask[]>
  settleMedia(id: MediaId, result: MediaResult, now: Millis): Promise<void>
  /** What was being fetched when the process ended waits again. Called once, at start. */
  resumeMedia(): Promise<number>
  /** Fetches a failed one again; one that waits or is here stays as it is. */
  retryMedia(id: MediaId, now: Millis): Promise<Result<StoredMedia>>
  /** Fails when he has too many that he did not send. */
  addUpload(upload: NewUpload): Promise<Result<StoredMedia>>
  /** Forgets files of messages that are no more, and uploads from before this time that nobody sent. */
  forgetMedia(before: Millis): Promise<number>
  media(id: MediaId): PlacedMedia | null
  /** Of one message, in their order. */
  mediaOf(id: MessageId): readonly StoredMedia[]
  /** Whether any row still refers to this content. */
  isFileUsed(sha256: string): boolean
  /** Called when something may have become due to be fetched. */
  onMedia(listener: () => void): Unsubscribe
}

/** Brings a file from where a carrier keeps it. */
export interface MediaFetcher {
  /** Never rejects. Aborting ends it as `retry`. */
  fetch(
    location: Extract<MediaLocation, { kind: 'at' }>,
    ref: MediaRef,
    signal: AbortSignal,
  ): Promise<FetchOutcome>
}

export type FetchOutcome =
  | { readonly kind: 'kept'; readonly file: KeptFile }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'no-room' }
  /** Final, with a sentence for the agent. */
  | { readonly kind: 'failed'; readonly reason: string; readonly sentence: string }

/** The files themselves, each once, named by their content. */
export interface MediaFiles {
  /**
   * Takes bytes in, as far as `longestBytes`. What the source itself throws is thrown on; nothing is left behind then.
   * @throws MediaFilesError
   */
  keep(source: AsyncIterable<Uint8Array>, about: KeepAbout): Promise<KeptFile>
  /** A range of a file's bytes, both ends included; null when it is not there. */
  open(sha256: string, range: ByteRange | null): Promise<Readable | null>
  /** Removes files that nothing refers to. Gives how many. */
  sweep(isUsed: (sha256: string) => boolean): Promise<number>
}

export interface KeepAbout {
  readonly longestBytes: number
  /** Types that its sender and host say, which may make a file more dangerous than its bytes look, never less. */
  readonly declared: readonly (string | null | undefined)[]
  readonly fileName: string | null
}

export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** Why bytes could not be kept. */
export class MediaFilesError extends Error {
  readonly code: 'too-large' | 'no-room' | 'empty'
  constructor(code: MediaFilesError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
