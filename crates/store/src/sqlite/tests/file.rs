//! Tests of the files: which are accepted as a database, their permissions, and their lock.

use std::fs;
use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;
use uuid::Uuid;

use super::test_store::{TestStore, connect};
use crate::sqlite::file::migrations::{APPLICATION_ID, MIGRATIONS};
use crate::sqlite::{DatabaseContent, DatabaseLock, inspect};
use crate::{BusyPolicy, CatalogStore, ErrorKind, NodeStore, RunStore, Scopes, SqliteStore, Store};

#[tokio::test]
async fn database_of_another_program_is_refused_unchanged() {
    let folder = TempDir::new().unwrap();
    // Among them one that uses sqlx, and one with a write-ahead log.
    for (n, sql) in [
        "CREATE TABLE notes (text TEXT)",
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY); CREATE TABLE organizations (id INTEGER)",
        "PRAGMA journal_mode = wal; CREATE TABLE notes (text TEXT)",
        "PRAGMA application_id = 252006673; VACUUM",
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{n}.db"));
        let mut connection =
            SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        let (before, beside) = (fs::read(&path).unwrap(), names(folder.path()));
        let error = SqliteStore::open(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidFile);
        let error = error.to_string();
        assert!(error.contains("is the SQLite database of another program. Nothing was changed"), "{error}");
        let error = DatabaseLock::acquire(&path).await.unwrap_err().to_string();
        assert!(error.contains("is the SQLite database of another program"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(names(folder.path()), beside);
    }
}

#[tokio::test]
async fn path_without_a_database_is_refused_unchanged() {
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "These are notes, and they are longer than the header of a database.\n".repeat(9))
        .unwrap();
    let before = fs::read(&text).unwrap();
    let error = SqliteStore::open(&text).await.unwrap_err().to_string();
    assert!(error.contains("notes.txt is not a SQLite database. Name another file"), "{error}");
    assert_eq!(fs::read(&text).unwrap(), before);

    let error = SqliteStore::open(folder.path()).await.unwrap_err().to_string();
    assert!(error.contains(" is a directory, not a file."), "{error}");
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        make_pipe(&pipe);
        for path in [pipe.as_path(), Path::new("/dev/null")] {
            let error = DatabaseLock::acquire(path).await.unwrap_err().to_string();
            assert!(error.contains(" is a device or a pipe, not a file."), "{error}");
        }
    }
}

#[cfg(unix)]
fn make_pipe(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[tokio::test]
async fn new_database_is_current_and_marked() {
    let test = TestStore::new().await;
    assert_eq!(inspect(&test.path()).await.unwrap(), DatabaseContent::Current);
    let mut connection = connect(&test.path()).await;
    let id: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut connection).await.unwrap();
    assert_eq!(id, APPLICATION_ID);
}

#[tokio::test]
async fn database_without_the_latest_migration_is_outdated() {
    let test = TestStore::new().await;
    let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    test.execute_sql(last.to_owned()).await;
    assert_eq!(inspect(&test.path()).await.unwrap(), DatabaseContent::Outdated);
}

#[tokio::test]
async fn runs_and_keys_of_the_first_version_are_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("old.db");
    let mut connection =
        SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    let first = MIGRATIONS.iter().next().unwrap().clone();
    Migrator::with_migrations(vec![first]).run(&mut connection).await.unwrap();
    let rows = "INSERT INTO organizations VALUES (1, 'Contoso', 'configuration', 1);
         INSERT INTO api_keys VALUES (1, 1, 'laptop', zeroblob(32), 5);
         INSERT INTO jobs VALUES (zeroblob(16), 1, 'Load', 0);
         INSERT INTO executions (id, job, trigger_id, state, requested_at, created_at)
         VALUES (zeroblob(16), zeroblob(16), zeroblob(16), 1, 1, 2)";
    sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    assert_eq!(inspect(&path).await.unwrap(), DatabaseContent::Outdated);

    let store = SqliteStore::open(&path).await.unwrap();
    // The node of a gateway without nodes, whose run ends at the next start.
    let nodes = store.nodes().await.unwrap();
    assert_eq!(nodes.iter().map(|node| (node.id, node.running)).collect::<Vec<_>>(), [(Uuid::nil(), 1)]);
    assert_eq!(store.unfinished_runs_of(&[Uuid::nil()]).await.unwrap().len(), 1);
    let key = store.catalog().await.unwrap().key(&[0; 32]).unwrap();
    assert_eq!((key.scopes, key.expires_at), (Scopes::ALL, None));
}

