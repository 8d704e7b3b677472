import type { AmiMessage } from './ami-message.ts'
import { field } from './ami-message.ts'
import { PbxError } from './pbx-error.ts'

interface Waiting {
  readonly action: string
  readonly isList: boolean
  readonly items: AmiMessage[]
  settle(outcome: readonly AmiMessage[] | PbxError): void
}

/** The requests of one session that wait for their answers. */
interface WaitingRequests {
  /** Sends by `post` under an ActionID of its own; rejects with a PbxError when the deadline passes. */
  ask(action: string, isList: boolean, post: (actionId: string) => void): Promise<readonly AmiMessage[]>
  /** Takes a message that belongs to an answer; false for one that answers nothing asked here. */
  take(message: AmiMessage): boolean
  /** Rejects every one of them, at once. */
  rejectAll(sentence: string): void
}

export function createWaitingRequests(deadlineMs: number): WaitingRequests {
  const waiting = new Map<string, Waiting>()
  let nextId = 0
  return {
    ask(action, isList, post) {
      const actionId = `parley-${++nextId}`
      const { promise, resolve, reject } = Promise.withResolvers<readonly AmiMessage[]>()
      const settle = (outcome: readonly AmiMessage[] | PbxError) => {
        clearTimeout(timer)
        waiting.delete(actionId)
        if (outcome instanceof PbxError) reject(outcome)
        else resolve(outcome)
      }
      const timer = setTimeout(
        () => settle(new PbxError('deadline', `${action}: Asterisk gave no answer in ${deadlineMs} ms.`)),
        deadlineMs,
      )
      waiting.set(actionId, { action, isList, items: [], settle })
      post(actionId)
      return promise
    },
    take(message) {
      const asked = waiting.get(field(message, 'actionid') ?? '')
      if (asked === undefined) return false
      answer(asked, message)
      return true
    },
    rejectAll(sentence) {
      for (const { action, settle } of [...waiting.values()])
        settle(new PbxError('lost', `${action}: ${sentence}`))
    },
  }
}

/**
 * Puts one message of an answer where it belongs. A list begins with a response that says so, goes on with
 * events, and ends with the one that says `EventList: Complete`; anything else is one response.
 */
function answer({ action, isList, items, settle }: Waiting, message: AmiMessage): void {
  const response = field(message, 'response')?.toLowerCase()
  const list = field(message, 'eventlist')?.toLowerCase()
  if (response === 'error') settle(refusal(action, field(message, 'message') ?? ''))
  else if (response !== undefined && !isList) settle([message])
  else if (response !== undefined && list !== 'start') settle([])
  else if (list === 'complete') settle(items)
  else if (list === 'cancelled') settle(new PbxError('refused', `${action}: Asterisk broke the list off.`))
  else if (response === undefined) items.push(message)
}

const refusal = (action: string, message: string): PbxError =>
  /permission denied/i.test(message)
    ? new PbxError('permission', `${action}: the AMI account may not do this.`)
    : new PbxError('refused', `${action}: ${message}`)
