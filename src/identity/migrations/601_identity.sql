-- Who may come in and what they may do. Instants are seconds since 1970 UTC; days ISO text; lists are words with a blank
-- between them; empty text is «none». Of secrets only hashes are kept, of authenticators' secrets an encrypted text.
CREATE TABLE identity_state (
  jurisdiction  TEXT NOT NULL,
  roles_version BIGINT NOT NULL,         -- counts changes of roles, so that every thread reads them again
  PRIMARY KEY (jurisdiction)
);

CREATE TABLE identity_role (
  jurisdiction TEXT NOT NULL,
  role         TEXT NOT NULL,
  title_zh     TEXT NOT NULL,
  title_en     TEXT NOT NULL,
  scope        TEXT NOT NULL,
  permissions  TEXT NOT NULL,
  excludes     TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, role)
);

CREATE TABLE identity_organisation (
  jurisdiction TEXT NOT NULL,
  id           TEXT NOT NULL,
  name_zh      TEXT NOT NULL,
  name_en      TEXT NOT NULL,
  kind         TEXT NOT NULL,
  parent       TEXT NOT NULL,
  area         TEXT NOT NULL,            -- the division it acts in
  party        TEXT NOT NULL,
  acts_for     TEXT NOT NULL,            -- its party, else that of the nearest one above
  source       TEXT NOT NULL,
  origin       TEXT NOT NULL,            -- pack, registry or hand
  active       BIGINT NOT NULL,
  version      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, id)
);

CREATE TABLE identity_user (
  jurisdiction    TEXT NOT NULL,
  id              TEXT NOT NULL,
  name            TEXT NOT NULL,
  name_folded     TEXT NOT NULL,
  display_name    TEXT NOT NULL,
  organisation    TEXT NOT NULL,
  roles           TEXT NOT NULL,
  state           TEXT NOT NULL,
  password        TEXT NOT NULL,         -- argon2id
  one_time_until  BIGINT NOT NULL,       -- 0: the password is one's own
  totp_secret     TEXT NOT NULL,         -- empty: off
  totp_pending    TEXT NOT NULL,         -- started, not yet confirmed
  totp_last_step  BIGINT NOT NULL,       -- the last one used: never again
  delegated_until BIGINT NOT NULL,       -- 0, or when the last delegation to this user ends
  created         BIGINT NOT NULL,
  last_sign_in    BIGINT NOT NULL,       -- 0: never
  version         BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, id),
  FOREIGN KEY (jurisdiction, organisation) REFERENCES identity_organisation (jurisdiction, id)
);
CREATE UNIQUE INDEX identity_user_name ON identity_user (jurisdiction, name_folded);
CREATE INDEX identity_user_organisation ON identity_user (jurisdiction, organisation);

-- Wrong tries by name, whether it exists or not. A try is counted before it is judged, so that many at once do not slip by.
CREATE TABLE identity_attempt (
  jurisdiction TEXT NOT NULL,
  name_hash    TEXT NOT NULL,
  wrong        BIGINT NOT NULL,
  wait_until   BIGINT NOT NULL,
  last_at      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, name_hash)
);

CREATE TABLE identity_session (
  jurisdiction TEXT NOT NULL,
  token_hash   TEXT NOT NULL,
  id           TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  created      BIGINT NOT NULL,
  last_seen    BIGINT NOT NULL,
  ends         BIGINT NOT NULL,
  address      TEXT NOT NULL,
  agent        TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, token_hash),
  FOREIGN KEY (jurisdiction, user_id) REFERENCES identity_user (jurisdiction, id)
);
CREATE INDEX identity_session_user ON identity_session (jurisdiction, user_id);
CREATE UNIQUE INDEX identity_session_id ON identity_session (jurisdiction, id);

CREATE TABLE identity_token (
  jurisdiction TEXT NOT NULL,
  token_hash   TEXT NOT NULL,
  id           TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  label        TEXT NOT NULL,
  scopes       TEXT NOT NULL,
  created      BIGINT NOT NULL,
  expires      BIGINT NOT NULL,
  last_used    BIGINT NOT NULL,          -- 0: never
  PRIMARY KEY (jurisdiction, token_hash),
  FOREIGN KEY (jurisdiction, user_id) REFERENCES identity_user (jurisdiction, id)
);
CREATE INDEX identity_token_user ON identity_token (jurisdiction, user_id);

CREATE TABLE identity_reset (
  jurisdiction TEXT NOT NULL,
  token_hash   TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  issued_by    TEXT NOT NULL,
  expires      BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, token_hash),
  FOREIGN KEY (jurisdiction, user_id) REFERENCES identity_user (jurisdiction, id)
);
CREATE INDEX identity_reset_user ON identity_reset (jurisdiction, user_id);

CREATE TABLE identity_delegation (
  jurisdiction TEXT NOT NULL,
  id           TEXT NOT NULL,
  from_user    TEXT NOT NULL,
  to_user      TEXT NOT NULL,
  roles        TEXT NOT NULL,
  last_day     TEXT NOT NULL,
  ends         BIGINT NOT NULL,          -- the instant after the last day
  reason       TEXT NOT NULL,
  created      BIGINT NOT NULL,
  revoked      BIGINT NOT NULL,          -- 0: not
  PRIMARY KEY (jurisdiction, id),
  FOREIGN KEY (jurisdiction, from_user) REFERENCES identity_user (jurisdiction, id),
  FOREIGN KEY (jurisdiction, to_user) REFERENCES identity_user (jurisdiction, id)
);
CREATE INDEX identity_delegation_to ON identity_delegation (jurisdiction, to_user, ends);
CREATE INDEX identity_delegation_from ON identity_delegation (jurisdiction, from_user, ends);
