-- Times are microseconds since 1970-01-01T00:00:00Z; ids are the 16 bytes of a UUID.

CREATE TABLE organizations (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    -- 0: no longer in gateway.toml; its keys are refused and its history is kept.
    declared INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY,
    organization INTEGER NOT NULL REFERENCES organizations,
    name         TEXT    NOT NULL,
    -- SHA-256 of the key. The key itself is nowhere.
    hash         BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    UNIQUE (organization, name)
) STRICT;

CREATE TABLE jobs (
    id           BLOB    PRIMARY KEY,
    organization INTEGER NOT NULL REFERENCES organizations,
    name         TEXT    NOT NULL,
    -- The place in gateway.toml; null: no longer there, not listed, history kept.
    position     INTEGER
) STRICT;

CREATE TABLE executions (
    number           INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    job              BLOB    NOT NULL REFERENCES jobs,
    trigger_id       BLOB    NOT NULL,
    -- The contract's number; 0 is a run that was requested and is not picked up yet.
    state            INTEGER NOT NULL,
    requested_at     INTEGER NOT NULL,
    -- When it was picked up; null while pending, when the contract knows no execution yet.
    created_at       INTEGER,
    ended_at         INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A job has at most one unfinished run. "state < 2" must stand in a query word for word to use this index.
CREATE UNIQUE INDEX executions_unfinished ON executions (job) WHERE state < 2;
-- The rowid (number) is part of every index: this one gives a job's runs in their order.
CREATE INDEX executions_of_job ON executions (job);
CREATE INDEX executions_of_trigger ON executions (trigger_id, job);

CREATE TABLE lines (
    execution INTEGER NOT NULL REFERENCES executions,
    seq       INTEGER NOT NULL,
    time      INTEGER NOT NULL,
    severity  INTEGER NOT NULL,
    message   TEXT    NOT NULL,
    PRIMARY KEY (execution, seq)
) STRICT, WITHOUT ROWID;
