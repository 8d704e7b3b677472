import type { CarrierWire } from '../../module/contract/api/carriers.ts'
import type { GroupDetailWire, MeWire } from '../../module/contract/api/groups.ts'
import type { RuleWire } from '../../module/contract/api/rules.ts'
import type { DoctorWire, SystemWire } from '../../module/contract/api/system.ts'
import type { UnroutedListWire } from '../../module/contract/api/unrouted.ts'
import type { ApiClient, CarrierDraft, RuleDraft } from './api-client.ts'
import { asApiError } from './api-error.ts'
import { backoffMs } from './backoff.ts'
import type { LiveClient, LiveState } from './live-client.ts'
import { Observed } from './observed.ts'
import { boardKey, emptyBoard, type PresenceBoard, withPresence } from './presence-board.ts'
import { words } from './words/words.ts'

/** Everything that the admin panel shows, as one value. */
export interface AdminState {
  readonly me: MeWire | null
  readonly system: SystemWire | null
  /** What the doctor found last; null before he looked. */
  readonly doctor: DoctorWire | null
  readonly examining: boolean
  readonly groups: readonly GroupDetailWire[]
  readonly rules: readonly RuleWire[]
  readonly rulesVersion: number
  readonly carriers: readonly CarrierWire[]
  readonly unrouted: UnroutedListWire
  readonly board: PresenceBoard
  readonly live: LiveState
  readonly loaded: boolean
  readonly obstacle: string | null
  readonly notice: string | null
}

export const firstAdminState: AdminState = {
  me: null,
  system: null,
  doctor: null,
  examining: false,
  groups: [],
  rules: [],
  rulesVersion: 0,
  carriers: [],
  unrouted: { items: [], next: null },
  board: emptyBoard,
  live: { kind: 'connecting' },
  loaded: false,
  obstacle: null,
  notice: null,
}

export interface AdminSessionPorts {
  readonly api: ApiClient
  readonly connect: () => LiveClient
  readonly pollEveryMs?: number
}

