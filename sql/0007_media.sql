-- Files beside messages. Their bytes lie in the media folder, named by their SHA-256; here is which belongs where.

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

CREATE UNIQUE INDEX media_by_message ON media (message_id, ordinal) WHERE message_id IS NOT NULL;
CREATE INDEX media_to_fetch ON media (pk) WHERE state IN ('waiting', 'fetching');
CREATE INDEX media_by_content ON media (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX media_unsent ON media (uploader, created_at) WHERE message_id IS NULL;
