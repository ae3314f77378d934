-- Units, accounts, the journal of transfers, and what is derived from it: balances and the state of holds.
-- Days are ISO text, instants seconds UTC, amounts integers of the unit's smallest part.

CREATE TABLE ledger_unit (
  jurisdiction TEXT NOT NULL,
  code TEXT NOT NULL,
  decimals BIGINT NOT NULL CHECK (decimals BETWEEN 0 AND 18),
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, code)
);

-- One row per tenant. `version` grows with every change of anything here; whoever finds it unchanged may trust what
-- he remembers.
CREATE TABLE ledger_state (
  jurisdiction TEXT NOT NULL,
  version BIGINT NOT NULL,
  transfers BIGINT NOT NULL CHECK (transfers >= 0),
  accounts BIGINT NOT NULL CHECK (accounts >= 0),
  closed_through TEXT,
  PRIMARY KEY (jurisdiction)
);

CREATE TABLE ledger_account (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  owner TEXT NOT NULL CHECK (owner <> ''),
  unit TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose <> ''),
  is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
  opened BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, id),
  UNIQUE (jurisdiction, owner, unit, purpose),
  FOREIGN KEY (jurisdiction, unit) REFERENCES ledger_unit (jurisdiction, code)
);

-- Apart from the accounts, because these rows are rewritten with every batch and must be small. `last_transfer` is
-- the newest transfer of the account; from there each transfer names the one before it.
-- dialect: sqlite
CREATE TABLE ledger_balance (
  jurisdiction TEXT NOT NULL,
  account BIGINT NOT NULL,
  posted BIGINT NOT NULL,
  pending_in BIGINT NOT NULL CHECK (pending_in >= 0),
  pending_out BIGINT NOT NULL CHECK (pending_out >= 0),
  floor BIGINT,
  last_transfer BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, account),
  CHECK (floor IS NULL OR posted - pending_out >= floor)
) WITHOUT ROWID;
-- dialect: postgresql
CREATE TABLE ledger_balance (
  jurisdiction TEXT NOT NULL,
  account BIGINT NOT NULL,
  posted BIGINT NOT NULL,
  pending_in BIGINT NOT NULL CHECK (pending_in >= 0),
  pending_out BIGINT NOT NULL CHECK (pending_out >= 0),
  floor BIGINT,
  last_transfer BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, account),
  CHECK (floor IS NULL OR posted - pending_out >= floor)
) WITH (fillfactor = 50);
-- dialect: any

-- The journal. `number` counts the transfers of the tenant without gaps, in the order of recording. `chain` is the
-- number of the first of `chain_size` linked transfers. action: 1 post, 2 hold, 3 settle, 4 void.
-- dialect: sqlite
CREATE TABLE ledger_transfer (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  id TEXT NOT NULL CHECK (id <> ''),
  action BIGINT NOT NULL CHECK (action BETWEEN 1 AND 4),
  debit BIGINT NOT NULL,
  credit BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  cause_kind TEXT NOT NULL CHECK (cause_kind <> ''),
  cause_id TEXT NOT NULL CHECK (cause_id <> ''),
  legal_date TEXT NOT NULL,
  recorded BIGINT NOT NULL,
  hold TEXT,
  expires BIGINT,
  corrects TEXT,
  chain BIGINT NOT NULL,
  chain_size BIGINT NOT NULL,
  note TEXT NOT NULL,
  debit_before BIGINT NOT NULL,
  credit_before BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, number),
  CHECK (debit <> credit),
  CHECK ((hold IS NOT NULL) = (action IN (3, 4))),
  CHECK (expires IS NULL OR action = 2),
  CHECK (chain <= number AND number < chain + chain_size)
) WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_transfer_id ON ledger_transfer (jurisdiction, id);
CREATE INDEX ledger_transfer_cause ON ledger_transfer (jurisdiction, cause_kind, cause_id);
CREATE INDEX ledger_transfer_day ON ledger_transfer (jurisdiction, legal_date);
-- Recorded is recorded: a correction is a new transfer.
CREATE TRIGGER ledger_transfer_no_update BEFORE UPDATE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'constraint: a recorded transfer cannot be changed'); END;
CREATE TRIGGER ledger_transfer_no_delete BEFORE DELETE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'constraint: a recorded transfer cannot be deleted'); END;
-- dialect: postgresql
CREATE TABLE ledger_transfer (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  id TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
  action BIGINT NOT NULL CHECK (action BETWEEN 1 AND 4),
  debit BIGINT NOT NULL,
  credit BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  cause_kind TEXT COLLATE "C" NOT NULL CHECK (cause_kind <> ''),
  cause_id TEXT COLLATE "C" NOT NULL CHECK (cause_id <> ''),
  legal_date TEXT COLLATE "C" NOT NULL,
  recorded BIGINT NOT NULL,
  hold TEXT COLLATE "C",
  expires BIGINT,
  corrects TEXT COLLATE "C",
  chain BIGINT NOT NULL,
  chain_size BIGINT NOT NULL,
  note TEXT NOT NULL,
  debit_before BIGINT NOT NULL,
  credit_before BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, number),
  CHECK (debit <> credit),
  CHECK ((hold IS NOT NULL) = (action IN (3, 4))),
  CHECK (expires IS NULL OR action = 2),
  CHECK (chain <= number AND number < chain + chain_size)
);
CREATE UNIQUE INDEX ledger_transfer_id ON ledger_transfer (jurisdiction, id);
CREATE INDEX ledger_transfer_cause ON ledger_transfer (jurisdiction, cause_kind, cause_id, number);
CREATE INDEX ledger_transfer_day ON ledger_transfer (jurisdiction, legal_date, number);
-- Recorded is recorded: a correction is a new transfer.
CREATE FUNCTION ledger_transfer_is_recorded() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''a recorded transfer cannot be changed or deleted'' USING ERRCODE = ''23514''; END';
CREATE TRIGGER ledger_transfer_no_change BEFORE UPDATE OR DELETE ON ledger_transfer
FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_recorded();
-- dialect: any

-- What became of each hold. state: 1 posted, 2 pending, 3 voided, 4 expired.
CREATE TABLE ledger_hold (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  debit BIGINT NOT NULL,
  credit BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  expires BIGINT,
  state BIGINT NOT NULL CHECK (state BETWEEN 1 AND 4),
  resolved_by BIGINT,
  PRIMARY KEY (jurisdiction, number),
  CHECK ((resolved_by IS NOT NULL) = (state IN (1, 3)))
);
CREATE INDEX ledger_hold_expiry ON ledger_hold (jurisdiction, expires) WHERE state = 2 AND expires IS NOT NULL;

-- The closed periods: no transfer numbered above `transfers` has a legal date on or before `day`.
CREATE TABLE ledger_closing (
  jurisdiction TEXT NOT NULL,
  day TEXT NOT NULL,
  closed BIGINT NOT NULL,
  transfers BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, day)
);
