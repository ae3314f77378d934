-- The registry of rights. Quantities live on the ledger (one unit per class × vintage × project, or per class ×
-- month); here stands what the ledger does not know: whose accounts, which serial numbers, which orders and pledges,
-- and the chained journal of who did what and why. `period` is a month (counted from year 0) for flow rights, a
-- vintage (year) for stocks, 0 for money.

CREATE TABLE right_state (
  jurisdiction TEXT NOT NULL,
  entries BIGINT NOT NULL,
  head TEXT NOT NULL,
  accounts BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction)
);

-- Numbers without gaps: certificates by prefix, serial numbers by instrument.
CREATE TABLE right_counter (
  jurisdiction TEXT NOT NULL,
  name TEXT NOT NULL,
  value BIGINT NOT NULL CHECK (value >= 0),
  PRIMARY KEY (jurisdiction, name)
);

-- kind: 1 stock, 2 flow, 3 money.
CREATE TABLE right_instrument (
  jurisdiction TEXT NOT NULL,
  code TEXT NOT NULL,
  kind BIGINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  measure TEXT NOT NULL,
  subject TEXT NOT NULL,
  zone TEXT NOT NULL,
  locks_for_day BIGINT NOT NULL CHECK (locks_for_day IN (0, 1)),
  capped BIGINT NOT NULL CHECK (capped IN (0, 1)),
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, code),
  CHECK (period_from < period_to)
);

CREATE TABLE right_account (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  code TEXT NOT NULL,
  owner TEXT NOT NULL,
  type BIGINT NOT NULL,
  status BIGINT NOT NULL,
  permit TEXT NOT NULL,
  permit_to BIGINT,
  PRIMARY KEY (jurisdiction, id),
  UNIQUE (jurisdiction, code)
);
CREATE INDEX right_account_owner ON right_account (jurisdiction, owner);

-- Which ledger account keeps what an account holds of one unit in one compartment.
-- compartment: 1 free, 2 locked, 3 pledged, 4 frozen, 5 reserved, 6 unpaid, 7 leased.
CREATE TABLE right_cell (
  jurisdiction TEXT NOT NULL,
  account BIGINT NOT NULL,
  instrument TEXT NOT NULL,
  period BIGINT NOT NULL,
  project TEXT NOT NULL,
  compartment BIGINT NOT NULL CHECK (compartment BETWEEN 1 AND 7),
  ledger_account BIGINT NOT NULL,
  locked_on TEXT,
  PRIMARY KEY (jurisdiction, account, instrument, period, project, compartment)
);

CREATE TABLE right_cap (
  jurisdiction TEXT NOT NULL,
  instrument TEXT NOT NULL,
  period BIGINT NOT NULL,
  project TEXT NOT NULL,
  cap BIGINT,
  issued BIGINT NOT NULL CHECK (issued >= 0),
  PRIMARY KEY (jurisdiction, instrument, period, project),
  CHECK (cap IS NULL OR issued <= cap)
);

-- `claim`: the transaction that retired or surrendered the block; it never moves again.
CREATE TABLE right_lot (
  jurisdiction TEXT NOT NULL,
  instrument TEXT NOT NULL,
  start BIGINT NOT NULL CHECK (start > 0),
  length BIGINT NOT NULL CHECK (length > 0),
  period BIGINT NOT NULL,
  project TEXT NOT NULL,
  account BIGINT NOT NULL,
  claim TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, instrument, start)
);
CREATE INDEX right_lot_account ON right_lot (jurisdiction, account, instrument);

-- `body` is the request as it came, `moves` what it moved or holds back on the ledger.
CREATE TABLE right_transaction (
  jurisdiction TEXT NOT NULL,
  key TEXT NOT NULL,
  number BIGINT NOT NULL,
  kind BIGINT NOT NULL,
  state BIGINT NOT NULL,
  instrument TEXT NOT NULL,
  from_account TEXT NOT NULL,
  to_account TEXT NOT NULL,
  body TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  moves TEXT NOT NULL,
  initiator TEXT NOT NULL,
  approver TEXT NOT NULL,
  proposed BIGINT NOT NULL,
  decided BIGINT,
  due BIGINT,
  deadline BIGINT,
  reversed_by TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, key)
);
CREATE INDEX right_transaction_open ON right_transaction (jurisdiction, state, number) WHERE state IN (1, 3, 4);
CREATE INDEX right_transaction_from ON right_transaction (jurisdiction, from_account, number);
CREATE INDEX right_transaction_to ON right_transaction (jurisdiction, to_account, number);