/** The admin's panel without its looks. What it saves it reads back, so that it shows what the server made of it. */
export class AdminSession {
  readonly state = new Observed<AdminState>(firstAdminState)
  readonly #ports: AdminSessionPorts
  #live: LiveClient | null = null
  #leave: ReadonlyArray<() => void> = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(ports: AdminSessionPorts) {
    this.#ports = ports
  }

  async start(attempt = 0): Promise<void> {
    const { api } = this.#ports
    try {
      const me = await api.me()
      const [system, groups, { items: rules, version: rulesVersion }, carriers, unrouted] = await Promise.all(
        [api.system(), api.groups(), api.rules(), api.carriers(), api.unrouted()],
      )
      if (this.#stopped) return
      this.#patch({
        me,
        system,
        groups,
        rules,
        rulesVersion,
        carriers,
        unrouted,
        loaded: true,
        obstacle: null,
      })
      this.#listen()
      this.#poll()
      this.quietly(this.examine())
    } catch (thrown) {
      const error = asApiError(thrown)
      this.#patch({ obstacle: error.unauthorised ? words().signInExpired : error.sentence })
      if (error.transient && !this.#stopped) {
        this.#timer = setTimeout(() => void this.start(attempt + 1), backoffMs(attempt, Math.random()))
      }
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    for (const leave of this.#leave) leave()
    this.#live?.stop()
  }

  hurry(): void {
    this.#live?.hurry()
  }

  renew(token: string): void {
    this.#patch({ obstacle: null })
    if (this.#live === null) void this.start()
    else this.#live.renew(token)
  }

  /** Throws an `ApiError` when refused, for the form that asked to show. So do the other savers. */
  async saveRule(id: string, draft: RuleDraft): Promise<void> {
    await this.#ports.api.saveRule(id, draft)
    await this.#readRules()
  }

  async deleteRule(id: string): Promise<void> {
    await this.#ports.api.deleteRule(id)
    await this.#readRules()
  }

  async moveRule(id: string, by: 1 | -1): Promise<void> {
    const ordered = [...this.state.value.rules]
    const from = ordered.findIndex((rule) => rule.id === id)
    const [rule] = ordered.splice(from, 1)
    if (rule === undefined || from + by < 0 || from + by > ordered.length) return
    ordered.splice(from + by, 0, rule)
    const ids = ordered.map((each) => each.id)
    try {
      await this.#ports.api.orderRules(ids, this.state.value.rulesVersion)
    } finally {
      await this.#readRules()
    }
  }

  async saveCarrier(id: string, draft: CarrierDraft): Promise<void> {
    await this.#ports.api.saveCarrier(id, draft)
    this.#patch({ carriers: await this.#ports.api.carriers() })
  }

  /** Has the doctor look at the PBX and the rest now. */
  async examine(): Promise<void> {
    if (this.state.value.examining) return
    this.#patch({ examining: true })
    try {
      this.#patch({ doctor: await this.#ports.api.doctor() })
    } finally {
      this.#patch({ examining: false })
    }
  }

  async loadMoreUnrouted(): Promise<void> {
    const { items, next } = this.state.value.unrouted
    if (next === null) return
    const page = await this.#ports.api.unrouted(next)
    this.#patch({ unrouted: { items: [...items, ...page.items], next: page.next } })
  }

  /** Runs what nobody waits for; a refusal becomes the notice. */
  quietly(work: Promise<void>): void {
    work.then(
      () => this.#patch({ notice: null }),
      (thrown: unknown) => this.#patch({ notice: asApiError(thrown).sentence }),
    )
  }

  dismissNotice(): void {
    this.#patch({ notice: null })
  }

  async #readRules(): Promise<void> {
    const { items: rules, version: rulesVersion } = await this.#ports.api.rules()
    this.#patch({ rules, rulesVersion })
  }

  #listen(): void {
    const live = this.#ports.connect()
    this.#live = live
    this.#leave = [
      live.onNews((news) => {
        if (news.type !== 'presence') return
        this.#patch({ board: withPresence(this.state.value.board, news) })
        const known = new Set(this.state.value.groups.map(({ group }) => boardKey(group)))
        if (news.groups.some((group) => !known.has(boardKey(group)))) this.quietly(this.#readGroups())
      }),
      live.state.subscribe((state) => {
        this.#patch(state.kind === 'refused' ? { live: state, obstacle: state.sentence } : { live: state })
      }),
    ]
    live.start()
  }

  async #readGroups(): Promise<void> {
    this.#patch({ groups: await this.#ports.api.groups() })
  }

  /** Link health, the directory and unrouted messages have no events: they are looked at now and then. */
  #poll(): void {
    this.#timer = setTimeout(async () => {
      try {
        const { api } = this.#ports
        const [system, groups, unrouted] = await Promise.all([api.system(), api.groups(), api.unrouted()])
        const held = this.state.value.unrouted
        // Who has read further pages keeps them until the list is opened anew.
        this.#patch({ system, groups, ...(held.items.length > unrouted.items.length ? {} : { unrouted }) })
      } catch (thrown) {
        const error = asApiError(thrown)
        if (error.unauthorised) this.#patch({ obstacle: words().signInExpired })
      }
      if (!this.#stopped) this.#poll()
    }, this.#ports.pollEveryMs ?? 10_000)
  }

  #patch(change: Partial<AdminState>): void {
    if (!this.#stopped) this.state.update((state) => ({ ...state, ...change }))
  }
}

/** A rule as it would be written again, over the version that was seen; its place is not the edit's business. */
export const draftOf = ({ id: _, position: __, destination, outside, ...rule }: RuleWire): RuleDraft => ({
  ...rule,
  destination: choiceOf(destination),
  outside: outside.kind === 'group' ? { kind: 'group', group: choiceOf(outside.group) } : outside,
})

const choiceOf = ({ kind, number }: RuleWire['destination']) => ({ kind, number })
