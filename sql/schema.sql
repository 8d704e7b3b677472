-- What all migrations together make. Written by test/store/write-schema.ts, never by hand.

CREATE TABLE absences (
  group_key TEXT NOT NULL,
  extension TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (group_key, extension)
) STRICT, WITHOUT ROWID;

CREATE TABLE agent_conversations (
  pbx_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  -- Only ever rises.
  read_seq INTEGER NOT NULL DEFAULT 0,
  -- Inbound messages of the conversation up to read_seq.
  read_inbound INTEGER NOT NULL DEFAULT 0,
  -- Messages and notes after read_seq, and after the last closing, that mention him.
  mentions INTEGER NOT NULL DEFAULT 0 CHECK (mentions >= 0),
  muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  PRIMARY KEY (pbx_id, extension, conversation_pk)
) STRICT, WITHOUT ROWID;

CREATE INDEX agent_conversations_by_conversation ON agent_conversations (conversation_pk) WHERE mentions > 0;

CREATE INDEX agent_conversations_mentioned ON agent_conversations (pbx_id, extension, conversation_pk, mentions)
  WHERE mentions > 0;

CREATE INDEX agent_conversations_pinned ON agent_conversations (pbx_id, extension, conversation_pk)
  WHERE pinned = 1;

CREATE TABLE api_keys (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- SHA-256 of the key, which has 256 random bits.
  key_hash BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  -- Null for all groups.
  groups TEXT,
  -- Whom it writes as; null for a key that only looks and sets up.
  extension TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CHECK (actor_kind IN ('person', 'api-key', 'parley')),
  actor_id TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  act TEXT NOT NULL,
  target TEXT NOT NULL,
  sentence TEXT NOT NULL,
  -- SHA-256 of what it was and what it became, without secrets and message bodies; null where there was nothing.
  before_digest TEXT,
  after_digest TEXT,
  -- The names of the fields that differ, as JSON.
  changed TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_act ON audit (act, seq);

CREATE INDEX audit_by_actor ON audit (actor_id, seq);

CREATE INDEX audit_by_target ON audit (target, seq);

CREATE TABLE auto_replies (
  message_seq INTEGER PRIMARY KEY REFERENCES messages (seq),
  customer_pk INTEGER NOT NULL REFERENCES customers (pk),
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  -- When the customer wrote next: robots are quick.
  answered_at INTEGER
) STRICT;

CREATE INDEX auto_replies_by_customer ON auto_replies (customer_pk, at);

CREATE TABLE away_agents (
  pbx_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  since INTEGER NOT NULL,
  -- Back by himself then; null until somebody says so.
  until INTEGER,
  reason TEXT,
  actor TEXT NOT NULL,
  PRIMARY KEY (pbx_id, extension)
) STRICT, WITHOUT ROWID;

CREATE TABLE canned_replies (
  id TEXT NOT NULL PRIMARY KEY,
  -- Null, all three, for every group.
  pbx_id TEXT,
  group_kind TEXT,
  group_number TEXT,
  -- What an agent types after the slash.
  shortcut TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX canned_replies_by_shortcut
  ON canned_replies (coalesce(pbx_id, ''), coalesce(group_kind, ''), coalesce(group_number, ''), shortcut);

CREATE TABLE carrier_seen (
  carrier_id TEXT NOT NULL PRIMARY KEY,
  inbound_at INTEGER,
  success_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE carriers (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  settings TEXT NOT NULL,
  -- AES-256-GCM under the key outside this file, bound to the carrier's id.
  sealed_secrets BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
  pk INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_pk INTEGER NOT NULL UNIQUE REFERENCES customers (pk),
  name TEXT NOT NULL,
  note TEXT,
  -- What a carrier had called the customer: shown again when the contact is deleted.
  carrier_name TEXT,
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE continuations (
  to_pk INTEGER NOT NULL REFERENCES conversations (pk),
  from_pk INTEGER NOT NULL REFERENCES conversations (pk),
  PRIMARY KEY (to_pk, from_pk)
) STRICT, WITHOUT ROWID;

CREATE INDEX continuations_by_origin ON continuations (from_pk, to_pk);

CREATE TABLE conversation_ways (
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  channel TEXT NOT NULL,
  did TEXT NOT NULL,
  carrier_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (conversation_pk, channel, did)
) STRICT, WITHOUT ROWID;

CREATE TABLE conversations (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  customer_pk INTEGER NOT NULL REFERENCES customers (pk),
  group_pk INTEGER NOT NULL REFERENCES groups (pk),
  status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
  designated TEXT,
  designated_name TEXT,
  designated_cause TEXT,
  -- Rises with designation or status only.
  version INTEGER NOT NULL DEFAULT 0,
  opened_at INTEGER NOT NULL,
  -- Channels it has messages of: sms 1, whatsapp 2, sip 4.
  channels INTEGER NOT NULL DEFAULT 0,
  -- Its place in lists: the last message, designation or change of status. Delivery reports don't move it.
  activity_seq INTEGER NOT NULL DEFAULT 0,
  last_message_seq INTEGER,
  -- Inbound messages up to this seq are answered, or were closed away.
  settled_seq INTEGER NOT NULL DEFAULT 0,
  -- The first inbound message that nobody answered yet.
  waiting_seq INTEGER,
  waiting_since INTEGER,
  -- The way the last inbound message came.
  in_carrier_id TEXT,
  in_channel TEXT,
  in_did TEXT,
  in_sender TEXT,
  in_at INTEGER, rule_id TEXT, held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)), designated_at INTEGER, active_at INTEGER NOT NULL DEFAULT 0, reminded_at INTEGER, continued_in INTEGER REFERENCES conversations (pk), inbound_count INTEGER NOT NULL DEFAULT 0, closed_inbound INTEGER NOT NULL DEFAULT 0, closed_seq INTEGER NOT NULL DEFAULT 0,
  UNIQUE (customer_pk, group_pk),
  CHECK ((designated IS NULL) = (designated_name IS NULL)),
  CHECK ((waiting_seq IS NULL) = (waiting_since IS NULL))
) STRICT;

CREATE INDEX conversations_by_activity ON conversations (group_pk, status, activity_seq, channels);

CREATE INDEX conversations_by_agent ON conversations (group_pk, designated, status, activity_seq, channels);

CREATE INDEX conversations_by_customer_did ON conversations (customer_pk, in_did);

CREATE INDEX conversations_diverted ON conversations (continued_in) WHERE continued_in IS NOT NULL;

CREATE INDEX conversations_held ON conversations (rule_id) WHERE held = 1;

CREATE INDEX conversations_idle ON conversations (group_pk, active_at) WHERE status = 'open';

CREATE INDEX conversations_owing ON conversations (group_pk, waiting_seq)
  WHERE status = 'open' AND designated IS NOT NULL AND waiting_seq IS NOT NULL;

CREATE INDEX conversations_unassigned ON conversations (group_pk, waiting_seq)
  WHERE status = 'open' AND designated IS NULL;

CREATE INDEX conversations_unread ON conversations (group_pk, inbound_count, closed_inbound)
  WHERE status = 'open' AND inbound_count > closed_inbound;

CREATE TRIGGER customer_addresses_searched AFTER INSERT ON customer_addresses BEGIN
  INSERT OR REPLACE INTO customer_search (rowid, words)
    SELECT pk, coalesce(name, '') || ' ' ||
           (SELECT group_concat(address, ' ') FROM customer_addresses WHERE customer_pk = pk)
      FROM customers WHERE pk = new.customer_pk;
END;

CREATE TABLE customer_addresses (
  address TEXT NOT NULL PRIMARY KEY,
  customer_pk INTEGER NOT NULL REFERENCES customers (pk)
) STRICT, WITHOUT ROWID;

CREATE INDEX customer_addresses_by_customer ON customer_addresses (customer_pk);

CREATE VIRTUAL TABLE customer_search USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);

CREATE TABLE 'customer_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'customer_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'customer_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'customer_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TRIGGER customers_searched AFTER UPDATE OF name ON customers BEGIN
  INSERT OR REPLACE INTO customer_search (rowid, words)
    VALUES (new.pk, coalesce(new.name, '') || ' ' ||
            (SELECT coalesce(group_concat(address, ' '), '') FROM customer_addresses WHERE customer_pk = new.pk));
END;

CREATE TABLE customers (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- The address it is shown by: the first one it wrote from.
  address TEXT NOT NULL,
  name TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE decisions (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  at INTEGER NOT NULL,
  cause TEXT NOT NULL,
  actor TEXT NOT NULL,
  previous TEXT,
  winner TEXT,
  winner_name TEXT,
  -- The policy version and everything it was decided from; null where a person decided.
  policy INTEGER,
  input TEXT,
  note TEXT
, after_seq INTEGER NOT NULL DEFAULT 0, previous_name TEXT) STRICT;

CREATE INDEX decisions_by_conversation ON decisions (conversation_pk, pk);

CREATE TABLE early_reports (
  pk INTEGER PRIMARY KEY,
  carrier_id TEXT NOT NULL,
  carrier_message_id TEXT NOT NULL,
  state TEXT NOT NULL,
  failure TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX early_reports_by_message ON early_reports (carrier_id, carrier_message_id);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  group_pk INTEGER NOT NULL REFERENCES groups (pk),
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  event TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_group ON events (group_pk, seq);

CREATE TABLE group_agents (
  group_pk INTEGER NOT NULL REFERENCES groups (pk),
  pbx_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  -- Always the number of open conversations of the group designated to him.
  open_conversations INTEGER NOT NULL DEFAULT 0 CHECK (open_conversations >= 0),
  last_designated_at INTEGER,
  PRIMARY KEY (group_pk, extension)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_settings (
  pbx_id TEXT NOT NULL,
  group_kind TEXT NOT NULL,
  group_number TEXT NOT NULL,
  -- Rises with every change: an edit of an older version is refused.
  version INTEGER NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (pbx_id, group_kind, group_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_ways (
  group_pk INTEGER NOT NULL REFERENCES groups (pk),
  carrier_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  did TEXT NOT NULL,
  PRIMARY KEY (group_pk, carrier_id, channel, did)
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
  pk INTEGER PRIMARY KEY,
  pbx_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ring-group', 'queue', 'extension')),
  number TEXT NOT NULL,
  -- Whom the group's strategy designated last: where a round robin goes on from.
  cursor TEXT,
  UNIQUE (pbx_id, kind, number)
) STRICT;

CREATE TABLE idempotency_keys (
  pbx_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  key TEXT NOT NULL,
  -- SHA-256 of conversation and text.
  content_hash BLOB NOT NULL,
  message_id TEXT NOT NULL REFERENCES messages (id),
  PRIMARY KEY (pbx_id, extension, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbound_keys (
  carrier_id TEXT NOT NULL,
  carrier_message_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  PRIMARY KEY (carrier_id, carrier_message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inquiries (
  message_seq INTEGER PRIMARY KEY REFERENCES messages (seq),
  sent_at INTEGER NOT NULL,
  -- Questions so far.
  asked INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL
) STRICT;

CREATE INDEX inquiries_due ON inquiries (next_at);

CREATE TABLE media (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- Of messages, or of unrouted while no rule has taken it; null for an upload that nobody sent yet.
  message_id TEXT,
  -- Its place among the files of its message, from 0.
  ordinal INTEGER,
  -- Where an inbound one is fetched from; null for an agent's own.
  carrier_id TEXT,
  -- What the carrier said of it: url, contentType, fileName, role.
  ref TEXT,
  file_name TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'fetching', 'stored', 'failed')),
  attempt INTEGER NOT NULL DEFAULT 1,
  -- When it came, or was asked for again: how long it is tried counts from here.
  since INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  -- Why it waits, other than for its turn: for the carrier, or for room on the disk.
  waits_for TEXT CHECK (waits_for IN ('carrier', 'room')),
  sha256 TEXT,
  byte_length INTEGER,
  -- By its bytes.
  content_type TEXT,
  -- In pixels, as it is shown.
  width INTEGER,
  height INTEGER,
  failure TEXT,
  uploader_pbx_id TEXT,
  uploader TEXT,
  created_at INTEGER NOT NULL,
  CHECK ((message_id IS NULL) = (ordinal IS NULL)),
  CHECK ((carrier_id IS NULL) = (ref IS NULL)),
  CHECK ((carrier_id IS NULL) = (uploader IS NOT NULL)),
  CHECK ((uploader IS NULL) = (uploader_pbx_id IS NULL)),
  CHECK ((state = 'stored') = (sha256 IS NOT NULL)),
  CHECK ((sha256 IS NULL) = (byte_length IS NULL)),
  CHECK ((sha256 IS NULL) = (content_type IS NULL)),
  CHECK ((width IS NULL) = (height IS NULL)),
  CHECK ((state = 'failed') = (failure IS NOT NULL))
) STRICT;

CREATE INDEX media_by_content ON media (sha256) WHERE sha256 IS NOT NULL;

CREATE UNIQUE INDEX media_by_message ON media (message_id, ordinal) WHERE message_id IS NOT NULL;

CREATE INDEX media_to_fetch ON media (pk) WHERE state IN ('waiting', 'fetching');

CREATE INDEX media_unsent ON media (uploader, created_at) WHERE message_id IS NULL;

CREATE VIRTUAL TABLE message_search USING fts5 (
  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);

CREATE TABLE 'message_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'message_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'message_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'message_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TRIGGER messages_unsearched AFTER DELETE ON messages BEGIN
  DELETE FROM message_search WHERE rowid = old.seq;
END;

CREATE TABLE messages (
  -- That of the event which told of it.
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
  channel TEXT NOT NULL CHECK (channel IN ('sms', 'whatsapp', 'sip')),
  carrier_id TEXT NOT NULL,
  -- An outbound message's is learnt when the carrier takes it.
  carrier_message_id TEXT,
  did TEXT NOT NULL,
  -- The customer's address: sender of an inbound message, recipient of an outbound one.
  peer TEXT NOT NULL,
  content TEXT NOT NULL,
  mention TEXT,
  mention_name TEXT,
  author TEXT NOT NULL,
  state TEXT CHECK (
    state IN ('queued', 'sending', 'accepted', 'sent', 'delivered', 'read', 'failed', 'unknown')
  ),
  failure TEXT,
  carrier_at INTEGER,
  at INTEGER NOT NULL, asks INTEGER NOT NULL DEFAULT 1 CHECK (asks IN (0, 1)), refers_to TEXT, again_of INTEGER REFERENCES messages (seq),
  CHECK ((direction = 'in') = (state IS NULL)),
  CHECK ((mention IS NULL) = (mention_name IS NULL))
) STRICT;

CREATE UNIQUE INDEX messages_again ON messages (again_of) WHERE again_of IS NOT NULL;

CREATE INDEX messages_by_conversation ON messages (conversation_pk, seq);

CREATE INDEX messages_inbound ON messages (conversation_pk, seq) WHERE direction = 'in';

CREATE INDEX messages_mentioning ON messages (conversation_pk, mention, seq) WHERE mention IS NOT NULL;

CREATE INDEX messages_sent ON messages (carrier_id, carrier_message_id)
  WHERE direction = 'out' AND carrier_message_id IS NOT NULL;

CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  -- Names this database's history: a cursor of another one is worth nothing here.
  epoch TEXT NOT NULL,
  -- A known word under the secret key, so that a wrong key is noticed at start.
  key_check BLOB NOT NULL,
  rule_set_version INTEGER NOT NULL DEFAULT 0,
  -- Events up to this seq have been forgotten.
  pruned_through INTEGER NOT NULL DEFAULT 0
, watched_until INTEGER) STRICT;

CREATE TABLE note_mentions (
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  extension TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES notes (seq),
  name TEXT NOT NULL,
  PRIMARY KEY (conversation_pk, extension, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX note_mentions_by_note ON note_mentions (seq);

CREATE TRIGGER notes_unsearched AFTER DELETE ON notes BEGIN
  DELETE FROM message_search WHERE rowid = old.seq;
END;

CREATE TABLE notes (
  -- That of the event which told of it: its place among the messages.
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  author TEXT NOT NULL,
  -- Null for what Parley notes itself.
  author_extension TEXT,
  text TEXT NOT NULL,
  -- The client's own key: the same key never writes twice.
  client_key TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_by_conversation ON notes (conversation_pk, seq);

CREATE UNIQUE INDEX notes_once ON notes (conversation_pk, author_extension, client_key)
  WHERE client_key IS NOT NULL;

CREATE TABLE opt_out_changes (
  pk INTEGER PRIMARY KEY,
  customer_pk INTEGER NOT NULL REFERENCES customers (pk),
  did TEXT NOT NULL,
  opted_out INTEGER NOT NULL CHECK (opted_out IN (0, 1)),
  source TEXT NOT NULL CHECK (source IN ('keyword', 'carrier', 'admin')),
  actor TEXT NOT NULL,
  reason TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE INDEX opt_out_changes_by_pair ON opt_out_changes (customer_pk, did, pk);

CREATE TABLE opt_outs (
  customer_pk INTEGER NOT NULL REFERENCES customers (pk),
  did TEXT NOT NULL,
  -- The change that made it so.
  change_pk INTEGER NOT NULL REFERENCES opt_out_changes (pk),
  PRIMARY KEY (customer_pk, did)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX opt_outs_by_change ON opt_outs (change_pk);

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('message', 'phone-alert')),
  -- Items of one lane leave one after another, in order.
  lane TEXT NOT NULL,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  message_seq INTEGER NOT NULL REFERENCES messages (seq),
  -- Whose phone an alert rings; null for a message.
  extension TEXT,
  sending INTEGER NOT NULL DEFAULT 0 CHECK (sending IN (0, 1)),
  not_before INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL, carrier_id TEXT NOT NULL DEFAULT '', claimed_at INTEGER,
  CHECK ((kind = 'phone-alert') = (extension IS NOT NULL))
) STRICT;

CREATE INDEX outbox_by_carrier ON outbox (carrier_id, sending, not_before, seq);

CREATE INDEX outbox_by_lane ON outbox (lane, seq);

CREATE INDEX outbox_sending ON outbox (seq) WHERE sending = 1;

CREATE INDEX outbox_unsent ON outbox (created_at) WHERE sending = 0 AND kind = 'message';

CREATE TABLE pbx_directories (
  pbx_id TEXT NOT NULL PRIMARY KEY,
  directory TEXT NOT NULL,
  read_at INTEGER,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
  pbx_id TEXT NOT NULL,
  extension TEXT NOT NULL,
  -- Rises with every change: an edit of an older version is refused.
  version INTEGER NOT NULL,
  -- Roles besides that of an agent, and the groups that a supervisor looks after, as JSON.
  roles TEXT NOT NULL,
  groups TEXT NOT NULL,
  PRIMARY KEY (pbx_id, extension)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE repeatable_answers (
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  -- SHA-256 of method, address and body.
  request_hash BLOB NOT NULL,
  at INTEGER NOT NULL,
  -- Null while the first request is under way.
  status INTEGER,
  -- Sealed as carriers' secrets are.
  sealed_answer BLOB,
  answer_digest TEXT,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX repeatable_answers_by_time ON repeatable_answers (at);

CREATE TABLE rules (
  pk INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  dids TEXT NOT NULL,
  channels TEXT,
  pbx_id TEXT NOT NULL,
  group_kind TEXT NOT NULL,
  group_number TEXT NOT NULL
, version INTEGER NOT NULL DEFAULT 1, terms TEXT NOT NULL DEFAULT '{}') STRICT;

CREATE TABLE schema_migrations (
       version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
     ) STRICT;

CREATE TABLE sessions (
  pk INTEGER PRIMARY KEY,
  sid TEXT NOT NULL UNIQUE,
  extension TEXT,
  roles TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('portal', 'standalone', 'link')),
  -- The browser's family, and the network it came from: no more than is needed to know one's own.
  browser TEXT NOT NULL,
  address TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  -- No token of this session is good after it.
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  revoked_by TEXT
) STRICT;

CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE INDEX sessions_by_extension ON sessions (extension, pk);

CREATE TABLE sign_in_codes (
  pk INTEGER PRIMARY KEY,
  extension TEXT NOT NULL,
  address TEXT NOT NULL,
  -- Under a key outside this file: a million codes are soon tried.
  code_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  used_at INTEGER
) STRICT;

CREATE INDEX sign_in_codes_by_address ON sign_in_codes (address, created_at);

CREATE INDEX sign_in_codes_by_extension ON sign_in_codes (extension, created_at);

CREATE INDEX sign_in_codes_by_time ON sign_in_codes (created_at);

CREATE TABLE status_changes (
  seq INTEGER PRIMARY KEY,
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  at INTEGER NOT NULL,
  status TEXT NOT NULL,
  actor TEXT NOT NULL
, reason TEXT, note TEXT, other_pk INTEGER REFERENCES conversations (pk)) STRICT;

CREATE INDEX status_changes_by_conversation ON status_changes (conversation_pk, seq);

CREATE TABLE unrouted (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  message TEXT NOT NULL
) STRICT;
