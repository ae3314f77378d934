-- Price, quantity, cover and random bits of a bid, encrypted until it is opened; those columns are 0 and empty meanwhile. Empty:
-- opened, or of before.

ALTER TABLE venue_bid ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
