-- Settings of groups, and what the law of a conversation needs to remember beyond the first schema.

CREATE TABLE group_settings (
  pbx_id TEXT NOT NULL,
  group_kind TEXT NOT NULL,
  group_number TEXT NOT NULL,
  -- Rises with every change: an edit of an older version is refused.
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (pbx_id, group_kind, group_number)
) STRICT, WITHOUT ROWID;

-- Members seen unavailable, and since when without a break: a restart forgets nothing and makes nothing up.
CREATE TABLE absences (
  group_key TEXT NOT NULL,
  extension TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (group_key, extension)
) STRICT, WITHOUT ROWID;

-- Until when somebody watched: time in which nobody did counts as no absence.
ALTER TABLE meta ADD COLUMN watched_until INTEGER;

-- When the designated agent became so.
ALTER TABLE conversations ADD COLUMN designated_at INTEGER;
-- The last message, designation or change of status.
ALTER TABLE conversations ADD COLUMN active_at INTEGER NOT NULL DEFAULT 0;
-- When the designated agent was last called again to a message that he left unanswered.
ALTER TABLE conversations ADD COLUMN reminded_at INTEGER;
-- Transferred to another group: the customer's messages go there until that conversation closes.
ALTER TABLE conversations ADD COLUMN continued_in INTEGER REFERENCES conversations (pk);

UPDATE conversations SET
  designated_at = CASE WHEN designated IS NOT NULL THEN
    (SELECT max(d.at) FROM decisions d WHERE d.conversation_pk = conversations.pk) END,
  active_at = max(opened_at, coalesce((SELECT m.at FROM messages m WHERE m.seq = last_message_seq), 0));

CREATE INDEX conversations_idle ON conversations (group_pk, active_at) WHERE status = 'open';
CREATE INDEX conversations_owing ON conversations (group_pk, waiting_seq)
  WHERE status = 'open' AND designated IS NOT NULL AND waiting_seq IS NOT NULL;
CREATE INDEX conversations_diverted ON conversations (continued_in) WHERE continued_in IS NOT NULL;

-- What came before a conversation in other groups, for good: whoever may read it may read that.
CREATE TABLE continuations (
  to_pk INTEGER NOT NULL REFERENCES conversations (pk),
  from_pk INTEGER NOT NULL REFERENCES conversations (pk),
  PRIMARY KEY (to_pk, from_pk)
) STRICT, WITHOUT ROWID;

CREATE INDEX continuations_by_origin ON continuations (from_pk, to_pk);

-- Its place among the events: after this one and before the next.
ALTER TABLE decisions ADD COLUMN after_seq INTEGER NOT NULL DEFAULT 0;
UPDATE decisions SET after_seq = coalesce(
  (SELECT max(e.seq) - 1 FROM events e WHERE e.event ->> 'decisionId' = decisions.id), 0);

-- Why: null, idle, continued-in, continued-from. The other conversation where there is one.
ALTER TABLE status_changes ADD COLUMN reason TEXT;
ALTER TABLE status_changes ADD COLUMN note TEXT;
ALTER TABLE status_changes ADD COLUMN other_pk INTEGER REFERENCES conversations (pk);
