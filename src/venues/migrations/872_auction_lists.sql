-- What a list of auctions tells of a result, so that none need be read for it. Null: of before, or not closed.

ALTER TABLE venue_auction ADD COLUMN price TEXT;
ALTER TABLE venue_auction ADD COLUMN sold BIGINT;

CREATE INDEX venue_auction_closes ON venue_auction (jurisdiction, closes, number);
