-- What a timed auction goes on from is read with every bid: found without those that are replaced or outbid.
CREATE INDEX venue_bid_standing ON venue_bid (jurisdiction, auction, seq) WHERE replaced_by IS NULL AND outbid_by IS NULL;
