-- Bids of rounds: price, quantity, cover and random bits are encrypted in `sealed` until they are opened; those columns are 0
-- and empty meanwhile. Keys are each account's own.

CREATE TABLE venue_round_bid_own (
  jurisdiction TEXT NOT NULL,
  round BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  key TEXT NOT NULL,
  account TEXT NOT NULL,
  buy BIGINT NOT NULL,
  period TEXT NOT NULL,
  ticks BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  cover BIGINT NOT NULL,
  replaces TEXT NOT NULL,
  replaced_by BIGINT,
  at BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  salt TEXT NOT NULL,
  hash TEXT NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, round, seq),
  UNIQUE (jurisdiction, round, account, key)
);
INSERT INTO venue_round_bid_own SELECT jurisdiction, round, seq, key, account, buy, period, ticks, quantity, cover, replaces,
  replaced_by, at, by_whom, salt, hash, '' FROM venue_round_bid;
DROP TABLE venue_round_bid;
ALTER TABLE venue_round_bid_own RENAME TO venue_round_bid;
