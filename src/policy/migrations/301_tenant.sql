-- Which pack a jurisdiction works by.
CREATE TABLE tenant (
  jurisdiction TEXT NOT NULL,
  pack         TEXT NOT NULL,
  since        BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction)
);
