-- When an order of the book was withdrawn by its owner. Null: it was not, or before this was kept. Times are seconds.

ALTER TABLE venue_order ADD COLUMN withdrawn BIGINT;
CREATE INDEX venue_order_withdrawn ON venue_order (jurisdiction, withdrawn) WHERE withdrawn IS NOT NULL;

-- What happened on a day: halts and resumptions (the command's first byte), days that closed, auctions that were opened.
CREATE INDEX venue_command_halt ON venue_command (jurisdiction, at) WHERE substr(body, 1, 2) IN ('08', '09');
CREATE INDEX venue_day_by_day ON venue_day (jurisdiction, day, market);
CREATE INDEX venue_event_closed ON venue_event (jurisdiction, at) WHERE event = 'closed';
