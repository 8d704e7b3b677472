-- Who is away for messages, by his own word or a supervisor's, whatever his phone says.
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

-- The name, as it was then, of whoever had the conversation before a decision.
ALTER TABLE decisions ADD COLUMN previous_name TEXT;
UPDATE decisions SET previous_name = (
  SELECT e.winner_name FROM decisions e
   WHERE e.conversation_pk = decisions.conversation_pk AND e.pk < decisions.pk AND e.winner = decisions.previous
   ORDER BY e.pk DESC LIMIT 1
) WHERE previous IS NOT NULL;
