import Database from 'better-sqlite3'

/** Each finds rows that contradict what must always hold of a database; an empty answer is a sound one. */
const contradictions: Readonly<Record<string, string>> = {
  'a foreign key leads nowhere': 'SELECT * FROM pragma_foreign_key_check',
  'an agent’s count of open conversations is wrong': `
    SELECT * FROM (
      SELECT group_pk, designated AS extension, count(*) AS n FROM conversations
       WHERE status = 'open' AND designated IS NOT NULL GROUP BY group_pk, designated
    ) AS real FULL JOIN group_agents a USING (group_pk, extension)
    WHERE coalesce(real.n, 0) <> coalesce(a.open_conversations, 0)`,
  'a dedupe key and the messages disagree': `
    SELECT k.message_id FROM inbound_keys k
     WHERE (SELECT count(*) FROM messages m WHERE m.id = k.message_id)
         + (SELECT count(*) FROM unrouted r WHERE r.id = k.message_id) <> 1
    UNION ALL
    SELECT id FROM messages WHERE direction = 'in' AND id NOT IN (SELECT message_id FROM inbound_keys)`,
  'a carrier message is there twice': `
    SELECT carrier_id, carrier_message_id FROM messages WHERE direction = 'in'
     GROUP BY carrier_id, carrier_message_id HAVING count(*) > 1`,
  'a conversation’s last message is not its last': `
    SELECT id FROM conversations c
     WHERE last_message_seq IS NOT (SELECT max(seq) FROM messages m WHERE m.conversation_pk = c.pk)`,
  'a conversation’s version is not the number of its changes': `
    SELECT id FROM conversations c
     WHERE version <> (SELECT count(*) FROM events e WHERE e.conversation_pk = c.pk
       AND e.event ->> 'kind' IN ('designation-changed', 'status-changed'))`,
  'a conversation’s place in lists is not its last activity': `
    SELECT id FROM conversations c
     WHERE activity_seq <> (SELECT max(seq) FROM events e WHERE e.conversation_pk = c.pk
       AND e.event ->> 'kind' NOT IN ('message-state-changed', 'media-changed', 'read-changed', 'preferences-changed'))`,
  'a customer waits though answered, or is answered by nobody': `
    SELECT id FROM conversations c
     WHERE status = 'open' AND waiting_seq IS NOT
       (SELECT min(seq) FROM messages m WHERE m.conversation_pk = c.pk AND direction = 'in' AND asks = 1 AND seq > settled_seq)
       -- What a transfer to another group left unanswered is waited for there.
       AND NOT EXISTS (SELECT 1 FROM messages m JOIN status_changes s ON s.conversation_pk = c.pk
             WHERE m.seq = c.waiting_seq AND m.direction = 'in' AND s.reason = 'continued-from'
               AND s.seq > c.settled_seq AND m.seq < s.seq)`,
  'the last decision and the designated agent disagree': `
    SELECT id FROM conversations c
     WHERE designated IS NOT (SELECT winner FROM decisions d WHERE d.conversation_pk = c.pk ORDER BY pk DESC LIMIT 1)`,
  'a decision does not follow the one before it': `
    SELECT * FROM (
      SELECT previous, lag(winner) OVER (PARTITION BY conversation_pk ORDER BY pk) AS before FROM decisions
    ) WHERE previous IS NOT before`,
  'the outbox and a message’s state disagree': `
    SELECT m.id FROM messages m LEFT JOIN outbox o ON o.message_seq = m.seq AND o.kind = 'message'
     WHERE m.direction = 'out'
       AND CASE WHEN o.seq IS NULL THEN 'gone' WHEN o.sending THEN 'sending' ELSE 'queued' END
        <> CASE WHEN m.state IN ('queued', 'sending') THEN m.state ELSE 'gone' END`,
  'a conversation’s count of inbound messages is wrong': `
    SELECT id FROM conversations c
     WHERE inbound_count <> (SELECT count(*) FROM messages m WHERE m.conversation_pk = c.pk AND direction = 'in')
        OR closed_inbound <> (SELECT count(*) FROM messages m
             WHERE m.conversation_pk = c.pk AND direction = 'in' AND seq <= c.closed_seq)`,
  'what an agent has read does not add up': `
    SELECT a.* FROM agent_conversations a JOIN conversations c ON c.pk = a.conversation_pk
     WHERE read_seq > closed_seq AND read_inbound <> (SELECT count(*) FROM messages m
             WHERE m.conversation_pk = c.pk AND direction = 'in' AND seq <= read_seq)
        OR mentions <> (SELECT count(*) FROM messages m
             WHERE m.conversation_pk = c.pk AND mention = extension AND seq > max(read_seq, closed_seq))
           + (SELECT count(*) FROM note_mentions n
             WHERE n.conversation_pk = c.pk AND n.extension = a.extension AND seq > max(read_seq, closed_seq))`,
  'an opt-out is not the last change of its customer and DID': `
    SELECT * FROM (
      SELECT customer_pk, did, opted_out, max(pk) AS pk FROM opt_out_changes GROUP BY customer_pk, did
    ) AS last FULL JOIN opt_outs o USING (customer_pk, did)
    WHERE (coalesce(last.opted_out, 0) = 1) <> (o.change_pk IS NOT NULL) OR o.change_pk <> last.pk`,
  'a message has no key of its event': `
    SELECT id FROM messages m
     WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.seq = m.seq AND e.event ->> 'messageId' = m.id)`,
}

/** What contradicts itself in a database file; empty when it is sound. */
export function faultsOf(file: string): readonly string[] {
  const db = new Database(file, { readonly: true })
  try {
    const damage = db.pragma('integrity_check', { simple: true })
    const pruned = db.prepare('SELECT pruned_through > 0 FROM meta').pluck().get() === 1
    const tellable = Object.entries(contradictions).filter(([, sql]) => !pruned || !sql.includes('events'))
    const found = tellable.flatMap(([fault, sql]) => {
      const rows = db.prepare(sql).all()
      return rows.length === 0 ? [] : [`${fault}: ${JSON.stringify(rows.slice(0, 3))}`]
    })
    return damage === 'ok' ? found : [`damaged: ${String(damage)}`, ...found]
  } finally {
    db.close()
  }
}
