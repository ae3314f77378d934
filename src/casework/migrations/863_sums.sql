-- What cases of a type in a state come to, kept as they change; what a case added, and in which state ('' : not counted yet).
CREATE TABLE casework_sum (
  jurisdiction TEXT NOT NULL,
  type         TEXT NOT NULL,
  state        TEXT NOT NULL,
  part         BIGINT NOT NULL,
  cases        BIGINT NOT NULL,
  figures      TEXT NOT NULL,            -- JSON: {figure: [cases that have it, exact sum]}
  PRIMARY KEY (jurisdiction, type, state, part)
);
ALTER TABLE casework_case ADD COLUMN counted TEXT NOT NULL DEFAULT '';        -- state
ALTER TABLE casework_case ADD COLUMN figures TEXT NOT NULL DEFAULT '{}';      -- JSON by figure
CREATE INDEX casework_case_uncounted ON casework_case (jurisdiction, type, id) WHERE counted = '';
