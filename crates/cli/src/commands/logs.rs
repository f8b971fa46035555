//! Implements `txjobs logs`.

use std::{io, time::SystemTime};

use txjobs_sdk::{
    Timestamp, paths,
    types::{Job, JobExecution, JobExecutionLog},
};

use crate::{
    args::{FailOn, LogsArgs, Since, WaitArgs},
    exit::Exit,
    failure::Failure,
    output::{self, Format, Output, text},
    runs::{
        follow::{LineEvent, LineFilter, Target, follow_all},
        job_lookup, latest_id, load_by_trigger, load_history, load_newest,
        log_stream::{self, LogResponse, SpooledExecution},
        newest_request,
    },
    session::Session,
};

pub(crate) async fn run(
    session: &Session,
    output: &mut Output,
    arguments: &LogsArgs,
) -> Result<Exit, Failure> {
    let job = job_lookup::find_job(session, &arguments.job).await?;
    if arguments.follow {
        return follow(session, output, job, arguments).await;
    }
    output.show_brief_progress(&format!("Loading the log of {}", text::escape_line(&job.name)));
    let found = find_execution(session, &job, arguments).await?;
    output.clear_progress();
    let Some(mut found) = found else {
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
        if arguments.exit_status {
            return Err(Failure::NoOutcome("There is no outcome yet.".to_owned()));
        }
        return Ok(Exit::Completed);
    };
    print(output, &job, &mut found, arguments)?;
    let state = found.execution.state;
    match arguments.exit_status {
        true if state.is_final() => Ok(Exit::from_state(state, false)),
        true => {
            Err(Failure::NoOutcome("The run has not ended. To wait for its end: add --follow".to_owned()))
        }
        false => Ok(Exit::Completed),
    }
}

/// Prints new lines until the run ends.
async fn follow(
    session: &Session,
    output: &mut Output,
    job: Job,
    arguments: &LogsArgs,
) -> Result<Exit, Failure> {
    let trigger_id = match arguments.trigger_id {
        Some(trigger_id) => trigger_id,
        None => latest_id(session, output, &job).await?.0,
    };
    let wait = WaitArgs { timeout: None, fail_on: FailOn::Errors };
    let filter = line_filter(arguments);
    let target = vec![Target::Follow(job, trigger_id)];
    let filter = LineFilter { is_shown: &filter, has_times: arguments.timestamps };
    let exit = follow_all(session, output, target, false, &wait, filter).await?;
    Ok(if arguments.exit_status { exit } else { Exit::Completed })
}

/// Returns the wanted execution with the wanted lines.
async fn find_execution(
    session: &Session,
    job: &Job,
    arguments: &LogsArgs,
) -> Result<Option<SpooledExecution>, Failure> {
    let request = match (arguments.trigger_id, arguments.execution) {
        (Some(trigger_id), _) => paths::get_job_logs_by_trigger(job.id, trigger_id, None),
        // Only the history of the job has runs without a trigger id.
        (None, Some(_)) => paths::get_job_logs(job.id, None, None),
        (None, None) => newest_request(session, job.id).await?,
    };
    let executions = match log_stream::load(session, &request, Box::new(line_filter(arguments))).await? {
        LogResponse::Executions(executions) => executions,
        LogResponse::Unusual => load_at_once(session, job, arguments).await?,
    };
    let mut executions: Vec<_> = executions
        .into_iter()
        .filter(|spooled| arguments.execution.is_none_or(|id| spooled.execution.id == id))
        .collect();
    executions.sort_by_key(|spooled| spooled.execution.create_time);
    Ok(executions.pop())
}

/// Loads the executions with the usual requests, which repair and repeat a response, and report its error.
async fn load_at_once(
    session: &Session,
    job: &Job,
    arguments: &LogsArgs,
) -> Result<Vec<SpooledExecution>, Failure> {
    let executions = match (arguments.trigger_id, arguments.execution) {
        (Some(trigger_id), _) => load_by_trigger(session, job.id, trigger_id).await?,
        (None, Some(_)) => load_history(session, job.id, usize::MAX, true).await?,
        (None, None) => load_newest(session, job.id, true).await?.into_iter().collect(),
    };
    let is_kept = line_filter(arguments);
    let spool = |execution| SpooledExecution::new(execution, &is_kept).map_err(|error| cannot_spool(&error));
    executions.into_iter().map(spool).collect()
}

fn cannot_spool(error: &io::Error) -> Failure {
    Failure::System(format!("The log cannot be kept in a temporary file: {error}."))
}

/// Returns a function that decides whether a line is wanted.
fn line_filter(arguments: &LogsArgs) -> impl Fn(&JobExecutionLog) -> bool + Send + use<> {
    let since = arguments.since.map(|since| match since {
        Since::At(time) => time,
        Since::Ago(duration) => {
            Timestamp::from(SystemTime::now().checked_sub(duration).unwrap_or(SystemTime::UNIX_EPOCH))
        }
    });
    let (severity, pattern) = (arguments.severity, arguments.grep.clone());
    move |line| {
        // A line without a time may be of any time.
        let is_recent = since.is_none_or(|since| line.time_stamp.is_none_or(|time| time >= since));
        is_recent
            && severity.includes(line.severity)
            && pattern.as_ref().is_none_or(|pattern| pattern.is_match(&line.message))
    }
}

fn print(
    output: &mut Output,
    job: &Job,
    found: &mut SpooledExecution,
    arguments: &LogsArgs,
) -> Result<(), Failure> {
    let SpooledExecution { execution, lines } = found;
    let format = output.format();
    let mut all_lines = Vec::new();
    let visited = output.write_together(|output| {
        lines.for_each(arguments.tail, |line| -> Result<(), Stopped> {
            match format {
                Format::Json => all_lines.push(line),
                Format::NdJson => output.write_json(&LineEvent::new(&line, job, execution.trigger_id))?,
                Format::Text => output.write_log_line(&line, "", arguments.timestamps)?,
            }
            if output.is_closed() { Err(Stopped::Closed) } else { Ok(()) }
        })
    });
    match visited? {
        Ok(()) | Err(Stopped::Closed) => {}
        Err(Stopped::Output(failure)) => return Err(failure),
        Err(Stopped::Spool(error)) => return Err(cannot_spool(&error)),
    }
    match format {
        Format::Json => {
            execution.job_execution_logs = all_lines;
            output.write_json(execution)
        }
        Format::NdJson => Ok(()),
        Format::Text => {
            let started = execution.create_time.map(|time| format!(", started {time}")).unwrap_or_default();
            let (state, name) = (output::format_state(execution.state), text::escape_line(&job.name));
            output.write_note(&format!("{state}: {name}{started}"));
            Ok(())
        }
    }
}

/// Why not all lines were written.
enum Stopped {
    Output(Failure),
    Spool(io::Error),
    /// The reader of standard output needs no more lines.
    Closed,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Output(failure)
    }
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Spool(error)
    }
}
