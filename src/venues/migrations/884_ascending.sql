-- Timed auctions: the end as late bids have put it off (null: as announced), how often; and which bid outbid one for good,
-- so that what it had set aside is free again before the close.

ALTER TABLE venue_auction ADD COLUMN ends BIGINT;
ALTER TABLE venue_auction ADD COLUMN extensions BIGINT NOT NULL DEFAULT 0;
ALTER TABLE venue_bid ADD COLUMN outbid_by BIGINT;
