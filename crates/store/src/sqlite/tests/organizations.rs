//! Tests of organizations, their jobs, and who changes them.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use txjobs_sdk::ExecutionState;
use uuid::Uuid;

use super::test_store::{TestStore, line, organization};
use crate::sqlite::PastRun;
use crate::{
    AddKeyOutcome, CatalogStore, ErrorKind, ExecutionStore, Job, LineStore, NewKey, OrganizationId,
    OrganizationStore, RunStore, Scopes, Selection,
};

const SOURCE: &str = "archive";
const HASH: [u8; 32] = [7; 32];
const ARCHIVED_JOB: Uuid = Uuid::from_u128(9);

fn key<'a>(name: &'a str, hash: &'a [u8; 32]) -> NewKey<'a> {
    NewKey { name, hash, scopes: Scopes::ALL, created_at: 1, expires_at: None }
}

fn past_run(job: Uuid, n: u8) -> PastRun {
    PastRun {
        id: Uuid::from_u128(100 + u128::from(n)),
        job,
        trigger_id: Uuid::nil(),
        starter: None,
        state: ExecutionState::Completed,
        created_at: i64::from(n),
        ended_at: i64::from(n) + 1,
        lines: (0..n).map(|i| line(format!("{n}.{i}"))).collect(),
    }
}

/// Adds an organization of another source, with a job, a key, and two past runs.
async fn add_archive(test: &TestStore) -> OrganizationId {
    let mut tx = test.store.write().await.unwrap();
    let organization = tx.add_organization("Archive", SOURCE).await.unwrap().unwrap();
    tx.add_jobs(organization, 0, &[Job { id: ARCHIVED_JOB, name: "Load".to_owned() }]).await.unwrap();
    let first = tx.add_past_runs(&[past_run(ARCHIVED_JOB, 1), past_run(ARCHIVED_JOB, 2)]).await.unwrap();
    tx.append_lines(first + 1, 3, &[line("2.2")]).await.unwrap();
    assert_eq!(tx.add_key(organization, key("reader", &HASH)).await.unwrap(), AddKeyOutcome::Added);
    tx.activate_organization(organization).await.unwrap();
    tx.commit().await.unwrap();
    organization
}

#[tokio::test]
async fn past_runs_are_numbered_and_read_with_their_lines() {
    let test = TestStore::new().await;
    add_archive(&test).await;
    let selection = Selection::Newest { limit: None, with_lines: true };
    let executions = test.store.executions(ARCHIVED_JOB, selection).await.unwrap();
    let numbers: Vec<_> = executions.iter().map(|e| (e.number, e.created_at, e.line_count())).collect();
    assert_eq!(numbers, [(1, 1, 1), (2, 2, 3)]);
    let page = test.store.lines_of_job(ARCHIVED_JOB, 1..=2, usize::MAX).await.unwrap();
    let lines: Vec<_> = page.lines.iter().map(|(n, l)| (*n, l.seq, l.line.message.as_str())).collect();
    assert_eq!(lines, [(1, 1, "1.0"), (2, 1, "2.0"), (2, 2, "2.1"), (2, 3, "2.2")]);
}

#[tokio::test]
async fn declaration_leaves_organizations_of_another_source_unchanged() {
    let test = TestStore::new().await;
    let id = add_archive(&test).await;
    test.store.declare(&[organization("Fabrikam", &[Uuid::from_u128(5)])]).await.unwrap();
    assert_eq!(test.store.organization_id("Archive").await.unwrap(), Some(id));
    assert_eq!(test.store.jobs(id).await.unwrap(), [(ARCHIVED_JOB, "Load".to_owned())]);
    assert_eq!(test.store.catalog().await.unwrap().key(&HASH).map(|key| key.organization), Some(id));
    assert_eq!(test.store.organization_id("Contoso").await.unwrap(), None);
}

