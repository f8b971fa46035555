//! A job that tries to read the secrets of its gateway.

use crate::gateway_process::{Gateway, lines};

/// A job that prints what it can read of its parent, and `seen` at the end.
pub const SPY: &str = "tr '\\0' '\\n' </proc/$PPID/environ; tr '\\0' '\\n' </proc/$PPID/cmdline; env; \
     ls -l /proc/self/fd; head -c 1000 </proc/$PPID/fd/0; echo seen";

/// Returns the output of the job.
pub async fn output_of_spy(gateway: &Gateway) -> String {
    let run = gateway.run("spy").await;
    let seen: Vec<_> = lines(&run).into_iter().map(|(_, text)| text.to_owned()).collect();
    // The job has printed everything.
    assert!(seen.iter().any(|line| line.starts_with("PATH=")), "{seen:?}");
    assert!(
        seen.iter().any(|line| line == "serve") && seen.last().is_some_and(|line| line == "seen"),
        "{seen:?}"
    );
    // It inherits the files of this test, and no file that the gateway opened.
    let files = seen.iter().filter_map(|line| line.split_once(" -> ").map(|(_, target)| target));
    let opened: Vec<_> =
        files.filter(|target| target.contains(".db") || target.starts_with("socket:")).collect();
    let ours = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let ours: Vec<_> = ours.filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    assert!(opened.iter().all(|file| ours.contains(&std::path::PathBuf::from(file))), "{opened:?}");
    seen.join("\n")
}
