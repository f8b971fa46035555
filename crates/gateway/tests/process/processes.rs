//! Ending a run ends all processes that it started, also detached ones.

use std::time::Duration;

use txjobs_sdk::paths;

use crate::detached::{DETACH, ProcessProbe, begin, home};
use crate::gateway_process::{Home, lines, shell_jobs, until};

#[tokio::test]
async fn end_of_the_command_ends_detached_children() {
    let (home, mut alive) = home("while [ ! -e go ]; do sleep 0.01; done", "");
    let gateway = home.serve(&[]);
    let run = begin(&gateway).await;
    alive.assert_all_detached();
    std::fs::write(home.path("go"), "").unwrap();
    let run = gateway.outcome(run).await;
    // At once: a run has not ended before its processes have.
    alive.assert_dead();
    assert_eq!(run["State"], 2);
    let said = lines(&run)[1];
    let ended = "The command left processes running behind it, which were ended: sleep (";
    assert!(said.0 == 0 && said.1.starts_with(ended) && said.1.matches("sleep (").count() == 3, "{run}");
}

#[tokio::test]
async fn cancellation_ends_detached_children() {
    let (home, mut alive) = home("sleep 1000", "");
    let gateway = home.serve(&[]);
    let run = begin(&gateway).await;
    alive.assert_all_detached();
    gateway.ask(paths::cancel_job(run.0)).await;
    let run = gateway.outcome(run).await;
    alive.assert_dead();
    let said = lines(&run);
    assert!(said[1].1.starts_with("Ended with the command: sleep ("), "{run}");
    assert_eq!(said[2..], [(2, "Canceled while it was running.")]);
}

#[tokio::test]
async fn stop_of_the_gateway_ends_detached_children() {
    let (home, mut alive) = home("sleep 1000", "");
    let gateway = home.serve(&[]);
    begin(&gateway).await;
    alive.assert_all_detached();
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    alive.assert_dead();
}

#[tokio::test]
async fn restart_after_kill_ends_detached_children() {
    let (home, mut alive) = home("sleep 1000", "");
    let gateway = home.serve(&[]);
    let run = begin(&gateway).await;
    gateway.signal("KILL");
    gateway.wait();
    alive.assert_all_detached();
    let gateway = home.serve(&[]);
    let run = gateway.outcome(run).await;
    alive.assert_dead();
    assert!(
        lines(&run)[1].1.contains(" Processes that were still running at the next start were ended: sh ("),
        "{run}"
    );
}

#[tokio::test]
async fn end_of_a_run_leaves_another_run_alone() {
    let script =
        format!("mkdir $TXJOBS_JOB_ID; cd $TXJOBS_JOB_ID; ln -s $OLDPWD/alive alive; {DETACH} sleep 1000");
    let home = Home::new(&shell_jobs(&[("a", &script, ""), ("detaches", &script, "")]));
    let mut alive = ProcessProbe::new(&home);
    let gateway = home.serve(&[]);
    let ended = begin(&gateway).await;
    alive.assert_all_detached();
    let other = gateway.execute("a").await;
    gateway.until(other, |run| lines(run) == [(0, "begun")]).await;
    gateway.ask(paths::cancel_job(ended.0)).await;
    gateway.outcome(ended).await;
    alive.assert_all_detached();
    gateway.ask(paths::cancel_job(other.0)).await;
    let run = gateway.outcome(other).await;
    alive.assert_dead();
    assert_eq!(lines(&run)[1].1.matches("sleep (").count(), 4, "{run}");
}