#[tokio::test]
async fn name_of_an_organization_of_another_source_is_refused() {
    let test = TestStore::new().await;
    add_archive(&test).await;
    let before = test.read_rows().await;
    let declared = [organization("Archive", &[])];
    for error in [
        test.store.declare(&declared).await.unwrap_err(),
        test.store.ensure_organizations(&declared).await.unwrap_err(),
        test.store.ensure_organization("Archive").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let expected = "The database has an organization \"Archive\" that gateway.toml does not manage (source: archive).";
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    assert_eq!(test.read_rows().await, before);
}

#[tokio::test]
async fn job_of_another_organization_is_refused() {
    let test = TestStore::new().await;
    // The history of the job belongs to Contoso, also after Contoso was removed from the configuration.
    test.store.declare(&[]).await.unwrap();
    let before = test.read_rows().await;
    let declared = [organization("Fabrikam", &[test.job])];
    for error in [
        test.store.declare(&declared).await.unwrap_err(),
        test.store.ensure_organizations(&declared).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("belongs to the history of another organization"), "{error}");
    }
    assert_eq!(test.read_rows().await, before);
}

#[tokio::test]
async fn taken_name_id_or_key_is_a_conflict() {
    let test = TestStore::new().await;
    let mut tx = test.store.write().await.unwrap();
    assert_eq!(tx.add_organization("Contoso", SOURCE).await.unwrap(), None);
    let jobs = [Job { id: test.job, name: "Load".to_owned() }];
    assert_eq!(tx.add_jobs(1, 1, &jobs).await.unwrap_err().kind(), ErrorKind::Conflict);
    let other = tx.add_organization("Archive", SOURCE).await.unwrap().unwrap();
    assert_eq!(tx.add_key(1, key("laptop", &HASH)).await.unwrap(), AddKeyOutcome::Added);
    assert_eq!(tx.add_key(1, key("laptop", &[8; 32])).await.unwrap(), AddKeyOutcome::NameTaken);
    assert_eq!(tx.add_key(other, key("laptop", &HASH)).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn deleted_organization_leaves_no_rows() {
    let test = TestStore::new().await;
    assert!(test.request_run(test.job).await.unwrap());
    test.store.cancel_run(test.job, 1).await.unwrap();
    let before = test.read_rows().await;
    let id = add_archive(&test).await;
    test.store.delete_organization(id).await.unwrap();
    assert_eq!(test.read_rows().await, before);
}

#[tokio::test]
async fn deletion_of_all_runs_leaves_organizations() {
    let test = TestStore::new().await;
    let before = test.read_rows().await;
    assert!(test.request_run(test.job).await.unwrap());
    let mut tx = test.store.write_without_foreign_keys().await.unwrap();
    assert!(tx.has_unfinished_runs().await.unwrap());
    tx.delete_all_runs().await.unwrap();
    assert!(!tx.has_unfinished_runs().await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(test.read_rows().await, before);
    // The next transaction checks foreign keys again.
    assert!(test.request_run(Uuid::from_u128(404)).await.is_err());
}

/// Returns migrations of another crate: one table that refers to organizations.
fn other_migrations(sql: &'static str) -> Migrator {
    let migration = Migration::new(1, "notes".into(), MigrationType::Simple, sql.into_sql_str(), false);
    let mut migrator = Migrator::with_migrations(vec![migration]);
    migrator.dangerous_set_table_name("_notes_migrations");
    migrator
}

#[tokio::test]
async fn tables_of_another_crate_follow_a_deletion() {
    const SQL: &str =
        "CREATE TABLE notes (organization INTEGER PRIMARY KEY REFERENCES organizations ON DELETE CASCADE)";
    let test = TestStore::new().await;
    let migrations = other_migrations(SQL);
    test.store.migrate(&migrations).await.unwrap();
    test.store.migrate(&migrations).await.unwrap();
    let id = add_archive(&test).await;
    let mut tx = test.store.write().await.unwrap();
    sqlx::query("INSERT INTO notes VALUES (?)").bind(id).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let count = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(test.store.read_pool()).await.unwrap()
    };
    assert_eq!(count().await, 1);
    test.store.delete_organization(id).await.unwrap();
    assert_eq!(count().await, 0);

    let changed = other_migrations("CREATE TABLE notes (text TEXT)");
    let error = test.store.migrate(&changed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
    assert!(test.request_run(test.job).await.unwrap(), "the store still works");
}
