-- Reports of organisations by data set and period. Instants are seconds since 1970 UTC; days ISO text, '' for none.
CREATE TABLE reporting_period (
  jurisdiction TEXT NOT NULL,
  set_name     TEXT NOT NULL,
  period       TEXT NOT NULL,            -- "2026", "2026-Q4", "2026-11"
  due          TEXT NOT NULL,            -- what the office set, '' for what the declaration says
  closes       TEXT NOT NULL,
  basis        TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, period)
);

CREATE TABLE reporting_report (
  jurisdiction   TEXT NOT NULL,
  set_name       TEXT NOT NULL,
  organisation   TEXT NOT NULL,
  period         TEXT NOT NULL,
  state          TEXT NOT NULL,          -- open, submitted, accepted, returned
  level          BIGINT NOT NULL,        -- levels that approved
  reopened       BIGINT NOT NULL,        -- 1: the lock is lifted until it is submitted again
  submitted      TEXT NOT NULL,          -- day of the first submission that still stands, '' when it was taken back
  first_received TEXT NOT NULL,          -- day of the very first one
  version        BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, organisation, period)
);
CREATE INDEX reporting_report_period ON reporting_report (jurisdiction, set_name, period, organisation);

-- The figure that stands; a missing one has no row, or kind 'cleared' after it was taken away.
CREATE TABLE reporting_value (
  jurisdiction TEXT NOT NULL,
  set_name     TEXT NOT NULL,
  organisation TEXT NOT NULL,
  period       TEXT NOT NULL,
  element      TEXT NOT NULL,
  kind         TEXT NOT NULL,            -- value, none (does not apply), cleared
  value        TEXT NOT NULL,            -- exact decimal
  reason       TEXT NOT NULL,            -- why it does not apply
  explanation  TEXT NOT NULL,            -- of a figure that stands out
  origin       TEXT NOT NULL,            -- typed, file, prefilled
  detail       TEXT NOT NULL,            -- the row of the file, or what the figure was made from
  user_id      TEXT NOT NULL,
  user_name    TEXT NOT NULL,
  at           BIGINT NOT NULL,
  version      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, organisation, period, element)
);

-- Every figure there ever was.
CREATE TABLE reporting_history (
  jurisdiction TEXT NOT NULL,
  set_name     TEXT NOT NULL,
  organisation TEXT NOT NULL,
  period       TEXT NOT NULL,
  element      TEXT NOT NULL,
  version      BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  value        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  explanation  TEXT NOT NULL,
  origin       TEXT NOT NULL,
  detail       TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  user_name    TEXT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, organisation, period, element, version)
);

CREATE TABLE reporting_event (
  jurisdiction TEXT NOT NULL,
  set_name     TEXT NOT NULL,
  organisation TEXT NOT NULL,
  period       TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  user_name    TEXT NOT NULL,
  what         TEXT NOT NULL,            -- submit, approve, return, withdraw, reopen
  level        BIGINT NOT NULL,
  live         BIGINT NOT NULL,          -- 0: an approval that was taken back
  reason       TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, organisation, period, seq)
);
