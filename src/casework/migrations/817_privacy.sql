-- Exports of personal values, erasures, holds and assessments. Instants are seconds since 1970 UTC, 0 for never; days ISO text.
CREATE TABLE casework_export (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  type         TEXT NOT NULL,
  cases        TEXT NOT NULL,            -- JSON: ids, as they were when it was asked for
  fields       TEXT NOT NULL,            -- JSON: paths of what is wanted in the clear
  format       TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  last_day     TEXT NOT NULL,
  most         BIGINT NOT NULL,          -- downloads
  asked        BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  decided      BIGINT NOT NULL,
  decided_by   TEXT NOT NULL,
  decided_name TEXT NOT NULL,
  outcome      TEXT NOT NULL,            -- '', approved, refused, withdrawn
  reason       TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_export_user ON casework_export (jurisdiction, user_id, id);
CREATE INDEX casework_export_outcome ON casework_export (jurisdiction, outcome, id);

-- Every file that was handed over; a file that turns up is known by its hash.
CREATE TABLE casework_export_file (
  jurisdiction TEXT NOT NULL,
  export_id    BIGINT NOT NULL,
  n            BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  address      TEXT NOT NULL,
  cases        BIGINT NOT NULL,          -- in the file
  bytes        BIGINT NOT NULL,          -- 0: counted, and never made
  sha256       TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, export_id, n)
);
CREATE INDEX casework_export_file_hash ON casework_export_file (jurisdiction, sha256);

CREATE TABLE casework_erasure (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  case_id      BIGINT NOT NULL,
  ground       TEXT NOT NULL,            -- retention, request
  why          TEXT NOT NULL,
  proposed     BIGINT NOT NULL,
  proposed_by  TEXT NOT NULL,
  proposed_name TEXT NOT NULL,
  decided      BIGINT NOT NULL,
  decided_by   TEXT NOT NULL,
  decided_name TEXT NOT NULL,
  outcome      TEXT NOT NULL,            -- '', approved, refused
  reason       TEXT NOT NULL,
  destroyed    TEXT NOT NULL,            -- JSON: how many values, traces, files, words
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_erasure_case ON casework_erasure (jurisdiction, case_id);
CREATE INDEX casework_erasure_outcome ON casework_erasure (jurisdiction, outcome, id);

CREATE TABLE casework_hold (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  case_id      BIGINT NOT NULL,
  why          TEXT NOT NULL,
  placed       BIGINT NOT NULL,
  placed_name  TEXT NOT NULL,
  lifted       BIGINT NOT NULL,
  lifted_name  TEXT NOT NULL,
  lifted_why   TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_hold_case ON casework_hold (jurisdiction, case_id);

-- Versions of an assessment are only added; the law has them kept at least three years.
CREATE TABLE casework_assessment (
  jurisdiction TEXT NOT NULL,
  type         TEXT NOT NULL,
  version      BIGINT NOT NULL,
  made         TEXT NOT NULL,            -- the day
  review       TEXT NOT NULL,            -- to be made again by this day
  purpose      TEXT NOT NULL,
  risk         TEXT NOT NULL,
  measures     TEXT NOT NULL,
  assessor     TEXT NOT NULL,
  asks         TEXT NOT NULL,            -- SHA-256 of what the type asked for and who saw it then
  recorded     BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, type, version)
);

ALTER TABLE casework_case ADD COLUMN erased BIGINT NOT NULL DEFAULT 0;   -- the erasure that took its personal values
-- What has come to its end and still holds what it held, to be found by when that was.
CREATE INDEX casework_case_ended ON casework_case (jurisdiction, type, entered) WHERE open = 0 AND erased = 0;
