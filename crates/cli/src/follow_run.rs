//! Follows a run and prints its log.

use std::pin::pin;

use futures::StreamExt;
use tokio::time;
use txjobs_sdk::{
    ErrorKind, RunEvent, Severity,
    types::{Job, JobExecution, TriggerId},
};

use crate::{
    args::{FailOn, WaitArgs},
    failure::{Exit, Failure},
    output::{self, Output},
    session::Session,
    text,
};

/// Follows the run to its end, prints its log and its outcome, and returns the exit code. `is_accepted` is whether the server has
/// just accepted the run.
pub(crate) async fn follow_run(
    session: &Session<'_>,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
    is_accepted: bool,
    wait: &WaitArgs,
) -> Result<Exit, Failure> {
    let resume_hint = resume_hint(session, output, job, trigger_id, wait);
    session.interruption_message.set(format!("the job continues. {resume_hint}"));
    let mut counts = LineCounts::default();
    let result = {
        let run = print_events(session, output, job, trigger_id, is_accepted, &mut counts);
        match wait.timeout {
            Some(timeout) => time::timeout(timeout, run).await,
            None => Ok(run.await),
        }
    };
    output.clear_progress();
    let result = result.unwrap_or_else(|_| Err(Failure::TimedOut(resume_hint.clone())));
    let execution = result.map_err(|failure| match failure {
        Failure::Api(error) if !is_run_missing(error.kind) => {
            Failure::OutcomeUnknown(error, format!("The job continues. {resume_hint}"))
        }
        Failure::Output(error, _) => {
            Failure::Output(error, Some(format!("The job continues. {resume_hint}")))
        }
        other => other,
    })?;
    session.interruption_message.set(format!("the run has ended: {}", execution.state));
    print_outcome(output, job, &execution, &counts)?;
    let warnings_fail = wait.fail_on == Some(FailOn::Warnings);
    Ok(Exit::from_state(execution.state, warnings_fail))
}

/// Returns whether the error is that the run does not exist or has no execution.
fn is_run_missing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NoSuchRun | ErrorKind::EndedWithoutExecution)
}

/// Returns a sentence with the command that follows the run again.
fn resume_hint(
    session: &Session<'_>,
    output: &Output,
    job: &Job,
    trigger_id: TriggerId,
    wait: &WaitArgs,
) -> String {
    let mut arguments = format!("{} {trigger_id}", job.id);
    if wait.fail_on == Some(FailOn::Warnings) {
        arguments.insert_str(0, "--fail-on warnings ");
    }
    if output.is_json() {
        arguments.insert_str(0, "--json ");
    }
    format!("To follow the run again: {}", session.command_line("follow", &arguments))
}

/// Prints the events of the run to its end, and returns the execution.
async fn print_events(
    session: &Session<'_>,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
    is_accepted: bool,
    counts: &mut LineCounts,
) -> Result<JobExecution, Failure> {
    let progress = |state: &str| format!("{} {state}", text::escape_line(&job.name));
    output.show_progress(progress("pending"));
    let mut run = pin!(if is_accepted {
        session.client.follow_accepted(job.id, trigger_id).left_stream()
    } else {
        session.client.follow(job.id, trigger_id).right_stream()
    });
    while let Some(event) = run.next().await {
        match event? {
            RunEvent::State(state) => output.show_progress(progress(&state.to_string())),
            RunEvent::Line(line) => {
                counts.add(line.severity);
                let was_open = !output.is_closed();
                output.write_log_line(&line)?;
                if was_open && output.is_closed() {
                    output.write_note("Standard output was closed. Still waiting for the outcome.");
                }
            }
            RunEvent::TransientError(error) => {
                output.write_note(&format!("{error} Still waiting; the job continues."));
            }
            RunEvent::Ended(execution) => return Ok(execution),
            _ => {}
        }
    }
    unreachable!("the last event is the end of the run or an error")
}

/// The number of warnings and errors in the log.
#[derive(Default)]
struct LineCounts {
    warnings: usize,
    errors: usize,
}

impl LineCounts {
    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Warning => self.warnings += 1,
            Severity::Error => self.errors += 1,
            Severity::Information | Severity::Unknown(_) => {}
        }
    }
}

fn print_outcome(
    output: &mut Output,
    job: &Job,
    execution: &JobExecution,
    counts: &LineCounts,
) -> Result<(), Failure> {
    let duration = execution.end_time.zip(execution.create_time).and_then(|(end, start)| end.since(start));
    let after =
        duration.map(|duration| format!(" after {}", text::format_duration(duration))).unwrap_or_default();
    output.write_note(&format!(
        "{}{after}: {}, {} warnings, {} errors",
        output::format_state(execution.state),
        text::escape_line(&job.name),
        counts.warnings,
        counts.errors
    ));
    if output.is_json() { output.write_json(execution) } else { Ok(()) }
}
