-- The trail. Entries and seals are only ever added; an entry's batch is set once, by its seal. The database itself refuses
-- anything else, and whoever gets round that is told by the chain.
CREATE TABLE audit_entry (
  jurisdiction TEXT NOT NULL,
  id           TEXT NOT NULL,            -- sorts by time
  at           BIGINT NOT NULL,
  user_id      TEXT NOT NULL,
  who          TEXT NOT NULL,
  via          TEXT NOT NULL,
  address      TEXT NOT NULL,
  request_id   TEXT NOT NULL,
  action       TEXT NOT NULL,
  object       TEXT NOT NULL,
  outcome      TEXT NOT NULL,
  detail       TEXT NOT NULL,
  batch        BIGINT NOT NULL,          -- 0: not yet sealed
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX audit_entry_batch ON audit_entry (jurisdiction, batch, id);
CREATE INDEX audit_entry_who ON audit_entry (jurisdiction, who, id);
CREATE INDEX audit_entry_action ON audit_entry (jurisdiction, action, id);
CREATE INDEX audit_entry_object ON audit_entry (jurisdiction, object, id);

CREATE TABLE audit_seal (
  jurisdiction TEXT NOT NULL,
  batch        BIGINT NOT NULL,          -- 1, 2, 3 …
  entries      BIGINT NOT NULL,          -- in this batch
  total        BIGINT NOT NULL,          -- up to and with this batch
  sealed       BIGINT NOT NULL,
  hash         TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, batch)
);

-- dialect: sqlite
CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_entry_same BEFORE UPDATE ON audit_entry
WHEN OLD.batch <> 0 OR NEW.jurisdiction <> OLD.jurisdiction OR NEW.id <> OLD.id OR NEW.at <> OLD.at
  OR NEW.user_id <> OLD.user_id OR NEW.who <> OLD.who OR NEW.via <> OLD.via OR NEW.address <> OLD.address
  OR NEW.request_id <> OLD.request_id OR NEW.action <> OLD.action OR NEW.object <> OLD.object
  OR NEW.outcome <> OLD.outcome OR NEW.detail <> OLD.detail
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_seal_stays BEFORE DELETE ON audit_seal BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_seal_same BEFORE UPDATE ON audit_seal BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- dialect: postgresql
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE FUNCTION audit_entry_only_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.batch <> 0 OR (NEW.jurisdiction, NEW.id, NEW.at, NEW.user_id, NEW.who, NEW.via, NEW.address, NEW.request_id,
      NEW.action, NEW.object, NEW.outcome, NEW.detail) IS DISTINCT FROM (OLD.jurisdiction, OLD.id, OLD.at, OLD.user_id,
      OLD.who, OLD.via, OLD.address, OLD.request_id, OLD.action, OLD.object, OLD.outcome, OLD.detail) THEN
    RAISE EXCEPTION 'the audit trail is append-only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_stays BEFORE DELETE OR TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_same BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_only_sealed();
CREATE TRIGGER audit_seal_stays BEFORE DELETE OR UPDATE OR TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- dialect: any
