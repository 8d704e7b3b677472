-- What belongs to one agent alone (what he has read, muted, pinned), what colleagues tell each other, what is said
-- for them, and who wants to hear nothing more.

-- Inbound messages so far, and how many of them had come when it was closed last: unread counts are differences of
-- such numbers, so that nobody has to count messages. What came before this was kept counts as read.
ALTER TABLE conversations ADD COLUMN inbound_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN closed_inbound INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN closed_seq INTEGER NOT NULL DEFAULT 0;
UPDATE conversations
   SET inbound_count = (SELECT count(*) FROM messages m WHERE m.conversation_pk = conversations.pk AND m.direction = 'in'),
       closed_seq = coalesce(last_message_seq, 0);
UPDATE conversations SET closed_inbound = inbound_count;

CREATE INDEX conversations_unread ON conversations (group_pk, inbound_count, closed_inbound)
  WHERE status = 'open' AND inbound_count > closed_inbound;
CREATE INDEX conversations_by_customer_did ON conversations (customer_pk, in_did);
CREATE INDEX messages_inbound ON messages (conversation_pk, seq) WHERE direction = 'in';
CREATE INDEX messages_mentioning ON messages (conversation_pk, mention, seq) WHERE mention IS NOT NULL;

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

CREATE INDEX agent_conversations_mentioned ON agent_conversations (pbx_id, extension, conversation_pk, mentions)
  WHERE mentions > 0;
CREATE INDEX agent_conversations_pinned ON agent_conversations (pbx_id, extension, conversation_pk)
  WHERE pinned = 1;
CREATE INDEX agent_conversations_by_conversation ON agent_conversations (conversation_pk) WHERE mentions > 0;

-- Internal notes. A table of their own, so that nothing that sends can ever reach one: the outbox refers to
-- messages.
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

CREATE TABLE note_mentions (
  conversation_pk INTEGER NOT NULL REFERENCES conversations (pk),
  extension TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES notes (seq),
  name TEXT NOT NULL,
  PRIMARY KEY (conversation_pk, extension, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX note_mentions_by_note ON note_mentions (seq);

-- Who wants nothing more from which of our numbers. A row here is what the send gate asks for.
CREATE TABLE opt_outs (
  customer_pk INTEGER NOT NULL REFERENCES customers (pk),
  did TEXT NOT NULL,
  -- The change that made it so.
  change_pk INTEGER NOT NULL REFERENCES opt_out_changes (pk),
  PRIMARY KEY (customer_pk, did)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX opt_outs_by_change ON opt_outs (change_pk);

-- Every change of it, never altered.
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
