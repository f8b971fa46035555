-- A job has at most one unfinished run, unless the emulator's profile lets them queue: then each has a place of its own.
ALTER TABLE executions ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
DROP INDEX executions_unfinished;
-- "state < 2" must stand in a query word for word to use this index.
CREATE UNIQUE INDEX executions_unfinished ON executions (job, place) WHERE state < 2;
