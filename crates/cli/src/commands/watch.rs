//! Implements `txjobs watch`.

mod baseline;
mod report;

use std::{collections::HashMap, time::Duration};

use baseline::Baseline;
use futures::{StreamExt, stream};
use report::{Report, Reporter};
use tokio::time;
use txjobs_sdk::{
    Error, ExecutionState, JobStatusCode, paths,
    types::{Job, JobExecution, JobId},
};

use crate::{
    args::{FailOn, WatchArgs},
    environment,
    exit::Exit,
    failure::Failure,
    output::{self, Output, text},
    runs::{execution, job_lookup, load_history},
    session::Session,
};

const WEBHOOK_VARIABLE: &str = "TXJOBS_WEBHOOK";
/// How often the statuses are requested. The list of all statuses is one request.
const INTERVAL: Duration = Duration::from_secs(5);
/// How often the histories of all jobs are requested, because a run may begin and end between two lists of statuses.
const HISTORY_INTERVAL: Duration = Duration::from_secs(60);
/// The histories that are requested at the same time.
const SIMULTANEOUS_REQUESTS: usize = 8;
/// The newest runs of a job that are compared with the known ones.
const RUNS: usize = 10;

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    arguments: WatchArgs,
) -> Result<Exit, Failure> {
    if output.is_json_document() {
        return Err(Failure::Usage(
            "watch does not end, so it writes no JSON document. Use --ndjson.".to_owned(),
        ));
    }
    let webhook = match arguments.webhook {
        Some(webhook) => Some(webhook),
        None => environment::variable(WEBHOOK_VARIABLE)?,
    };
    let reporter = Reporter::new(arguments.command, webhook)?;
    let jobs = match arguments.jobs.as_slice() {
        [] => job_lookup::list_jobs(session).await?,
        names => job_lookup::find_jobs(session, names).await?,
    };
    session.interruption_message.set("no more runs will be reported.");
    Watch { session, output, reporter, jobs, fail_on: arguments.fail_on, is_once: arguments.once }
        .watch()
        .await
}

struct Watch<'a> {
    session: &'a Session,
    output: &'a mut Output,
    reporter: Reporter,
    jobs: Vec<Job>,
    fail_on: FailOn,
    is_once: bool,
}

impl Watch<'_> {
    async fn watch(mut self) -> Result<Exit, Failure> {
        let mut baseline = self.load_baseline().await?;
        self.output.write_note(&format!("Watching {}. To end: Ctrl-C", text::count(self.jobs.len(), "job")));
        let mut statuses: HashMap<JobId, JobStatusCode> = HashMap::new();
        let mut last_histories = time::Instant::now();
        let mut has_failed = false;
        loop {
            self.output.show_brief_progress(&format!("Watching {}", text::count(self.jobs.len(), "job")));
            time::sleep(INTERVAL).await;
            let is_due = last_histories.elapsed() >= HISTORY_INTERVAL;
            let result = self.check(&mut baseline, &mut statuses, is_due).await;
            match result {
                Ok(Some(exit)) if self.is_once => return Ok(exit),
                Ok(_) => {
                    has_failed = false;
                    if is_due {
                        last_histories = time::Instant::now();
                    }
                }
                Err(Failure::Api(error)) if error.is_transient() => {
                    // One message for an interruption, however long it is.
                    if !std::mem::replace(&mut has_failed, true) {
                        self.output.write_message(&format!("{error} Still watching."));
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Returns the runs that have ended before the start of this command.
    async fn load_baseline(&mut self) -> Result<Baseline, Failure> {
        let mut baseline = Baseline::default();
        let (session, count) = (self.session, self.jobs.len());
        let loads = self.jobs.iter().map(|job| load_history(session, job.id, RUNS, false));
        let mut histories = stream::iter(loads).buffer_unordered(SIMULTANEOUS_REQUESTS).enumerate();
        while let Some((n, executions)) = histories.next().await {
            self.output.show_brief_progress(&format!("Loading the runs of {count} jobs: {n} are loaded"));
            self.output.remind_of_progress();
            for execution in executions? {
                baseline.insert(&execution);
            }
        }
        self.output.clear_progress();
        Ok(baseline)
    }

    /// Reports the runs that have ended since the last check. Returns the exit code of the first failure.
    async fn check(
        &mut self,
        baseline: &mut Baseline,
        statuses: &mut HashMap<JobId, JobStatusCode>,
        is_history_due: bool,
    ) -> Result<Option<Exit>, Failure> {
        let listed = self.session.client.list_job_statuses().send().await;
        let listed = listed.map_err(|e| Error::from_client(&paths::LIST_JOB_STATUSES, e))?.into_inner();
        let mut now: HashMap<_, _> =
            listed.into_iter().map(|status| (status.job_id, status.status)).collect();
        let mut first = None;
        for job in &self.jobs.clone() {
            let Some(status) = now.remove(&job.id) else { continue };
            let was_active = statuses.get(&job.id).is_some_and(|status| status.is_active());
            if is_history_due || was_active && !status.is_active() {
                for execution in load_history(self.session, job.id, RUNS, false).await?.into_iter().rev() {
                    if baseline.insert(&execution) && self.is_failure(execution.state) {
                        let exit = self.report(job, &execution).await?;
                        first.get_or_insert(exit);
                        if self.is_once {
                            return Ok(first);
                        }
                    }
                }
            }
            // The status counts as seen only if the history was loaded, so that an error loses no run.
            statuses.insert(job.id, status);
        }
        Ok(first)
    }

    fn is_failure(&self, state: ExecutionState) -> bool {
        Exit::from_state(state, self.fail_on.warnings()) != Exit::Completed
    }

    /// Prints a failure, and hands it to the command and the webhook. Their problems are warnings, because the next failure counts.
    async fn report(&mut self, job: &Job, execution: &JobExecution) -> Result<Exit, Failure> {
        let exit = Exit::from_state(execution.state, self.fail_on.warnings());
        let first_error = report::load_first_error(self.session, job, execution).await;
        let link = self.session.link(job.id, execution::trigger_id(execution));
        let report = Report::new(job, execution, first_error, exit, link);
        if self.output.is_text() {
            let started = execution.create_time.map(|time| format!(", started {time}")).unwrap_or_default();
            let state = output::format_state(execution.state);
            let name = text::escape_line(&job.name);
            self.output.write_data_line(&format!("{state}: {name}{started}"))?;
        } else {
            self.output.write_json(&report)?;
        }
        for problem in self.reporter.send(&report).await {
            self.output.write_warning(&problem);
        }
        Ok(exit)
    }
}
