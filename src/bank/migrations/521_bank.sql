-- The bank as files: instructions that went out, statements that came in, and what two persons agreed to. Amounts are
-- fen; of statements above zero is what came in. Account numbers and names of other sides, and the files with them, are
-- sealed by a key outside the database.

-- To which account a party is paid; as two persons agreed.
CREATE TABLE bank_payee (
  jurisdiction TEXT NOT NULL,
  party TEXT NOT NULL,
  sealed TEXT NOT NULL,
  proposal BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, party)
);

-- Numbers run without gaps over the tenant. What was written is never changed, but for the state.
CREATE TABLE bank_batch (
  jurisdiction TEXT NOT NULL,
  number BIGINT NOT NULL,
  account TEXT NOT NULL,
  layout TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drafted', 'approved', 'acknowledged', 'refused', 'withdrawn')),
  lines BIGINT NOT NULL CHECK (lines > 0),
  fen BIGINT NOT NULL CHECK (fen > 0),
  sha256 TEXT NOT NULL,
  sealed TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made BIGINT NOT NULL,
  approved_by TEXT,
  approved BIGINT,
  acknowledged TEXT,
  PRIMARY KEY (jurisdiction, number),
  CHECK (approved_by <> made_by)
);

-- kind, subject: 'statement' and its id, or 'right' and the key of a withdrawal.
CREATE TABLE bank_instruction (
  jurisdiction TEXT NOT NULL,
  batch BIGINT NOT NULL,
  line BIGINT NOT NULL,
  reference TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('statement', 'right')),
  subject TEXT NOT NULL,
  party TEXT NOT NULL,
  fen BIGINT NOT NULL CHECK (fen > 0),
  state TEXT NOT NULL CHECK (state IN ('open', 'paid', 'failed', 'withdrawn')),
  PRIMARY KEY (jurisdiction, batch, line),
  UNIQUE (jurisdiction, reference)
);
CREATE UNIQUE INDEX bank_instruction_live ON bank_instruction (jurisdiction, kind, subject)
  WHERE state IN ('open', 'paid');

CREATE TABLE bank_import (
  jurisdiction TEXT NOT NULL,
  account TEXT NOT NULL,
  number BIGINT NOT NULL,
  file TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  rows_added BIGINT NOT NULL CHECK (rows_added > 0),
  opening BIGINT NOT NULL,
  by_whom TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, account, number)
);

-- One line of a statement. seq: its place in the account, without gaps. `matched` says that it is in the ledger under
-- kind and subject, each of which is matched once at most.
CREATE TABLE bank_entry (
  jurisdiction TEXT NOT NULL,
  account TEXT NOT NULL,
  serial TEXT NOT NULL,
  seq BIGINT NOT NULL,
  day TEXT NOT NULL,
  fen BIGINT NOT NULL CHECK (fen <> 0),
  balance BIGINT,
  sealed TEXT NOT NULL,
  remark TEXT NOT NULL,
  import BIGINT NOT NULL,
  line BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('matched', 'proposed', 'unmatched', 'not_ours')),
  kind TEXT,
  subject TEXT,
  note_zh TEXT NOT NULL,
  note_en TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, account, serial),
  UNIQUE (jurisdiction, account, seq),
  CHECK ((state = 'matched') = (subject IS NOT NULL)),
  CHECK ((kind IS NULL) = (subject IS NULL))
);
CREATE UNIQUE INDEX bank_entry_once ON bank_entry (jurisdiction, kind, subject) WHERE state = 'matched';
CREATE INDEX bank_entry_left ON bank_entry (jurisdiction, account, seq) WHERE state <> 'matched';

-- What one person wants and another decides. what, subject: batch and withdraw with a batch's number, failed with a
-- reference, payee with a party, assign with account and serial.
CREATE TABLE bank_proposal (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('batch', 'withdraw', 'failed', 'payee', 'assign')),
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  by_whom TEXT NOT NULL CHECK (by_whom <> ''),
  at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'taken_back')),
  decided_by TEXT,
  decided BIGINT,
  note TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, id),
  CHECK ((state = 'open') = (decided_by IS NULL)),
  CHECK (state NOT IN ('approved', 'refused') OR decided_by <> by_whom)
);
CREATE UNIQUE INDEX bank_proposal_open ON bank_proposal (jurisdiction, what, subject) WHERE state = 'open';
