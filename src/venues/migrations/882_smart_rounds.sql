-- Rounds of smart markets. What is moved stands in the registry of rights; here stands who was admitted, who offered what in
-- which order, what came out, and what the transfer accounts between zones carry. Times are seconds.

-- `closing`: which one of its venue's rounds it was in the order they were closed. `input`: the market that was cleared, as JSON.
CREATE TABLE venue_round (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  key TEXT NOT NULL,
  venue TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'announced', 'awaiting', 'settled', 'cancelled', 'rejected')),
  terms TEXT NOT NULL,
  opens BIGINT NOT NULL,
  closes BIGINT NOT NULL,
  announced_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  closed_by TEXT NOT NULL,
  bids BIGINT NOT NULL,
  head TEXT NOT NULL,
  events BIGINT NOT NULL,
  closing BIGINT,
  input TEXT,
  result TEXT,
  result_hash TEXT,
  PRIMARY KEY (jurisdiction, number),
  UNIQUE (jurisdiction, key),
  UNIQUE (jurisdiction, venue, closing),
  CHECK (opens < closes)
);

CREATE TABLE venue_round_member (
  jurisdiction TEXT NOT NULL,
  round BIGINT NOT NULL,
  account TEXT NOT NULL,
  owner TEXT NOT NULL,
  zone TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('applied', 'admitted', 'refused')),
  applied_by TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, round, account)
);

-- `replaced_by`: the later one that takes its place. `cover`: fen set aside for a bid. `hash` chains those of a round.
CREATE TABLE venue_round_bid (
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
  PRIMARY KEY (jurisdiction, round, seq),
  UNIQUE (jurisdiction, round, key)
);

CREATE TABLE venue_round_event (
  jurisdiction TEXT NOT NULL,
  round BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, round, seq)
);

-- What a transfer account between zones carries. `number`: of the round or call-out. Amounts are decimals or fractions.
CREATE TABLE venue_balance (
  jurisdiction TEXT NOT NULL,
  venue TEXT NOT NULL,
  link TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('start', 'round', 'undone', 'call')),
  number BIGINT NOT NULL,
  amount TEXT NOT NULL,
  balance TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, venue, link, seq)
);

-- Delivered out of a transfer account: proposed by one person, approved by another.
CREATE TABLE venue_call (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  key TEXT NOT NULL,
  venue TEXT NOT NULL,
  link TEXT NOT NULL,
  quantity TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'done', 'rejected')),
  proposed_by TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, number),
  UNIQUE (jurisdiction, key)
);
