//! Runs a process and writes what it says.

use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;

use super::log::Log;
use super::run::{Finish, Interrupt, Interrupts};
use super::splitter::Splitter;
use crate::clock::Clock;
use crate::config::Command;
use crate::store::Run;

/// The variable by which a process, and a gateway started later, knows the run.
pub(super) const TRIGGER_VARIABLE: &str = "TXJOBS_TRIGGER_ID";
const JOB_VARIABLE: &str = "TXJOBS_JOB_ID";
/// Variables that begin so are the gateway's and its operator's, keys among them: they are not passed on.
const OURS: &str = "TXJOBS_";

#[cfg(unix)]
const TERM: i32 = 15;
// How long a process may clean up after it was asked to end.
const GRACE: Duration = Duration::from_secs(5);
// How long the pipes of a process that has exited may be held open by what it left behind.
const LINGER: Duration = Duration::from_secs(2);
// After that: as long as data that is in a pipe may take to be seen, and how much of it is still read.
const LAST_READ: Duration = Duration::from_millis(100);
const LAST_BYTES: usize = 1024 * 1024;

/// Why a process is waited for no longer.
enum Left {
    Exited(std::io::Result<ExitStatus>),
    Interrupted(Interrupt),
    TimedOut(Duration),
}

pub(super) async fn run(
    command: &Command,
    run: &Run,
    clock: &Clock,
    log: &Log,
    interrupts: &Interrupts,
) -> Finish {
    let mut child = match start(command, run) {
        Ok(child) => child,
        Err(because) => return Finish::Failed(because),
    };
    let linger = CancellationToken::new();
    let (stdout, stderr) = (child.stdout().take(), child.stderr().take());
    let mut pumps = pin!(async {
        tokio::join!(
            pump(stdout, log, |line| severity(command, line, Severity::Information), &linger),
            pump(stderr, log, |line| severity(command, line, command.stderr), &linger),
        )
    });
    let mut life = pin!(async move {
        let left = wait(child.as_mut(), command, clock, interrupts).await;
        if !matches!(left, Left::Exited(_)) {
            end(child.as_mut(), interrupts).await;
        }
        (left, child)
    });
    let mut pumped = false;
    let (left, mut child) = loop {
        tokio::select! {
            ended = &mut life => break ended,
            _ = &mut pumps, if !pumped => pumped = true,
        }
    };
    if !pumped {
        pumped = tokio::time::timeout(LINGER, &mut pumps).await.is_ok();
    }
    // A run that has ended leaves nothing behind. There is mostly nothing left to kill, which is no error of ours.
    let _ = child.start_kill();
    if !pumped {
        linger.cancel();
        pumps.await;
        let said = "The command left processes running behind it; they were ended with it.";
        log.write(Severity::Information, said.to_owned()).await;
    }
    finish(command, left)
}

fn start(command: &Command, run: &Run) -> Result<Box<dyn ChildWrapper>, String> {
    if !command.directory.as_os_str().is_empty() && !command.directory.is_dir() {
        let directory = command.directory.display();
        return Err(format!("The command could not be started: its directory {directory} does not exist."));
    }
    let mut process = CommandWrap::with_new(&command.program, |process| {
        process.args(&command.arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if command.directory != Path::new("") {
            process.current_dir(&command.directory);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OURS) {
                process.env_remove(name);
            }
        }
        process.envs(&command.environment);
        process.env(JOB_VARIABLE, run.job.to_string()).env(TRIGGER_VARIABLE, run.trigger_id.to_string());
    });
    #[cfg(unix)]
    process.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    process.wrap(process_wrap::tokio::JobObject);
    process.spawn().map_err(|error| {
        format!("{} could not be started: {error}. Check the job's command in gateway.toml.", command.program)
    })
}

async fn wait(
    child: &mut dyn ChildWrapper,
    command: &Command,
    clock: &Clock,
    interrupts: &Interrupts,
) -> Left {
    let too_long = async {
        match command.timeout {
            Some(timeout) => {
                clock.sleep(timeout).await;
                timeout
            }
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        status = child.wait() => Left::Exited(status),
        interrupt = interrupts.wait() => Left::Interrupted(interrupt),
        timeout = too_long => Left::TimedOut(timeout),
    }
}

/// Ends the process and its group: politely, then not.
async fn end(child: &mut dyn ChildWrapper, interrupts: &Interrupts) {
    #[cfg(unix)]
    if child.signal(TERM).is_ok() {
        tokio::select! {
            _ = child.wait() => return,
            () = tokio::time::sleep(GRACE) => {}
            () = interrupts.at_once() => {}
        }
    }
    if child.start_kill().is_ok() {
        let _ = child.wait().await;
    }
}

fn finish(command: &Command, left: Left) -> Finish {
    match left {
        Left::Interrupted(interrupt) => Finish::Interrupted(interrupt),
        Left::TimedOut(timeout) => Finish::Failed(format!(
            "The command took longer than its timeout of {} and was ended.",
            humantime::format_duration(timeout)
        )),
        Left::Exited(Err(error)) => Finish::Failed(format!("The command was lost sight of: {error}.")),
        Left::Exited(Ok(status)) => match status.code() {
            Some(code) if command.completed.contains(&code) => Finish::ByItsLog,
            Some(code) => Finish::Failed(format!("The command exited with code {code}.")),
            None => Finish::Failed(format!("The command was ended by a signal ({status}).")),
        },
    }
}

fn severity(command: &Command, line: &str, otherwise: Severity) -> Severity {
    if command.error.is_match(line) {
        Severity::Error
    } else if command.warning.is_match(line) {
        Severity::Warning
    } else {
        otherwise
    }
}

/// Writes a pipe's lines until every process that holds the pipe has let go of it, or until it is read no longer.
async fn pump(
    pipe: Option<impl AsyncRead + Unpin>,
    log: &Log,
    severity: impl Fn(&str) -> Severity,
    linger: &CancellationToken,
) {
    let Some(mut pipe) = pipe else { return };
    let mut buffer = vec![0; 64 * 1024];
    let mut splitter = Splitter::default();
    let mut last_bytes = LAST_BYTES;
    loop {
        let no_more = async {
            linger.cancelled().await;
            tokio::time::sleep(LAST_READ).await;
        };
        let read = tokio::select! {
            biased;
            read = pipe.read(&mut buffer) => read.unwrap_or(0),
            () = no_more => 0,
        };
        for line in splitter.feed(&buffer[..read]) {
            log.write(severity(&line), line).await;
        }
        if linger.is_cancelled() {
            last_bytes = last_bytes.saturating_sub(read);
        }
        if read == 0 || last_bytes == 0 {
            break;
        }
    }
    if let Some(line) = splitter.finish() {
        log.write(severity(&line), line).await;
    }
}
