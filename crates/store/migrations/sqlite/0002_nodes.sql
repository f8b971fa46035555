-- What a key allows: 1 read, 2 run, 4 cancel.
ALTER TABLE api_keys ADD COLUMN scopes INTEGER NOT NULL DEFAULT 7;
-- NULL: the key does not expire.
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;

-- Apart from api_keys, whose changes make every process read the keys again.
CREATE TABLE key_uses (
    key          INTEGER PRIMARY KEY REFERENCES api_keys ON DELETE CASCADE,
    last_used_at INTEGER NOT NULL
) STRICT;

CREATE TABLE nodes (
    id          BLOB    PRIMARY KEY,
    name        TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    -- Separated by spaces.
    labels      TEXT    NOT NULL,
    concurrency INTEGER NOT NULL,
    -- Identifies the machine since its start. NULL: the system does not tell.
    machine     TEXT,
    process     TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    -- NULL: the node takes part.
    gone_at     INTEGER
) STRICT;

-- The node that claimed the run. It stays after the end. Without a foreign key, because nodes are deleted earlier.
ALTER TABLE executions ADD COLUMN node BLOB;
-- How another node continues the run. NULL: the run ends with its node.
ALTER TABLE executions ADD COLUMN resume_token TEXT;

-- The runs that a gateway of an earlier version left running.
INSERT INTO nodes (id, name, version, labels, concurrency, process, started_at, seen_at)
    SELECT zeroblob(16), 'earlier version', '', '', 0, '', 0, 0 WHERE EXISTS (SELECT 1 FROM executions WHERE state = 1);
UPDATE executions SET node = zeroblob(16) WHERE state = 1;

-- A job has at most one running run.
CREATE UNIQUE INDEX executions_running ON executions (job) WHERE state = 1;
CREATE INDEX executions_of_node ON executions (node, ended_at) WHERE node IS NOT NULL;
