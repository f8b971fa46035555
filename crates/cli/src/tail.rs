//! Following a run on a terminal or in a pipeline.

use std::pin::pin;

use futures::StreamExt;
use tokio::{signal, time};
use txjobs_sdk::{
    Client, Event, ExecutionState, Severity,
    types::{Job, JobExecution, TriggerId},
};

use crate::{
    args::{FailOn, Wait},
    failure::{Exit, Failure},
    output::{self, Output},
    text,
};

/// Streams the log of the run to its end, says how it ended, and gives the exit code for it.
pub(crate) async fn tail(
    client: &Client,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
    wait: &Wait,
) -> Result<Exit, Failure> {
    let go_on = format!("Go on with: txjobs follow {} {trigger_id}", job.id);
    let end = {
        let mut run = pin!(follow(client, output, job, trigger_id));
        let deadline = async {
            match wait.timeout {
                Some(timeout) => time::sleep(timeout).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            end = &mut run => end,
            () = deadline => Err(Failure::TimedOut(go_on.clone())),
            Ok(()) = signal::ctrl_c() => Err(Failure::Interrupted(go_on.clone())),
        }
    };
    output.end_progress();
    let end = end.map_err(|failure| match failure {
        Failure::Trouble(trouble) => Failure::Unclear(trouble, format!("The job goes on. {go_on}")),
        other => other,
    })?;
    let warnings_fail = wait.fail_on == Some(FailOn::Warnings);
    Ok(Exit::of(end, warnings_fail))
}

async fn follow(
    client: &Client,
    output: &mut Output,
    job: &Job,
    trigger_id: TriggerId,
) -> Result<ExecutionState, Failure> {
    let mut counts = Counts::default();
    let progress = |state: &str| format!("{} {state}", text::one_line(&job.name));
    output.progress(progress("pending"));
    let mut run = pin!(client.follow(job.id, trigger_id));
    while let Some(event) = run.next().await {
        match event? {
            Event::State(state) => output.progress(progress(&state.to_string())),
            Event::Line(line) => {
                counts.add(line.severity);
                output.log_line(&line);
            }
            Event::Trouble(trouble) => output.note(&format!("{trouble} Still waiting; the job goes on.")),
            Event::Ended(execution) => {
                tell_outcome(output, job, &execution, &counts);
                return Ok(execution.state);
            }
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

fn tell_outcome(output: &mut Output, job: &Job, execution: &JobExecution, counts: &Counts) {
    output.end_progress();
    if output.is_json() {
        output.json(execution);
    }
    let took = execution.end_time.zip(execution.create_time).and_then(|(end, start)| end.since(start));
    let after = took.map(|took| format!(" after {}", text::took(took))).unwrap_or_default();
    output.note(&format!(
        "{}{after}: {}, {} warnings, {} errors",
        output::state(execution.state),
        text::one_line(&job.name),
        counts.warnings,
        counts.errors
    ));
}
