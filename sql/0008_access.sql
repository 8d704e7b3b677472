-- Who may do what beyond what the PBX vouches for, who is signed in, and what was done.

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

CREATE INDEX sessions_by_extension ON sessions (extension, pk);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

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

CREATE INDEX sign_in_codes_by_extension ON sign_in_codes (extension, created_at);
CREATE INDEX sign_in_codes_by_address ON sign_in_codes (address, created_at);
CREATE INDEX sign_in_codes_by_time ON sign_in_codes (created_at);

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

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

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
