-- The words of files: a file has a row for each stretch of its text, the rows of one file follow each other. Sealed files have none.
CREATE TABLE casework_document_words (
  row_id       BIGINT NOT NULL PRIMARY KEY,   -- in casework_document_text
  jurisdiction TEXT NOT NULL,
  document_id  TEXT NOT NULL,
  case_id      BIGINT NOT NULL,
  words        TEXT NOT NULL
);
CREATE INDEX casework_document_words_of ON casework_document_words (jurisdiction, document_id);

-- dialect: sqlite
CREATE VIRTUAL TABLE casework_document_text USING fts5(tokens);
-- dialect: postgresql
CREATE TABLE casework_document_text (
  row_id BIGINT PRIMARY KEY,
  tokens TSVECTOR NOT NULL
);
CREATE INDEX casework_document_text_tokens ON casework_document_text USING gin (tokens);
-- dialect: any

-- Files whose text has not been read yet: those there are already, and whatever comes.
ALTER TABLE casework_document ADD COLUMN unread BIGINT NOT NULL DEFAULT 0;
UPDATE casework_document SET unread = 1 WHERE content <> '' AND content NOT LIKE 'v%:%';
CREATE INDEX casework_document_unread ON casework_document (jurisdiction, at, id) WHERE unread = 1;
