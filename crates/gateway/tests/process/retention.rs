//! Old runs are deleted when the gateway starts.

use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, TestServer, shell_jobs, wait_until};

async fn count_runs(gateway: &TestServer, job: &str) -> usize {
    let job = gateway.job(job).await;
    gateway.call(paths::get_job_logs(job, None, None)).await.json().as_array().unwrap().len()
}

#[tokio::test]
async fn start_deletes_runs_that_are_no_longer_kept() {
    let jobs = [("few", "echo ran", "retention = { keep_runs = 1 }"), ("all", "echo ran", "")];
    let folder = ServerFolder::gateway(&shell_jobs(&jobs));
    let mut gateway = folder.serve(&[]);
    for _ in 0..3 {
        gateway.run("few").await;
        gateway.run("all").await;
    }
    assert_eq!(count_runs(&gateway, "few").await, 3);
    gateway.kill_and_restart();
    wait_until("the deletion", async || (count_runs(&gateway, "few").await == 1).then_some(())).await;
    assert_eq!(count_runs(&gateway, "all").await, 3);
    // A thread writes the log.
    wait_until("the log of the deletion", async || {
        let log = gateway.log();
        (log.contains("old runs were deleted") && log.contains("job=\"few\" runs=2")).then_some(())
    })
    .await;
}
