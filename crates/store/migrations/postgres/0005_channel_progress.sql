-- What decides when which jobs should have started, as text. NULL: the channel is not told of it.
ALTER TABLE notification_channels ADD COLUMN check_definition text;
-- Due times of the check up to this time are checked.
ALTER TABLE notification_channels ADD COLUMN checked_until bigint NOT NULL DEFAULT 0;
-- Until this time an attempt is under way, or the server is left alone.
ALTER TABLE notification_channels ADD COLUMN busy_until bigint NOT NULL DEFAULT 0;
-- The number of failed attempts since the last delivery.
ALTER TABLE notification_channels ADD COLUMN failures bigint NOT NULL DEFAULT 0;
