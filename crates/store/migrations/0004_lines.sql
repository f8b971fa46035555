-- A rowid table: in a table WITHOUT ROWID, a row of more than about 1,000 bytes takes pages of its own.

-- The database belongs to one gateway, which writes and reads lines by this key. The execution's number is in the upper 32
-- bits, the line's place in the lower ones: a log is a range, in its order, without an index. See store/lines.rs.
CREATE TABLE log_lines (
    id       INTEGER PRIMARY KEY,
    time     INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    message  TEXT    NOT NULL
) STRICT;

INSERT INTO log_lines (id, time, severity, message)
    SELECT execution << 32 | seq, time, severity, message FROM lines ORDER BY execution, seq;

DROP TABLE lines;
ALTER TABLE log_lines RENAME TO lines;

-- Earlier versions stored the key of `serve --demo` here, and it stayed valid after the demo.
DELETE FROM api_keys WHERE name = 'demo' AND organization IN (SELECT id FROM organizations WHERE seeded IS NULL);
