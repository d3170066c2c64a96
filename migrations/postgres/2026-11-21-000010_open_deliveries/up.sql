-- What waits to go out together. Rows leave it when nothing is to be done about them any more: it stays small, whatever
-- the log holds.
CREATE INDEX deliveries_open ON deliveries (recipient, channel, endpoint, batch) WHERE due_at IS NOT NULL;
