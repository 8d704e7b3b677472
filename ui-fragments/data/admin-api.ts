import type { ApiKeyWire } from '../../module/contract/api/api-keys.ts'
import type { AuditEntryWire } from '../../module/contract/api/audit.ts'
import type {
  CarrierHealthWire,
  CarrierKindWire,
  CarrierWire,
  RawEventWire,
} from '../../module/contract/api/carriers.ts'
import type { ContactImportWire, ContactWire } from '../../module/contract/api/contacts.ts'
import type { ConversationListWire } from '../../module/contract/api/conversations.ts'
import type { GroupSettingsBodyWire, GroupSettingsWire } from '../../module/contract/api/groups.ts'
import type { ReassignManyWire } from '../../module/contract/api/handover.ts'
import type { CannedReplyWire } from '../../module/contract/api/notes-and-canned-replies.ts'
import type { OptOutWire } from '../../module/contract/api/opt-outs.ts'
import type { PersonWire as PersonGrantsWire, SessionWire } from '../../module/contract/api/people.ts'
import type {
  RuleBodyWire,
  RuleFindingWire,
  RuleWire,
  SenderExamplesWire,
} from '../../module/contract/api/rules.ts'
import type { SimulationBodyWire, SimulationWire } from '../../module/contract/api/simulation.ts'
import type { DoctorWire, SystemWire } from '../../module/contract/api/system.ts'
import type { UnroutedListWire } from '../../module/contract/api/unrouted.ts'
import { type ApiClient, part, query } from './api-client.ts'

/** A rule as it is written; the server names the groups itself. */
export type RuleDraft = RuleBodyWire

export interface CarrierDraft {
  readonly kind: string
  readonly name: string
  readonly enabled: boolean
  readonly settings: Readonly<Record<string, unknown>>
  /** Only what is to be replaced; what is left out stays as it is stored. */
  readonly secrets?: Readonly<Record<string, string>>
}

export interface GroupName {
  readonly kind: string
  readonly number: string
}

export interface CannedDraft {
  readonly group: GroupName | null
  readonly shortcut: string
  readonly title: string
  readonly text: string
}

export interface OptOutDraft {
  readonly customer: string
  readonly did: string
  readonly optedOut: boolean
  readonly reason: string
}

export interface PersonDraft {
  readonly roles: readonly ('supervisor' | 'admin')[]
  readonly supervises: readonly GroupName[]
  readonly version: number
}

export interface ContactDraft {
  readonly name: string
  readonly note: string | null
  /** Null for a new one. */
  readonly version: number | null
}

export type AuditQuery = Readonly<Record<'act' | 'actor' | 'target' | 'since' | 'until', string | null>>

export interface ApiKeyDraft {
  readonly name: string
  readonly scopes: readonly string[]
  readonly groups: readonly GroupName[] | null
  readonly extension: string | null
  readonly expiresAt: string | null
}

export interface Items<T> {
  readonly items: readonly T[]
}

export interface Page<T> extends Items<T> {
  readonly next: string | null
}

/** What only administrators and supervisors ask for. Each call throws an `ApiError` when it is refused. */
export class AdminApi {
  readonly #api: ApiClient

  constructor(api: ApiClient) {
    this.#api = api
  }

  system = () => this.#api.ask<SystemWire>('system')
  /** Looks at everything anew, which takes its time. */
  doctor = () => this.#api.ask<DoctorWire>('doctor', { timeoutMs: 40_000 })

