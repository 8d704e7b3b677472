import { type Directory, groupName, groupsOf } from '../../domain/directory/directory.ts'
import type { Group, Member } from '../../domain/directory/group.ts'
import { type Failure, fail, type Result, succeed } from '../../domain/failures.ts'
import { asGroupNumber, type Extension } from '../../domain/ids.ts'
import type { Pbx, QueueAct, QueueActOutcome, QueueDesk } from '../ports/pbx.ts'
import type { Viewer } from './access.ts'

export interface MyQueuesDeps {
  readonly pbx: Pbx
  readonly desk: QueueDesk
}

/** An agent's place in one queue of the PBX. */
export interface MyQueue extends Pick<Member, 'membership' | 'loggedIn' | 'paused' | 'pausedReason'> {
  readonly number: string
  readonly name: string
}

/** The queues an agent belongs to, and what he does in them at the PBX: pause, log in, log out. */
export function createMyQueues({ pbx, desk }: MyQueuesDeps) {
  function of({ extension }: Viewer): Result<MyQueue[]> {
    if (extension === null) return fail({ code: 'not-an-agent' })
    const { directory } = pbx.snapshot()
    return succeed(
      groupsOf(directory, extension)
        .filter(({ ref }) => ref.kind === 'queue')
        .flatMap((group) => placeIn(directory, group, extension) ?? []),
    )
  }

  return {
    of,

    /** Resolves with his place as it is once the PBX has done it. */
    async act(viewer: Viewer, number: string, act: QueueAct): Promise<Result<MyQueue>> {
      const mine = of(viewer)
      if (!mine.ok) return mine
      const place = mine.value.find((queue) => queue.number === number)
      if (place === undefined || viewer.extension === null) return fail({ code: 'not-found', what: 'queue' })
      const refused = refusal(place, act)
      if (refused !== null) return fail(refused)
      const outcome = await desk.actInQueue(viewer.extension, asGroupNumber(number), act)
      const failure = failureOf(outcome)
      return failure === null ? succeed({ ...place, ...after(act) }) : fail(failure)
    },
  }
}

function placeIn(directory: Directory, group: Group, extension: Extension): MyQueue | null {
  const member = group.members.find((one) => one.extension === extension)
  if (member === undefined) return null
  const { membership, loggedIn, paused, pausedReason } = member
  const { number } = group.ref
  return { number, name: groupName(directory, group.ref), membership, loggedIn, paused, pausedReason }
}

function refusal({ loggedIn, membership }: MyQueue, act: QueueAct): Failure | null {
  const isPausing = act.kind === 'pause' || act.kind === 'unpause'
  if (isPausing) return loggedIn ? null : { code: 'not-logged-in' }
  return membership === 'static' ? { code: 'always-logged-in' } : null
}

function failureOf(outcome: QueueActOutcome): Failure | null {
  switch (outcome.kind) {
    case 'done':
      return null
    case 'refused':
      return { code: 'pbx-refused', reason: outcome.reason }
    case 'link-down':
      return { code: 'pbx-away' }
    case 'unknown':
      return { code: 'pbx-unsure' }
    default:
      return outcome satisfies never
  }
}

/** Whoever logs in or out is not paused any more. */
function after(act: QueueAct): Partial<MyQueue> {
  switch (act.kind) {
    case 'pause':
      return { paused: true, pausedReason: act.reason }
    case 'unpause':
      return { paused: false, pausedReason: null }
    case 'log-in':
      return { loggedIn: true, membership: 'dynamic' }
    case 'log-out':
      return { loggedIn: false, membership: 'allowed', paused: false, pausedReason: null }
    default:
      return act satisfies never
  }
}
