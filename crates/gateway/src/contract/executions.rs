//! Executions as the contract writes them.

use txjobs_sdk::types::{ExecutionId, JobExecution, JobExecutionLog, JobExecutions, JobId, LogId, TriggerId};
use uuid::Uuid;

use crate::clock::timestamp;
use crate::log_id;
use crate::store::{Execution, StoredLine};

pub(super) fn body(executions: Vec<Execution>) -> JobExecutions {
    JobExecutions(executions.into_iter().map(execution).collect())
}

fn execution(execution: Execution) -> JobExecution {
    JobExecution {
        id: ExecutionId(execution.id),
        job_id: JobId(execution.job),
        trigger_id: Some(TriggerId(execution.trigger_id)),
        state: execution.state,
        create_time: Some(timestamp(execution.created_at)),
        end_time: execution.ended_at.map(timestamp),
        job_execution_logs: execution.lines.into_iter().map(|l| line(execution.id, l)).collect(),
    }
}

fn line(execution: Uuid, StoredLine { seq, line }: StoredLine) -> JobExecutionLog {
    JobExecutionLog {
        id: LogId(log_id::encode(execution, seq)),
        job_execution_id: Some(ExecutionId(execution)),
        time_stamp: Some(timestamp(line.time)),
        severity: line.severity,
        message: line.message,
    }
}
