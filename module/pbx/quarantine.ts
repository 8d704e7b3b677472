import { Worker } from 'node:worker_threads'
import type { Log } from '../app/ports/ambient.ts'

/** A worker thread that hosts a package which may crash, hang or print: none of it reaches this thread. */
export interface Quarantine<In> {
  post(message: In): void
  /** Resolves when the thread runs: how long that takes is the machine's affair, not the peer's. */
  readonly started: Promise<void>
  /** Resolves once, when the thread has ended, with what ended it; null when `end` was asked. Never rejects. */
  readonly ended: Promise<string | null>
  /** Ends the thread at once, whatever it is doing, its sockets with it. */
  end(): Promise<void>
}

interface QuarantineOptions<Out> {
  readonly file: URL
  readonly data: unknown
  readonly name: string
  readonly log: Log
  onMessage(message: Out): void
}

/** The last line of defence, behind the thread's own watch over its memory. */
const heapMb = 256

export function quarantine<In, Out>(options: QuarantineOptions<Out>): Quarantine<In> {
  const { log, name } = options
  const worker = new Worker(options.file, {
    workerData: options.data,
    name,
    // Otherwise what the packages print would come out on our own stdout.
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  })
  let cause: string | null = null
  let asked = false
  const started = new Promise<void>((resolve) => worker.once('online', resolve))
  const { promise: ended, resolve } = Promise.withResolvers<string | null>()
  // Only its length is told: a package's words may hold a password.
  const swallow = (chunk: Buffer) => log.debug({ name, bytes: chunk.length }, 'A package printed something.')
  worker.stdout.on('data', swallow)
  worker.stderr.on('data', swallow)
  worker.on('message', (message: Out) => {
    if (!asked) options.onMessage(message)
  })
  worker.on('messageerror', (error) => {
    cause = error.message
    void worker.terminate()
  })
  worker.on('error', (error) => {
    cause = error instanceof Error && error.message !== '' ? error.message : 'an error without a message'
  })
  worker.on('exit', () => resolve(asked ? null : (cause ?? 'it ended by itself')))
  return {
    post: (message) => worker.postMessage(message),
    started,
    ended,
    end: async () => {
      asked = true
      await worker.terminate()
      await ended
    },
  }
}
