import type { MyQueueWire, PersonWire, StatusWire } from '../../module/contract/api/groups.ts'
import type { ApiClient, QueueAct, StatusBody } from './api-client.ts'
import { asApiError } from './api-error.ts'
import type { PresenceBoard } from './presence-board.ts'

/** What I say of myself, and where I stand in my queues. */
export interface MyStatus {
  /** Null until it was read. */
  readonly status: StatusWire | null
  readonly queues: readonly MyQueueWire[]
  /** What is being asked for now: nothing else is, meanwhile. */
  readonly busy: string | null
  /** What was refused last, as a sentence. */
  readonly problem: string | null
}

export const nothingKnown: MyStatus = { status: null, queues: [], busy: null, problem: null }

/** Me as each of my groups has me. */
export const placesOf = (board: PresenceBoard, me: string): readonly PersonWire[] =>
  [...board.groups.values()].flatMap((people) => people.filter(({ extension }) => extension === me))

/** What the PBX says of me in one line: what hinders in any group before that nothing does. */
export function meOnBoard(board: PresenceBoard, me: string): PersonWire | null {
  const places = placesOf(board, me)
  const [first] = places
  if (first === undefined) return null
  return (
    places.find(({ away }) => away === true) ??
    places.find(({ dnd, call }) => dnd === 'on' || !['idle', 'unknown'].includes(call)) ??
    places.find(({ loggedIn, paused }) => loggedIn && !paused) ??
    places.find(({ loggedIn }) => loggedIn) ??
    first
  )
}

type StatusApi = Pick<ApiClient, 'status' | 'setStatus' | 'myQueues' | 'actInQueue'>

/** Reads and changes my status. What the PBX was asked shows once the PBX has done it. */
export class MyStatusDesk {
  readonly #api: StatusApi
  readonly #patch: (change: (held: MyStatus) => MyStatus) => void
  #heard = ''
  #stopped = false

  constructor(api: StatusApi, patch: (change: (held: MyStatus) => MyStatus) => void) {
    this.#api = api
    this.#patch = patch
  }

  stop(): void {
    this.#stopped = true
  }

  async read(): Promise<void> {
    try {
      const [status, queues] = await Promise.all([this.#api.status(), this.#api.myQueues()])
      if (!this.#stopped) this.#patch((held) => ({ ...held, status, queues }))
    } catch (thrown) {
      const { sentence, unauthorised } = asApiError(thrown)
      if (!unauthorised && !this.#stopped) this.#patch((held) => ({ ...held, problem: sentence }))
    }
  }

  heard(places: readonly PersonWire[]): void {
    const heard = JSON.stringify(
      places.map(({ loggedIn, paused, pausedReason, away, awayReason }) => [
        loggedIn,
        paused,
        pausedReason,
        away,
        awayReason,
      ]),
    )
    if (heard === this.#heard) return
    const isNews = this.#heard !== ''
    this.#heard = heard
    if (isNews) void this.read()
  }

  setStatus(wanted: StatusBody): Promise<void> {
    return this.#act('status', async () => {
      const status = await this.#api.setStatus(wanted)
      this.#patch((held) => ({ ...held, status }))
    })
  }

  actInQueue(number: string, act: QueueAct, reason: string | null): Promise<void> {
    return this.#act(`queue ${number}`, async () => {
      const queue = await this.#api.actInQueue(number, act, reason)
      this.#patch((held) => ({
        ...held,
        queues: held.queues.map((one) => (one.number === number ? queue : one)),
      }))
    })
  }

  async #act(what: string, act: () => Promise<void>): Promise<void> {
    this.#patch((held) => ({ ...held, busy: what, problem: null }))
    try {
      await act()
      this.#patch((held) => ({ ...held, busy: null }))
    } catch (thrown) {
      this.#patch((held) => ({ ...held, busy: null, problem: asApiError(thrown).sentence }))
      void this.read()
    }
  }
}
