//! Runs a process and writes what it says.

use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;

use super::log::Log;
use super::output::Output;
use super::processes::{Child, Report, list};
use super::run::{Finish, Interrupt, Interrupts};
use super::start::{Started, start};
use crate::clock::Clock;
use crate::config::Command;
use txjobs_store::Run;

/// The variable by which a process, and a gateway started later, knows the run.
pub(super) const TRIGGER_VARIABLE: &str = "TXJOBS_TRIGGER_ID";
pub(super) const JOB_VARIABLE: &str = "TXJOBS_JOB_ID";

// How long the remaining processes of a command may take to end by themselves after it exits, and how long its pipes may
// be held open after that.
const LINGER: Duration = Duration::from_secs(2);

/// Why a process is waited for no longer.
enum Left {
    Exited(std::io::Result<ExitStatus>),
    Interrupted(Interrupt),
    TimedOut(Duration),
}

impl Left {
    fn has_exited(&self) -> bool {
        matches!(self, Self::Exited(_))
    }
}

pub(super) async fn run(
    command: &Command,
    run: &Run,
    clock: &Clock,
    log: &Log,
    interrupts: &Interrupts,
) -> Finish {
    let Started { mut child, processes, stdout, stderr } = match start(command, run).await {
        Ok(started) => started,
        Err(because) => return Finish::Failed(because),
    };
    let linger = CancellationToken::new();
    let pipes_closed = CancellationToken::new();
    let mut pumps = pin!(async {
        let (stderr, severity) = stderr.map_or((None, Severity::Information), |(pipe, s)| (Some(pipe), s));
        let stdout = Output::new(command, log, Severity::Information).pump(stdout, &linger);
        let stderr = Output::new(command, log, severity).pump(stderr, &linger);
        let (stdout, stderr) = tokio::join!(stdout, stderr);
        stdout && stderr
    });
    let mut life = pin!(async {
        let left = wait(&mut child, command, clock, interrupts).await;
        if left.has_exited() && command.leave_running {
            return (left, Report::default(), processes.list().await);
        }
        if left.has_exited() {
            let hurry = interrupts.wait().map(|_| ());
            if processes.wait_until_ended(LINGER, pipes_closed.cancelled(), hurry).await {
                return (left, Report::default(), Vec::new());
            }
        }
        let report = processes.end(Some(&mut child), command.stop_grace, interrupts.at_once()).await;
        (left, report, Vec::new())
    });
    let mut pumped = None;
    let (left, report, remaining) = loop {
        tokio::select! {
            ended = &mut life => break ended,
            has_ended = &mut pumps, if pumped.is_none() => {
                pumped = Some(has_ended);
                pipes_closed.cancel();
            }
        }
    };
    let has_ended = match pumped {
        Some(has_ended) => has_ended,
        None => {
            // No process is left to write, unless it was left running on purpose or was not found.
            let patience = if remaining.is_empty() { LINGER } else { Duration::ZERO };
            match tokio::time::timeout(patience, &mut pumps).await {
                Ok(has_ended) => has_ended,
                Err(_) => {
                    linger.cancel();
                    pumps.await
                }
            }
        }
    };
    for (severity, text) in report.lines(left.has_exited()) {
        log.write(severity, text).await;
    }
    if !remaining.is_empty() {
        let names = list(remaining.iter());
        let text = format!("Left running, because the job says leave_running = true: {names}.");
        log.write(Severity::Information, text).await;
    } else if !has_ended && report.remaining.is_empty() {
        let text = "A process that is not known to belong to the command still holds its output, which is read no longer.";
        log.write(Severity::Warning, text.to_owned()).await;
    }
    finish(command, left)
}

async fn wait(child: &mut Child, command: &Command, clock: &Clock, interrupts: &Interrupts) -> Left {
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
            Some(code) => Finish::Failed(exit_text(command, code)),
            None => Finish::Failed(format!("The command was ended by a signal ({status}).")),
        },
    }
}

/// Describes an exit code. Shells and `env` exit with 126 or 127 if they cannot run a program or do not find it.
fn exit_text(command: &Command, code: i32) -> String {
    let problem = if matches!(code, 126 | 127) { command.start_problem() } else { None };
    match problem {
        Some(problem) => format!("The command exited with code {code}: {problem}."),
        None => format!("The command exited with code {code}."),
    }
}
