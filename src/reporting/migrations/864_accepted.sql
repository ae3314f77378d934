-- The periods of an organisation that are accepted, as runs of days: from, to (not included).
CREATE TABLE reporting_accepted (
  jurisdiction TEXT NOT NULL,
  set_name     TEXT NOT NULL,
  organisation TEXT NOT NULL,
  begins       TEXT NOT NULL,
  ends         TEXT NOT NULL,
  PRIMARY KEY (jurisdiction, set_name, organisation, begins)
);
CREATE INDEX reporting_report_not_accepted ON reporting_report (jurisdiction, set_name, organisation) WHERE state <> 'accepted';
-- dialect: sqlite
INSERT INTO reporting_accepted (jurisdiction, set_name, organisation, begins, ends)
  WITH first AS (
    SELECT jurisdiction, set_name, organisation, period,
      CASE WHEN length(period) = 4 THEN period || '-01-01'
           WHEN substr(period, 6, 1) = 'Q' THEN substr(period, 1, 4) || '-' || printf('%02d', CAST(substr(period, 7, 1) AS INTEGER) * 3 - 2) || '-01'
           WHEN length(period) = 7 THEN period || '-01' ELSE period END AS begins
    FROM reporting_report WHERE state = 'accepted'),
  days AS (
    SELECT jurisdiction, set_name, organisation, begins,
      date(begins, CASE WHEN length(period) = 4 THEN '+1 year' WHEN substr(period, 6, 1) = 'Q' THEN '+3 months'
                        WHEN length(period) = 7 THEN '+1 month' ELSE '+1 day' END) AS ends FROM first),
  marked AS (
    SELECT *, CASE WHEN LAG(ends) OVER (PARTITION BY jurisdiction, set_name, organisation ORDER BY begins) = begins THEN 0 ELSE 1 END AS apart FROM days),
  runs AS (
    SELECT *, SUM(apart) OVER (PARTITION BY jurisdiction, set_name, organisation ORDER BY begins) AS run FROM marked)
  SELECT jurisdiction, set_name, organisation, MIN(begins), MAX(ends) FROM runs GROUP BY jurisdiction, set_name, organisation, run;
-- dialect: postgresql
INSERT INTO reporting_accepted (jurisdiction, set_name, organisation, begins, ends)
  WITH first AS (
    SELECT jurisdiction, set_name, organisation, period,
      CASE WHEN length(period) = 4 THEN period || '-01-01'
           WHEN substr(period, 6, 1) = 'Q' THEN substr(period, 1, 4) || '-' || lpad((CAST(substr(period, 7, 1) AS INTEGER) * 3 - 2)::text, 2, '0') || '-01'
           WHEN length(period) = 7 THEN period || '-01' ELSE period END AS begins
    FROM reporting_report WHERE state = 'accepted'),
  days AS (
    SELECT jurisdiction, set_name, organisation, begins,
      to_char(begins::date + CASE WHEN length(period) = 4 THEN interval '1 year' WHEN substr(period, 6, 1) = 'Q' THEN interval '3 months'
                                  WHEN length(period) = 7 THEN interval '1 month' ELSE interval '1 day' END, 'YYYY-MM-DD') AS ends FROM first),
  marked AS (
    SELECT *, CASE WHEN LAG(ends) OVER (PARTITION BY jurisdiction, set_name, organisation ORDER BY begins) = begins THEN 0 ELSE 1 END AS apart FROM days),
  runs AS (
    SELECT *, SUM(apart) OVER (PARTITION BY jurisdiction, set_name, organisation ORDER BY begins) AS run FROM marked)
  SELECT jurisdiction, set_name, organisation, MIN(begins), MAX(ends) FROM runs GROUP BY jurisdiction, set_name, organisation, run;
-- dialect: any
