//! Jobs that start by themselves.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use txjobs_sdk::paths;
use txjobs_test_support::{
    CommandOutput, ServerFolder, TestServer, has_ended, lines, shell_jobs, wait_until,
};

const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// Returns all executions of a job, oldest first.
async fn history(gateway: &TestServer, name: &str) -> Vec<Value> {
    let job = gateway.job(name).await;
    let response = gateway.call(paths::get_job_logs(job, None, None)).await;
    response.json().as_array().unwrap().clone()
}

/// Waits until a job has this number of ended executions, and returns them.
async fn wait_for_runs(gateway: &TestServer, name: &str, count: usize) -> Vec<Value> {
    wait_until("the runs of a job", async || {
        let runs = history(gateway, name).await;
        (runs.len() == count && runs.iter().all(has_ended)).then_some(runs)
    })
    .await
}

#[tokio::test]
async fn job_runs_after_others_have_completed() {
    let folder = ServerFolder::gateway(&shell_jobs(&[
        ("prepare", "echo prepared", ""),
        ("fails", "[ -e repaired ]", ""),
        ("load", "echo loaded", "after = [\"prepare\", \"fails\"]"),
        ("report", "echo reported", "after = [\"load\"]"),
    ]));
    let gateway = folder.serve(&[]);
    gateway.run("prepare").await;
    assert_eq!(gateway.run("fails").await["State"], 3);
    fs::write(folder.file("repaired"), "").unwrap();
    assert_eq!(gateway.run("fails").await["State"], 2);
    let report = &wait_for_runs(&gateway, "report", 1).await[0];
    assert_eq!((report["TriggerId"].as_str(), report["StartedBy"].as_i64()), (Some(NIL), Some(2)));
    assert_eq!(lines(report), [(0, "Started after \"load\" completed."), (0, "reported")]);
    let load = &wait_for_runs(&gateway, "load", 1).await[0];
    assert_eq!(lines(load)[0], (0, "Started after \"prepare\" and \"fails\" completed."));
    let prepare = &wait_for_runs(&gateway, "prepare", 1).await[0];
    assert_eq!(prepare["StartedBy"], 0);
}

#[tokio::test]
async fn killed_gateway_starts_each_following_run_once() {
    let folder = ServerFolder::gateway(&shell_jobs(&[
        ("first", "echo first", ""),
        ("second", "echo second", "after = [\"first\"]"),
    ]));
    let mut gateway = folder.serve(&[]);
    let mut completed = 0;
    for round in 0..12 {
        gateway.execute("first").await;
        // No event to wait for: the kill comes at another moment of the two runs each time.
        tokio::time::sleep(Duration::from_millis(round * 9)).await;
        gateway.kill_and_restart();
        let runs = wait_until("the end of the runs", async || {
            let (first, second) = (history(&gateway, "first").await, history(&gateway, "second").await);
            let has_completed = |run: &&Value| run["State"] == 2;
            completed = first.iter().filter(has_completed).count();
            let is_complete = first.len() == usize::try_from(round + 1).unwrap()
                && first.iter().chain(&second).all(has_ended)
                && second.len() >= completed;
            is_complete.then_some(second)
        })
        .await;
        assert_eq!(runs.len(), completed, "{runs:?}");
        assert!(runs.iter().all(|run| run["StartedBy"] == 2), "{runs:?}");
    }
    assert!(completed > 0, "every run of the first job was cut off");
}

#[tokio::test]
async fn reload_changes_the_schedules() {
    let before = shell_jobs(&[("a", "echo a", "schedule = \"0 2 29 2 *\""), ("b", "echo b", "")]);
    let folder = ServerFolder::gateway(&before);
    let mut gateway = folder.serve(&["--metrics-listen", "127.0.0.1:0"]);
    let metrics_address = gateway.read_metrics_address();
    let listed = async || {
        let jobs = gateway.call(paths::list_jobs()).await.json();
        jobs.as_array().unwrap().iter().map(|job| job["Schedule"].clone()).collect::<Vec<_>>()
    };
    let found = listed().await;
    assert_eq!((&found[0]["Cron"], &found[0]["TimeZone"]), (&json!("0 2 29 2 *"), &json!("UTC")));
    assert!(found[0]["NextDueTime"].as_str().unwrap().ends_with("-02-29T02:00:00Z"), "{found:?}");
    assert_eq!(found[1], Value::Null);
    let metrics = async || gateway.http().get(&metrics_address).send().await.unwrap().text().await.unwrap();
    let next_due = "txjobs_next_due_timestamp_seconds{organization=\"Contoso\",job_name=\"a\"} ";
    let missed = "txjobs_missed_due_times_total{organization=\"Contoso\",job_name=\"a\"} 0\n";
    wait_until("the metrics", async || {
        let text = metrics().await;
        (text.contains(next_due) && text.contains(missed)).then_some(())
    })
    .await;

    let after = shell_jobs(&[("a", "echo a", ""), ("b", "echo b", "after = [\"a\"]")]);
    fs::write(folder.file("gateway.toml"), after).unwrap();
    let found = wait_until("the reload", async || {
        let found = listed().await;
        (found[0] == Value::Null).then_some(found)
    })
    .await;
    assert_eq!(found[1]["After"], json!(["a"]));
    assert!(!metrics().await.contains(next_due));
    gateway.run("a").await;
    let run = &wait_for_runs(&gateway, "b", 1).await[0];
    assert_eq!(lines(run), [(0, "Started after \"a\" completed."), (0, "b")]);
    // A schedule that is not valid changes nothing.
    let invalid = shell_jobs(&[("a", "echo a", "after = [\"b\"]"), ("b", "echo b", "after = [\"a\"]")]);
    fs::write(folder.file("gateway.toml"), invalid).unwrap();
    wait_until("the refusal", async || gateway.log().contains("jobs run in a circle").then_some(())).await;
    assert_eq!(listed().await, found);
}

#[tokio::test]
async fn check_names_the_schedule_of_a_job() {
    let folder = ServerFolder::gateway(&shell_jobs(&[
        ("a", "echo a", "schedule = \"0 2 * * MON-FRI\"\ntime_zone = \"Europe/Copenhagen\""),
        ("b", "echo b", "after = [\"a\"]"),
    ]));
    let output = CommandOutput::of(&mut folder.command(&["check"])).expect_success();
    let lines: Vec<_> = output.lines().collect();
    assert!(lines[0].contains("\tat 0 2 * * MON-FRI in Europe/Copenhagen, next at 20"), "{output}");
    assert!(lines[0].contains("T02:00:00+0") && lines[0].ends_with(" (Europe/Copenhagen)"), "{output}");
    assert!(lines[1].ends_with("\tafter \"a\""), "{output}");
}
