import type { Log } from '../app/ports/ambient.ts'
import type { LinkLoss } from './pbx-error.ts'
import { LinkError, lossOf } from './pbx-error.ts'
import { quarantine } from './quarantine.ts'

interface SessionOptions<Out> {
  /** `ami`: names the thread, and the package in what is said of its failure. */
  readonly name: 'ami' | 'ari'
  readonly file: URL
  readonly data: unknown
  readonly log: Log
  /** Ends it, an opening under way included. */
  readonly signal: AbortSignal
  onMessage(message: Out): void
  /** Called once: reject here whatever still waits for an answer. */
  onEnded(loss: LinkLoss): void
}

/** A thread that hosts a package for one connection, from its opening to its end; both links are made of one. */
export interface Session<In> {
  post(message: In): void
  /** Why it ended; null while it has not. */
  loss(): LinkLoss | null
  readonly ended: Promise<LinkLoss>
  /** The one way out: the first reason counts, and the thread is gone when this resolves. */
  end(loss: LinkLoss): Promise<void>
  /** Carries the opening out; where that fails all of it ends, and a LinkError says why. */
  open<T>(steps: () => Promise<T>): Promise<T>
  /** One step of the opening. Rejects with a LinkError when the session ends first, or when the deadline passes. */
  step<T>(step: Promise<T>, withinMs: number, late: () => LinkLoss | Promise<LinkLoss>): Promise<T>
}

export function createSession<In, Out>(options: SessionOptions<Out>): Session<In> {
  const { name, signal } = options
  const ended = Promise.withResolvers<LinkLoss>()
  let loss: LinkLoss | null = null
  const worker = quarantine<In, Out>({
    file: options.file,
    data: options.data,
    name,
    log: options.log,
    onMessage: options.onMessage,
  })
  void worker.ended.then((cause) =>
    end({
      code: 'fault',
      sentence: `The ${name.toUpperCase()} package failed: ${cause ?? 'ended'}. Parley connects again by itself.`,
    }),
  )
  const abort = () => void end({ code: 'lost', sentence: 'The link was closed.' })
  signal.addEventListener('abort', abort, { once: true })

  async function end(reason: LinkLoss): Promise<void> {
    if (loss === null) {
      loss = reason
      signal.removeEventListener('abort', abort)
      options.onEnded(reason)
      ended.resolve(reason)
    }
    await worker.end()
  }

  const endedEarly = (): Promise<never> =>
    ended.promise.then((reason) => {
      throw new LinkError(reason)
    })

  return {
    post: worker.post,
    loss: () => loss,
    ended: ended.promise,
    end,
    async open(steps) {
      try {
        if (signal.aborted) abort()
        await Promise.race([worker.started, endedEarly()])
        return await steps()
      } catch (error) {
        await end(lossOf(error))
        throw new LinkError(loss ?? lossOf(error))
      }
    },
    async step(step, withinMs, late) {
      let timer: NodeJS.Timeout | undefined
      const deadline = new Promise<'late'>((resolve) => {
        timer = setTimeout(resolve, withinMs, 'late')
      })
      const outcome = await Promise.race([step.then((value) => ({ value })), endedEarly(), deadline]).finally(
        () => clearTimeout(timer),
      )
      if (outcome === 'late') throw new LinkError(await late())
      return outcome.value
    },
  }
}
