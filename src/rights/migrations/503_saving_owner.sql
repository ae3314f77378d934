-- Whose a verified saving is: the account for which it was verified. Empty: from before savings had an owner; such a one
-- cannot be sold until two persons have said whose it is.
ALTER TABLE right_saving ADD COLUMN account TEXT NOT NULL DEFAULT '';
