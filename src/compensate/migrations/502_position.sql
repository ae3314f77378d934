-- Where the ledger's journal stood when the run was made: rights are read as they were then.
ALTER TABLE compensation_run ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
