import { join } from 'node:path'
import { pino } from 'pino'
import { startFetchMedia } from '../../module/app/media/fetch-media.ts'
import type { Carrier, MediaSource } from '../../module/app/ports/carriers.ts'
import type { CarrierId } from '../../module/domain/ids.ts'
import { createMediaFetcher } from '../../module/media/carrier-download.ts'
import { openMediaFolder } from '../../module/media/media-folder.ts'
import { openSqliteStore } from '../../module/store/sqlite-store.ts'
import { newId, secretKey } from '../store/store-samples.ts'

/** A carrier that keeps its files where the reference says. */
export const plainSource: MediaSource = {
  locate: async ({ url }) => ({
    kind: 'at',
    url,
    headers: { authorization: 'Bearer s' },
    credentialHosts: [],
  }),
}

export interface MediaBenchOptions {
  readonly folder: string
  readonly origins: readonly string[]
  readonly carriers?: (id: CarrierId) => Pick<Carrier, 'media'> | undefined
  readonly clock?: () => number
  readonly files?: (path: string) => ReturnType<typeof openMediaFolder>
}

/** Store, folder and the job that fetches files, all real; carriers are the test's own. */
export function startMediaBench(options: MediaBenchOptions) {
  const { folder, origins, clock = Date.now } = options
  const log = pino({ level: 'silent' })
  const store = openSqliteStore({ file: join(folder, 'parley.db'), newId, secretKey, clock })
  const path = join(folder, 'media')
  const files = options.files?.(path) ?? openMediaFolder({ path })
  const fetcher = createMediaFetcher({
    files,
    longestBytes: 5 * 1024 * 1024,
    trustedOrigins: origins,
    resolve: async () => [],
  })
  const job = startFetchMedia({
    store,
    carriers: options.carriers ?? (() => ({ media: plainSource })),
    fetcher,
    clock,
    random: () => 1,
    log,
    times: { pollMs: 5, firstRetryMs: 5, roomRetryMs: 5 },
  })
  return {
    store,
    files,
    path,
    job,
    async close() {
      await job.close()
      await store.close()
    },
  }
}

export type MediaBench = ReturnType<typeof startMediaBench>
