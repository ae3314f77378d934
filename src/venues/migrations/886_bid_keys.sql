-- Keys of bids are each account's own. `seal`: a short text sealed with the keys of the announcement, which a bid's must open.

CREATE TABLE venue_bid_own (
  jurisdiction TEXT NOT NULL,
  auction BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  key TEXT NOT NULL,
  account TEXT NOT NULL,
  ticks BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  cover BIGINT NOT NULL,
  improves TEXT NOT NULL,
  replaced_by BIGINT,
  at BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  hash TEXT NOT NULL,
  salt TEXT NOT NULL DEFAULT '',
  outbid_by BIGINT,
  sealed TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (jurisdiction, auction, seq),
  UNIQUE (jurisdiction, auction, account, key)
);
INSERT INTO venue_bid_own SELECT jurisdiction, auction, seq, key, account, ticks, quantity, cover, improves, replaced_by, at,
  by_whom, hash, salt, outbid_by, sealed FROM venue_bid;
DROP TABLE venue_bid;
ALTER TABLE venue_bid_own RENAME TO venue_bid;
ALTER TABLE venue_auction ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE venue_round ADD COLUMN seal TEXT NOT NULL DEFAULT '';
