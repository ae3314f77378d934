-- Runs of rules, what they found for each place, and the statements they made. Nothing here is edited but a statement's
-- state, deadline and successor; every change of state is an event.
CREATE TABLE compensation_run (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  rule         TEXT NOT NULL,
  rule_from    TEXT NOT NULL,            -- the version: its first day in force
  period       TEXT NOT NULL,
  known        TEXT NOT NULL,            -- law and attributes of places as known on this day
  as_known     BIGINT NOT NULL,          -- observations as known at this instant
  pack         TEXT NOT NULL,
  pack_hash    TEXT NOT NULL,
  fingerprint  TEXT NOT NULL,            -- of everything that went in and came out
  unverified   BIGINT NOT NULL,
  example      BIGINT NOT NULL,
  created      BIGINT NOT NULL,
  created_by   TEXT NOT NULL,
  supersedes   BIGINT,                   -- the run of the same rule and period before this one
  PRIMARY KEY (jurisdiction, id)
);
CREATE UNIQUE INDEX compensation_run_order ON compensation_run (jurisdiction, rule, period, id);

CREATE TABLE compensation_result (
  jurisdiction TEXT NOT NULL,
  run          BIGINT NOT NULL,
  place        TEXT NOT NULL,
  name         TEXT NOT NULL,
  outcome      TEXT NOT NULL,            -- computed, not_assessed, missing
  missing      TEXT NOT NULL,            -- names of what was not there, one a line
  results      TEXT NOT NULL,            -- formulas: JSON [{name, title, value, unit}]
  derivation   TEXT NOT NULL,            -- JSON: {assessed, payments: [...], formulas: [...], roles: [...]}
  PRIMARY KEY (jurisdiction, run, place),
  FOREIGN KEY (jurisdiction, run) REFERENCES compensation_run (jurisdiction, id)
);

CREATE TABLE statement (
  jurisdiction  TEXT NOT NULL,
  id            BIGINT NOT NULL,
  run           BIGINT NOT NULL,
  rule          TEXT NOT NULL,
  period        TEXT NOT NULL,
  payer         TEXT NOT NULL,
  payee         TEXT NOT NULL,
  amount        BIGINT NOT NULL CHECK (amount >= 0),  -- fen
  state         TEXT NOT NULL,
  deadline      TEXT,                    -- last day for objections, once published
  supersedes    BIGINT,
  superseded_by BIGINT,
  unverified    BIGINT NOT NULL,
  example       BIGINT NOT NULL,
  created       BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, id),
  FOREIGN KEY (jurisdiction, run) REFERENCES compensation_run (jurisdiction, id)
);
CREATE INDEX statement_case ON statement (jurisdiction, rule, period, payer, payee);
CREATE INDEX statement_run ON statement (jurisdiction, run);

CREATE TABLE statement_line (
  jurisdiction TEXT NOT NULL,
  statement    BIGINT NOT NULL,
  line         BIGINT NOT NULL,
  place        TEXT NOT NULL,
  place_name   TEXT NOT NULL,
  payment      BIGINT NOT NULL,          -- which payment of the rule, from 0
  title_zh     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  whole        BIGINT NOT NULL,          -- fen, before it was shared
  share        TEXT NOT NULL,            -- of this payer and payee
  amount       BIGINT NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (jurisdiction, statement, line),
  FOREIGN KEY (jurisdiction, statement) REFERENCES statement (jurisdiction, id)
);

CREATE TABLE statement_event (
  jurisdiction TEXT NOT NULL,
  statement    BIGINT NOT NULL,
  number       BIGINT NOT NULL,
  event        TEXT NOT NULL,            -- drafted, published, objected, confirmed, posted, paid, superseded
  at           BIGINT NOT NULL,
  by_whom      TEXT NOT NULL,
  note         TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, statement, number),
  FOREIGN KEY (jurisdiction, statement) REFERENCES statement (jurisdiction, id)
);
