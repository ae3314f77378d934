-- What is measured where, by whom: one series per place, indicator and source, in one unit.
CREATE TABLE series (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  place TEXT NOT NULL,
  indicator TEXT NOT NULL,
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, id),
  UNIQUE (jurisdiction, place, indicator, source)
);

-- Every file that was imported: what it was, how it was read, what came of it. `header` holds the names
-- of the columns, one per line; observation.origin_column counts them from 1.
CREATE TABLE import_file (
  jurisdiction TEXT NOT NULL,
  id BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,
  mapping_sha256 TEXT NOT NULL,
  header TEXT NOT NULL,
  arrived BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  accepted BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  strict BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, id)
);
CREATE INDEX import_file_content ON import_file (jurisdiction, sha256, mapping_sha256);

-- One measured value and every correction of it: revision 0 came first, the highest is what is known now. Rows are
-- never changed or deleted. `time` and `arrived` are seconds UTC; `flag` as in observe/flag.h; a value below the
-- detection limit is NULL with the limit beside it. origin_row is the line in the file, from 1.
CREATE TABLE observation (
  jurisdiction TEXT NOT NULL,
  series BIGINT NOT NULL,
  time BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  value DOUBLE PRECISION,
  flag BIGINT NOT NULL,
  detection_limit DOUBLE PRECISION,
  origin_file BIGINT NOT NULL,
  origin_row BIGINT NOT NULL,
  origin_column BIGINT NOT NULL,
  raw TEXT NOT NULL,
  arrived BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction, series, time, revision)
)
-- dialect: sqlite
WITHOUT ROWID
-- dialect: any
;
