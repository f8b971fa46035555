-- Counts the changes of organizations, keys and jobs, so that a process that keeps them in memory detects a change.
-- Triggers count, so that changes by other programs count as well.
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
