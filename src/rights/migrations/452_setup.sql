-- What one person wants set up and another has yet to agree to: caps, permits, the status and opening of accounts,
-- verified savings. Once agreed to it stands in the journal, under both names.
-- state: 1 proposed, 2 completed, 5 rejected, 7 taken back (as of transactions).

CREATE TABLE right_setup (
  jurisdiction TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  state BIGINT NOT NULL CHECK (state IN (1, 2, 5, 7)),
  initiator TEXT NOT NULL CHECK (initiator <> ''),
  approver TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason <> ''),
  rule TEXT NOT NULL CHECK (rule <> ''),
  note TEXT NOT NULL,
  proposed BIGINT NOT NULL,
  decided BIGINT,
  PRIMARY KEY (jurisdiction, key),
  CHECK (initiator <> approver OR state = 7)
);
CREATE INDEX right_setup_open ON right_setup (jurisdiction, proposed) WHERE state = 1;
