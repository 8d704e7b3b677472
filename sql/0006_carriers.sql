-- The ways out: each carrier its own queue, what became of sends that nobody answered, by which ways a customer can be
-- written to, and what carriers brought that could not be read.

-- The carrier that an item leaves by; '' for alerts, which leave by the PBX.
ALTER TABLE outbox ADD COLUMN carrier_id TEXT NOT NULL DEFAULT '';
-- When it was handed over last.
ALTER TABLE outbox ADD COLUMN claimed_at INTEGER;
UPDATE outbox SET carrier_id = (SELECT m.carrier_id FROM messages m WHERE m.seq = message_seq)
 WHERE kind = 'message';

CREATE INDEX outbox_by_carrier ON outbox (carrier_id, sending, not_before, seq);
CREATE INDEX outbox_sending ON outbox (seq) WHERE sending = 1;
CREATE INDEX outbox_unsent ON outbox (created_at) WHERE sending = 0 AND kind = 'message';

-- Sends whose end nobody knows, about which the carrier is asked.
CREATE TABLE inquiries (
  message_seq INTEGER PRIMARY KEY REFERENCES messages (seq),
  sent_at INTEGER NOT NULL,
  -- Questions so far.
  asked INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL
) STRICT;

CREATE INDEX inquiries_due ON inquiries (next_at);

-- 0 for what makes nobody wait and calls nobody: reactions, edits, deletions, a carrier's own notices.
ALTER TABLE messages ADD COLUMN asks INTEGER NOT NULL DEFAULT 1 CHECK (asks IN (0, 1));
-- The carrier's id of the message that this one quotes, edits, deletes or reacts to.
ALTER TABLE messages ADD COLUMN refers_to TEXT;
-- The message of which this one is the second attempt.
ALTER TABLE messages ADD COLUMN again_of INTEGER REFERENCES messages (seq);
CREATE UNIQUE INDEX messages_again ON messages (again_of) WHERE again_of IS NOT NULL;

-- When the customer wrote last by each way, and as whom: the way back, and how long a free text may take it.
CREATE TABLE conversation_ways (
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  channel TEXT NOT NULL,
  did TEXT NOT NULL,
  carrier_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (conversation_pk, channel, did)
) STRICT, WITHOUT ROWID;

INSERT INTO conversation_ways
  SELECT conversation_pk, channel, did, carrier_id, peer, max(at) FROM messages
   WHERE direction = 'in' GROUP BY conversation_pk, channel, did;

-- The ways by which a group was ever texted.
CREATE TABLE group_ways (
  group_pk INTEGER NOT NULL REFERENCES groups (pk),
  carrier_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  did TEXT NOT NULL,
  PRIMARY KEY (group_pk, carrier_id, channel, did)
) STRICT, WITHOUT ROWID;

INSERT INTO group_ways
  SELECT DISTINCT c.group_pk, m.carrier_id, m.channel, m.did
    FROM messages m JOIN conversations c ON c.pk = m.conversation_pk WHERE m.direction = 'in';

-- What a carrier was last seen doing: a restart knows it still.
CREATE TABLE carrier_seen (
  carrier_id TEXT NOT NULL PRIMARY KEY,
  inbound_at INTEGER,
  success_at INTEGER
) STRICT, WITHOUT ROWID;

-- Verified calls that could not be read, or not whole. Customers' words, so sealed as secrets are.
CREATE TABLE raw_events (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  carrier_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  content_type TEXT,
  -- Of the whole body, of which at most 256 KB are kept.
  byte_length INTEGER NOT NULL,
  sealed_body BLOB NOT NULL
) STRICT;

CREATE INDEX raw_events_by_carrier ON raw_events (carrier_id, pk);