  rules = () => this.#api.ask<{ readonly version: number } & Items<RuleWire>>('rules')
  saveRule = (id: string, body: RuleDraft) =>
    this.#api.ask<RuleWire>(`rules/${part(id)}`, { method: 'PUT', body })
  deleteRule = (id: string, version: number) =>
    this.#api.ask<null>(`rules/${part(id)}${query({ version: String(version) })}`, { method: 'DELETE' })
  orderRules = (ids: readonly string[], version: number) =>
    this.#api.ask<unknown>('rules/order', { method: 'POST', body: { ids, version } })
  lint = async () => (await this.#api.ask<Items<RuleFindingWire>>('rules/lint')).items
  simulate = (body: SimulationBodyWire) =>
    this.#api.ask<SimulationWire>('rules/simulate', { method: 'POST', body })
  senderExamples = (senders: string) =>
    this.#api.ask<SenderExamplesWire>('rules/sender-examples', { method: 'POST', body: { senders } })

  carrierKinds = async () => (await this.#api.ask<Items<CarrierKindWire>>('carrier-kinds')).items
  carriers = async () => (await this.#api.ask<Items<CarrierWire>>('carriers')).items
  saveCarrier = (id: string, body: CarrierDraft) =>
    this.#api.ask<CarrierWire>(`carriers/${part(id)}`, { method: 'PUT', body })
  testCarrier = (id: string) =>
    this.#api.ask<CarrierHealthWire>(`carriers/${part(id)}/test`, { method: 'POST', timeoutMs: 40_000 })
  rotateKeys = (id: string, secrets: Readonly<Record<string, string>>) =>
    this.#api.ask<null>(`carriers/${part(id)}/rotate-keys`, { method: 'POST', body: { secrets } })
  dropPreviousKeys = (id: string) =>
    this.#api.ask<null>(`carriers/${part(id)}/previous-keys`, { method: 'DELETE' })
  deleteCarrier = (id: string) => this.#api.ask<null>(`carriers/${part(id)}`, { method: 'DELETE' })
  rawEvents = async (id: string) =>
    (await this.#api.ask<Items<RawEventWire>>(`carriers/${part(id)}/raw-events`)).items
  rawEvent = (id: string, n: number) => this.#api.ask<RawEventWire>(`carriers/${part(id)}/raw-events/${n}`)

  groupSettings = ({ kind, number }: GroupName) =>
    this.#api.ask<GroupSettingsWire>(`groups/${part(kind)}/${part(number)}/settings`)
  saveGroupSettings = ({ kind, number }: GroupName, body: GroupSettingsBodyWire) =>
    this.#api.ask<GroupSettingsWire>(`groups/${part(kind)}/${part(number)}/settings`, { method: 'PUT', body })

  openConversations = (limit: number, after: string | null) =>
    this.#api.ask<ConversationListWire>(
      `conversations${query({ filter: 'all', limit: String(limit), after })}`,
    )
  reassign = (ids: readonly string[], to: string | null) =>
    this.#api.ask<ReassignManyWire>('conversations/reassign', { method: 'POST', body: { ids, to } })

  unrouted = (before: string | null = null) => this.#api.ask<UnroutedListWire>(`unrouted${query({ before })}`)
  routeUnrouted = (id: string, how: { ruleId: string } | { destination: GroupName }) =>
    this.#api.ask<{ readonly conversationId: string }>(`unrouted/${part(id)}/route`, {
      method: 'POST',
      body: how,
    })
  routeMatching = () =>
    this.#api.ask<{ readonly routed: number; readonly left: number }>('unrouted/route-matching', {
      method: 'POST',
      timeoutMs: 60_000,
    })

  optOuts = (customer: string | null, before: string | null = null) =>
    this.#api.ask<Page<OptOutWire>>(`opt-outs${query({ customer, before })}`)
  setOptOut = (body: OptOutDraft) =>
    this.#api.ask<{ readonly changed: boolean }>('opt-outs', { method: 'PUT', body })

  canned = async () => (await this.#api.ask<Items<CannedReplyWire>>('canned-replies')).items
  saveCanned = (id: string, body: CannedDraft) =>
    this.#api.ask<CannedReplyWire>(`canned-replies/${part(id)}`, { method: 'PUT', body })
  deleteCanned = (id: string) => this.#api.ask<null>(`canned-replies/${part(id)}`, { method: 'DELETE' })

  people = (after: string | null = null) => this.#api.ask<Page<PersonGrantsWire>>(`people${query({ after })}`)
  savePerson = (extension: string, body: PersonDraft) =>
    this.#api.ask<PersonGrantsWire>(`people/${part(extension)}`, { method: 'PUT', body })
  sessions = (extension: string | null, before: string | null = null) =>
    this.#api.ask<Page<SessionWire>>(`sessions${query({ extension, before })}`)
  endSession = (sid: string) => this.#api.ask<null>(`sessions/${part(sid)}`, { method: 'DELETE' })

  contacts = (search: string | null, before: string | null = null) =>
    this.#api.ask<Page<ContactWire>>(`contacts${query({ search, before })}`)
  saveContact = (address: string, body: ContactDraft) =>
    this.#api.ask<ContactWire>(`contacts/${part(address)}`, { method: 'PUT', body })
  deleteContact = (address: string) => this.#api.ask<null>(`contacts/${part(address)}`, { method: 'DELETE' })
  importContacts = (csv: Blob, dryRun: boolean) =>
    this.#api.ask<ContactImportWire>(`contacts/import${query({ dryRun: String(dryRun) })}`, {
      method: 'POST',
      csv,
      timeoutMs: 120_000,
    })
  exportContacts = () =>
    this.#api.ask<Blob>('contacts/export', { timeoutMs: 120_000 }, (answer) => answer.blob())

  audit = (asked: AuditQuery, before: string | null = null) =>
    this.#api.ask<Page<AuditEntryWire>>(`audit${query({ ...asked, before })}`)

  apiKeys = (before: string | null = null) =>
    this.#api.ask<Page<ApiKeyWire> & { readonly grantable: readonly string[] }>(
      `api-keys${query({ before })}`,
    )
  createApiKey = (body: ApiKeyDraft) =>
    this.#api.ask<ApiKeyWire & { readonly key: string | null }>('api-keys', { method: 'POST', body })
  revokeApiKey = (id: string) => this.#api.ask<null>(`api-keys/${part(id)}`, { method: 'DELETE' })
}
