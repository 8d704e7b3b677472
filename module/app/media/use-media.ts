import { fail, type Result } from '../../domain/failures.ts'
import type { MediaId } from '../../domain/ids.ts'
import { safeFileName } from '../../domain/message/file-name.ts'
import type { ConversationActions } from '../conversations/act-on-conversation.ts'
import { isAdmin, type Viewer } from '../people/access.ts'
import type { Clock, Log } from '../ports/ambient.ts'
import { type MediaFiles, MediaFilesError, type PlacedMedia, type StoredMedia } from '../ports/media.ts'
import type { Pbx } from '../ports/pbx.ts'
import type { Store } from '../ports/store.ts'

export interface UseMediaDeps {
  readonly store: Store
  readonly pbx: Pbx
  readonly files: MediaFiles
  readonly find: ConversationActions['findReadable']
  readonly clock: Clock
  readonly log: Log
  readonly longestUploadBytes: number
}

export interface Upload {
  readonly name: string
  readonly declaredType: string | null
  readonly content: AsyncIterable<Uint8Array>
}

const notFound = { code: 'not-found', what: 'file' } as const

/** What people do with files. A file is visible to whoever may see its message; an unsent one to its uploader alone. */
export function createUseMedia(deps: UseMediaDeps) {
  const { store, pbx, files, clock } = deps

  function find(viewer: Viewer, id: MediaId): PlacedMedia | null {
    const media = store.media(id)
    if (media === null) return null
    return maySee(viewer, media) ? media : null
  }

  function maySee(viewer: Viewer, { conversationId, messageId, uploader }: PlacedMedia): boolean {
    if (conversationId !== null) return deps.find(viewer, conversationId) !== null
    // No rule took its message yet: only administrators see that.
    if (messageId !== null) return isAdmin(viewer)
    return uploader !== null && uploader.extension === viewer.extension
  }

  return {
    find,
    longestUploadBytes: deps.longestUploadBytes,

    async retry(viewer: Viewer, id: MediaId): Promise<Result<StoredMedia>> {
      if (find(viewer, id) === null) return fail(notFound)
      return store.retryMedia(id, clock())
    },

    /** Keeps what an agent is about to send. */
    async upload(viewer: Viewer, { name, declaredType, content }: Upload): Promise<Result<StoredMedia>> {
      const { extension } = viewer
      if (extension === null) return fail({ code: 'not-an-agent' })
      const longestBytes = deps.longestUploadBytes
      const fileName = safeFileName(name) ?? 'file'
      try {
        const file = await files.keep(content, { longestBytes, declared: [declaredType], fileName })
        const { pbxId } = pbx.snapshot().directory
        return await store.addUpload({ uploader: { pbxId, extension }, fileName, file, at: clock() })
      } catch (error) {
        if (!(error instanceof MediaFilesError)) throw error
        if (error.code === 'no-room') deps.log.error({ err: error }, 'A file could not be kept')
        return error.code === 'too-large'
          ? fail({ code: 'media', why: { kind: 'too-large', longestBytes } })
          : fail({ code: 'media', why: { kind: error.code } })
      }
    },
  }
}

export type UseMedia = ReturnType<typeof createUseMedia>
