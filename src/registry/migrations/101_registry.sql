-- Who is who and what lies where. Days are ISO text; '0001-01-01' is «since ever», '9999-12-31' «for ever»; empty text
-- is «none». A code may have several versions whose validities do not overlap.

CREATE TABLE registry_jurisdiction (
  jurisdiction TEXT NOT NULL,
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  level TEXT NOT NULL,
  parent TEXT NOT NULL,
  managed_by TEXT NOT NULL,
  predecessor TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, code, valid_from)
);
CREATE INDEX registry_jurisdiction_parent ON registry_jurisdiction (jurisdiction, parent);

CREATE TABLE registry_party (
  jurisdiction TEXT NOT NULL,
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  kind TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  uscc TEXT NOT NULL,
  override_by TEXT NOT NULL,
  override_reason TEXT NOT NULL,
  override_document TEXT NOT NULL,
  override_date TEXT NOT NULL,
  area TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, code, valid_from)
);

CREATE TABLE registry_place (
  jurisdiction TEXT NOT NULL,
  code TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  kind TEXT NOT NULL,
  name_zh TEXT NOT NULL,
  name_en TEXT NOT NULL,
  water_body TEXT NOT NULL,
  water_kind TEXT NOT NULL,
  area TEXT NOT NULL,
  role TEXT NOT NULL,
  inflow_section TEXT NOT NULL,
  longitude DOUBLE PRECISION,
  latitude DOUBLE PRECISION,
  datum TEXT NOT NULL,
  position_note TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, code, valid_from)
);

-- All names a place has had, its own and those that data files use, with width and case folded for looking up.
CREATE TABLE registry_place_name (
  jurisdiction TEXT NOT NULL,
  folded TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, folded, place)
);
CREATE INDEX registry_place_name_place ON registry_place_name (jurisdiction, place);

CREATE TABLE registry_place_group (
  jurisdiction TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, place, name, valid_from)
);
CREATE INDEX registry_place_group_name ON registry_place_group (jurisdiction, name);

CREATE TABLE registry_role (
  jurisdiction TEXT NOT NULL,
  place TEXT NOT NULL,
  role TEXT NOT NULL,
  party TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  share TEXT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, place, role, party, valid_from)
);
CREATE INDEX registry_role_party ON registry_role (jurisdiction, party);

CREATE TABLE registry_attribute (
  jurisdiction TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  known TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  value TEXT NOT NULL,
  verified BIGINT NOT NULL,
  example BIGINT NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, place, name, known, valid_from)
);

CREATE TABLE registry_event (
  jurisdiction TEXT NOT NULL,
  place TEXT NOT NULL,
  kind TEXT NOT NULL,
  valid_from TEXT NOT NULL,
  known TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  source TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, place, kind, valid_from, known)
);
