-- Times are microseconds since 1970-01-01T00:00:00Z. Ids are the 16 bytes of a UUID.

CREATE TABLE organizations (
    id        INTEGER PRIMARY KEY,
    name      TEXT    NOT NULL UNIQUE,
    -- The component that manages the organization and its jobs: 'configuration' for gateway.toml. Others leave it unchanged.
    source    TEXT    NOT NULL,
    -- 0: the keys are refused, for instance because gateway.toml declares the organization no longer. The history stays.
    is_active INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY,
    organization INTEGER NOT NULL REFERENCES organizations,
    name         TEXT    NOT NULL,
    -- The SHA-256 hash of the key. The key itself is not stored.
    hash         BLOB    NOT NULL UNIQUE,
    created_at   INTEGER NOT NULL,
    UNIQUE (organization, name)
) STRICT;

CREATE TABLE jobs (
    id           BLOB    PRIMARY KEY,
    organization INTEGER NOT NULL REFERENCES organizations,
    name         TEXT    NOT NULL,
    -- The position in the list of jobs. NULL: gateway.toml declares the job no longer. It is not listed; its history stays.
    position     INTEGER
) STRICT;

CREATE INDEX jobs_of_organization ON jobs (organization, position);

CREATE TABLE executions (
    -- A run that was requested later has a higher number.
    number           INTEGER PRIMARY KEY,
    id               BLOB    NOT NULL UNIQUE,
    job              BLOB    NOT NULL REFERENCES jobs,
    trigger_id       BLOB    NOT NULL,
    -- The number of the state in the API. 0: the run is pending.
    state            INTEGER NOT NULL,
    requested_at     INTEGER NOT NULL,
    -- When the runner claimed the run. NULL while it is pending: the API does not show an execution yet.
    created_at       INTEGER,
    ended_at         INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    -- 0, or the position among the unfinished runs of the job if its runs may queue.
    queue_index      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A job has at most one unfinished run, unless its runs may queue. A query uses this index only if it contains "state < 2"
-- literally.
CREATE UNIQUE INDEX executions_unfinished ON executions (job, queue_index) WHERE state < 2;
-- Each index contains the number (the rowid), so that this one lists the runs of a job in their order.
CREATE INDEX executions_of_job ON executions (job);
CREATE INDEX executions_of_trigger ON executions (trigger_id, job);

-- With a rowid: in a table WITHOUT ROWID, a row of more than about 1,000 bytes would take pages of its own. Without a foreign
-- key, because the number of the execution is only a part of the id.
CREATE TABLE lines (
    -- The number of the execution in the upper 32 bits, the sequence number of the line in the lower ones. So a log is a range
    -- of rows in its order, without an index.
    id       INTEGER PRIMARY KEY,
    time     INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    message  TEXT    NOT NULL
) STRICT;

-- Counts the changes of organizations, keys, and jobs, so that a process that has them in memory detects a change. Triggers
-- count, so that changes by other programs count as well.
CREATE TABLE catalog_version (version INTEGER NOT NULL) STRICT;
INSERT INTO catalog_version (version) VALUES (0);

CREATE TRIGGER organizations_inserted AFTER INSERT ON organizations
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER organizations_updated AFTER UPDATE ON organizations
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER organizations_deleted AFTER DELETE ON organizations
BEGIN UPDATE catalog_version SET version = version + 1; END;

CREATE TRIGGER api_keys_inserted AFTER INSERT ON api_keys
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER api_keys_updated AFTER UPDATE ON api_keys
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER api_keys_deleted AFTER DELETE ON api_keys
BEGIN UPDATE catalog_version SET version = version + 1; END;

CREATE TRIGGER jobs_inserted AFTER INSERT ON jobs
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER jobs_updated AFTER UPDATE ON jobs
BEGIN UPDATE catalog_version SET version = version + 1; END;
CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs
BEGIN UPDATE catalog_version SET version = version + 1; END;
