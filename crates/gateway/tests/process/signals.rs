//! SIGHUP with and without a terminal.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use txjobs_test_support::{ServerFolder, lines, shell_jobs};

const CLEANS_UP: &str = "trap 'echo cleaned up; exit 0' TERM; echo begun; sleep 1000 & wait";

/// Opens a terminal. It is closed when the first part is dropped. The second part is for a program.
fn terminal() -> (OwnedFd, File) {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    // The terminal must not become that of the test.
    let flags = OpenptFlags::NOCTTY.bits().cast_signed();
    let mut options = File::options();
    options.read(true).write(true).custom_flags(flags);
    let program = options.open(name.to_str().unwrap()).unwrap();
    (terminal, program)
}

#[tokio::test]
async fn closed_terminal_stops_the_gateway_gracefully() {
    let folder = ServerFolder::gateway(&shell_jobs(&[("long", CLEANS_UP, "")]));
    let (terminal, input) = terminal();
    let mut serve = Command::new("setsid");
    serve.arg("--ctty").arg(folder.serve_command(&[]).get_program());
    serve.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path());
    serve.stdin(Stdio::from(input)).stderr(folder.open_log());
    let gateway = folder.start(serve);
    let run = gateway.execute("long").await;
    gateway.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    drop(terminal);
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
