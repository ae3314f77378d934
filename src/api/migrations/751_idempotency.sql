-- Answers to writes that came with an Idempotency-Key, kept in the transaction of the write itself, so that a retry
-- gets the same answer and nothing happens twice. `request` is the SHA-256 of method, path, query and body.
CREATE TABLE api_answer (
  jurisdiction TEXT NOT NULL,
  caller TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  request TEXT NOT NULL,
  status BIGINT NOT NULL,
  headers TEXT NOT NULL,             -- JSON: [[name, value], …]
  body TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, caller, idempotency_key)
);
CREATE INDEX api_answer_age ON api_answer (jurisdiction, created);
