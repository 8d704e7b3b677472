import type { RuleReceipt } from '../../app/ports/store-requests.ts'
import { asGroupNumber, asPbxId, asRuleId, type GroupKind, type RuleId } from '../../domain/ids.ts'
import { addressKey, addressOfKey } from '../../domain/message/address.ts'
import type { Channel } from '../../domain/message/message.ts'
import type { AddressRange } from '../../domain/rules/address-pattern.ts'
import type { DidPattern } from '../../domain/rules/did-pattern.ts'
import { type MessageRule, type RuleDraft, type RuleSet, ruleDefaults } from '../../domain/rules/rules.ts'
import type { Connection } from '../database/connection.ts'
import { nullableJson, parseJson, parseNullableJson } from '../readings/stored-json.ts'
import type { Meta } from './meta.ts'

/** The message rules. Every change raises the rule set's version, in the same transaction. */
export interface RuleTable {
  save(rule: RuleDraft, expectedVersion: number | null | undefined): RuleReceipt
  remove(id: RuleId, expectedVersion: number | undefined): 'deleted' | RuleReceipt
  order(ids: readonly RuleId[], expectedSetVersion: number): boolean
  ruleSet(): RuleSet
}

interface RuleRow {
  id: string
  name: string
  position: number
  enabled: number
  dids: string
  channels: string | null
  pbx_id: string
  group_kind: GroupKind
  group_number: string
  version: number
  terms: string
}

type Terms = Pick<RuleDraft, keyof typeof ruleDefaults>

export function createRuleTable(db: Connection, meta: Meta): RuleTable {
  const upsert = db.prepare(
    `INSERT INTO rules (id, name, position, enabled, dids, channels, pbx_id, group_kind, group_number, version, terms)
     VALUES ($id, $name, $position, $enabled, $dids, $channels, $pbxId, $kind, $number, $version, $terms)
     ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, position = excluded.position, enabled = excluded.enabled, dids = excluded.dids,
       channels = excluded.channels, pbx_id = excluded.pbx_id, group_kind = excluded.group_kind,
       group_number = excluded.group_number, version = excluded.version, terms = excluded.terms`,
  )
  const byId = db.prepare<[RuleId], RuleRow>('SELECT * FROM rules WHERE id = +?')
  const remove = db.prepare<[RuleId]>('DELETE FROM rules WHERE id = +?')
  const setPosition = db.prepare<[number, RuleId]>('UPDATE rules SET position = ? WHERE id = +?')
  const select = db.prepare<[], RuleRow>('SELECT * FROM rules ORDER BY position, pk')
  let cached: RuleSet | null = null

  function find(id: RuleId): MessageRule | null {
    const row = byId.get(id)
    return row === undefined ? null : messageRule(row)
  }

  return {
    save(draft, expectedVersion) {
      const current = find(draft.id)
      if (expectedVersion !== undefined && expectedVersion !== (current?.version ?? null))
        return { kind: 'stale', current }
      const rule: MessageRule = { ...draft, version: (current?.version ?? 0) + 1 }
      upsert.run(ruleRow(rule))
      meta.raiseRuleSetVersion()
      return { kind: 'saved', rule }
    },

    remove(id, expectedVersion) {
      const current = find(id)
      if (current === null) return { kind: 'stale', current }
      if (expectedVersion !== undefined && expectedVersion !== current.version)
        return { kind: 'stale', current }
      remove.run(id)
      meta.raiseRuleSetVersion()
      return 'deleted'
    },

    order(ids, expectedSetVersion) {
      if (meta.ruleSetVersion() !== expectedSetVersion) return false
      const known = new Set(select.all().map((row) => row.id))
      if (ids.length !== known.size || new Set(ids).size !== ids.length || ids.some((id) => !known.has(id)))
        return false
      for (const [position, id] of ids.entries()) setPosition.run(position, id)
      meta.raiseRuleSetVersion()
      return true
    },

    ruleSet() {
      // Asked for with every message, and reading costs a lock. Rules that are out of date do no harm: the verb
      // that routed by them compares the version in its transaction, which is also what makes this read again.
      if (cached === null || cached.version !== meta.seenRuleSetVersion()) {
        cached = { version: meta.ruleSetVersion(), rules: select.all().map(messageRule) }
      }
      return cached
    },
  }
}

function ruleRow(rule: MessageRule) {
  const { carriers, senders, hours, outside, overrides } = rule
  const terms: Terms = { carriers, senders, hours, outside, overrides }
  return {
    id: rule.id,
    name: rule.name,
    position: rule.position,
    enabled: rule.enabled ? 1 : 0,
    dids: JSON.stringify(rule.dids.map(storedDid)),
    channels: nullableJson(rule.channels),
    pbxId: rule.destination.pbxId,
    kind: rule.destination.kind,
    number: rule.destination.number,
    version: rule.version,
    terms: JSON.stringify(terms),
  }
}

const messageRule = (row: RuleRow): MessageRule => ({
  ...ruleDefaults,
  ...parseJson<Partial<Terms>>(row.terms),
  id: asRuleId(row.id),
  name: row.name,
  position: row.position,
  enabled: row.enabled === 1,
  dids: parseJson<StoredDid[]>(row.dids).map(didPattern),
  channels: parseNullableJson<Channel[]>(row.channels),
  destination: { pbxId: asPbxId(row.pbx_id), kind: row.group_kind, number: asGroupNumber(row.group_number) },
  version: row.version,
})

/** One number as its address key, as ever; a range as it is. */
type StoredDid = string | AddressRange

const storedDid = (did: DidPattern): StoredDid => (did.kind === 'range' ? did : addressKey(did))
const didPattern = (stored: StoredDid): DidPattern =>
  typeof stored === 'string' ? addressOfKey(stored) : stored
