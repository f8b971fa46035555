-- What a schedule is, and how far it is handled. A row exists while the configuration of the newest start or reload gives the job
-- a schedule.
CREATE TABLE schedules (
    job           BLOB    PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    -- The schedule as text.
    definition    TEXT    NOT NULL,
    -- Due times up to this time have started a run or were skipped.
    handled_until INTEGER NOT NULL
) STRICT;

-- The jobs after which a job runs.
CREATE TABLE schedule_upstreams (
    job           BLOB    NOT NULL REFERENCES schedules ON DELETE CASCADE,
    upstream      BLOB    NOT NULL REFERENCES jobs ON DELETE CASCADE,
    -- Whether a run of the upstream job has completed since the last start of the job by its upstream jobs.
    has_completed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (job, upstream)
) STRICT;

CREATE INDEX schedule_upstreams_by_upstream ON schedule_upstreams (upstream);

-- Why the run was started, which becomes the first line of its log.
ALTER TABLE executions ADD COLUMN cause TEXT;
