-- 128 random bits of a bid, so that its hash does not tell it to whoever tries prices. Empty: of before; its hash is without.

ALTER TABLE venue_bid ADD COLUMN salt TEXT NOT NULL DEFAULT '';
