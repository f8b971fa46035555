//! A job whose processes detach from it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;

use crate::job_configs::shell_jobs;
use crate::log_lines::lines;
use crate::requests::StartedRun;
use crate::server_folder::ServerFolder;
use crate::test_server::TestServer;

const NONBLOCK: i32 = 0o4000;

/// A shell script that starts three processes and waits until they have started: one in another session, one whose parent has
/// ended, and one with an empty environment. Each writes to the pipe "alive" and keeps it open until it ends.
pub const DETACH: &str = r#"
    exec 9>alive
    setsid sh -c 'echo setsid >&9; : > one; exec sleep 1000' >/dev/null 2>&1 &
    (setsid sh -c 'echo forked >&9; : > two; exec sleep 1000' >/dev/null 2>&1 &)
    env -i setsid sh -c '(setsid sh -c "echo emptied >&9; : > three; exec sleep 1000" &)' >/dev/null 2>&1
    while [ ! -e one ] || [ ! -e two ] || [ ! -e three ]; do sleep 0.01; done
    echo begun
"#;

/// A pipe that the processes of a run keep open while they are alive.
#[derive(Debug)]
pub struct ProcessProbe(File);

impl ProcessProbe {
    /// Creates the pipe "alive" in a folder.
    #[must_use]
    pub fn new(folder: &ServerFolder) -> Self {
        let path = folder.file("alive");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path).unwrap())
    }

    /// Returns the text that the processes have written since the last call, and whether one of them is alive.
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

    /// Asserts that all three processes of [`DETACH`] have started, and that one is alive.
    #[track_caller]
    pub fn assert_all_detached(&mut self) {
        let (text, is_alive) = self.read();
        let mut names: Vec<_> = text.lines().collect();
        names.sort_unstable();
        assert_eq!(names, ["emptied", "forked", "setsid"]);
        assert!(is_alive, "the processes are alive");
    }

    /// Asserts that no process is alive.
    #[track_caller]
    pub fn assert_dead(&mut self) {
        assert_eq!(self.read(), (String::new(), false));
    }
}

/// Returns the configuration of the job "detaches", which starts the detached processes and then runs the script `after`.
#[must_use]
pub fn detaching_job(after: &str, settings: &str) -> String {
    shell_jobs(&[("detaches", &format!("{DETACH}{after}"), settings)])
}

/// Executes the job, and waits until its processes have started.
pub async fn start_detaching_run(server: &TestServer) -> StartedRun {
    let run = server.execute("detaches").await;
    server.wait_until(run, |run| lines(run) == [(0, "begun")]).await;
    run
}
