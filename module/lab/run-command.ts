import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Called with each line of standard output as it comes. */
  readonly onLine?: (line: string) => void
  /** Called with each line that the command writes to file descriptor 3. */
  readonly onStatusLine?: (line: string) => void
}

/** Runs a command to its end and returns its standard output; a failure carries the last of what it complained. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>
  const output: string[] = []
  const complaints: string[] = []
  const { stdout, stderr } = child
  const status = child.stdio[3] as Readable
  readLines(stdout, (line) => {
    output.push(line)
    options.onLine?.(line)
  })
  readLines(stderr, (line) => complaints.push(line))
  readLines(status, (line) => options.onStatusLine?.(line))
  const [code] = await once(child, 'close')
  if (code === 0) return output.join('\n')
  const why = complaints.slice(-3).join(' ') || output.slice(-3).join(' ')
  throw new Error(`${command} failed (${code ?? 'killed'}): ${why}`)
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine)
}
