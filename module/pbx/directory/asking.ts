import type { AmiConnection } from '../ami-connection.ts'
import type { AmiMessage } from '../ami-message.ts'
import { field } from '../ami-message.ts'
import type { AmiListAction, ReadableVariable } from '../ami-request.ts'
import { PbxError } from '../pbx-error.ts'

/** What a reading needs of a session. */
export type Asked = Pick<AmiConnection, 'request' | 'list' | 'may'>

/** How many single requests may wait for an answer at once: Asterisk answers them in order anyway. */
const pipelined = 64

/** A list that Asterisk refuses because there is no such context, family or action is empty. */
export async function listOrNone(ami: Asked, action: AmiListAction): Promise<readonly AmiMessage[]> {
  return (await listOrNull(ami, action)) ?? []
}

export async function listOrNull(ami: Asked, action: AmiListAction): Promise<readonly AmiMessage[] | null> {
  if (!ami.may(action.action)) return null
  try {
    return await ami.list(action)
  } catch (error) {
    if (error instanceof PbxError && error.code === 'refused') return null
    throw error
  }
}

/** A variable's value; null where Asterisk has no such function or object. */
export async function variable(ami: Asked, name: ReadableVariable): Promise<string | null> {
  try {
    return field(await ami.request({ action: 'Getvar', variable: name }), 'value') ?? null
  } catch (error) {
    if (error instanceof PbxError && error.code === 'refused') return null
    throw error
  }
}

export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(pipelined, items.length) }, worker))
}
