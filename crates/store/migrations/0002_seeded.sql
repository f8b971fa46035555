-- Data of organizations that the emulator adds.

-- The name of the profile that generated the organization.
ALTER TABLE organizations ADD COLUMN seeded TEXT;
-- The seed that generates the runs of the job.
ALTER TABLE jobs ADD COLUMN seed INTEGER;
