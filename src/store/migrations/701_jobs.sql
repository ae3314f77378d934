-- Long work that is done beside the requests. A job whose worker died (no beat for a while) is taken up again.
CREATE TABLE job (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,           -- JSON, as the kind wants it
  state TEXT NOT NULL,               -- waiting, running, done, failed, cancelled
  done BIGINT NOT NULL,              -- steps, of `total`; 0 of 0: not known
  total BIGINT NOT NULL,
  message_zh TEXT NOT NULL,
  message_en TEXT NOT NULL,
  result TEXT NOT NULL,              -- JSON; empty until there is one
  owner TEXT NOT NULL,               -- id of the user
  by_whom TEXT NOT NULL,             -- name of the user
  created BIGINT NOT NULL,
  started BIGINT,
  finished BIGINT,
  beat BIGINT NOT NULL,              -- when its worker last showed life
  attempts BIGINT NOT NULL,
  cancel BIGINT NOT NULL,            -- 1: somebody wants it to stop
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX job_state ON job (jurisdiction, state, id);
