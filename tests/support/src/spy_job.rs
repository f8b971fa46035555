//! A job that tries to read the secrets of its server.

use crate::job_configs::shell_jobs;
use crate::log_lines::lines;
use crate::test_server::TestServer;

/// Prints what the job can read of its parent, and "seen" at the end.
const SPY: &str = "tr '\\0' '\\n' </proc/$PPID/environ; tr '\\0' '\\n' </proc/$PPID/cmdline; env; \
     ls -l /proc/self/fd; head -c 1000 </proc/$PPID/fd/0; echo seen";

/// Returns the configuration of the job "spy".
#[must_use]
pub fn spy_job() -> String {
    shell_jobs(&[("spy", SPY, "stderr = \"information\"")])
}

/// Runs the job, and returns its output.
pub async fn run_spy(server: &TestServer) -> String {
    let run = server.run("spy").await;
    let seen: Vec<_> = lines(&run).into_iter().map(|(_, text)| text.to_owned()).collect();
    // The job has printed everything.
    assert!(seen.iter().any(|line| line.starts_with("PATH=")), "{seen:?}");
    assert!(
        seen.iter().any(|line| line == "serve") && seen.last().is_some_and(|line| line == "seen"),
        "{seen:?}"
    );
    // It inherits the files of this test, and no file that the server opened.
    let files = seen.iter().filter_map(|line| line.split_once(" -> ").map(|(_, target)| target));
    let opened: Vec<_> =
        files.filter(|target| target.contains(".db") || target.starts_with("socket:")).collect();
    let inherited = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let inherited: Vec<_> = inherited.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    assert!(opened.iter().all(|file| inherited.contains(&std::path::PathBuf::from(file))), "{opened:?}");
    seen.join("\n")
}
