//! Tests of backups and of databases that are restored from them.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use txjobs_sdk::ExecutionState;

use super::test_store::{TestStore, connect, line};
use crate::sqlite::{DatabaseContent, DatabaseLock, ReplacePolicy, back_up, inspect, restore};
use crate::{Claim, ErrorKind, KeyStore, LineStore, RunResult, RunStore, SqliteStore, Store};

fn keep() -> ReplacePolicy {
    ReplacePolicy::Keep { suffix: ".replaced".to_owned() }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Writes a run with lines.
async fn write_run(test: &TestStore, message: &str) {
    assert!(test.request_run(test.job).await.unwrap());
    let run = test.claim_run().await.unwrap().unwrap();
    test.store.append_lines(&run, 1, &[line(message)]).await.unwrap();
    let result = RunResult { state: ExecutionState::Completed, error: None };
    test.store.end_run(&run, &result, 5).await.unwrap();
}

async fn count_lines(database: &Path) -> i64 {
    let mut connection = connect(database).await;
    let count = sqlx::query_scalar("SELECT count(*) FROM lines").fetch_one(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    count
}

/// Writes a backup of a store with this number of runs. Returns the folder, and the path in it.
async fn backup_of(runs: usize) -> (TempDir, PathBuf) {
    let test = TestStore::new().await;
    for n in 0..runs {
        write_run(&test, &n.to_string()).await;
    }
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.db");
    back_up(&test.path(), &file).await.unwrap();
    (folder, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_during_writes_is_consistent() {
    let test = TestStore::new().await;
    write_run(&test, "before").await;
    let folder = TempDir::new().unwrap();
    let writes = async {
        for n in 0..200 {
            write_run(&test, &n.to_string()).await;
        }
    };
    let backups = async {
        for n in 0..5 {
            let file = folder.path().join(format!("{n}.db"));
            let size = back_up(&test.path(), &file).await.unwrap();
            assert_eq!(size, fs::metadata(&file).unwrap().len());
        }
    };
    tokio::join!(writes, backups);
    assert_eq!(names(folder.path()), ["0.db", "1.db", "2.db", "3.db", "4.db"]);
    for name in names(folder.path()) {
        let file = folder.path().join(name);
        assert_eq!(inspect(&file).await.unwrap(), DatabaseContent::Current);
        let mut connection = connect(&file).await;
        let query =
            "SELECT count(*) FROM executions WHERE state < 2 OR number NOT IN (SELECT id >> 32 FROM lines)";
        let unfinished: i64 = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
        assert!(unfinished <= 1, "the one run that is being written");
        let check: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        assert_eq!(check, "ok");
    }
    let last = SqliteStore::open(&folder.path().join("4.db")).await.unwrap();
    assert_eq!(last.keys().await.unwrap(), test.store.keys().await.unwrap());
    last.close().await;
}

#[cfg(unix)]
#[tokio::test]
async fn backup_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, file) = backup_of(1).await;
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn existing_file_is_not_overwritten_by_a_backup() {
    let test = TestStore::new().await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup.db");
    fs::write(&file, "something else").unwrap();
    let error = back_up(&test.path(), &file).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.to_string().ends_with("backup.db exists and is not overwritten. Name a new file."),
        "{error}"
    );
    assert_eq!(fs::read(&file).unwrap(), b"something else");
    #[cfg(unix)]
    {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink("nowhere.db", &link).unwrap();
        assert_eq!(back_up(&test.path(), &link).await.unwrap_err().kind(), ErrorKind::Conflict);
    }
    let error = back_up(&test.path(), &folder.path().join("no/folder.db")).await.unwrap_err();
    assert!(error.to_string().contains("folder.db cannot be written"), "{error}");
    assert_eq!(back_up(&test.path(), &test.path()).await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn backup_of_nothing_fails() {
    let folder = TempDir::new().unwrap();
    let error = back_up(&folder.path().join("none.db"), &folder.path().join("backup.db")).await.unwrap_err();
    assert!(error.to_string().contains("none.db does not exist or is empty."), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn database_of_an_earlier_version_is_backed_up_and_restored_unchanged() {
    let test = TestStore::new().await;
    let last = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    test.execute_sql(last.to_owned()).await;
    let folder = TempDir::new().unwrap();
    let [file, target] = ["backup.db", "target.db"].map(|name| folder.path().join(name));
    back_up(&test.path(), &file).await.unwrap();
    restore(&file, &target, ReplacePolicy::Refuse).await.unwrap();
    for path in [test.path(), file, target] {
        assert_eq!(inspect(&path).await.unwrap(), DatabaseContent::Outdated);
    }
}

#[tokio::test]
async fn restored_database_has_everything() {
    let test = TestStore::new().await;
    write_run(&test, "kept").await;
    assert!(test.request_run(test.job).await.unwrap());
    let folder = TempDir::new().unwrap();
    let [file, target] = ["backup.db", "target.db"].map(|name| folder.path().join(name));
    back_up(&test.path(), &file).await.unwrap();
    let restored = restore(&file, &target, ReplacePolicy::Refuse).await.unwrap();
    assert_eq!((restored.replaced, restored.pending_runs), (None, 1));
    assert_eq!(names(folder.path()), ["backup.db", "target.db", "target.db.lock"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let store = SqliteStore::open_exclusive(&target).await.unwrap();
    let claim = Claim { node: test.node, jobs: None, executing: &[], now: 1, requested_until: 1 };
    assert!(store.claim_run(claim).await.unwrap().is_some(), "the pending run is there");
    store.close().await;
    assert_eq!(count_lines(&target).await, 1);
}

#[tokio::test]
async fn content_is_replaced_only_on_request_and_kept() {
    let (folder, file) = backup_of(1).await;
    let target = folder.path().join("target.db");
    // A killed gateway: its last commits are in the write-ahead log only.
    let live = TestStore::new().await;
    write_run(&live, "old").await;
    write_run(&live, "old").await;
    for suffix in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        fs::copy(name(&live.path()), name(&target)).unwrap();
    }
    let error = restore(&file, &target, ReplacePolicy::Refuse).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("add --force"), "{error}");
    assert_eq!(count_lines(&live.path()).await, 2);
    assert!(!names(folder.path()).iter().any(|name| name.contains("lock") || name.contains("partial")));

    // Its shared memory would be that of another database.
    fs::write(folder.path().join("target.db-shm"), "stale").unwrap();
    let restored = restore(&file, &target, keep()).await.unwrap();
    let replaced = restored.replaced.unwrap();
    assert!(replaced.ends_with("target.db.replaced"), "{replaced:?}");
    assert!(!folder.path().join("target.db-wal").exists());
    assert_eq!((count_lines(&target).await, count_lines(&replaced).await), (1, 2));

    // The same name is not used twice.
    let error = restore(&file, &target, keep()).await.unwrap_err();
    assert!(error.to_string().contains("cannot be replaced. Nothing was changed"), "{error}");
    assert_eq!((count_lines(&target).await, count_lines(&replaced).await), (1, 2));
}

#[tokio::test]
async fn damaged_database_can_be_replaced() {
    let (folder, file) = backup_of(1).await;
    let target = folder.path().join("target.db");
    let damaged = "This was a database before the disk failed.\n".repeat(99);
    fs::write(&target, &damaged).unwrap();
    assert_eq!(restore(&file, &target, ReplacePolicy::Refuse).await.unwrap_err().kind(), ErrorKind::Conflict);
    let replaced = restore(&file, &target, keep()).await.unwrap().replaced.unwrap();
    assert_eq!(fs::read_to_string(replaced).unwrap(), damaged);
    assert_eq!(count_lines(&target).await, 1);
}

#[tokio::test]
async fn database_in_use_is_not_replaced() {
    let (folder, file) = backup_of(1).await;
    let target = folder.path().join("target.db");
    let _lock = DatabaseLock::acquire(&target).await.unwrap();
    let error = restore(&file, &target, keep()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Locked);
    assert_eq!(inspect(&target).await.unwrap(), DatabaseContent::Empty);
}

#[tokio::test]
async fn unusable_backup_changes_nothing() {
    let (folder, file) = backup_of(200).await;
    let target = folder.path().join("target.db");
    fs::copy(&file, &target).unwrap();
    let before = fs::read(&target).unwrap();
    let bytes = fs::read(&file).unwrap();
    let truncated = bytes[..bytes.len() - 3 * 4096].to_vec();
    let mut overwritten = bytes.clone();
    overwritten[bytes.len() / 2..bytes.len() / 2 + 8192].fill(0xaa);
    for (name, content, expected) in [
        ("overwritten.db", overwritten, "is damaged or incomplete. Name a file that `backup` has written."),
        ("truncated.db", truncated, "is damaged or incomplete. Name a file that `backup` has written."),
        ("empty.db", Vec::new(), "does not exist or has no tables. Name a file"),
        ("notes.txt", b"These are notes.\n".repeat(99), "is not a SQLite database. Name a file"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
        let error = restore(&folder.path().join(name), &target, keep()).await.unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(expected), "{error}");
        assert_eq!(fs::read(&target).unwrap(), before);
    }
    let later = folder.path().join("later.db");
    fs::copy(&file, &later).unwrap();
    let sql = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (99990101, 'later', 1, x'00', 0)";
    sqlx::raw_sql(sql).execute(&mut connect(&later).await).await.unwrap();
    let error = restore(&later, &target, keep()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedVersion);
    for path in [target.clone(), folder.path().join("none.db")] {
        let error = restore(&path, &target, keep()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidFile, "{error}");
    }
    let error = restore(&file, folder.path(), keep()).await.unwrap_err();
    assert!(error.to_string().contains("is a directory, not a file."), "{error}");
    assert_eq!(fs::read(&target).unwrap(), before);
    let partial =
        names(folder.path()).into_iter().find(|name| name.contains("partial") || name.contains("replaced"));
    assert_eq!(partial, None);
}

#[cfg(unix)]
#[tokio::test]
async fn symbolic_link_to_the_database_stays() {
    let (folder, file) = backup_of(1).await;
    fs::create_dir(folder.path().join("sub")).unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink("sub/target.db", &link).unwrap();
    restore(&file, &link, ReplacePolicy::Refuse).await.unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(count_lines(&folder.path().join("sub/target.db")).await, 1);
}
