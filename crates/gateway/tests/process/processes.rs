//! The end of a run ends all processes that it started, also detached ones.

use std::time::Duration;

use txjobs_sdk::paths;
use txjobs_test_support::detached_processes::{DETACH, ProcessProbe, detaching_job, start_detaching_run};
use txjobs_test_support::{ServerFolder, lines, shell_jobs, wait_until};

fn detaching_folder(after: &str, settings: &str) -> (ServerFolder, ProcessProbe) {
    let folder = ServerFolder::gateway(&detaching_job(after, settings));
    let alive = ProcessProbe::new(&folder);
    (folder, alive)
}

#[tokio::test]
async fn end_of_the_command_ends_detached_children() {
    let (folder, mut alive) = detaching_folder("while [ ! -e go ]; do sleep 0.01; done", "");
    let gateway = folder.serve(&[]);
    let run = start_detaching_run(&gateway).await;
    alive.assert_all_detached();
    std::fs::write(folder.file("go"), "").unwrap();
    let run = gateway.wait_for_end(run).await;
    // A run ends after its processes.
    alive.assert_dead();
    assert_eq!(run["State"], 2);
    let line = lines(&run)[1];
    let ended = "The command left processes running behind it, which were ended: sleep (";
    assert!(line.0 == 0 && line.1.starts_with(ended) && line.1.matches("sleep (").count() == 3, "{run}");
}

#[tokio::test]
async fn cancellation_ends_detached_children() {
    let (folder, mut alive) = detaching_folder("sleep 1000", "");
    let gateway = folder.serve(&[]);
    let run = start_detaching_run(&gateway).await;
    alive.assert_all_detached();
    gateway.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = gateway.wait_for_end(run).await;
    alive.assert_dead();
    let log = lines(&run);
    assert!(log[1].1.starts_with("Ended with the command: sleep ("), "{run}");
    assert_eq!(log[2..], [(2, "Canceled while it was running.")]);
}

#[tokio::test]
async fn shutdown_ends_detached_children() {
    let (folder, mut alive) = detaching_folder("sleep 1000", "");
    let gateway = folder.serve(&[]);
    start_detaching_run(&gateway).await;
    alive.assert_all_detached();
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    alive.assert_dead();
}

#[tokio::test]
async fn restart_after_kill_ends_detached_children() {
    let (folder, mut alive) = detaching_folder("sleep 1000", "");
    let gateway = folder.serve(&[]);
    let run = start_detaching_run(&gateway).await;
    gateway.kill();
    alive.assert_all_detached();
    let gateway = folder.serve(&[]);
    let run = gateway.wait_for_end(run).await;
    alive.assert_dead();
    assert!(
        lines(&run)[1].1.contains(" Processes that were still running at the next start were ended: sh ("),
        "{run}"
    );
}

#[tokio::test]
async fn end_of_a_run_keeps_the_processes_of_another_run() {
    let script =
        format!("mkdir $TXJOBS_JOB_ID; cd $TXJOBS_JOB_ID; ln -s $OLDPWD/alive alive; {DETACH} sleep 1000");
    let folder = ServerFolder::gateway(&shell_jobs(&[("a", &script, ""), ("detaches", &script, "")]));
    let mut alive = ProcessProbe::new(&folder);
    let gateway = folder.serve(&[]);
    let ended = start_detaching_run(&gateway).await;
    alive.assert_all_detached();
    let other = gateway.execute("a").await;
    gateway.wait_until(other, |run| lines(run) == [(0, "begun")]).await;
    gateway.call(paths::cancel_job(ended.job)).await.expect_ok();
    gateway.wait_for_end(ended).await;
    alive.assert_all_detached();
    gateway.call(paths::cancel_job(other.job)).await.expect_ok();
    let run = gateway.wait_for_end(other).await;
    alive.assert_dead();
    assert_eq!(lines(&run)[1].1.matches("sleep (").count(), 4, "{run}");
}

