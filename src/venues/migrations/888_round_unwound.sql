-- What single trades that were refused gave back of limits and transfer accounts, while the others were settled. Null: nothing,
-- or decided before there was this.

ALTER TABLE venue_round ADD COLUMN unwound TEXT;
