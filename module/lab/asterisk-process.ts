import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { AsteriskSetup } from './asterisk-config.ts'

/**
 * Asterisk must not outlive the Node process that started it, however that ends. A small shell waits on a pipe
 * that only that process holds open: the pipe's end kills Asterisk, the line `done` sends the shell home. Asterisk
 * takes the place of the outer shell, so the child's pid is Asterisk's own.
 */
const WITH_WATCHDOG = `
exec 3<&0
( read -r word <&3 || kill -KILL $$ ) >/dev/null &
exec 3<&-
exec "$@" </dev/null`

const STOP_TIMEOUT_MS = 8_000

/** One run of Asterisk, from its start to its end. */
export class AsteriskProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #ended: Promise<void>
  #running = true
  #output = ''

  constructor({ prefix, folder }: AsteriskSetup) {
    // A session of its own: a Ctrl-C in the terminal is for whoever started us, who then stops us in good order.
    this.#child = spawn(
      '/bin/sh',
      ['-c', WITH_WATCHDOG, 'asterisk', ...prefix.command, '-C', `${folder}/etc/asterisk.conf`, '-f', '-n'],
      { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    this.#child.stdin.on('error', () => this.#child.stdin.destroy())
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-4_000)
      })
    }
    this.#ended = this.#untilEnd()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  isRunning(): boolean {
    return this.#running
  }

  /** Resolves when it is gone, whoever ended it. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** The last thing that it wrote to the terminal. */
  lastWords(): string | undefined {
    return this.#output.trim().split('\n').at(-1) || undefined
  }

  /** Resolves when it is gone, its watchdog too. One that does not heed SIGTERM in time is killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#running) this.#child.kill(signal)
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await this.#ended
    clearTimeout(late)
  }

  async #untilEnd(): Promise<void> {
    // The watchdog keeps Asterisk's standard error open: the child is closed when both are gone.
    const closed = once(this.#child, 'close')
    await once(this.#child, 'exit')
    this.#running = false
    this.#child.stdin.end('done\n')
    await closed
  }
}
