//! Following a run: the SDK's [`Follow`] with a clock, a client and a terminal.

use std::{
    pin::pin,
    time::{Instant, SystemTime},
};

use tokio::{signal, time};
use txjobs_sdk::{
    Client, ExecutionState, Extensions, Severity, Timestamp, Trouble,
    follow::{Follow, Step},
    paths,
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
    let start = Instant::now();
    let mut follow = Follow::new(job.id, trigger_id, start.elapsed());
    let mut counts = Counts::default();
    let mut in_trouble = false;
    loop {
        match follow.step(start.elapsed()) {
            Step::Wait(until) => time::sleep(until.saturating_sub(start.elapsed())).await,
            // The wait is timed outside, where it also ends a request that hangs.
            Step::TimedOut => unreachable!("Follow was given no deadline"),
            Step::Ended(state) => {
                if let Some(execution) = follow.execution() {
                    tell_outcome(output, job, execution, &counts);
                }
                return Ok(state);
            }
            Step::Ask(_) => {
                let mut request = client.get_job_logs_by_trigger().job_id(job.id).trigger_id(trigger_id);
                if let Some(after) = follow.after() {
                    request = request.after(after);
                }
                match request.send().await {
                    Ok(answer) => {
                        let extensions = Extensions::from(answer.headers());
                        let lines = follow.answered(start.elapsed(), answer.into_inner().0, extensions);
                        for line in &lines {
                            counts.add(line.severity);
                            output.log_line(line);
                        }
                        in_trouble = false;
                    }
                    Err(error) => {
                        let trouble = Trouble::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, error);
                        let said = trouble.to_string();
                        let pending_404 = trouble.status == Some(404);
                        follow.troubled(start.elapsed(), Timestamp::from(SystemTime::now()), trouble)?;
                        if !pending_404 && !in_trouble {
                            output.note(&format!("{said} Still waiting; the job goes on."));
                            in_trouble = true;
                        }
                    }
                }
                let state = follow.execution().map_or_else(|| "pending".to_owned(), |e| e.state.to_string());
                output.progress(format!("{} {state}", text::one_line(&job.name)));
            }
        }
    }
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
