//! Implements `txjobs logs`.

use std::time::SystemTime;

use txjobs_sdk::{
    Error, Timestamp,
    follow::KnownLines,
    paths,
    types::{Job, JobExecution, JobExecutionLog, JobId, TriggerId},
};

use crate::{
    args::{FailOn, LogsArgs, Since, WaitArgs},
    exit::Exit,
    failure::Failure,
    output::{self, Format, Output, text},
    runs::{
        find_latest,
        follow::{LineEvent, LineFilter, Target, follow_all},
        job_lookup, load_history, load_newest,
    },
    session::Session,
};

pub(crate) async fn run(
    session: &Session<'_>,
    output: &mut Output,
    arguments: &LogsArgs,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, &arguments.job).await?;
    if arguments.follow {
        return follow(session, output, job, arguments).await;
    }
    let Some(mut execution) = find_execution(session, output, &job, arguments).await? else {
        if output.is_json_document() {
            output.write_json(&Option::<JobExecution>::None)?;
        }
        output.write_note(if arguments.trigger_id.is_some() {
            "No execution has this trigger id. The job may still be pending."
        } else if arguments.execution.is_some() {
            "No execution has this id."
        } else {
            "This job has no execution yet."
        });
        return Ok(if arguments.exit_status { Exit::Error } else { Exit::Completed });
    };
    output.clear_progress();
    select_lines(&mut execution.job_execution_logs, arguments);
    print(output, &job, &execution, arguments.timestamps)?;
    Ok(if arguments.exit_status && execution.state.is_final() {
        Exit::from_state(execution.state, false)
    } else {
        Exit::Completed
    })
}

/// Prints new lines until the run ends.
async fn follow(
    session: &Session<'_>,
    output: &mut Output,
    job: Job,
    arguments: &LogsArgs,
) -> Result<Exit, Failure> {
    let trigger_id = match arguments.trigger_id {
        Some(trigger_id) => trigger_id,
        None => {
            let latest = find_latest(session, output, &job).await?;
            latest.trigger_id.filter(|id| !id.is_nil()).ok_or_else(|| {
                Failure::Usage(format!(
                    "The newest run of {} was started in the application, so it has no trigger id to follow.",
                    text::escape_line(&job.name)
                ))
            })?
        }
    };
    let wait = WaitArgs { timeout: None, fail_on: FailOn::Errors };
    let filter = line_filter(arguments);
    let target = vec![Target::Follow(job, trigger_id)];
    let filter = LineFilter { is_shown: &filter, has_times: arguments.timestamps };
    let exit = follow_all(session, output, target, false, &wait, filter).await?;
    Ok(if arguments.exit_status { exit } else { Exit::Completed })
}

async fn find_execution(
    session: &Session<'_>,
    output: &mut Output,
    job: &Job,
    arguments: &LogsArgs,
) -> Result<Option<JobExecution>, Failure> {
    output.show_progress(&format!("Loading the log of {}", text::escape_line(&job.name)));
    if let Some(trigger_id) = arguments.trigger_id {
        return fetch_by_trigger(session, job.id, trigger_id).await;
    }
    match arguments.execution {
        None => load_newest(session, job.id, true).await,
        // Only the history of the job has runs without a trigger id.
        Some(id) => {
            let executions = load_history(session, job.id, usize::MAX, true).await?;
            Ok(executions.into_iter().find(|execution| execution.id == id))
        }
    }
}

/// Returns the newest execution of a trigger id.
async fn fetch_by_trigger(
    session: &Session<'_>,
    job: JobId,
    trigger_id: TriggerId,
) -> Result<Option<JobExecution>, Failure> {
    let response = session.client.get_job_logs_by_trigger().job_id(job).trigger_id(trigger_id).send().await;
    let response = response.map_err(|e| Error::from_client(&paths::GET_JOB_LOGS_BY_TRIGGER, e))?;
    Ok(response.into_inner().0.into_iter().max_by_key(|execution| execution.create_time))
}

/// Sorts the lines and keeps the wanted ones.
fn select_lines(lines: &mut Vec<JobExecutionLog>, arguments: &LogsArgs) {
    // A server may send a line twice.
    let mut known = KnownLines::default();
    known.begin_response(None);
    let is_shown = line_filter(arguments);
    lines.retain(|line| known.insert(line) && is_shown(line));
    if lines.iter().all(|line| line.time_stamp.is_some()) {
        lines.sort_by_key(|line| line.time_stamp);
    }
    if let Some(tail) = arguments.tail {
        lines.drain(..lines.len().saturating_sub(tail));
    }
}

/// Returns a function that decides whether a line is wanted.
fn line_filter(arguments: &LogsArgs) -> impl Fn(&JobExecutionLog) -> bool + '_ {
    let since = arguments.since.map(|since| match since {
        Since::At(time) => time,
        Since::Ago(duration) => {
            Timestamp::from(SystemTime::now().checked_sub(duration).unwrap_or(SystemTime::UNIX_EPOCH))
        }
    });
    move |line| {
        // A line without a time may be of any time.
        let is_recent = since.is_none_or(|since| line.time_stamp.is_none_or(|time| time >= since));
        is_recent
            && arguments.severity.includes(line.severity)
            && arguments.grep.as_ref().is_none_or(|pattern| pattern.is_match(&line.message))
    }
}

fn print(output: &mut Output, job: &Job, execution: &JobExecution, has_times: bool) -> Result<(), Failure> {
    match output.format() {
        Format::Json => return output.write_json(execution),
        Format::NdJson => {
            let lines = &execution.job_execution_logs;
            return lines
                .iter()
                .try_for_each(|line| output.write_json(&LineEvent::new(line, job, execution.trigger_id)));
        }
        Format::Text => {}
    }
    for line in &execution.job_execution_logs {
        output.write_log_line(line, "", has_times)?;
    }
    let started = execution.create_time.map(|time| format!(", started {time}")).unwrap_or_default();
    output.write_note(&format!(
        "{}: {}{started}",
        output::format_state(execution.state),
        text::escape_line(&job.name)
    ));
    Ok(())
}
