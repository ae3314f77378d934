-- Casework. Instants are seconds since 1970 UTC; days ISO text, '' for none, '9999-12-31' for «no end» where days are put in order;
-- forms and details JSON. Personal values in a form are sealed (vault.h).
CREATE TABLE casework_type (
  jurisdiction TEXT NOT NULL,
  hash         TEXT NOT NULL,            -- SHA-256 of the text
  name         TEXT NOT NULL,
  pack         TEXT NOT NULL,
  example      BIGINT NOT NULL,
  text         TEXT NOT NULL,            -- the declaration, so that a running case keeps its own
  PRIMARY KEY (jurisdiction, hash)
);

CREATE TABLE casework_counter (
  jurisdiction TEXT NOT NULL,
  name         TEXT NOT NULL,            -- "case", "number annual-task 2026", …
  last         BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, name)
);

CREATE TABLE casework_case (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  type         TEXT NOT NULL,
  hash         TEXT NOT NULL,
  number       TEXT NOT NULL,            -- 文号; '' until it has one
  title        TEXT NOT NULL,
  state        TEXT NOT NULL,
  open         BIGINT NOT NULL,
  applicant    TEXT NOT NULL,            -- organisation
  party        TEXT NOT NULL,            -- of the applicant, may be empty
  form         TEXT NOT NULL,
  due          TEXT NOT NULL,            -- of the term that ends first
  created      BIGINT NOT NULL,
  created_by   TEXT NOT NULL,
  created_name TEXT NOT NULL,
  entered      BIGINT NOT NULL,          -- into the present state
  parent       BIGINT NOT NULL,          -- the case that opened it, or 0
  version      BIGINT NOT NULL,
  text_row     BIGINT NOT NULL,          -- in casework_text
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_case_type ON casework_case (jurisdiction, type, id);
CREATE INDEX casework_case_applicant ON casework_case (jurisdiction, applicant, id);
CREATE UNIQUE INDEX casework_case_text ON casework_case (jurisdiction, text_row);
CREATE INDEX casework_case_parent ON casework_case (jurisdiction, parent, id);

CREATE TABLE casework_took (
  jurisdiction TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  step         TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, case_id, step, user_id)
);

CREATE TABLE casework_term (
  jurisdiction TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  term         TEXT NOT NULL,
  status       TEXT NOT NULL,
  due          TEXT NOT NULL,
  left_days    BIGINT NOT NULL,
  provisional  BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, case_id, term)
);

CREATE TABLE casework_voice (
  jurisdiction TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  ballot       TEXT NOT NULL,
  live         BIGINT NOT NULL,          -- of the present round
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  choice       TEXT NOT NULL,
  words        TEXT NOT NULL,
  at           BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, case_id, seq)
);

CREATE TABLE casework_event (
  jurisdiction TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  step         TEXT NOT NULL,
  from_state   TEXT NOT NULL,
  to_state     TEXT NOT NULL,
  reason       TEXT NOT NULL,
  changes      TEXT NOT NULL,            -- {field: [before, after]}; of personal fields only that they changed
  effects      TEXT NOT NULL,            -- what came of it
  PRIMARY KEY (jurisdiction, case_id, seq)
);

-- Who the case waits for, and who may see it: roles, for one organisation or ('') for those that reach everything.
CREATE TABLE casework_waiting (
  jurisdiction TEXT NOT NULL,
  role         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  due          TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  what         TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, role, organisation, due, case_id, what)
);
CREATE INDEX casework_waiting_case ON casework_waiting (jurisdiction, case_id);

CREATE TABLE casework_seer (
  jurisdiction TEXT NOT NULL,
  role         TEXT NOT NULL,
  organisation TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, role, organisation, case_id)
);
CREATE INDEX casework_seer_case ON casework_seer (jurisdiction, case_id);

CREATE TABLE casework_comment (
  jurisdiction TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  at           BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  words        TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, case_id, seq)
);

CREATE TABLE casework_document (
  jurisdiction TEXT NOT NULL,
  id           TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  name         TEXT NOT NULL,
  media_type   TEXT NOT NULL,
  bytes        BIGINT NOT NULL,
  sha256       TEXT NOT NULL,
  content      TEXT NOT NULL,            -- base64
  at           BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  name_of_user TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_document_case ON casework_document (jurisdiction, case_id);

-- Assets, rights and certificates that cases brought about.
CREATE TABLE casework_entry (
  jurisdiction TEXT NOT NULL,
  kind         TEXT NOT NULL,
  number       TEXT NOT NULL,
  title        TEXT NOT NULL,
  holder       TEXT NOT NULL,
  valid_from   TEXT NOT NULL,
  valid_to     TEXT NOT NULL,
  details      TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  ended_by     BIGINT NOT NULL,          -- the case that ended it, or 0
  PRIMARY KEY (jurisdiction, kind, number)
);

-- What was made public; corrections come after, the old stays.
CREATE TABLE casework_publication (
  jurisdiction TEXT NOT NULL,
  id           BIGINT NOT NULL,
  case_id      BIGINT NOT NULL,
  type         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  title        TEXT NOT NULL,
  content      TEXT NOT NULL,
  articles     TEXT NOT NULL,            -- " 9 15 "
  published    BIGINT NOT NULL,
  until        TEXT NOT NULL,            -- last day it stands
  replaced_by  BIGINT NOT NULL,          -- a later publication of the same case, or 0
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX casework_publication_case ON casework_publication (jurisdiction, case_id);

-- Words to find cases by; see search.h.
-- dialect: sqlite
CREATE VIRTUAL TABLE casework_text USING fts5(tokens);
-- dialect: postgresql
CREATE TABLE casework_text (
  row_id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  tokens TSVECTOR NOT NULL
);
CREATE INDEX casework_text_tokens ON casework_text USING gin (tokens);
-- dialect: any
