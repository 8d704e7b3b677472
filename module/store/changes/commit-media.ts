import type { MediaResult, MediaTask, NewUpload, StoredMedia } from '../../app/ports/media.ts'
import { fail, type Result, succeed } from '../../domain/failures.ts'
import { asMessageId, type MediaId, type Millis } from '../../domain/ids.ts'
import type { EventLog } from '../tables/event-log.ts'
import { type MediaTable, mediaTask, storedMedia } from '../tables/media-table.ts'
import type { Effects } from './effects.ts'

/** Who attaches more than this without sending it is no person. */
const mostUnsent = 50

/** What becomes of files beside messages. The bytes are somebody else's affair: here is only what is known of them. */
export function createMediaVerbs(media: MediaTable, events: EventLog) {
  function tell(effects: Effects, id: MediaId, now: Millis): void {
    const row = media.row(id)
    const place = media.placeOf(id)
    // Of a message that no rule took yet nobody shows anything.
    if (place === null || row === null || row.message_id === null) return
    const state = row.state === 'fetching' ? 'waiting' : row.state
    events.append(effects, place, now, {
      kind: 'media-changed',
      messageId: asMessageId(row.message_id),
      mediaId: id,
      state,
    })
  }

  return {
    claim(now: Millis, most: { readonly ofCarrier: number; readonly atOnce: number }): readonly MediaTask[] {
      const room = most.atOnce - media.underWay()
      const rows = room <= 0 ? [] : media.claimable(now, most.ofCarrier, room)
      for (const row of rows) media.setFetching(row.pk)
      return rows.map(mediaTask)
    },

    settle(effects: Effects, id: MediaId, result: MediaResult, now: Millis): void {
      const row = media.row(id)
      // Its message may have been removed meanwhile.
      if (row === null || row.state !== 'fetching') return
      switch (result.kind) {
        case 'retry':
          media.setWaiting(row.pk, result.notBefore, result.waitsFor)
          return
        case 'stored':
          media.setStored(row.pk, result.file)
          break
        case 'failed':
          media.setFailed(row.pk, result.sentence)
          break
        default:
          result satisfies never
      }
      tell(effects, id, now)
    },

    retry(effects: Effects, id: MediaId, now: Millis): Result<StoredMedia> {
      const row = media.row(id)
      if (row === null) return fail({ code: 'not-found', what: 'file' })
      if (row.state === 'failed') {
        media.restart(row.pk, now)
        effects.mediaDue = true
        tell(effects, id, now)
      }
      return succeed(storedMedia(media.row(id) ?? row))
    },

    addUpload({ uploader, fileName, file, at }: NewUpload): Result<StoredMedia> {
      if (media.countUnsent(uploader) >= mostUnsent)
        return fail({ code: 'media', why: { kind: 'too-many-unsent', most: mostUnsent } })
      return succeed(storedMedia(media.insertUpload(uploader, fileName, file, at)))
    },
  }
}
