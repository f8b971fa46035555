-- The channels of the configuration of the newest start or reload.
CREATE TABLE notification_channels (
    name  TEXT    PRIMARY KEY,
    -- When the channel was declared first.
    since INTEGER NOT NULL
) STRICT;

-- The runs that have ended and of which a channel has no notification yet. Without a foreign key, because runs are deleted.
CREATE TABLE unannounced_runs (
    channel   TEXT NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
    execution BLOB NOT NULL,
    PRIMARY KEY (channel, execution)
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications (
    id              INTEGER PRIMARY KEY,
    channel         TEXT    NOT NULL REFERENCES notification_channels ON DELETE CASCADE,
    -- What it is about. A channel is notified of an event once.
    event           TEXT    NOT NULL,
    content         TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    -- NULL: it is delivered or given up.
    next_attempt_at INTEGER,
    delivered_at    INTEGER,
    UNIQUE (channel, event)
) STRICT;

CREATE INDEX notifications_pending ON notifications (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX notifications_by_age ON notifications (created_at);

-- Whatever ends a run, it is announced to the channels of this moment, in the same transaction. Without channels, nothing is written.
CREATE TRIGGER run_ended AFTER UPDATE OF state ON executions WHEN NEW.state >= 2 AND OLD.state < 2
BEGIN
    INSERT OR IGNORE INTO unannounced_runs (channel, execution) SELECT name, NEW.id FROM notification_channels;
END;
