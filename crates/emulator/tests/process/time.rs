//! The times of runs when the clock is set.

use serde_json::{Value, json};
use txjobs_sdk::paths;
use txjobs_test_support::detached_processes::{ProcessProbe, detaching_job, start_detaching_run};
use txjobs_test_support::{ServerFolder, lines, shell_jobs};

const STEPS: &str = "echo one; while [ ! -e go ]; do sleep 0.01; done; echo two";

/// Returns the times of an execution in their order. All have the same format, so that their texts compare like times.
fn times(run: &Value) -> Vec<String> {
    let with_fraction = |time: &Value| {
        let (date, fraction) = time
            .as_str()
            .unwrap()
            .trim_end_matches('Z')
            .split_once('.')
            .unwrap_or((time.as_str().unwrap().trim_end_matches('Z'), ""));
        format!("{date}.{fraction:0<6}")
    };
    let lines =
        run["JobExecutionLogs"].as_array().unwrap().iter().map(|line| with_fraction(&line["TimeStamp"]));
    std::iter::once(with_fraction(&run["CreateTime"]))
        .chain(lines)
        .chain([with_fraction(&run["EndTime"])])
        .collect()
}

#[tokio::test]
async fn clock_set_back_does_not_reorder_a_log() {
    let folder = ServerFolder::emulator(&shell_jobs(&[("steps", STEPS, "")]));
    let emulator = folder.serve(&[]);
    let run = emulator.execute("steps").await;
    emulator.wait_until(run, |run| lines(run) == [(0, "one")]).await;
    emulator.admin().set_clock(json!({ "time": "2001-01-01T00:00:00Z" })).await;
    std::fs::write(folder.file("go"), "").unwrap();
    let run = emulator.wait_for_end(run).await;
    assert_eq!(lines(&run), [(0, "one"), (0, "two")]);
    assert!(times(&run).is_sorted(), "{run}");
}

#[tokio::test]
async fn clock_set_back_between_a_kill_and_the_next_start_does_not_reorder_a_log() {
    let folder = ServerFolder::emulator(&shell_jobs(&[("steps", STEPS, "")]));
    let emulator = folder.serve(&[]);
    emulator.admin().set_clock(json!({ "time": "2060-01-01T00:00:00Z" })).await;
    let run = emulator.execute("steps").await;
    emulator.wait_until(run, |run| lines(run) == [(0, "one")]).await;
    emulator.kill();
    let emulator = folder.serve(&[]);
    let run = emulator.wait_for_end(run).await;
    assert_eq!((run["State"].as_i64(), lines(&run).len()), (Some(3), 2));
    assert!(times(&run).is_sorted(), "{run}");
}

#[tokio::test]
async fn run_that_waits_for_a_free_slot_logs_its_wait() {
    let folder = ServerFolder::emulator(&shell_jobs(&[("steps", STEPS, ""), ("next", "echo ran", "")]));
    let emulator = folder.serve(&["--concurrency", "1"]);
    let first = emulator.execute("steps").await;
    emulator.wait_until(first, |run| lines(run) == [(0, "one")]).await;
    let next = emulator.execute("next").await;
    let status = emulator.call(paths::get_job_status(next.job)).await.json();
    assert_eq!(status["Message"], "The job is pending. It waits for a free slot: 1 of 1 runs are running.");
    emulator.admin().advance_clock("1h").await;
    std::fs::write(folder.file("go"), "").unwrap();
    let run = emulator.wait_for_end(next).await;
    let log = lines(&run);
    assert!(log[0].0 == 0 && log[0].1.starts_with("Waited 1h"), "{run}");
    assert!(log[0].1.ends_with(" for a free slot: 1 of 1 runs were running."), "{run}");
    assert_eq!(log[1..], [(0, "ran")]);
    // A run that did not wait has no such line.
    assert_eq!(lines(&emulator.run("next").await), [(0, "ran")]);
}

#[tokio::test]
async fn timeout_ends_detached_children() {
    let folder = ServerFolder::emulator(&detaching_job("sleep 1000", "timeout = \"2h\""));
    let mut alive = ProcessProbe::new(&folder);
    let emulator = folder.serve(&[]);
    let run = start_detaching_run(&emulator).await;
    alive.assert_all_detached();
    emulator.admin().advance_clock("2h").await;
    let run = emulator.wait_for_end(run).await;
    alive.assert_dead();
    assert!(lines(&run)[1].1.starts_with("Ended with the command: sleep ("), "{run}");
}
