-- By which values other cases gather this one: the year of a report, the year in which a task is due. Only of kinds that are gathered.
CREATE TABLE casework_key (
  jurisdiction TEXT NOT NULL,
  type         TEXT NOT NULL,
  field        TEXT NOT NULL,
  value        TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, type, field, value, case_id)
);
CREATE INDEX casework_key_case ON casework_key (jurisdiction, case_id);