#[tokio::test]
async fn every_process_has_the_whole_time_after_sigterm() {
    // The command ends at once; its children need a while, one of them in a session of its own.
    let script = r#"
        exec 9>alive
        cleans_up='trap "sleep 3; echo cleaned up >&9; exit" TERM; echo begun >&9; while :; do sleep 0.1; done'
        sh -c "$cleans_up" >/dev/null 2>&1 &
        setsid sh -c "$cleans_up" >/dev/null 2>&1 &
        trap 'exit' TERM
        while :; do sleep 0.1; done
    "#;
    let home = Home::new(&shell_jobs(&[("cleans", script, "")]));
    let mut alive = ProcessProbe::new(&home);
    let gateway = home.serve(&[]);
    let run = gateway.execute("cleans").await;
    let mut begun = String::new();
    until("both children", async || {
        begun.push_str(&alive.read().0);
        (begun == "begun\nbegun\n").then_some(())
    })
    .await;
    gateway.ask(paths::cancel_job(run.0)).await;
    let run = gateway.outcome(run).await;
    assert_eq!(alive.read(), ("cleaned up\ncleaned up\n".to_owned(), false));
    assert!(!lines(&run).iter().any(|line| line.1.starts_with("Killed")), "{run}");
}

#[tokio::test]
async fn process_that_ignores_sigterm_is_killed_after_the_job_s_time() {
    let script = r#"
        exec 9>alive
        setsid sh -c "trap '' TERM; echo deaf >&9; while :; do sleep 0.1; done" >/dev/null 2>&1 &
        while [ ! -e go ]; do sleep 0.01; done
    "#;
    let home = Home::new(&shell_jobs(&[("deaf", script, "stop_grace = \"300ms\"")]));
    let mut alive = ProcessProbe::new(&home);
    let gateway = home.serve(&[]);
    let run = gateway.execute("deaf").await;
    until("the child", async || (alive.read().0 == "deaf\n").then_some(())).await;
    std::fs::write(home.path("go"), "").unwrap();
    let run = gateway.outcome(run).await;
    alive.assert_dead();
    let lines = lines(&run);
    let killed =
        lines.iter().find_map(|(_, text)| text.strip_prefix("Killed ")?.split_once(" after SIGTERM: sh ("));
    let grace = humantime::parse_duration(killed.unwrap_or_else(|| panic!("{run}")).0).unwrap();
    assert!(grace >= Duration::from_millis(300), "{grace:?}");
}

#[tokio::test]
async fn job_may_leave_processes_running_and_says_so() {
    let (home, mut alive) = home("", "leave_running = true");
    let gateway = home.serve(&[]);
    let run = gateway.run("detaches").await;
    alive.assert_all_detached();
    let said = lines(&run)[1];
    assert_eq!((run["State"].as_i64(), said.0), (Some(2), 0));
    let left =
        said.1.strip_prefix("Left running, because the job has leave_running = true: sleep (").unwrap();
    let pids: Vec<_> = left.split(['(', ')']).step_by(2).filter(|pid| pid.parse::<u32>().is_ok()).collect();
    assert_eq!(pids.len(), 3, "{left}");
    gateway.signal("TERM");
    assert!(gateway.wait().success());
    let gateway = home.serve(&[]);
    assert_eq!(alive.read(), (String::new(), true));
    drop(gateway);
    assert!(std::process::Command::new("kill").args(pids).status().unwrap().success());
    until("their end", async || (!alive.read().1).then_some(())).await;
}

/// Each process starts the next one and ends, so that none is there for long.
#[tokio::test]
async fn processes_that_pass_on_their_work_are_ended() {
    let script = r#"
        exec 9>alive
        echo '[ "$1" -gt 5000 ] || sh link $(($1 + 1)) &' > link
        sh link 0 >/dev/null 2>&1
        echo begun
    "#;
    let home = Home::new(&shell_jobs(&[("passes on", script, "stop_grace = \"100ms\"")]));
    let mut alive = ProcessProbe::new(&home);
    let gateway = home.serve(&[]);
    let run = gateway.execute("passes on").await;
    let run = gateway.outcome(run).await;
    assert_eq!(lines(&run)[0], (0, "begun"));
    assert!(lines(&run).len() > 1, "it says what was ended");
    alive.assert_dead();
}
