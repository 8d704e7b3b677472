import { type Address, addressKey, addressOfKey } from '../domain/address.ts'
import { asGroupNumber, asPbxId, asRuleId, type GroupKind, type RuleId } from '../domain/ids.ts'
import type { Channel } from '../domain/message.ts'
import type { MessageRule, RuleSet } from '../domain/rules.ts'
import type { Connection } from './connection.ts'
import type { Meta } from './meta.ts'
import { nullableJson, parseJson, parseNullableJson } from './stored-json.ts'

/** The message rules. Every change raises the rule set's version, in the same transaction. */
export interface RuleTable {
  save(rule: MessageRule): void
  remove(id: RuleId): boolean
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
}

export function createRuleTable(db: Connection, meta: Meta): RuleTable {
  const upsert = db.prepare(
    `INSERT INTO rules (id, name, position, enabled, dids, channels, pbx_id, group_kind, group_number)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       name = excluded.name, position = excluded.position, enabled = excluded.enabled, dids = excluded.dids,
       channels = excluded.channels, pbx_id = excluded.pbx_id, group_kind = excluded.group_kind,
       group_number = excluded.group_number`,
  )
  const remove = db.prepare<[RuleId]>('DELETE FROM rules WHERE id = +?')
  const select = db.prepare<[], RuleRow>('SELECT * FROM rules ORDER BY position, pk')
  let cached: RuleSet | null = null

  return {
    save(rule) {
      const { pbxId, kind, number } = rule.destination
      upsert.run(
        rule.id,
        rule.name,
        rule.position,
        rule.enabled ? 1 : 0,
        JSON.stringify(rule.dids.map(addressKey)),
        nullableJson(rule.channels),
        pbxId,
        kind,
        number,
      )
      meta.raiseRuleSetVersion()
    },
    remove(id) {
      const removed = remove.run(id).changes > 0
      if (removed) meta.raiseRuleSetVersion()
      return removed
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

const messageRule = (row: RuleRow): MessageRule => ({
  id: asRuleId(row.id),
  name: row.name,
  position: row.position,
  enabled: row.enabled === 1,
  dids: parseJson<string[]>(row.dids).map((did): Address => addressOfKey(did)),
  channels: parseNullableJson<Channel[]>(row.channels),
  destination: { pbxId: asPbxId(row.pbx_id), kind: row.group_kind, number: asGroupNumber(row.group_number) },
})
