-- Organizations that `POST /admin/seed` made up. gateway.toml neither declares them nor takes them away.

-- The profile that made it up; null for those of gateway.toml. One with declared = 0 is not whole: it is still being
-- written, or its gateway was killed over it.
ALTER TABLE organizations ADD COLUMN seeded TEXT;

-- The number that plays the runs of a made-up job; null for those of gateway.toml.
ALTER TABLE jobs ADD COLUMN seed INTEGER;

-- Tens of thousands of jobs are listed in their order, and taken away by their organization.
CREATE INDEX jobs_of_organization ON jobs (organization, position);
