-- What a case can be looked up by: keyed hashes of numbers and names (vault.h), kept in the transaction of the form.
CREATE TABLE casework_trace (
  jurisdiction TEXT NOT NULL,
  kind         TEXT NOT NULL,            -- of field: "citizen_id", …
  trace        TEXT NOT NULL,            -- "<id of the key>:<hash>"
  case_id      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, kind, trace, case_id)
);
CREATE INDEX casework_trace_case ON casework_trace (jurisdiction, case_id);
