//! SIGHUP of a closed terminal.

use std::process::Command;

use crate::gateway_process::{Home, command, lines, shell_jobs};

const CLEANS_UP: &str = "trap 'echo cleaned up; exit 0' TERM; echo begun; sleep 1000 & wait";

#[tokio::test]
async fn a_hangup_is_a_graceful_stop_however_often_it_comes() {
    let home = Home::new(&shell_jobs(&[("long", CLEANS_UP, "")]));
    let gateway = home.serve(&[]);
    let run = gateway.execute("long").await;
    gateway.until(run, |run| lines(run) == [(0, "begun")]).await;
    gateway.signal("HUP");
    // A shell sends it again after the system has.
    gateway.signal("HUP");
    assert!(gateway.wait().success());
    let gateway = home.serve(&[]);
    let run = gateway.outcome(run).await;
    let because = "The gateway was stopped while the job was running, and ended it.";
    let mut log = lines(&run);
    // The shell or its child may end first.
    log.retain(|(_, line)| !line.starts_with("Ended with the command: "));
    assert_eq!(log, [(0, "begun"), (0, "cleaned up"), (2, because)]);
}

#[tokio::test]
async fn under_nohup_a_hangup_changes_nothing() {
    let home = Home::new(&shell_jobs(&[("echo", "echo ran", "")]));
    let program = command(home.folder.path());
    let mut nohup = Command::new("sh");
    nohup.args(["-c", "trap '' HUP; exec \"$0\" serve --listen 127.0.0.1:0"]).arg(program.get_program());
    nohup.current_dir(home.folder.path()).env("RUST_LOG", "warn");
    let gateway = home.start(nohup);
    gateway.signal("HUP");
    assert_eq!(gateway.run("echo").await["State"], 2);
}
