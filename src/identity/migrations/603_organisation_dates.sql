-- From when until when an organisation exists ('' where not known or not at an end): reports are expected only of those that do.
ALTER TABLE identity_organisation ADD COLUMN opened TEXT NOT NULL DEFAULT '';
ALTER TABLE identity_organisation ADD COLUMN closed TEXT NOT NULL DEFAULT '';
