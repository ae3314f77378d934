-- What was completed on a day, without reading the journal from its beginning.

CREATE INDEX right_journal_completed ON right_journal (jurisdiction, at) WHERE event = 'completed';