CREATE TABLE right_freeze (
  jurisdiction TEXT NOT NULL,
  key TEXT NOT NULL,
  account BIGINT NOT NULL,
  instrument TEXT NOT NULL,
  quantity BIGINT NOT NULL CHECK (quantity >= 0),
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  since BIGINT NOT NULL,
  authority TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, key)
);
CREATE INDEX right_freeze_account ON right_freeze (jurisdiction, account, instrument) WHERE quantity > 0;

-- A pledge, or what an order of the exchange has set aside: `parts` says of which units how much is left.
CREATE TABLE right_encumbrance (
  jurisdiction TEXT NOT NULL,
  key TEXT NOT NULL,
  compartment BIGINT NOT NULL CHECK (compartment IN (3, 5)),
  account BIGINT NOT NULL,
  instrument TEXT NOT NULL,
  parts TEXT NOT NULL,
  is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
  beneficiary TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, key)
);
CREATE INDEX right_encumbrance_account ON right_encumbrance (jurisdiction, account) WHERE is_open = 1;

CREATE TABLE right_trust (
  jurisdiction TEXT NOT NULL,
  account BIGINT NOT NULL,
  trusted BIGINT NOT NULL,
  active_from BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, account, trusted)
);

CREATE TABLE right_saving (
  jurisdiction TEXT NOT NULL,
  id TEXT NOT NULL,
  instrument TEXT NOT NULL,
  volume BIGINT NOT NULL CHECK (volume > 0),
  sold BIGINT NOT NULL CHECK (sold >= 0 AND sold <= volume),
  PRIMARY KEY (jurisdiction, id)
);

-- What the permits have to follow: the rate that a seller or lessor may no longer emit, months [from, to).
CREATE TABLE right_permit_change (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  line BIGINT NOT NULL,
  transaction_key TEXT NOT NULL,
  account TEXT NOT NULL,
  permit TEXT NOT NULL,
  instrument TEXT NOT NULL,
  period_from BIGINT NOT NULL,
  period_to BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, number, line)
);
CREATE INDEX right_permit_change_permit ON right_permit_change (jurisdiction, permit);

CREATE TABLE right_certificate (
  jurisdiction TEXT NOT NULL,
  number TEXT NOT NULL,
  transaction_key TEXT NOT NULL,
  account TEXT NOT NULL,
  holder TEXT NOT NULL,
  instrument TEXT NOT NULL,
  parts TEXT NOT NULL,
  issued BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, number)
);
CREATE INDEX right_certificate_transaction ON right_certificate (jurisdiction, transaction_key);

-- Who did what, when, why and under which rules; each entry hashed together with the one before.
CREATE TABLE right_journal (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event TEXT NOT NULL CHECK (event <> ''),
  transaction_key TEXT NOT NULL,
  actor TEXT NOT NULL CHECK (actor <> ''),
  approver TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  rule TEXT NOT NULL CHECK (rule <> ''),
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, number),
  CHECK (actor <> approver)
);
CREATE INDEX right_journal_transaction ON right_journal (jurisdiction, transaction_key, number);
-- dialect: sqlite
CREATE TRIGGER right_journal_no_update BEFORE UPDATE ON right_journal
BEGIN SELECT RAISE(ABORT, 'constraint: an entry of the journal cannot be changed'); END;
CREATE TRIGGER right_journal_no_delete BEFORE DELETE ON right_journal
BEGIN SELECT RAISE(ABORT, 'constraint: an entry of the journal cannot be deleted'); END;
-- dialect: postgresql
CREATE FUNCTION right_journal_is_recorded() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''an entry of the journal cannot be changed or deleted'' USING ERRCODE = ''23514''; END';
CREATE TRIGGER right_journal_no_change BEFORE UPDATE OR DELETE ON right_journal
FOR EACH ROW EXECUTE FUNCTION right_journal_is_recorded();
-- dialect: any