#[tokio::test]
async fn database_of_a_later_version_is_refused() {
    let test = TestStore::new().await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (99990101, 'later', 1, x'00', 0)";
    test.execute_sql(later.to_owned()).await;
    test.store.close().await;
    let error = SqliteStore::open(&test.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
    assert!(error.to_string().contains("was written by a later version of txjobs-gateway."), "{error}");
}

#[tokio::test]
async fn database_of_a_development_version_is_refused_unchanged() {
    let test = TestStore::new().await;
    // Before the first release, a migration was changed in place, and there were others.
    let changed = "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1;
                   INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                   VALUES (10, 'catalog version', 1, x'00', 0)";
    test.execute_sql(changed.to_owned()).await;
    test.store.close().await;
    let before = fs::read(test.path()).unwrap();
    let error = SqliteStore::open(&test.path()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
    let text = error.to_string();
    assert!(
        text.contains("was written by a development version of txjobs-gateway with other tables."),
        "{text}"
    );
    assert!(text.contains("Name another file with --database."), "{text}");
    assert_eq!(fs::read(test.path()).unwrap(), before);
}

fn names(folder: &Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[cfg(unix)]
#[tokio::test]
async fn database_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let test = TestStore::new().await;
    let _lock = DatabaseLock::acquire(&test.path()).await.unwrap();
    let check = |test: &TestStore| {
        for name in names(test.folder.path()) {
            assert_eq!(mode(&test.folder.path().join(&name)), 0o600, "{name:?}");
        }
    };
    assert_eq!(names(test.folder.path()).len(), 4);
    check(&test);

    // Opening a database restricts its files, even if it is open already.
    for name in names(test.folder.path()) {
        fs::set_permissions(test.folder.path().join(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    let again = SqliteStore::open(&test.path()).await.unwrap();
    fs::set_permissions(test.folder.path().join("gateway.db.lock"), fs::Permissions::from_mode(0o600))
        .unwrap();
    check(&test);
    assert!(again.request_run(test.job, Uuid::new_v4(), 1, BusyPolicy::Refuse).await.unwrap());
    assert!(!test.request_run(test.job).await.unwrap());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn lock_is_held_under_every_name_of_the_file() {
    let test = TestStore::new().await;
    let folder = test.folder.path();
    let lock = DatabaseLock::acquire(&test.path()).await.unwrap();
    std::os::unix::fs::symlink("gateway.db", folder.join("link.db")).unwrap();
    fs::hard_link(test.path(), folder.join("second.db")).unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    let assert_locked = async |name: &str| {
        let error = DatabaseLock::acquire(&folder.join(name)).await.unwrap_err().to_string();
        assert!(error.starts_with("Another gateway uses the database "), "{error}");
    };
    tokio::join!(
        assert_locked("gateway.db"),
        assert_locked("link.db"),
        assert_locked("second.db"),
        assert_locked("sub/../gateway.db")
    );
    // SQLite can still use the file.
    assert!(test.request_run(test.job).await.unwrap());
    drop(lock);
    DatabaseLock::acquire(&folder.join("second.db")).await.unwrap();
}

#[tokio::test]
async fn lock_that_is_released_soon_is_acquired() {
    let test = TestStore::new().await;
    let first = DatabaseLock::acquire(&test.path()).await.unwrap();
    let path = test.path();
    let second = tokio::spawn(async move { DatabaseLock::acquire(&path).await });
    // It waits for the lock: the scheduler runs it while this task waits for the timer.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!second.is_finished());
    drop(first);
    second.await.unwrap().unwrap();
}
