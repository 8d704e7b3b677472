-- Rules in full: what goes beyond DID, channel and destination is one JSON value, read and written as a whole.

-- Rises with every change of the rule but that of its place; a stale edit is refused.
ALTER TABLE rules ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- {carriers, senders, hours, outside, overrides}; what is missing has its default.
ALTER TABLE rules ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';

-- The rule that the last message came by, whose overrides hold for what is decided later.
ALTER TABLE conversations ADD COLUMN rule_id TEXT;
-- Waits for that rule's hours to begin.
ALTER TABLE conversations ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));

CREATE INDEX conversations_held ON conversations (rule_id) WHERE held = 1;
