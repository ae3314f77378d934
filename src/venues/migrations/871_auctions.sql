-- One-way auctions from announcement to settlement. What is moved stands in the registry of rights; here stands who was
-- admitted, who bid what in which order, and what came out. Times are seconds.

CREATE TABLE venue_auction (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'announced', 'awaiting', 'settled', 'cancelled', 'rejected')),
  terms TEXT NOT NULL,
  opens BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  announced_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  secret TEXT NOT NULL,
  bids BIGINT NOT NULL,
  head TEXT NOT NULL,
  events BIGINT NOT NULL,
  result TEXT,
  result_hash TEXT,
  PRIMARY KEY (jurisdiction, number),
  UNIQUE (jurisdiction, key),
  CHECK (opens < closes)
);

CREATE TABLE venue_bidder (
  jurisdiction TEXT NOT NULL,
  auction BIGINT NOT NULL,
  account TEXT NOT NULL,
  owner TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('applied', 'admitted', 'refused')),
  applied_by TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, auction, account)
);

-- `replaced_by`: the later bid that improves it. `hash` chains the bids of an auction in their order.
CREATE TABLE venue_bid (
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
  PRIMARY KEY (jurisdiction, auction, seq),
  UNIQUE (jurisdiction, auction, key)
);

-- What everybody may know of an auction's course.
CREATE TABLE venue_event (
  jurisdiction TEXT NOT NULL,
  auction BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, auction, seq)
);
