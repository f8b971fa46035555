-- The organizations that are generated from a fixture. Their rows in `organizations` have the source 'emulator'.
CREATE TABLE emulator_organizations (
    organization INTEGER PRIMARY KEY REFERENCES organizations ON DELETE CASCADE,
    fixture      TEXT    NOT NULL
) STRICT;

-- Their jobs, with the seed from which the runs of the job are generated.
CREATE TABLE emulator_jobs (
    job  BLOB    PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    seed INTEGER NOT NULL
) STRICT;
