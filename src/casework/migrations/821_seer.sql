-- What a list is narrowed by stands beside who sees a case, so that a page of it is read in order from one place.
ALTER TABLE casework_seer ADD COLUMN type TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_seer ADD COLUMN open BIGINT NOT NULL DEFAULT 1;
UPDATE casework_seer SET
  type = COALESCE((SELECT c.type FROM casework_case c WHERE c.jurisdiction = casework_seer.jurisdiction AND c.id = casework_seer.case_id), ''),
  open = COALESCE((SELECT c.open FROM casework_case c WHERE c.jurisdiction = casework_seer.jurisdiction AND c.id = casework_seer.case_id), 0);
CREATE INDEX casework_seer_type ON casework_seer (jurisdiction, role, organisation, type, case_id);
CREATE INDEX casework_seer_open ON casework_seer (jurisdiction, role, organisation, case_id) WHERE open = 1;
CREATE INDEX casework_case_state ON casework_case (jurisdiction, state, id);
-- Whether somebody sees one case is asked by the case: with the roles in the index, else it is read through by the
-- role, all cases of it, once for each line.
DROP INDEX casework_seer_case;
CREATE UNIQUE INDEX casework_seer_of ON casework_seer (jurisdiction, case_id, role, organisation);
