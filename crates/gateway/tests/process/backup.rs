//! Backups of a database in use, and databases that are restored from them.

use std::sync::atomic::{AtomicBool, Ordering};

use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, PostgresServer, ServerFolder, lines, shell_jobs};

fn folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", ""), ("long", "echo begun; sleep 1000", "")]))
}

#[track_caller]
fn assert_fails(output: &CommandOutput, expected: &str) {
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains(expected), "{output:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn database_is_restored_from_a_backup_that_was_written_under_load() {
    let folder = folder();
    let gateway = folder.serve(&[]);
    let first = gateway.run("echo").await;
    let is_over = AtomicBool::new(false);
    let load = async || {
        while !is_over.load(Ordering::Relaxed) {
            assert_eq!(gateway.run("echo").await["State"], 2);
        }
    };
    let backups = async || {
        for n in 0..5 {
            let (folder, file) = (folder.clone(), format!("backup-{n}.db"));
            let output = tokio::task::spawn_blocking(move || folder.run(&["backup", &file])).await.unwrap();
            assert_eq!(output.code, 0, "{output:?}");
            assert!(output.stderr.contains(&format!("was copied to backup-{n}.db: ")), "{output:?}");
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(load(), backups());
    assert_fails(
        &folder.run(&["backup", "backup-0.db"]),
        "backup-0.db exists and is not overwritten. Name a new file.",
    );
    assert_fails(&folder.run(&["restore", "backup-4.db"]), "has content, which is not replaced.");
    assert_fails(&folder.run(&["restore", "backup-4.db", "--force"]), "Another gateway uses the database");
    let runs = async |gateway: &txjobs_test_support::TestServer| {
        let job = gateway.job("echo").await;
        gateway.call(paths::get_job_logs(job, None, None)).await.json().as_array().unwrap().clone()
    };
    let all = runs(&gateway).await;
    gateway.kill();

    let restored = folder.run(&["restore", "backup-4.db", "--force"]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let kept = restored.stderr.lines().find_map(|line| line.strip_prefix("The replaced database is "));
    let kept = kept.unwrap().trim_end_matches('.').to_owned();
    let gateway = folder.serve(&[]);
    let ended = |runs: &[serde_json::Value]| {
        runs.iter().filter(|run| run["State"] == 2 && lines(run) == [(0, "ran")]).cloned().collect::<Vec<_>>()
    };
    let from_backup = ended(&runs(&gateway).await);
    assert_eq!(from_backup[0], first);
    assert!(all.starts_with(&from_backup) && from_backup.len() > 1, "{} {}", all.len(), from_backup.len());
    assert_eq!(gateway.run("echo").await["State"], 2);
    gateway.kill();

    // The replaced database has the runs after the backup, also those that were in its log only.
    let gateway = folder.serve(&["--database", &kept]);
    assert!(runs(&gateway).await.starts_with(&ended(&all)));
}

#[tokio::test]
async fn runs_of_a_backup_end_or_start_with_the_gateway() {
    let folder = folder();
    let gateway = folder.serve(&["--concurrency", "1"]);
    let running = gateway.execute("long").await;
    gateway.wait_until(running, |run| lines(run) == [(0, "begun")]).await;
    let pending = gateway.execute("echo").await;
    folder.run(&["backup", "backup.db"]).expect_success();
    drop(gateway);
    let restored = folder.run(&["restore", "backup.db", "--database", "new.db"]);
    let expected =
        "Pending runs in the backup, which start with the gateway: 1. They may have run after the backup.\n";
    assert!(restored.stderr.ends_with(expected), "{restored:?}");
    let gateway = folder.serve(&["--database", "new.db"]);
    assert_eq!(gateway.wait_for_end(running).await["State"], 3);
    assert_eq!(gateway.wait_for_end(pending).await["State"], 2);
}

#[test]
fn unusable_files_are_refused() {
    let folder = folder();
    assert_fails(
        &folder.run(&["backup", "backup.db", "--database", "none.db"]),
        "The database none.db does not exist or is empty. Name another one with --database.",
    );
    assert_fails(
        &folder.run(&["backup", "no/such/folder.db"]),
        "The backup no/such/folder.db cannot be written",
    );
    assert_fails(
        &folder.run(&["restore", "none.db"]),
        "none.db does not exist or has no tables. Name a file",
    );
    assert_fails(
        &folder.run(&["restore", "gateway.toml"]),
        "gateway.toml is not a SQLite database. Name a file",
    );
    assert!(!folder.file("none.db").exists());
}

#[test]
fn postgres_is_backed_up_and_restored_with_its_own_programs() {
    let server = PostgresServer::shared();
    let [source, target] = [server.create_database(), server.create_database()];
    let folder = folder();
    let create = ["keys", "create", "--organization", "Contoso", "--name", "kept", "--database", &source];
    folder.run(&create).expect_success();
    let list = |url: &str| folder.run(&["keys", "list", "--database", url]).expect_success();

    let dump = folder.run(&["backup", "backup.dump", "--database", &source]);
    assert_fails(&dump, "pg_dump --format=custom --file=backup.dump URL");
    let dump = ["--format=custom", "--file=backup.dump", &source];
    CommandOutput::of(&mut server.command("pg_dump", &dump)).expect_success();

    let restore = folder.run(&["restore", "backup.dump", "--database", &target]);
    let options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"];
    assert_fails(&restore, &format!("pg_restore {} --dbname=URL backup.dump", options.join(" ")));
    let to = format!("--dbname={target}");
    // Into an empty database, and over one with content.
    for _ in 0..2 {
        let arguments = [&options[..], &[&to, "backup.dump"]].concat();
        CommandOutput::of(&mut server.command("pg_restore", &arguments)).expect_success();
        assert_eq!(list(&target), list(&source));
    }
}
