//! Keys that another process creates, changes and revokes while the gateway reads them from memory.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use txjobs_sdk::paths;
use txjobs_test_support::{CommandOutput, ServerFolder, shell_jobs};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn key_revoked_by_another_process_is_refused_immediately() {
    // One job writes a line every few milliseconds, so that the database changes all the time.
    let script = "while sleep 0.005; do echo line; done";
    let folder = ServerFolder::gateway(&shell_jobs(&[("busy", script, "")]));
    let gateway = folder.serve(&[]);
    let started = gateway.execute("busy").await;
    let status = async |key: &str| gateway.call_as(key, paths::list_jobs()).await.status;
    let (is_over, responses) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = async || {
        while !is_over.load(Ordering::Relaxed) {
            assert_eq!(status(gateway.key()).await, 200);
            responses.fetch_add(1, Ordering::Relaxed);
        }
    };
    let run = async |verb| {
        let arguments = ["keys", verb, "--organization", "Contoso", "--name", "short"];
        let folder = folder.clone();
        let output = tokio::task::spawn_blocking(move || folder.run(&arguments)).await;
        output.unwrap().expect_success()
    };
    let keys = async || {
        for _ in 0..10 {
            let key = run("create").await;
            assert_eq!(status(key.trim()).await, 200, "a new key");
            run("revoke").await;
            assert_eq!(status(key.trim()).await, 401, "a revoked key");
        }
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(keys(), load(), load(), load());
    assert!(responses.load(Ordering::Relaxed) > 100);
    gateway.call(paths::cancel_job(started.job)).await.expect_ok();
    gateway.wait_for_end(started).await;
}

fn folder() -> ServerFolder {
    ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]))
}

/// Runs `keys` for the key "limited" of Contoso.
fn run(folder: &ServerFolder, verb: &str, more: &[&str]) -> CommandOutput {
    let key = ["keys", verb, "--organization", "Contoso", "--name", "limited"];
    folder.run(&[&key[..], more].concat())
}

/// Returns the columns of the key with this name in `keys list`.
fn listed(folder: &ServerFolder, name: &str) -> Vec<String> {
    let table = folder.run(&["keys", "list"]).expect_success();
    let mut rows = table.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    rows.find(|columns| columns[1] == name).unwrap()
}

#[tokio::test]
async fn scopes_and_expiry_take_effect_immediately() {
    let folder = folder();
    let gateway = folder.serve(&[]);
    let job = gateway.job("echo").await;
    let created = run(&folder, "create", &["--scope", "read", "--scope", "cancel", "--expires", "90d"]);
    let key = created.expect_success().trim().to_owned();
    let status = async || gateway.call_as(&key, paths::list_jobs()).await.status;
    assert_eq!(status().await, 200);
    let refusal = gateway.call_as(&key, paths::execute_job(job)).await;
    let message = "The API key does not have the scope \"run\". Use a key that has it.";
    assert_eq!((refusal.status, refusal.json()["Message"].as_str()), (403, Some(message)));

    let columns = listed(&folder, "limited");
    assert_eq!((columns.len(), columns[0].as_str(), columns[3].as_str()), (7, "Contoso", "read,cancel"));
    assert!(columns[4].starts_with("20") && columns[6] == "valid", "{columns:?}");

    let expired = run(&folder, "expire", &["--now"]);
    assert_eq!(expired.stderr, "The key \"limited\" of \"Contoso\" has expired. Revoke it to delete it.\n");
    assert_eq!(status().await, 401);
    assert_eq!(listed(&folder, "limited")[6], "expired");
    for (options, expected) in [
        (&["--never"][..], "does not expire.\n"),
        (&["--in", "7d"], "Z.\n"),
        (&["--at", "2999-12-31"], "expires at 2999-12-31T00:00:00Z.\n"),
    ] {
        let changed = run(&folder, "expire", options);
        assert!(changed.stderr.ends_with(expected), "{changed:?}");
        assert_eq!(status().await, 200);
    }
    assert_eq!(listed(&folder, "limited")[4], "2999-12-31T00:00:00Z");
    assert_eq!(run(&folder, "expire", &["--at", "2020-01-01"]).code, 0);
    assert_eq!(status().await, 401);
}

#[test]
fn wrong_scopes_and_times_are_refused_with_what_to_write() {
    let folder = folder();
    for (verb, options, code, expected) in [
        ("create", &["--scope", "write"][..], 2, "[possible values: read, run, cancel]"),
        ("create", &["--expires", "90"], 2, "write a duration like 90d or 12h, or a date like 2027-01-31"),
        ("create", &["--expires", "2020-01-01"], 1, "2020-01-01T00:00:00Z is in the past. Name a later date"),
        ("expire", &[], 2, "<--in <TIME>|--at <DATE>|--now|--never>"),
        ("expire", &["--now", "--never"], 2, "cannot be used with"),
        ("expire", &["--in", "0d"], 2, "write a duration longer than zero, like 90d or 12h"),
        ("expire", &["--now"], 1, "has no key named \"limited\". List the keys: txjobs-gateway keys list"),
    ] {
        let output = run(&folder, verb, options);
        assert_eq!((output.code, output.stdout.as_str()), (code, ""), "{output:?}");
        assert!(output.stderr.contains(expected), "{output:?}");
    }
}

#[tokio::test]
async fn last_use_is_written_at_the_end() {
    let folder = folder();
    let key = run(&folder, "create", &["--scope", "read"]).expect_success();
    let mut gateway = folder.serve(&[]);
    assert_eq!(gateway.call_as(key.trim(), paths::list_jobs()).await.status, 200);
    assert_eq!(listed(&folder, "limited")[5], "never");
    gateway.signal("TERM");
    assert!(gateway.wait_for_exit().await.success());
    assert!(listed(&folder, "limited")[5].starts_with("20"));
    assert_eq!(listed(&folder, "test")[5], "never");
}
