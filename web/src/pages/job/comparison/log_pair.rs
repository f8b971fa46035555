use txjobs_sdk::{Error, paths, types::JobId};

use crate::{
    api::Api,
    log::{
        Lines,
        difference::{LineSet, UniqueLine},
    },
    model::history::RunSummary,
};

/// The logs of two runs, the older first, and the lines that only one of them has.
#[derive(Debug)]
pub(super) struct LogPair {
    pub(super) logs: [Lines; 2],
    pub(super) unique_lines: [Vec<UniqueLine>; 2],
}

impl LogPair {
    /// Loads both logs and compares them.
    pub(super) async fn load(api: Api, job: JobId, runs: [RunSummary; 2]) -> Result<Self, Error> {
        let mut logs = [Lines::default(), Lines::default()];
        for (log, run) in logs.iter_mut().zip(runs) {
            let request = match run.trigger {
                Some(trigger) => paths::get_job_logs_by_trigger(job, trigger, None),
                None => paths::get_job_logs(job, None, None),
            };
            let logs_of_job = api.executions(&request).await?.value;
            let index = logs_of_job.executions.iter().position(|other| other.id == run.execution);
            if let Some(index) = index {
                *log = logs_of_job.into_execution(index).1.sorted_by_time();
            }
        }
        let [older, newer] = [LineSet::from_lines(&logs[0]), LineSet::from_lines(&logs[1])];
        let unique_lines = [older.difference(&newer), newer.difference(&older)];
        Ok(Self { logs, unique_lines })
    }
}