#[tokio::test]
async fn every_process_has_the_full_grace_period_after_sigterm() {
    // The command ends immediately. Its children need three seconds, and one of them is in another session.
    let script = r#"
        exec 9>alive
        cleans_up='trap "sleep 3; echo cleaned up >&9; exit" TERM; echo begun >&9; while :; do sleep 0.1; done'
        sh -c "$cleans_up" >/dev/null 2>&1 &
        setsid sh -c "$cleans_up" >/dev/null 2>&1 &
        trap 'exit' TERM
        while :; do sleep 0.1; done
    "#;
    let folder = ServerFolder::gateway(&shell_jobs(&[("cleans", script, "")]));
    let mut alive = ProcessProbe::new(&folder);
    let gateway = folder.serve(&[]);
    let run = gateway.execute("cleans").await;
    let mut begun = String::new();
    wait_until("both children", async || {
        begun.push_str(&alive.read().0);
        (begun == "begun\nbegun\n").then_some(())
    })
    .await;
    gateway.call(paths::cancel_job(run.job)).await.expect_ok();
    let run = gateway.wait_for_end(run).await;
    assert_eq!(alive.read(), ("cleaned up\ncleaned up\n".to_owned(), false));
    assert!(!lines(&run).iter().any(|line| line.1.starts_with("Killed")), "{run}");
}

#[tokio::test]
async fn process_that_ignores_sigterm_is_killed_after_the_grace_period() {
    let script = r#"
        exec 9>alive
        setsid sh -c "trap '' TERM; echo deaf >&9; while :; do sleep 0.1; done" >/dev/null 2>&1 &
        while [ ! -e go ]; do sleep 0.01; done
    "#;
    let folder = ServerFolder::gateway(&shell_jobs(&[("deaf", script, "stop_grace = \"300ms\"")]));
    let mut alive = ProcessProbe::new(&folder);
    let gateway = folder.serve(&[]);
    let run = gateway.execute("deaf").await;
    wait_until("the child", async || (alive.read().0 == "deaf\n").then_some(())).await;
    std::fs::write(folder.file("go"), "").unwrap();
    let run = gateway.wait_for_end(run).await;
    alive.assert_dead();
    let lines = lines(&run);
    let killed =
        lines.iter().find_map(|(_, text)| text.strip_prefix("Killed ")?.split_once(" after SIGTERM: sh ("));
    let grace = humantime::parse_duration(killed.unwrap_or_else(|| panic!("{run}")).0).unwrap();
    assert!(grace >= Duration::from_millis(300), "{grace:?}");
}

#[tokio::test]
async fn job_with_leave_running_keeps_processes_and_logs_them() {
    let (folder, mut alive) = detaching_folder("", "leave_running = true");
    let gateway = folder.serve(&[]);
    let run = gateway.run("detaches").await;
    alive.assert_all_detached();
    let line = lines(&run)[1];
    assert_eq!((run["State"].as_i64(), line.0), (Some(2), 0));
    let left =
        line.1.strip_prefix("Left running, because the job has leave_running = true: sleep (").unwrap();
    let pids: Vec<_> = left.split(['(', ')']).step_by(2).filter(|pid| pid.parse::<u32>().is_ok()).collect();
    assert_eq!(pids.len(), 3, "{left}");
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    let gateway = folder.serve(&[]);
    assert_eq!(alive.read(), (String::new(), true));
    drop(gateway);
    assert!(std::process::Command::new("kill").args(pids).status().unwrap().success());
    wait_until("the end of the processes", async || (!alive.read().1).then_some(())).await;
}

/// Each process starts the next one and ends, so that none exists for long.
#[tokio::test]
async fn chain_of_short_processes_is_ended() {
    let script = r#"
        exec 9>alive
        echo '[ "$1" -gt 5000 ] || sh link $(($1 + 1)) &' > link
        sh link 0 >/dev/null 2>&1
        echo begun
    "#;
    let folder = ServerFolder::gateway(&shell_jobs(&[("passes on", script, "stop_grace = \"100ms\"")]));
    let mut alive = ProcessProbe::new(&folder);
    let gateway = folder.serve(&[]);
    let run = gateway.execute("passes on").await;
    let run = gateway.wait_for_end(run).await;
    assert_eq!(lines(&run)[0], (0, "begun"));
    assert!(lines(&run).len() > 1, "ended processes are logged");
    alive.assert_dead();
}
