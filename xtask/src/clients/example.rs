//! Runs the example of a client.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::emulator::Emulator;

/// A job of `fuzz.toml`, and what the example prints and returns for it.
struct Run {
    job: &'static str,
    line: &'static str,
    outcome: &'static str,
    exit_code: i32,
}

const RUNS: [Run; 2] = [
    Run { job: "Quick", line: "information  Done", outcome: "completed", exit_code: 0 },
    Run { job: "Slow", line: "warning  Step 50", outcome: "failed", exit_code: 1 },
];

const TIMEOUT: Duration = Duration::from_secs(60);

/// Runs an example with a job that completes and with one that fails, and checks what it prints.
pub(super) fn check(folder: &Path, server: &Emulator, example: impl Fn() -> Command) -> Result<()> {
    for run in RUNS {
        let Run { job, line, outcome, exit_code } = run;
        let mut example = example();
        example.arg(job).env("TXJOBS_DOMAIN", &server.address).env("TXJOBS_API_KEY", &server.key);
        let (status, output) = run_with_timeout(example.current_dir(folder), &folder.join("output"))?;
        let (jobs, log) = output
            .split_once("started, trigger id ")
            .with_context(|| format!("the example did not start {job}:\n{output}"))?;
        for Run { job, .. } in RUNS {
            ensure!(jobs.contains(&format!("  {job}\n")), "the example did not list {job}:\n{output}");
        }
        ensure!(
            log.contains(&format!("  {line}\n")),
            "the example did not print {line:?} of {job}:\n{output}"
        );
        let last = log.lines().last().unwrap_or_default();
        ensure!(last == format!("outcome: {outcome}"), "the outcome of {job} is not {outcome}:\n{output}");
        ensure!(status.code() == Some(exit_code), "{job}: {status} instead of exit code {exit_code}");
    }
    Ok(())
}

/// Runs a command and returns its exit status and its output, which it writes to a file.
fn run_with_timeout(command: &mut Command, file: &Path) -> Result<(ExitStatus, String)> {
    let output = File::create(file).with_context(|| format!("cannot create {}", file.display()))?;
    command.stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
    let mut child = command.spawn().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > TIMEOUT {
            child.kill()?;
            child.wait()?;
            bail!("the example did not end within {TIMEOUT:?}:\n{}", fs::read_to_string(file)?);
        }
        thread::sleep(Duration::from_millis(50));
    };
    Ok((status, fs::read_to_string(file)?.replace("\r\n", "\n")))
}
