-- The number of what started the run, in the API. NULL: unknown, as of a run of another server.
ALTER TABLE executions ADD COLUMN starter bigint;
-- The address of a page about the run in the system where its work runs.
ALTER TABLE executions ADD COLUMN link text;

UPDATE executions SET starter = 0 WHERE trigger_id <> '00000000-0000-0000-0000-000000000000';
