//! Following a run on a terminal or in a pipeline.

use std::pin::pin;

use futures::StreamExt;
use tokio::time;
use txjobs_sdk::{
    ErrorKind, RunEvent, Severity,
    types::{Job, JobExecution, TriggerId},
};

use crate::{
    args::{FailOn, Wait},
    failure::{Exit, Failure},
    output::{self, Output},
    session::Session,
    text,
};

/// Streams the log of the run to its end, writes the outcome, and returns its exit code. `is_accepted` is whether the
/// server has just accepted the run.
pub(crate) async fn tail(
    session: &Session<'_>,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
    is_accepted: bool,
    wait: &Wait,
) -> Result<Exit, Failure> {
    let go_on = resume_hint(session, output, job, trigger_id, wait);
    session.interruption.set(format!("the job goes on. {go_on}"));
    let mut counts = Counts::default();
    let end = {
        let run = follow(session, output, job, trigger_id, is_accepted, &mut counts);
        match wait.timeout {
            Some(timeout) => time::timeout(timeout, run).await,
            None => Ok(run.await),
        }
    };
    output.end_progress();
    let end = end.unwrap_or_else(|_| Err(Failure::TimedOut(go_on.clone())));
    let execution = end.map_err(|failure| match failure {
        Failure::Api(error) if !is_absent(error.kind) => {
            Failure::OutcomeUnknown(error, format!("The job goes on. {go_on}"))
        }
        Failure::Output(error, _) => Failure::Output(error, Some(format!("The job goes on. {go_on}"))),
        other => other,
    })?;
    session.interruption.set(format!("the run has ended: {}", execution.state));
    tell_outcome(output, job, &execution, &counts)?;
    let warnings_fail = wait.fail_on == Some(FailOn::Warnings);
    Ok(Exit::of(execution.state, warnings_fail))
}

/// Returns whether the error says that there is no run.
fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NoSuchRun | ErrorKind::EndedWithoutExecution)
}

fn resume_hint(
    session: &Session<'_>,
    output: &Output,
    job: &Job,
    trigger_id: TriggerId,
    wait: &Wait,
) -> String {
    let mut arguments = format!("{} {trigger_id}", job.id);
    if wait.fail_on == Some(FailOn::Warnings) {
        arguments.insert_str(0, "--fail-on warnings ");
    }
    if output.is_json() {
        arguments.insert_str(0, "--json ");
    }
    format!("Go on with: {}", session.suggest("follow", &arguments))
}

async fn follow(
    session: &Session<'_>,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
    is_accepted: bool,
    counts: &mut Counts,
) -> Result<JobExecution, Failure> {
    let progress = |state: &str| format!("{} {state}", text::one_line(&job.name));
    output.progress(progress("pending"));
    let mut run = pin!(if is_accepted {
        session.client.follow_accepted(job.id, trigger_id).left_stream()
    } else {
        session.client.follow(job.id, trigger_id).right_stream()
    });
    while let Some(event) = run.next().await {
        match event? {
            RunEvent::State(state) => output.progress(progress(&state.to_string())),
            RunEvent::Line(line) => {
                counts.add(line.severity);
                let was_open = !output.is_closed();
                output.log_line(&line)?;
                if was_open && output.is_closed() {
                    output.note("Standard output was closed. Still waiting for the outcome.");
                }
            }
            RunEvent::TransientError(error) => {
                output.note(&format!("{error} Still waiting; the job goes on."))
            }
            RunEvent::Ended(execution) => return Ok(execution),
            _ => {}
        }
    }
    unreachable!("a run that is followed ends with its end or with trouble")
}

/// How many lines of each severity that people care about.
#[derive(Default)]
struct Counts {
    warnings: usize,
    errors: usize,
}

impl Counts {
    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Warning => self.warnings += 1,
            Severity::Error => self.errors += 1,
            Severity::Information | Severity::Unknown(_) => {}
        }
    }
}

fn tell_outcome(
    output: &mut Output,
    job: &Job,
    execution: &JobExecution,
    counts: &Counts,
) -> Result<(), Failure> {
    let took = execution.end_time.zip(execution.create_time).and_then(|(end, start)| end.since(start));
    let after = took.map(|took| format!(" after {}", text::took(took))).unwrap_or_default();
    output.note(&format!(
        "{}{after}: {}, {} warnings, {} errors",
        output::state(execution.state),
        text::one_line(&job.name),
        counts.warnings,
        counts.errors
    ));
    if output.is_json() { output.json(execution) } else { Ok(()) }
}
