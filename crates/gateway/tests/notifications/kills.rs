//! Every end of a run is told at least once, whatever is killed in between.

use std::collections::HashSet;
use std::time::Duration;

use axum::http::StatusCode;
use txjobs_sdk::paths;
use txjobs_test_support::{ServerFolder, has_ended, shell_jobs, wait_until};

use crate::receiver::{Receiver, wait_for, webhook};

const ROUNDS: u64 = 25;

#[tokio::test]
async fn killed_gateway_tells_of_every_run() {
    // Some requests fail, so that kills also come between attempts.
    let receiver = Receiver::with_reply(|number, _| match number % 5 {
        3 => StatusCode::INTERNAL_SERVER_ERROR.into(),
        _ => StatusCode::OK.into(),
    })
    .await;
    let all = r#"on = ["failed", "completed", "canceled"]"#;
    let jobs = shell_jobs(&[("first", "echo first", ""), ("second", "echo second", "after = [\"first\"]")]);
    let folder = ServerFolder::gateway(&(jobs + &*webhook("A", &receiver.address, all)));
    let mut gateway = folder.serve(&[]);
    for round in 0..ROUNDS {
        gateway.execute("first").await;
        // No event to wait for: the kill comes at another moment of the run and its notification each time.
        tokio::time::sleep(Duration::from_millis(round * 6)).await;
        gateway.kill_and_restart();
        // The job must be idle for the next round.
        wait_until("the ends of the runs", async || {
            let statuses = gateway.call(paths::list_job_statuses()).await.json();
            statuses.as_array().unwrap().iter().all(|status| status["Status"] == 0).then_some(())
        })
        .await;
    }
    let mut ended = HashSet::new();
    for job in ["first", "second"] {
        let job = gateway.job(job).await;
        let runs = gateway.call(paths::get_job_logs(job, None, None)).await.json();
        let runs = runs.as_array().unwrap();
        assert!(runs.iter().all(has_ended));
        ended.extend(runs.iter().map(|run| format!("ended:{}", run["Id"].as_str().unwrap())));
    }
    assert!(ended.len() >= ROUNDS as usize, "{ended:?}");
    let told = wait_for("a notification of every run", || {
        let told: HashSet<String> = receiver.texts("event_id").into_iter().collect();
        ended.is_subset(&told).then_some(told)
    })
    .await;
    assert_eq!(told, ended);
}
