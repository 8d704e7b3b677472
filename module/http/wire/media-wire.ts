import type { KeptFile, StoredMedia } from '../../app/ports/media.ts'
import type { MediaWire, UploadWire } from '../../contract/api/media.ts'
import { nameByType } from '../../domain/message/file-name.ts'
import { describeMedia, type MediaRef } from '../../domain/message/message-content.ts'

const states = { waiting: 'waiting', fetching: 'waiting', stored: 'stored', failed: 'failed' } as const

/** A file as its carrier told of it, with what is known of it since. */
export function mediaWire(ref: MediaRef, media: StoredMedia | undefined): MediaWire {
  const { contentType, role = null } = ref
  const fileName = media === undefined ? null : media.fileName
  const wire = { title: describeMedia({ contentType, fileName, role }), role }
  if (media === undefined) {
    return {
      ...wire,
      id: '',
      state: 'failed',
      contentType,
      ...notHere,
      failure: 'It came before Parley kept files.',
    }
  }
  const { id, failure, file } = media
  if (file === null) return { ...wire, id, state: states[media.state], contentType, ...notHere, failure }
  const { byteLength, size } = file
  const here = { byteLength, size, url: `/api/v1/media/${id}` }
  return { ...wire, id, state: 'stored', contentType: file.contentType, ...here, failure }
}

const notHere = { byteLength: null, size: null, url: null }

export const uploadWire = (
  { id, fileName }: StoredMedia,
  { byteLength, contentType, size }: KeptFile,
): UploadWire => ({
  id,
  contentType,
  byteLength,
  name: fileName ?? nameByType(contentType),
  size,
})
