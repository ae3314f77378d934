-- Markets with an order book. `venue_command` is the journal: the same commands give the same book, so the other tables say
-- nothing that cannot be had from it; they are there to be asked. What is moved stands in the registry of rights.

CREATE TABLE venue_market (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'ended', 'rejected')),
  terms TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  approved_by TEXT NOT NULL,
  clocked BIGINT NOT NULL,
  commands BIGINT NOT NULL,
  head TEXT NOT NULL,
  deals BIGINT NOT NULL,
  halt_reason TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, number),
  UNIQUE (jurisdiction, key)
);

-- `account_number` and `group_number` are those of the book; none before admission.
CREATE TABLE venue_member (
  jurisdiction TEXT NOT NULL,
  market BIGINT NOT NULL,
  account TEXT NOT NULL,
  owner TEXT NOT NULL,
  zone TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('applied', 'admitted', 'refused', 'blocked')),
  applied_by TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  account_number BIGINT,
  group_number BIGINT,
  PRIMARY KEY (jurisdiction, market, account)
);

-- `body`: the command's bytes in hexadecimal digits. `covered`: whether the registry could set aside what it asked for.
CREATE TABLE venue_command (
  jurisdiction TEXT NOT NULL,
  market BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  reason TEXT NOT NULL,
  body TEXT NOT NULL,
  covered BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, market, seq)
);

-- `desk`: 'book' or 'bulk', each numbered from 1. `seq`: of the command that made it. `counterparty`, `until` and `confirmed_by` are of bulk agreements.
CREATE TABLE venue_order (
  jurisdiction TEXT NOT NULL,
  market BIGINT NOT NULL,
  desk TEXT NOT NULL CHECK (desk IN ('book', 'bulk')),
  id BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  account TEXT NOT NULL,
  counterparty TEXT NOT NULL,
  side BIGINT NOT NULL,
  type BIGINT NOT NULL,
  stands BIGINT NOT NULL,
  ticks BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  min_quantity BIGINT NOT NULL,
  left_over BIGINT NOT NULL,
  filled BIGINT NOT NULL,
  state TEXT NOT NULL,
  reason BIGINT NOT NULL,
  why TEXT NOT NULL,
  until BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  confirmed_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (jurisdiction, market, desk, id),
  UNIQUE (jurisdiction, market, key)
);
CREATE INDEX venue_order_account ON venue_order (jurisdiction, market, account, seq);
CREATE INDEX venue_order_open ON venue_order (jurisdiction, market, state, account);

CREATE TABLE venue_deal (
  jurisdiction TEXT NOT NULL,
  market BIGINT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  day BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('continuous', 'call', 'listed', 'bulk')),
  buy_order BIGINT NOT NULL,
  sell_order BIGINT NOT NULL,
  buyer TEXT NOT NULL,
  seller TEXT NOT NULL,
  ticks BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  fen BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, market, seq)
);
CREATE INDEX venue_deal_day ON venue_deal (jurisdiction, day, market);

-- Of a trading day that is over; prices in ticks, none where nothing was traded in the book. `hash`: of the book's state.
CREATE TABLE venue_day (
  jurisdiction TEXT NOT NULL,
  market BIGINT NOT NULL,
  day BIGINT NOT NULL,
  opening BIGINT,
  high BIGINT,
  low BIGINT,
  closing BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  fen BIGINT NOT NULL,
  deals BIGINT NOT NULL,
  bulk_quantity BIGINT NOT NULL,
  bulk_fen BIGINT NOT NULL,
  bulk_deals BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, market, day)
);
