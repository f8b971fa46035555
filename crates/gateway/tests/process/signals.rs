//! SIGHUP of a closed terminal.

use txjobs_test_support::{ServerFolder, lines, shell_jobs};

const CLEANS_UP: &str = "trap 'echo cleaned up; exit 0' TERM; echo begun; sleep 1000 & wait";

#[tokio::test]
async fn repeated_sighup_stops_the_gateway_gracefully() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("long", CLEANS_UP, "")]));
    let gateway = folder.serve(&[]);
    let run = gateway.execute("long").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    gateway.signal("HUP");
    // A shell sends the signal in addition to the system.
    gateway.signal("HUP");
    assert!(gateway.wait().success());
    let gateway = folder.serve(&[]);
    let run = gateway.wait_for_end(run).await;
    let reason = "The gateway was stopped while the job was running, and ended it.";
    let mut log = lines(&run);
    // The shell or its child may end first.
    log.retain(|(_, line)| !line.starts_with("Ended with the command: "));
    assert_eq!(log, [(0, "begun"), (0, "cleaned up"), (2, reason)]);
}

#[tokio::test]
async fn sighup_under_nohup_is_ignored() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("echo", "echo ran", "")]));
    let gateway = folder.start(folder.serve_command_after("trap '' HUP"));
    gateway.signal("HUP");
    assert_eq!(gateway.run("echo").await["State"], 2);
}
