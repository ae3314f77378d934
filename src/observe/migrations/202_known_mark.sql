-- The latest instant up to which somebody relied on «as known then». What arrives afterwards is dated later, so
-- that the same question gets the same answer for good.
CREATE TABLE known_mark (
  jurisdiction TEXT NOT NULL,
  instant BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction)
);
