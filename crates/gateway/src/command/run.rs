//! Runs a command and writes its output to the log.

use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use txjobs_sdk::Severity;

use super::output::Output;
use super::settings::Command;
use super::start::{StartedCommand, start};
use crate::clock::SharedClock;
use crate::runner::{Exit, Interrupt, Interrupts, RunContext, Work};
use txjobs_processes::{Child, Report, join_names};

/// How long the remaining processes of a command may take to end by themselves after it exits, and how long its pipes may
/// be held open after that.
const LINGER_TIME: Duration = Duration::from_secs(2);

impl Work for Command {
    fn describe(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        format!("command {:?}", words.collect::<Vec<_>>())
    }

    fn start_problem(&self) -> Option<String> {
        self.find_start_problem()
    }

    fn stop_grace(&self) -> Duration {
        self.stop_grace
    }

    fn run<'a>(&'a self, context: RunContext<'a>) -> BoxFuture<'a, Exit> {
        run(self, context).boxed()
    }
}

/// Why the wait for a command ended.
enum WaitOutcome {
    Exited(std::io::Result<ExitStatus>),
    Interrupted(Interrupt),
    TimedOut(Duration),
}

impl WaitOutcome {
    fn has_exited(&self) -> bool {
        matches!(self, Self::Exited(_))
    }
}

async fn run(command: &Command, context: RunContext<'_>) -> Exit {
    let RunContext { run, clock, log, interrupts, .. } = context;
    let StartedCommand { mut child, processes, stdout, stderr } = match start(command, run).await {
        Ok(started) => started,
        Err(reason) => return Exit::Failed(reason),
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
        let outcome = wait(&mut child, command, clock, interrupts).await;
        if outcome.has_exited() && command.leave_running {
            return (outcome, Report::default(), processes.list().await);
        }
        if outcome.has_exited() {
            let interrupted = interrupts.wait().map(|_| ());
            if processes.wait_until_ended(LINGER_TIME, pipes_closed.cancelled(), interrupted).await {
                return (outcome, Report::default(), Vec::new());
            }
        }
        let report = processes.end(Some(&mut child), command.stop_grace, interrupts.killed()).await;
        (outcome, report, Vec::new())
    });
    let mut pumped = None;
    let (outcome, report, remaining) = loop {
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
            let limit = if remaining.is_empty() { LINGER_TIME } else { Duration::ZERO };
            match tokio::time::timeout(limit, &mut pumps).await {
                Ok(has_ended) => has_ended,
                Err(_) => {
                    linger.cancel();
                    pumps.await
                }
            }
        }
    };
    for (severity, text) in report.lines(outcome.has_exited()) {
        log.write(severity, text).await;
    }
    if !remaining.is_empty() {
        let names = join_names(remaining.iter());
        let text = format!("Left running, because the job has leave_running = true: {names}.");
        log.write(Severity::Information, text).await;
    } else if !has_ended && report.remaining.is_empty() {
        let text = "A process that is not known to belong to the command still holds its output, which is no longer read.";
        log.write(Severity::Warning, text.to_owned()).await;
    }
    exit(command, outcome)
}

async fn wait(
    child: &mut Child,
    command: &Command,
    clock: &SharedClock,
    interrupts: &Interrupts,
) -> WaitOutcome {
    let timeout = async {
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
        status = child.wait() => WaitOutcome::Exited(status),
        interrupt = interrupts.wait() => WaitOutcome::Interrupted(interrupt),
        timeout = timeout => WaitOutcome::TimedOut(timeout),
    }
}

fn exit(command: &Command, outcome: WaitOutcome) -> Exit {
    match outcome {
        WaitOutcome::Interrupted(interrupt) => Exit::Interrupted(interrupt),
        WaitOutcome::TimedOut(timeout) => Exit::Failed(format!(
            "The command took longer than its timeout of {} and was ended.",
            humantime::format_duration(timeout)
        )),
        WaitOutcome::Exited(Err(error)) => {
            Exit::Failed(format!("The exit code of the command cannot be read: {error}."))
        }
        WaitOutcome::Exited(Ok(status)) => match status.code() {
            Some(code) if command.completed.contains(&code) => Exit::FromWorstSeverity,
            Some(code) => Exit::Failed(exit_text(command, code)),
            None => Exit::Failed(format!("The command was ended by a signal ({status}).")),
        },
    }
}

/// Describes an exit code. Shells and `env` exit with 126 or 127 if they cannot run a program or do not find it.
fn exit_text(command: &Command, code: i32) -> String {
    let problem = if matches!(code, 126 | 127) { command.find_start_problem() } else { None };
    match problem {
        Some(problem) => format!("The command exited with code {code}: {problem}."),
        None => format!("The command exited with code {code}."),
    }
}
