//! A job whose processes detach themselves from it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;

use crate::gateway_process::{Gateway, Home, lines, shell_jobs};

const NONBLOCK: i32 = 0o4000;

/// Starts a child in a session of its own, one whose parent has ended, and one that also has an empty environment. Each writes
/// to the pipe `alive` and holds it until it ends. Continues when they have started.
pub const DETACH: &str = r#"
    exec 9>alive
    setsid sh -c 'echo setsid >&9; : > one; exec sleep 1000' >/dev/null 2>&1 &
    (setsid sh -c 'echo forked >&9; : > two; exec sleep 1000' >/dev/null 2>&1 &)
    env -i setsid sh -c '(setsid sh -c "echo emptied >&9; : > three; exec sleep 1000" &)' >/dev/null 2>&1
    while [ ! -e one ] || [ ! -e two ] || [ ! -e three ]; do sleep 0.01; done
    echo begun
"#;

/// A pipe that the processes of a run hold while they live.
pub struct ProcessProbe(File);

impl ProcessProbe {
    pub fn new(home: &Home) -> Self {
        let path = home.path("alive");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path).unwrap())
    }

    /// Returns what the processes have written since the last call, and whether one of them lives.
    pub fn read(&mut self) -> (String, bool) {
        let mut text = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return (String::from_utf8(text).unwrap(), false),
                Ok(read) => text.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return (String::from_utf8(text).unwrap(), true);
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[track_caller]
    pub fn assert_all_detached(&mut self) {
        let (text, is_alive) = self.read();
        let mut names: Vec<_> = text.lines().collect();
        names.sort_unstable();
        assert_eq!(names, ["emptied", "forked", "setsid"]);
        assert!(is_alive, "the processes must live");
    }

    #[track_caller]
    pub fn assert_dead(&mut self) {
        assert_eq!(self.read(), (String::new(), false));
    }
}

pub fn home(after: &str, more: &str) -> (Home, ProcessProbe) {
    let home = Home::new(&shell_jobs(&[("detaches", &format!("{DETACH}{after}"), more)]));
    let alive = ProcessProbe::new(&home);
    (home, alive)
}

/// Executes the job, and waits until its processes have started.
pub async fn begin(gateway: &Gateway) -> (txjobs_sdk::types::JobId, txjobs_sdk::types::TriggerId) {
    let run = gateway.execute("detaches").await;
    gateway.until(run, |run| lines(run) == [(0, "begun")]).await;
    run
}
