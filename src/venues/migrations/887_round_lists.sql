-- What lists and bulletins tell of a round without reading its result: the quantity bought. Null: of before, or not closed.

ALTER TABLE venue_round ADD COLUMN bought BIGINT;
CREATE INDEX venue_round_event_closed ON venue_round_event (jurisdiction, at) WHERE event = 'closed';
