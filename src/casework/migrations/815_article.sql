-- The article of the plan that a case is about, where its form says so (0: that of its type).
ALTER TABLE casework_case ADD COLUMN article BIGINT NOT NULL DEFAULT 0;
CREATE INDEX casework_case_article ON casework_case (jurisdiction, article, id);
-- dialect: sqlite
UPDATE casework_case SET article = CAST(substr(json_extract(form, '$.article'), 2) AS INTEGER)
  WHERE json_extract(form, '$.article') GLOB 'a[0-9]*';
-- dialect: postgresql
UPDATE casework_case SET article = CAST(substr(form::json ->> 'article', 2) AS BIGINT)
  WHERE form::json ->> 'article' ~ '^a[0-9]+$';
-- dialect: any
