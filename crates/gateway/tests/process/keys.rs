//! Keys that another process creates and revokes while the gateway reads them from memory.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, shell_jobs};

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
